"""待办: which cases stand before an account, and the search box."""
