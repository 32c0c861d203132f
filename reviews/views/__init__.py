"""Pages of floor 2."""

from ledger.redirects import see_other

__all__ = ["see_other"]
