"""How anything is decided: case, step and act; the one door, and every guard it asks."""
