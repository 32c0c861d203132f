"""What the pages of offline transfers say: the reconciliation list 人籍一致, one record, faults with what was done under
them (R0.4). Ready strings for the templates; no decision is taken here."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast
from urllib.parse import urlencode

from django.db.models import Count, Min, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse

from orgs.people import scope
from orgs.people.models import Unit
from reviews.desk.context import Desk
from reviews.faults import announcing as faults
from reviews.faults.models import Fault
from reviews.rulebook.calendar import Calendar
from reviews.vocabulary.states import State
from students.pupil import identity
from transfers.attendance.models import OfflineQuerySet, OfflineTransfer, Outcome, Standing
from transfers.offline import recording as offline
from web.clock import local_date, moment, spoken
from web.words import beside, joined, zh

PAGE = 50
MOST_ON_PAPER = 1000
# From so many days on a record is pressing, and then late; they colour the age and nothing else.
SOON, LATE = 15, 30
TABS = {"open": zh("待一致"), "done": zh("已人籍一致"), "ended": zh("其他了结")}
AGES = {"7": zh("满 7 天"), "15": zh("满 15 天"), "30": zh("满 30 天"), "90": zh("满 90 天")}
SIDES = {"in": zh("转入本方"), "out": zh("转出本方")}
_TONES = {
    Standing.UNCONFIRMED: "warn",
    Standing.WAITING: "warn",
    Standing.RUNNING: "info",
    Standing.AGAIN: "bad",
    Standing.DONE: "good",
    Standing.ENDED: "plain",
}
CLAUSE = {
    "text": zh("系统或传输故障时，可应家长要求先线下办理转学，学生即视为在校。"),
    "note": zh(
        "学籍的主要功能是记录：学籍没有转来，不影响学生就读。系统恢复后补办电子转接，以系统内核办为最终审核。"
    ),
    "source": zh("内教基函〔2018〕6号 第一条；教基一厅〔2016〕2号 正文一"),
    "url": "/rules/#han-1",
}

# How an open record may stand.
_OPEN = (Standing.UNCONFIRMED, Standing.WAITING, Standing.RUNNING, Standing.AGAIN)


@dataclass(frozen=True)
class Filters:
    """What the address of the list asks for. Whatever is not understood is left out, never an error."""

    tab: str = "open"
    stands: str = ""
    side: str = ""
    county: int | None = None
    age: str = ""
    page: int = 1
    whole: bool = False

    @classmethod
    def read(cls, query: QueryDict) -> "Filters":
        """The filters of an address."""

        def listed(name: str, known, default: str = "") -> str:
            return query.get(name, "") if query.get(name, "") in known else default

        return cls(
            tab=listed("tab", TABS, "open"),
            stands=listed("stands", _OPEN),
            side=listed("side", SIDES),
            county=_number(query.get("county", "")),
            age=listed("age", AGES),
            page=_number(query.get("page", "")) or 1,
            whole=query.get("whole", "") == "1",
        )

    @property
    def narrow(self) -> dict[str, str]:
        """The filters that are set, as they stand in an address."""
        wanted = {
            "tab": self.tab if self.tab != "open" else "",
            "stands": self.stands if self.tab == "open" else "",
            "side": self.side,
            "county": str(self.county or ""),
            "age": self.age,
        }
        return {name: value for name, value in wanted.items() if value}

    def applied(self, rows: OfflineQuerySet, account, today: date) -> OfflineQuerySet:
        """``rows`` narrowed; a county stands for the schools under it where pupils attend."""
        kinds = {
            "done": Q(outcome=Outcome.DONE),
            "ended": ~Q(outcome=Outcome.DONE) & Q(closed_at__isnull=False),
        }
        rows = rows.filter(kinds.get(self.tab, Q(closed_at__isnull=True)))
        if self.stands and self.tab == "open":
            rows = rows.standing(self.stands)
        if self.side:
            field = "school" if self.side == "in" else "sending_school"
            rows = rows.filter(scope.under(field, account, today))
        if self.county:
            rows = rows.filter(school__authority=self.county)
        if self.age:
            rows = rows.filter(paper_date__lte=today - timedelta(days=int(self.age)))
        return rows


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 9 and int(text) else None


# ---------------------------------------------------------------- the reconciliation list


def listing(account, desk: Desk, filters: Filters) -> dict:
    """The list 人籍一致: whoever attends a school where the record is not, the oldest first."""
    visible = OfflineTransfer.objects.visible_to(account, desk.today)
    rows = filters.applied(visible, account, desk.today)
    counted = rows.aggregate(shown=Count("pk"))["shown"]
    size = MOST_ON_PAPER if filters.whole else PAGE
    start = min((filters.page - 1) * size, max((counted - 1) // size * size, 0))
    order = ("paper_date", "id") if filters.tab == "open" else ("-closed_at", "-id")
    page = list(full(rows).order_by(*order)[start : start + size])
    totals = counts(visible, desk.today)
    return {
        "today": zh("今天 {day}", day=spoken(desk.today)),
        "summary": _summary(totals),
        "figures": totals,
        "tabs": [
            {
                "label": label,
                "count": totals[key],
                "url": "?" + urlencode({"tab": key}) if key != "open" else reverse("offline"),
                "current": key == filters.tab,
            }
            for key, label in TABS.items()
        ],
        "tab": filters.tab,
        "rows": [as_row(row, account, desk) for row in page],
        "selects": _selects(visible, account, desk, filters),
        "clear_url": reverse("offline") + (f"?tab={filters.tab}" if filters.tab != "open" else "")
        if set(filters.narrow) - {"tab"}
        else "",
        "page": _pager(filters, start, len(page), counted, size),
        "whole_url": "?" + urlencode(filters.narrow | {"whole": "1"})
        if counted > len(page) and not filters.whole
        else "",
        "clause": CLAUSE,
    }


def full(rows: QuerySet) -> QuerySet:
    """With all that a row or page shows, in one statement."""
    return rows.select_related(
        "school__authority",
        "sending_school",
        "student",
        "case",
        "fault__unit",
        "recorded_by__person",
        "confirmed_by__person",
        "closed_by__person",
    )


def counts(visible: QuerySet, today: date) -> dict:
    """How many stand where, in one statement."""
    opened = Q(closed_at__isnull=True)
    sent = Q(case__submitted_at__isnull=False, case__closed_at__isnull=True)
    return visible.aggregate(
        open=Count("pk", filter=opened),
        running=Count("pk", filter=opened & sent),
        again=Count("pk", filter=opened & Q(case__closed_at__isnull=False)),
        unconfirmed=Count("pk", filter=opened & Q(confirmed_at__isnull=True)),
        late=Count("pk", filter=opened & Q(paper_date__lte=today - timedelta(days=LATE))),
        done=Count("pk", filter=Q(outcome=Outcome.DONE)),
        ended=Count("pk", filter=~opened & ~Q(outcome=Outcome.DONE)),
        oldest=Min("paper_date", filter=opened),
    )


def _summary(totals: dict) -> str:
    if not totals["open"]:
        return zh("线下就读的学生，学籍都已到校")
    waiting = totals["open"] - totals["running"] - totals["again"]
    told = [
        zh("{part} 名学生线下就读、学籍未到", part=totals["open"]),
        zh("未补办 {waiting}", waiting=waiting),
        zh("补办中 {part}", part=totals["running"]),
    ]
    if totals["unconfirmed"]:
        told.append(zh("待负责人确认 {part}", part=totals["unconfirmed"]))
    if totals["again"]:
        told.append(zh("业务未成待重办 {part}", part=totals["again"]))
    if totals["late"]:
        told.append(zh("满 {late} 天 {part}", late=LATE, part=totals["late"]))
    return joined("，", told)


def _selects(visible: OfflineQuerySet, account, desk: Desk, filters: Filters) -> list[dict]:
    found = []
    if filters.tab == "open":
        standing = [(value.value, value.label) for value in _OPEN]
        found.append(_select("stands", zh("补办情况"), zh("全部情况"), standing, filters.stands))
    found.append(_select("age", zh("已过天数"), zh("不限天数"), AGES.items(), filters.age))
    found.append(_select("side", zh("转入或转出"), zh("转入和转出"), SIDES.items(), filters.side))
    counties = _counties(filters, visible)
    if len(counties) > 1 or filters.county:
        found.append(
            _select("county", zh("就读学校主管部门"), zh("全部地区"), counties, str(filters.county or ""))
        )
    return found


def _counties(filters: Filters, visible: OfflineQuerySet) -> list[tuple[str, str]]:
    """The authorities of the schools where pupils attend, each with the number of its open records."""
    rows = (
        visible.open()
        .values("school__authority_id", "school__authority__short_name")
        .annotate(number=Count("pk"))
        .order_by("-number", "school__authority__code")
    )
    found = [
        (
            str(row["school__authority_id"]),
            zh("{part}（{part2}）", part=row["school__authority__short_name"], part2=row["number"]),
        )
        for row in rows
    ]
    if filters.county and str(filters.county) not in dict(found):
        name = Unit.objects.filter(pk=filters.county).values_list("short_name", flat=True).first()
        found.append((str(filters.county), name or zh("已选地区")))
    return found


def _select(name: str, label: str, everything: str, options, chosen: str) -> dict:
    listed = [{"value": value, "label": text, "selected": value == chosen} for value, text in options]
    return {"name": name, "label": label, "options": [{"value": "", "label": everything}, *listed]}


def _pager(filters: Filters, start: int, shown: int, total: int, size: int) -> dict:
    at = start // size + 1

    def address(page: int) -> str:
        return "?" + urlencode(filters.narrow | {"page": page})

    return {
        "text": zh(
            "第 {count}–{count2} 名，共 {total} 名", count=start + 1, count2=start + shown, total=total
        )
        if shown
        else "",
        "previous_url": address(at - 1) if at > 1 else "",
        "next_url": address(at + 1) if start + shown < total else "",
    }


# ---------------------------------------------------------------- a row


def as_row(made: OfflineTransfer, account, desk: Desk) -> dict:
    """A record as a line of a list; the name masked."""
    until = local_date(made.closed_at) if made.closed_at else desk.today
    return {
        "url": reverse("offline-detail", args=[made.number]),
        "number": made.number,
        "name": identity.mask_name(made.pupil_name),
        "unknown": made.student_id is None and made.is_open,
        "from": made.from_name,
        "to": made.called("school"),
        "paper": spoken(made.paper_date),
        **ages(made.paper_date, until, desk.book.calendar, made.is_open),
        "state": made.stands.label if made.stands != Standing.ENDED else made.get_outcome_display(),
        "tone": _TONES[made.stands],
        **_case_of(made, account, desk),
    }


def ages(since: date, until: date, calendar: Calendar, is_open: bool) -> dict:
    """How long a pupil has attended without the record, in days and in working days."""
    days = (until - since).days
    tier = ("late" if days >= LATE else "soon" if days >= SOON else "ok") if is_open else ""
    return {"days": days, "working": max(calendar.between(since, until), 0), "tier": tier}


def _case_of(made: OfflineTransfer, account, desk: Desk) -> dict:
    """The electronic case; a draft is told to the school alone that drafts it."""
    if made.case is None:
        return {"case": "", "case_url": ""}
    own = made.school_id in scope.own_units(account, desk.today)
    if made.case.submitted_at is None and not own:
        return {"case": "", "case_url": ""}
    return {"case": made.case.number, "case_url": reverse("case", args=[made.case.number])}


# ---------------------------------------------------------------- one record


def detail(made: OfflineTransfer, account, desk: Desk) -> dict:
    """The page of one record: who, since when, under which fault, and what comes next."""
    row, mine = as_row(made, account, desk), offline.may_act(made, account, desk.today)
    own = {made.school_id, made.sending_school_id} & scope.own_units(account, desk.today)
    name = made.pupil_name if own else row["name"]
    draft = made.case if made.case is not None and made.case.state == State.DRAFT else None
    return {
        "made": made,
        "row": row,
        "heading": zh("{name}　线下转入{school_name}", name=name, school_name=made.called("school")),
        "facts": _facts(made, name, row),
        "fault": {
            "url": reverse("fault", args=[made.fault.number]) if _sees(made.fault, account, desk) else "",
            "number": made.fault.number,
            "text": fault_text(made.fault),
        },
        "mine": mine and made.is_open,
        "may_confirm": offline.confirm_refusal(made, account, desk.today) is None,
        "unconfirmed": made.is_open and made.confirmed_at is None,
        "may_start": offline.start_refusal(made, account, desk.today) is None and made.stands in _STARTABLE,
        "drafted_url": reverse("transfer-edit", args=[draft.number]) if draft and mine else "",
        "may_match": mine and made.is_open and made.student_id is None,
        "may_end": mine and made.is_open and made.stands != Standing.RUNNING,
        "clause": CLAUSE,
    }


def _sees(fault: Fault, account, desk: Desk) -> bool:
    """The sending side need not stand under the fault's unit."""
    return Fault.objects.visible_to(account, desk.today).filter(pk=fault.pk).exists()


_STARTABLE = (Standing.WAITING, Standing.AGAIN)


def _facts(made: OfflineTransfer, name: str, row: dict) -> list[tuple[str, str]]:
    pupil = made.student or made
    born = (
        zh("{birth_date_year}年生", birth_date_year=made.student.birth_date.year)
        if made.student
        else spoken(cast("date", made.birth_date))  # stated where the record is not known
    )
    how = zh("满") if made.is_open else zh("历时")
    facts = [
        (zh("姓名"), beside(name, pupil.get_sex_display(), born)),
        (zh("就读学校"), made.called("school")),
        (
            zh("学籍所在"),
            made.from_name + ("" if made.sending_school_id or not made.is_open else zh("（家长所述）")),
        ),
        (zh("提出人"), made.get_requester_display()),
        (
            zh("纸质日期"),
            zh(
                "{part}（{how} {part2} 天，{part3} 个工作日）",
                part=row["paper"],
                how=how,
                part2=row["days"],
                part3=row["working"],
            ),
        ),
        (
            zh("登记"),
            beside(made.called("recorded_by"), moment(made.recorded_at)),
        ),
    ]
    if made.confirmed_at is not None:
        facts.append((zh("确认"), beside(made.called("confirmed_by"), moment(made.confirmed_at))))
    if made.closed_at is not None:
        by = f"　{made.called('closed_by')}" if made.closed_by_id else zh("　电子业务办结")
        facts.append(
            (
                zh("了结"),
                zh(
                    "{outcome}{by}　{moment}",
                    outcome=made.get_outcome_display(),
                    by=by,
                    moment=moment(made.closed_at),
                ),
            )
        )
    return facts


# ---------------------------------------------------------------- faults


def fault_text(fault: Fault) -> str:
    """The fault in one line: where, what, since when, until when."""
    until = zh("至{moment}", moment=moment(fault.closed_at)) if fault.closed_at else zh("至今")
    return zh(
        "{unit_name}：{fault_reason}（{day}{until}）",
        unit_name=fault.called("unit"),
        fault_reason=fault.reason,
        day=spoken(fault.since),
        until=until,
    )


def fault_rows(found: list[Fault], account, desk: Desk) -> list[dict]:
    """Faults, each with what was done under it as far as the account may see: how many, how many reconciled, the
    oldest that waits; one statement for all."""
    visible = OfflineTransfer.objects.visible_to(account, desk.today).filter(fault__in=found)
    sums = {
        row["fault"]: row
        for row in visible.order_by()
        .values("fault")
        .annotate(
            all=Count("pk"),
            open=Count("pk", filter=Q(closed_at__isnull=True)),
            done=Count("pk", filter=Q(outcome=Outcome.DONE)),
            oldest=Min("paper_date", filter=Q(closed_at__isnull=True)),
        )
    }
    return [fault_row(fault, sums.get(fault.pk, {}), desk) for fault in found]


def fault_row(fault: Fault, sums: dict, desk: Desk) -> dict:
    """One fault as a line."""
    oldest = sums.get("oldest")
    return {
        "url": reverse("fault", args=[fault.number]),
        "number": fault.number,
        "unit": fault.called("unit"),
        "reason": fault.reason,
        "since": spoken(fault.since),
        "until": moment(fault.closed_at) if fault.closed_at else "",
        "open": fault.is_open,
        "all": sums.get("all", 0),
        "waiting": sums.get("open", 0),
        "done": sums.get("done", 0),
        **(ages(oldest, desk.today, desk.book.calendar, True) if oldest else {"days": "", "tier": ""}),
    }


def fault_facts(fault: Fault, desk: Desk) -> list[tuple[str, str]]:
    """Who announced and ended it, and until when offline transfers may still be recorded."""
    last = faults.last_day(fault, fault.unit, desk.today, desk.book)
    ended = (
        beside(fault.called("closed_from"), fault.called("closed_by"), moment(fault.closed_at))
        if fault.closed_at
        else zh("尚未结束")
    )
    return [
        (
            zh("范围"),
            zh(
                "{unit_name}{part}",
                unit_name=fault.called("unit"),
                part="" if fault.unit.is_school else zh("及其下属学校"),
            ),
        ),
        (zh("故障情况"), fault.reason),
        (zh("起始日期"), spoken(fault.since)),
        (
            zh("发布"),
            beside(fault.called("opened_from"), fault.called("opened_by"), moment(fault.opened_at)),
        ),
        (zh("结束"), ended),
        (zh("补记期限"), zh("至{day}", day=spoken(last)) if last else zh("故障结束后起算")),
    ]
