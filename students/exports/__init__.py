"""名册导出: rosters to take away, recorded; long ones made by the worker (R0.7)."""
