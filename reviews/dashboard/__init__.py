"""办理情况: what is open where, how old, how late; what moves between whom; how long each stage takes (R3.7b)."""
