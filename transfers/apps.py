# ruff: noqa: F401 - what is imported in ``ready`` makes itself known.
from django.apps import AppConfig

from web.words import zh


class TransfersConfig(AppConfig):
    """Floor 5: moves between schools."""

    name = "transfers"
    verbose_name = zh("转学")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Make the kinds of transfer known to the engine, who attends offline to the roster, and listen to graduations."""
        from reviews.rulebook.notice_values import POST_GRADUATION
        from students.pupil import arrivals, attendance
        from students.year_end import signals
        from transfers.attendance.attending import OfflineAttendance
        from transfers.graduating import clearing, yearly_reminders
        from transfers.moving import procedures
        from transfers.offline import notices
        from transfers.succession import inheritance as succession
        from transfers.succession import open_papers

        arrivals.register(POST_GRADUATION, clearing.enrolled_after)
        attendance.register(OfflineAttendance())
        signals.graduated.connect(clearing.clear_transfers, dispatch_uid="transfers.graduation")
