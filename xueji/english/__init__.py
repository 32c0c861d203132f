"""The same pages in English: templates read through the catalogue, once, when they are loaded (ADR 28)."""
