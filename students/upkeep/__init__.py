"""学籍信息更新 (R6.1, R6.2): class teachers tell the registrar what has changed, and the authority verifies once a term."""
