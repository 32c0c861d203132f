# ruff: noqa: F401 - what is imported in ``ready`` makes itself known.
from django.apps import AppConfig

from web.words import zh


class StudentsConfig(AppConfig):
    """Floor 4: who the pupil is — record, numbers, status."""

    name = "students"
    verbose_name = zh("学生与学籍")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Make the outbox know who delivers this floor's messages, and the engine the kinds of case."""
        from students.admission.late import (
            month_reminders as late_month_reminders,
        )
        from students.admission.late import (
            notices as late_notices,
        )
        from students.admission.late import (
            procedure as late_procedure,
        )
        from students.admission.late import (
            table as late_table,
        )
        from students.admission.recruitment import (
            notices as recruitment_notices,
        )
        from students.admission.recruitment import (
            procedure as recruitment_procedure,
        )
        from students.admission.recruitment import (
            table as recruitment_table,
        )
        from students.admission.registration import table as registration_table
        from students.bulletins import notices as telling
        from students.changes import procedures, reminders
        from students.changes.key import procedure as key_procedure
        from students.classes import notices as class_notices
        from students.numbers import notices as number_notices
        from students.problems import answering, deciding, deletion
        from students.problems import notices as problem_notices
        from students.roster import notices as roster_notices
        from students.succession import inheritance, open_papers
        from students.tables import notices as table_notices
        from students.verification import notices as verification_notices
        from students.verification import yearly_reminders
        from students.year_end import correcting, graduation_rollback, recruitment_rollback, rollback_notices
        from students.year_end import reminders as year_end_reminders
