"""The notice's values as rows: limits, windows, routes, reasons, phrases, vacations, the known calendar (R0.7)."""

from datetime import date

from django.db import migrations

from reviews import notice_values as notice


def fill(apps, schema_editor):
    def model(name):
        return apps.get_model("reviews", name).objects

    model("CalendarRevision").create(number=1)
    common = {"valid_from": notice.IN_FORCE, "source": notice.NOTICE}
    for key, name, value, unit, clause in notice.LIMITS:
        model("Limit").create(key=key, name=name, value=value, unit=unit, clause=clause, **common)
    for key, name, kinds, closes, starts, ends, clause in notice.WINDOWS:
        model("Window").create(
            key=key, name=name, kinds=kinds, closes=closes, starts=starts, ends=ends, clause=clause, **common
        )
    for kind, relation, stages in notice.ROUTES:
        model("Route").create(kind=kind, relation=relation, stages=stages, **common)
    for position, (code, outcome, stages, text, clause) in enumerate(notice.REASONS, 1):
        model("RefusalReason").create(
            code=code,
            outcome=outcome,
            kinds=notice.TRANSFERS,
            stages=stages,
            text=text,
            position=position,
            valid_from=notice.IN_FORCE,
            source=f"{notice.NOTICE} {clause}",
        )
    for position, (outcome, text) in enumerate(notice.PHRASES, 1):
        model("QuickPhrase").create(outcome=outcome, text=text, position=position)
    for year in range(2025, 2029):
        for name, start, end in notice.VACATIONS:
            model("Vacation").create(
                name=f"{year}年{name}",
                starts_on=date(year, *start),
                ends_on=date(year, *end),
                source=notice.VACATION_SOURCE,
            )
    for day, kind, name, source, confirmed in notice.calendar_days():
        model("CalendarDay").create(date=day, kind=kind, name=name, source=source, confirmed=confirmed)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_walls")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
