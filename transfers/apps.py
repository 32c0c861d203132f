from django.apps import AppConfig

from ledger.words import zh


class TransfersConfig(AppConfig):
    """Floor 4: moves between schools."""

    name = "transfers"
    verbose_name = zh("转学")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Make the kinds of transfer known to the engine, who attends offline to the roster, and listen to graduations."""
        from students import attendance, yearend
        from transfers import graduation, offline_notices, procedures, yearly_reminders  # noqa: F401
        from transfers.attending import OfflineAttendance

        attendance.register(OfflineAttendance())
        yearend.graduated.connect(graduation.clear_transfers, dispatch_uid="transfers.graduation")
