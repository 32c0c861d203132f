"""Children to be registered late, for the tests that need them beside other things (R2.2)."""

from datetime import date, timedelta

from students import records
from students.late import calendar, lists, months
from students.late.models import Late, LateChild
from students.models import Student
from students.registration import Newcomer


def listed(world, school, id_number="") -> LateChild:
    """A child on the school's list, not sent."""
    one = world.inventor.pupil(world.division, date(world.today.year - 9, 3, 5))
    values = {
        "name": one.name,
        "sex": one.sex,
        "birth_date": one.birth_date.isoformat(),
        "ethnic": one.ethnic,
        "id_type": "1",
        "id_number": id_number or one.id_number,
    }
    said = lists.Said(Newcomer(values, {}, 1), 3, "never", "", {})
    (row,) = lists.add([said], school, world.registrar(school), world.now)
    return row


def sent(world, school):
    """A list of one child, waiting for the school's head; the list and the child."""
    row = listed(world, school)
    (case,) = lists.send(school, world.registrar(school), world.now, "情况属实，上报核办。")
    row.refresh_from_db()
    return case, row


def refused(world, school, pupil) -> LateChild:
    """A child whom the check of the last month refused, because it is ``pupil``."""
    number = records.id_number(pupil)
    index = pupil.id_number_index
    Student.objects.filter(pk=pupil.pk).update(id_number_index=None)
    row = listed(world, school, number)
    (case,) = lists.send(school, world.registrar(school), world.now, "情况属实，上报核办。")
    while case.is_live:
        case = world.decide(case, opinion="情况属实，同意。")
    Student.objects.filter(pk=pupil.pk).update(id_number_index=index)
    before = calendar.closing(calendar.last_closed(world.now)) - timedelta(days=1)
    LateChild.objects.filter(pk=row.pk).update(collected_at=before)
    assert months.check(world.now) == 1
    row.refresh_from_db()
    assert row.state == Late.REFUSED
    return row
