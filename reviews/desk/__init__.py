"""What every page knows of its request: the rulebook as it stands, unread notices, whether a fault lasts."""
