"""What of this floor's papers waits for a registrar or a head when the post changes hands (R0.5)."""

from datetime import date

from orgs.people.models import PostRole, Unit, UnitLevel
from orgs.people.successors import stood_for
from reviews.engine.open_papers import kind
from students.admission.late import monthly
from students.admission.late.models import Late, LateChild, MonthlyCheck, MonthState
from students.bulletins import figures
from students.bulletins.models import Bulletin, BulletinLine, BulletinState
from students.classes.models import ChangeSheet, Sheet
from students.dropouts.models import Dropout, DropoutMark
from students.numbers.models import BatchState, IssuingBatch
from students.onward.models import RecruitedPupil, Recruiting
from students.pupil.models import ProblemRecord
from students.tables.models import ImportBatch, ImportState
from students.verification.models import SchoolVerification, VerificationRound, Verified
from students.year_end.models import GraduationRun, RunState
from web import clock
from web.words import zh


@kind(zh("待核对的班级变动表"), "/classes/")
def class_sheets(unit: Unit, role: str, day: date) -> int:
    """Sheets of class teachers, which the registrar accepts."""
    return _of(
        role, PostRole.REGISTRAR, ChangeSheet.objects.filter(school_class__school=unit, state=Sheet.SENT)
    )


@kind(zh("待核办的毕业名单"), "/graduation/")
def graduation_lists(unit: Unit, role: str, day: date) -> int:
    """Lists that the registrar has prepared and the head signs."""
    return _of(role, PostRole.HEAD, GraduationRun.objects.filter(school=unit, state=RunState.READY))


@kind(zh("辍学报告"), "/dropouts/")
def dropout_reports(unit: Unit, role: str, day: date) -> int:
    """To be signed by the head; to be sent by the registrar."""
    state = Dropout.SIGNED if role == PostRole.REGISTRAR else Dropout.MARKED
    return DropoutMark.objects.filter(school__in=stood_for(unit, day), state=state).count()


@kind(zh("学期核查"), "/verification/")
def verifications(unit: Unit, role: str, day: date) -> int:
    """A school's part and an authority's round: to be carried out by the registrar, to be signed by the head."""
    state = Verified.OPEN if role == PostRole.REGISTRAR else Verified.SUBMITTED
    units = stood_for(unit, day)
    parts = SchoolVerification.objects.filter(school__in=units, state=state)
    return parts.count() + VerificationRound.objects.filter(authority__in=units, state=state).count()


@kind(zh("上传未了结的表格"), "/registration/")
def tables(unit: Unit, role: str, day: date) -> int:
    """Tables that were checked and neither confirmed nor dropped."""
    open_ = [ImportState.WAITING, ImportState.CHECKING, ImportState.FAULTY, ImportState.READY]
    return _of(role, PostRole.REGISTRAR, ImportBatch.objects.filter(unit=unit, state__in=open_))


@kind(zh("补建名单上待上报的学生"), "/late/")
def late_children(unit: Unit, role: str, day: date) -> int:
    """Children that are listed and not sent."""
    return _of(role, PostRole.REGISTRAR, LateChild.objects.filter(school=unit, state=Late.LISTED))


@kind(zh("补建学籍月末名单：待收表的学生、待核办上报的名单"), "/late/collected/")
def late_months(unit: Unit, role: str, day: date) -> int:
    """The province's: children for the registrar to close a list of, lists for the head to send."""
    if unit.level != UnitLevel.PROVINCE:
        return 0
    if role == PostRole.HEAD:
        return MonthlyCheck.objects.filter(province=unit, state=MonthState.CLOSED).count()
    return _of(role, PostRole.REGISTRAR, monthly.to_close(unit, clock.now()))


@kind(zh("招生名单上待上报、待报到的学生"), "/recruitment/")
def recruited(unit: Unit, role: str, day: date) -> int:
    """Recruited pupils whose next act is the registrar's."""
    states = [Recruiting.LISTED, Recruiting.ADMITTED]
    return _of(role, PostRole.REGISTRAR, RecruitedPupil.objects.filter(school=unit, state__in=states))


@kind(zh("未解决的问题学籍"), "/problems/")
def problem_records(unit: Unit, role: str, day: date) -> int:
    """Those of the school's pupils."""
    return _of(
        role, PostRole.REGISTRAR, ProblemRecord.objects.filter(student__school=unit, closed_at__isnull=True)
    )


@kind(zh("待确认的下发学籍号批次"), "/numbers/")
def number_batches(unit: Unit, role: str, day: date) -> int:
    """Batches that the province's head confirms."""
    return _of(role, PostRole.HEAD, IssuingBatch.objects.filter(province=unit, state=BatchState.READY))


@kind(zh("待拟发、待发布或待说明的月度通报"), "/bulletins/")
def bulletins(unit: Unit, role: str, day: date) -> int:
    """To be proposed by the province's registrar and published by its head; to be answered by the head of a unit that is
    named."""
    rows = Bulletin.objects.filter(province=unit)
    if role == PostRole.REGISTRAR:
        return rows.filter(state=BulletinState.REPLIES).count()
    if role != PostRole.HEAD:
        return 0
    own = rows.filter(state=BulletinState.PROPOSED).count()
    lines = BulletinLine.objects.filter(unit__in=stood_for(unit, day), bulletin__state=BulletinState.REPLIES)
    asked = lines.exclude(bulletin__province=unit).filter(reply="", bulletin__reply_until__gte=day)
    return own + sum(figures.is_named(told) for told in asked.values_list("figures", flat=True))


def _of(role: str, whose: str, rows) -> int:
    return rows.count() if role == whose else 0
