"""Django finds this app's tables here; everyone else imports them from where they stand."""

# ruff: noqa: F401
from transfers.attendance.models import OfflineTransfer
from transfers.moving.models import Transfer, TransferReason
