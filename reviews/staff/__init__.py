"""People in posts: hand-over (R0.5), certificates that run out (R8.1), weekly sign-in (R8.3)."""
