"""What stands on the desks of the demonstration: papers, a complaint, published contacts."""
