"""“现在能办什么”: what a pupil may have, asked of the very guards."""
