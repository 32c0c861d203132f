"""三张单: the report, check and supervision forms from draft to answer, and what they have in common (R8.6)."""
