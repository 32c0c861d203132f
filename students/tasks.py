"""What the worker does for pupils' records. Each may be missed, repeated or overlapped: the database knows what is due."""

from celery import shared_task

from students.admission.late import month_reminders, months
from students.bulletins import drafting, publishing
from students.changes import reminders as change_reminders
from students.counter import print_batches
from students.duplicates import problems
from students.numbers import issuing
from students.roster import exporting as making
from students.statistics import headcount
from students.tables import imports
from students.verification import rounds
from students.year_end import checking as year_end_check
from students.year_end import promotion
from students.year_end import reminders as graduation_reminders
from web import clock


@shared_task
def issue_numbers() -> int:
    """Compare and issue for the batches that wait (R1.1)."""
    return issuing.carry_on(clock.now())


@shared_task
def remind_of_suspensions() -> int:
    """Remind schools that a 休学 ends (R5.3)."""
    return change_reminders.remind(clock.now())


@shared_task
def record_promotion() -> int:
    """Keep how many pupils were in each grade before and after the promotion (R3.5c)."""
    return promotion.record(clock.now())


@shared_task
def draw_sheets() -> int:
    """Draw the files of sheets that were asked for, take away those older than a day (R8.4)."""
    return print_batches.carry_on(clock.now())


@shared_task
def count_pupils() -> int:
    """Keep the headcount of the night (R7.1)."""
    return headcount.count(clock.local_date(clock.now()))


@shared_task
def work_off_imports() -> int:
    """Check and write the tables that were uploaded (R2.1)."""
    return imports.carry_on(clock.now())


@shared_task
def check_duplicates() -> int:
    """The nightly 查重 of all who hold no formal number yet (R1.7)."""
    return problems.sweep()


@shared_task
def check_year_end() -> int:
    """The nightly look for pupils whose phase, status or papers do not fit together (R3.5c)."""
    return year_end_check.check()


@shared_task
def check_late_children() -> int:
    """The check of the months' lists of children to be registered late, once they are sent (R2.2)."""
    return months.check(clock.now())


@shared_task
def remind_of_late_months() -> int:
    """Provinces that have not closed or sent the month's list; when it is overdue, the schools that wait (R2.2)."""
    return month_reminders.remind(clock.now())


@shared_task
def remind_of_verification() -> int:
    """Schools whose part in the term's verification is due soon, or late (R6.2)."""
    return rounds.remind(clock.now())


@shared_task
def make_exports() -> int:
    """Long rosters somebody asked for; takes away files older than a day."""
    return making.carry_on(clock.now())


@shared_task
def remind_of_graduation() -> int:
    """Schools that have not run their graduation, before 30 July and after (R4.1)."""
    return graduation_reminders.remind(clock.now())


@shared_task
def draft_bulletins() -> int:
    """Draft the bulletins of the month before, from the 1st at 02:00 on; tell where the days of reply are over (R3.7b)."""
    now = clock.now()
    publishing.tell_of_ended_replies(now)
    return drafting.draft_all(now)
