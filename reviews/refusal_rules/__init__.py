"""The refusal wall (R3.4): what a refusal must not rest on, appeals against it, the register of refusals."""
