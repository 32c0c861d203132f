"""What was refused, for the units above: the register and the share of each reason (R3.4)."""
