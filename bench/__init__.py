"""What fast means here, measured: every figure is a ratio between two things run in turn on the same database."""
