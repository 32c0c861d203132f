"""通讯录: who sits where, and how they are reached."""
