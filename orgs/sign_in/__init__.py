"""How an account proves who it is: password, second factor, one-time codes, tokens."""
