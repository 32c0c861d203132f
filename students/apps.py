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
        from students.admission import (
            late_month_reminders,
            late_notices,
            late_procedure,
            late_table,
            recruitment_notices,
            recruitment_procedure,
            recruitment_table,
            registration_table,
        )
        from students.bulletins import telling
        from students.changes import key_procedure, procedures, reminders
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
