"""Posts given, lent and taken away; training (R8.1), presence."""
