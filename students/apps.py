from django.apps import AppConfig

from ledger.words import zh


class StudentsConfig(AppConfig):
    """Floor 3: who the pupil is — record, numbers, status."""

    name = "students"
    verbose_name = zh("学生与学籍")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Make the outbox know who delivers this floor's messages, and the engine the kinds of case."""
        from students import (  # noqa: F401
            change_reminders,
            correcting,
            graduation_reminders,
            import_notices,
            key_procedure,
            number_notices,
            open_papers,
            procedures,
            recruitment_back,
            recruitment_notices,
            recruitment_procedure,
            recruitment_table,
            registration_table,
            returned_notices,
            succession,
            taking_back,
            yearly_reminders,
        )
        from students.bulletins import telling as bulletin_telling  # noqa: F401
        from students.exports import telling as export_telling  # noqa: F401
        from students.late import month_reminders, procedure, table  # noqa: F401
        from students.late import telling as late_telling  # noqa: F401
        from students.settling import answering, deciding, deletion  # noqa: F401
        from students.settling import telling as settling_telling  # noqa: F401
        from students.upkeep import round_notices, telling  # noqa: F401
