"""The rows of the rules (R0.7): calendar, windows, limits, routes, reasons, and how they are read and changed."""
