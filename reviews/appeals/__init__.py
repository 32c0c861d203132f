"""“That is not what I meant” (R3.4): appeals against the refusal wall, ruled on by the unit above."""
