"""故障公告 (R0.4): that the system or the line failed, for a unit and all under it."""
