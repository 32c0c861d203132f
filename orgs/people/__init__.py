"""Units, persons, accounts and posts: who may decide, and where."""
