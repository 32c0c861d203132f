"""What people are told: inside the program, by mail and by SMS (R3.7)."""
