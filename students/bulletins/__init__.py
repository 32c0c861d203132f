"""月度通报: what every unit did in a month, told back to it, published by the province's head (R3.7b, R8.3)."""
