"""What one person begins and another confirms (R0.5)."""
