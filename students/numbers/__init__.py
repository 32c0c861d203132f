"""学籍号: which letter, by which batch, held against which register (R1.1–R1.8)."""
