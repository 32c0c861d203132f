"""Children to be registered late, for the tests that need them beside other things (R2.2)."""

from datetime import date, timedelta

from students.admission.late import actions as lists
from students.admission.late import calendar, monthly, months
from students.admission.late.models import Late, LateChild
from students.admission.registration.actions import Newcomer
from students.pupil import records
from students.pupil.models import Student
from tests.world import rewritten
from web import clock


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


def closed(world, province=None, now=None):
    """The province's list of the month, closed by its registrar (R2.2)."""
    return monthly.close(world.registrar(province or world.im), now or clock.now())


def sent_off(world, province=None, now=None):
    """The same, and sent by its head."""
    province, now = province or world.im, now or clock.now()
    return monthly.send(closed(world, province, now), world.head(province), now, "名单核对无误，同意上报。")


def answered(world, province=None, now=None) -> int:
    """The same, and checked; how many children were decided on."""
    sent_off(world, province, now)
    return months.check(now or clock.now())


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
    rewritten(Student.objects.filter(pk=pupil.pk), id_number_index=None)
    row = listed(world, school, number)
    (case,) = lists.send(school, world.registrar(school), world.now, "情况属实，上报核办。")
    while case.is_live:
        case = world.decide(case, opinion="情况属实，同意。")
    rewritten(Student.objects.filter(pk=pupil.pk), id_number_index=index)
    before = calendar.closing(calendar.last_closed(world.now)) - timedelta(days=1)
    rewritten(LateChild.objects.filter(pk=row.pk), collected_at=before)
    assert answered(world, school.province, world.now) == 1
    row.refresh_from_db()
    assert row.state == Late.REFUSED
    return row
