"""The three official forms and citizens' complaints (R8.5, R8.6)."""
