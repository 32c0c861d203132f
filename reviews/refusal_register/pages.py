"""What the pages of refusals say: the list by stage, and the share of each reason at each unit (R3.4). Ready strings."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse

from orgs.people.models import Account, Unit
from orgs.people.seats import seats_of
from reviews.desk.context import Desk
from reviews.engine import procedures
from reviews.engine.models import Step
from reviews.refusal_register import register
from reviews.refusal_register.register import Crossed, Share, Wanted
from reviews.refusal_rules import wall_marks
from reviews.vocabulary.clauses import url_of
from reviews.vocabulary.states import STAGES, Outcome, State
from web.clock import local_date, spoken
from web.paging import stretch
from web.words import joined, zh

PAGE = 50
UNITS = 20
CLAUSE = {
    "text": zh(
        "对于外省份同意接收的要及时办理，不得以接收省份可能违规招生、学生分数可能未达到接收省份要求等理由驳回申请。"
    ),
    "note": zh("各环节的驳回都列在这里，供上级逐件复核；理由只能从所列各条中选。"),
    "source": zh("教基一厅〔2016〕2号 附件1 第三条第4款"),
    "url": url_of(zh("附件1 三.4")),
}
_WHAT = {Outcome.REFUSE: zh("驳回"), Outcome.SEND_BACK: zh("退回补正")}
_ORDERS = {"time": zh("按核办时间"), "unit": zh("按单位"), "reason": zh("按理由")}


@dataclass(frozen=True)
class Look:
    """One account's look at the register: what is asked for, and the figures around it."""

    account: Account
    known: Desk
    wanted: Wanted

    @cached_property
    def _near(self) -> tuple[Unit | None, list[Unit]]:
        return register.unit_choices(self.account, self.known.today, self.wanted.unit)

    @property
    def unit(self) -> Unit | None:
        """The unit chosen."""
        return self._near[0]

    @cached_property
    def fitting(self) -> Wanted:
        """What is asked for, without a unit that the account does not stand above."""
        return self.wanted if self.unit else replace(self.wanted, unit="", own=False)

    @cached_property
    def crossed(self) -> Crossed:
        """How many by stage and reason."""
        return Crossed.of(self.fitting, self.account, self.known.today, self.unit)

    def rows(self, **changed: Any) -> QuerySet[Step]:
        """The steps asked for."""
        return register.signed(replace(self.fitting, **changed), self.account, self.known.today, self.unit)

    def text(self, code: str) -> str:
        """What a reason says, in the words of the account's province where it has its own."""
        provinces = {seat.unit.province_id for seat in seats_of(self.account, self.known.today)} | {None}
        found = [row for row in self.known.book.reasons if row.code == code]
        fitting = [row for row in found if row.province_id in provinces] or found
        best = max(fitting, key=lambda row: (row.province_id is not None, row.valid_from), default=None)
        return best.text if best else code or zh("（没有记录理由）")

    # ------------------------------------------------------------ around the table

    def frame(self, page_name: str) -> dict:
        """What both pages have: the period, tabs by stage, filters, the other page with the same filters."""
        wanted = self.fitting
        other = "refusal-shares" if page_name == "refusals" else "refusals"
        return {
            "what": _WHAT[Outcome(wanted.outcome)],
            "period": self._period(),
            "tabs": [self._tab(stage) for stage in ("", *self._stages())],
            "selects": self._selects(reasons=page_name == "refusals"),
            "since": wanted.since.isoformat() if wanted.since else "",
            "until": wanted.until.isoformat() if wanted.until else "",
            "stage": wanted.stage,
            "own": wanted.own,
            "clear_url": reverse(page_name) if wanted.narrowed else "",
            "wrong_period": bool(wanted.since and wanted.until and wanted.since > wanted.until),
            "other_url": reverse(other) + wanted.address(reason=""),
            "clause": CLAUSE,
        }

    def _period(self) -> str:
        wanted = self.fitting
        since = zh("{day}起", day=spoken(wanted.since)) if wanted.since else zh("全部时间")
        return zh("{since}，至{part}", since=since, part=spoken(wanted.until) if wanted.until else zh("今天"))

    def _stages(self) -> list[str]:
        """Stages where there is any, and the one that is chosen."""
        return [stage for stage in STAGES if stage == self.wanted.stage or self.crossed.many(stage)]

    def _tab(self, stage: str) -> dict:
        return {
            "label": State(stage).label if stage else zh("全部环节"),
            "url": self.fitting.address(stage=stage),
            "current": stage == self.fitting.stage,
            "count": self.crossed.many(stage, self.fitting.reason),
        }

    def _selects(self, reasons: bool) -> list[dict]:
        wanted = self.fitting
        kinds = [(each.kind, each.name) for each in procedures.all_procedures()]
        found = [
            _select("outcome", zh("结论"), list(_WHAT.items()), wanted.outcome),
            _select("kind", zh("业务类型"), [("", zh("全部业务")), *kinds], wanted.kind),
        ]
        if reasons:
            counted = sorted(self.crossed.reasons(wanted.stage), key=lambda each: (-each[1], each[0]))
            if wanted.reason and wanted.reason not in dict(counted):
                counted.append((wanted.reason, 0))
            told = [
                (code, zh("{words}（{many}）", words=self.text(code), many=many)) for code, many in counted
            ]
            found.append(_select("reason", zh("理由"), [("", zh("全部理由")), *told], wanted.reason))
        units = [(unit.code, "　" * (unit.path.count("/") - 2) + unit.short_name) for unit in self._near[1]]
        found.append(_select("unit", zh("单位"), [("", zh("全部单位")), *units], wanted.unit))
        if reasons:
            found.append(_select("order", zh("排序"), list(_ORDERS.items()), wanted.order))
        return found


def _select(name: str, label: str, options: list[tuple[str, str]], chosen: str) -> dict:
    rows = [{"value": value, "label": text, "selected": value == chosen} for value, text in options]
    return {"name": name, "label": label, "options": rows}


# ---------------------------------------------------------------- the list


def listing(look: Look) -> dict:
    """The context of ``reviews/refusal_list.html``."""
    wanted = look.fitting
    rows = register.in_order(register.full(look.rows()), wanted.order)
    pages = Paginator(rows, PAGE)
    pages.count = look.crossed.many(wanted.stage, wanted.reason)
    page = pages.get_page(look.wanted.page)
    return look.frame("refusals") | {
        "rows": [_row(look, step) for step in page.object_list],
        "page": pager(page, wanted, zh("件")),
    }


def _row(look: Look, step: Step) -> dict:
    case = step.case
    return {
        "url": reverse("case", args=[case.number]),
        "number": case.number,
        "name": case.headline,
        "kind": procedures.kind_name(case.kind),
        "stage": step.get_stage_display(),
        "unit": step.unit_then or step.unit.short_name,
        "reason": look.known.book.reason_text(step.reason, case),
        "opinion": step.sign_opinion,
        "doubt": wall_marks.sentence(step.mark),
        "signed": spoken(local_date(cast(datetime, step.signed_at))),
    }


def pager(page: Page, wanted: Wanted, measure: str) -> dict:
    """The line under a list."""
    text = stretch(page, measure)
    return {
        "text": text,
        "previous_url": wanted.address(page=str(page.previous_page_number())) if page.has_previous() else "",
        "next_url": wanted.address(page=str(page.next_page_number())) if page.has_next() else "",
    }


# ---------------------------------------------------------------- shares


def shares(look: Look) -> dict:
    """The context of ``reviews/refusal_shares.html``: all units together, then each, the most refusals first."""
    wanted = look.fitting
    rows = look.rows(reason="")
    pages = Paginator(register.units_of(rows), UNITS)
    page = pages.get_page(look.wanted.page)
    each = register.shares(rows, [row["unit"] for row in page.object_list])
    whole = Share.of("", [], look.crossed.reasons(wanted.stage))
    return look.frame("refusal-shares") | {
        "groups": [_group(look, share) for share in ([whole, *each] if each else [])],
        "page": pager(page, wanted, zh("个单位")),
    }


def _called(names: list[str]) -> str:
    """The unit by its names of then."""
    latest, *former = names
    if not former:
        return latest
    return zh("{name}（此前称{former}）", name=latest, former=joined("、", former))


def _group(look: Look, share: Share) -> dict:
    place = {"unit": share.code, "own": True} if share.code else {}
    listed, wanted = reverse("refusals"), replace(look.fitting, reason="")
    return {
        "name": _called(share.names) if share.code else zh("全部单位合计"),
        "total": share.total,
        "url": listed + wanted.address(**place),
        "rows": [
            {
                "reason": look.text(code),
                "many": many,
                "part": part,
                "url": listed + wanted.address(reason=code, **place),
            }
            for code, many, part in share.reasons
        ],
    }
