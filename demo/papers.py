"""A report with the check it led to, two supervisions, a complaint, the offices' contacts, last month's bulletins, made by the program's own
acts as people would (R8.5, R8.6). Everything is invented."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from orgs.people.models import Account, Post, PostRole, Unit, UnitLevel
from reviews.engine.models import Case
from students.bulletins import drafting as drafting_bulletins
from tickets.complaints import actions as complaints
from tickets.forms import actions as door
from tickets.forms import drafting, kinds
from tickets.forms.models import Ticket
from tickets.forms.states import Verb
from web.clock import local_date

_PROBLEMS = [
    "两省各有一名学生使用同一身份证件号，跨省查重后双方都已佐证，仍显示为问题学籍。",
    "跨省转学在转入方办结后，转出省仍显示在办，学生不能参加毕业操作。",
]


def write(now: datetime) -> int:
    """Put them there once; how many papers stand. Only in the trial."""
    if not settings.TRIAL or Ticket.objects.exists():
        return 0
    region = Unit.objects.filter(code="150000").first()
    if region is None or _asked(region, PostRole.TECHNICIAN) is None:
        return 0
    with transaction.atomic():
        _publish()
        report = _report(region, now)
        _check(region, report, now)
        league = Unit.objects.get(code="152500")
        _supervise(league, now)
        said = complaints.checked(
            local_date(now),
            unit="152522",
            matter="孩子 9 月已经到校上课，学籍转接申请两周没有进展，请帮忙问一下停在哪个单位。",
            citizen="那女士",
            contact="13900001234",
        )
        complaints.take_in(said, now)
        drafting_bulletins.draft_all(now)
    return Ticket.objects.count()


def _asked(unit: Unit, role: str) -> Account | None:
    post = Post.objects.filter(unit=unit, role=role).select_related("account__person").order_by("pk").first()
    return post.account if post else None


def _holder(unit: Unit, role: str) -> Account:
    """Of a unit that the demonstration has filled."""
    found = _asked(unit, role)
    if found is None:
        raise LookupError(f"{unit}: {role}")
    return found


def _publish() -> None:
    """Phone and e-mail of the offices; a few stand out as not published yet."""
    rows = list(Unit.objects.exclude(level__in=[UnitLevel.MINISTRY, UnitLevel.SCHOOL]).order_by("pk"))
    for at, unit in enumerate(rows):
        if at % 9 != 8:
            unit.phone, unit.email = f"0479-821{at % 10_000:04d}", f"xueji-{unit.code}@example.gov.cn"
    Unit.objects.bulk_update(rows, ["phone", "email"], batch_size=500)


def _report(region: Unit, now: datetime) -> Ticket:
    by, head = _holder(region, PostRole.REGISTRAR), _holder(region, PostRole.HEAD)
    made = door.begin(kinds.REPORT, region, by, now)
    typed = {
        "business_name": by.display_name,
        "business_unit": "内蒙古自治区教育厅基础教育处",
        "business_phone": "0471-2856000",
        "technical_name": _holder(region, PostRole.TECHNICIAN).display_name,
        "technical_unit": "内蒙古自治区教育信息中心",
        "technical_phone": "0471-2856001",
        "problems": _PROBLEMS,
    }
    _write(made, by, now, typed)
    door.perform(made.number, Verb.PROPOSE, by, now)
    door.perform(made.number, Verb.ISSUE, head, now)
    ministry = Unit.objects.filter(level=UnitLevel.MINISTRY).first()
    accepting = _asked(ministry, PostRole.REGISTRAR) if ministry else None
    if accepting is not None:
        said = door.Said(phone="010-66090000", accepting_unit="教育部基础教育司")
        door.perform(made.number, Verb.ACCEPT, accepting, now, said)
    return Ticket.objects.get(pk=made.pk)


def _check(region: Unit, report: Ticket, now: datetime) -> None:
    by, handler = _holder(region, PostRole.TECHNICIAN), Unit.objects.get(code="152522")
    made = door.begin(kinds.CHECK, region, by, now, thread=report.thread, parent=report)
    typed = _addressed(handler, by, now) | {"matter": f"请核查报告单所列第 1 个问题：{_PROBLEMS[0]}"}
    _write(made, by, now, typed)
    door.perform(made.number, Verb.ISSUE, by, now)
    said = door.Said(phone="0479-7221000")
    door.perform(made.number, Verb.ACCEPT, _holder(handler, PostRole.REGISTRAR), now, said)


def _supervise(league: Unit, now: datetime) -> None:
    by, head = _holder(league, PostRole.REGISTRAR), _holder(league, PostRole.HEAD)
    for at, code in enumerate(("152522", "152525")):
        handler = Unit.objects.get(code=code)
        case = Case.objects.filter(holder=handler, closed_at=None).order_by("due_on", "pk").first()
        origin = drafting.Origin(case=case)
        made = door.start(kinds.SUPERVISION, league, by, now, origin)
        typed = _addressed(handler, by, now) | {"instruction": "请查明停留原因，于时限内办结，并书面报告。"}
        if case is None:
            typed["matter"] = "家长反映转学申请停留时间过长，请核实并办结。"
        _write(made, by, now, typed)
        door.perform(made.number, Verb.PROPOSE, by, now)
        if at == 0:
            door.perform(made.number, Verb.ISSUE, head, now)


def _addressed(handler: Unit, by: Account, now: datetime) -> dict:
    return {
        "handling_unit": handler,
        "responsible": by.display_name,
        "responsible_phone": "0479-8210001",
        "complete_by": local_date(now) + timedelta(days=14),
    }


def _write(ticket: Ticket, by: Account, now: datetime, typed: dict) -> None:
    with door.editing(ticket.number, by, now, None) as held:
        drafting.write(held, typed, local_date(now))
