"""转学 while the system is away (R0.4): done on paper, recorded afterwards; fault notices."""
