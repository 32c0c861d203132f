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
        import students.admission.late.month_reminders
        import students.admission.late.notices
        import students.admission.late.procedure
        import students.admission.late.table
        import students.admission.recruitment.notices
        import students.admission.recruitment.procedure
        import students.admission.recruitment.table
        import students.admission.registration.table
        import students.bulletins.notices
        import students.changes.key.procedure
        import students.changes.procedures
        import students.changes.reminders
        import students.classes.notices
        import students.numbers.notices
        import students.problems.answering
        import students.problems.deciding
        import students.problems.deletion
        import students.problems.notices
        import students.roster.notices
        import students.succession.inheritance
        import students.succession.open_papers
        import students.tables.notices
        import students.verification.notices
        import students.verification.yearly_reminders
        import students.year_end.correcting
        import students.year_end.graduation_rollback
        import students.year_end.recruitment_rollback
        import students.year_end.reminders
        import students.year_end.rollback_notices
