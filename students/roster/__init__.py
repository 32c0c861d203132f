"""Rosters: whom a school has, found, filtered and taken away as a table."""
