"""Classes and their change sheets (R6.1): class teachers tell the registrar what has changed."""
