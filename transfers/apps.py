from django.apps import AppConfig

from ledger.words import zh


class TransfersConfig(AppConfig):
    """Floor 4: moves between schools."""

    name = "transfers"
    verbose_name = zh("转学")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Make the kinds of transfer known to the engine, who attends offline to the roster, and listen to graduations."""
        from reviews.notice_values import POST_GRADUATION
        from students import arrivals, attendance, yearend
        from transfers import (  # noqa: F401
            graduation,
            offline_notices,
            open_papers,
            procedures,
            succession,
            yearly_reminders,
        )
        from transfers.attending import OfflineAttendance

        arrivals.register(POST_GRADUATION, graduation.enrolled_after)
        attendance.register(OfflineAttendance())
        yearend.graduated.connect(graduation.clear_transfers, dispatch_uid="transfers.graduation")
