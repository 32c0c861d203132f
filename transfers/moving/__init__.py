"""转学 itself: what it is about, its rules, its pre-flight, its pages."""
