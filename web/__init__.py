"""How it is shown and said: languages, days and moments, text, pages of a list, JSON on the wire."""
