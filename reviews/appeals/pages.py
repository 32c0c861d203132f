"""What pages say of appeals against the refusal wall (R3.4): on the case, in the list, one by itself. Ready strings."""

from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from django.core.paginator import Paginator
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse

from orgs.people.models import Account, PostRole
from orgs.people.seats import seat_at
from reviews.appeals import ruling as appeals
from reviews.desk.context import Desk
from reviews.engine.grounds import answer_to
from reviews.engine.models import Case
from reviews.engine.procedures import kind_name
from reviews.refusal_rules.models import Ruling, WallAppeal
from reviews.refusal_rules.phrases_in_text import marked
from reviews.vocabulary.clauses import url_of
from web.clock import local_date, moment, spoken
from web.words import beside, zh

if TYPE_CHECKING:
    from reviews.case_page.page import Sight

PAGE = 25
TABS = {"open": zh("待裁定"), "ruled": zh("已裁定"), "all": zh("全部")}
CLOCK_GOES_ON = zh("裁定期间本环节时限照常计算。")
_TONES = {
    "": (zh("待裁定"), "warn"),
    Ruling.ALLOW: (zh("属误报"), "good"),
    Ruling.FORBID: (zh("成立"), "bad"),
}


# ---------------------------------------------------------------- on the case page


def on_case(account: Account, day: date) -> QuerySet:
    """The appeals of a case (``OuterRef``) that the account may see, as an expression."""
    rows = WallAppeal.objects.visible_to(account, day).filter(case=OuterRef("pk"))
    shown = {name: name for name in ("pk", "step_id", "unit_id", "opinion", "ruling", "ruling_opinion")}
    return rows.order_by("id").values(
        json=JSONObject(
            **shown, upper="upper__name", unit="unit__short_name", closed=F("step__closed_at"), to="upper_id"
        )
    )


def panel(sight: "Sight") -> list[dict]:
    """Each appeal of the case in a line."""
    return [_line(sight, row) for row in sight.case.appeal_rows]


def _line(sight: "Sight", row: dict) -> dict:
    state, tone = _TONES[row["ruling"]]
    waits = not row["ruling"] and row["closed"] is None
    if not row["ruling"] and not waits:
        state, tone = zh("环节已办结，无须裁定"), "plain"
    mine = waits and seat_at(sight.account, row["to"], PostRole.HEAD, sight.desk.today) is not None
    return {
        "url": reverse("appeal", args=[row["pk"]]),
        "link": zh("去裁定") if mine else zh("查看"),
        "state": state,
        "tone": tone,
        "text": zh("{part}的意见因用语被拦，报{part2}裁定。", part=row["unit"], part2=row["upper"])
        + (
            CLOCK_GOES_ON
            if waits
            else zh("裁定意见：“{part}”", part=row["ruling_opinion"])
            if row["ruling"]
            else ""
        ),
    }


def allowed(sight: "Sight") -> list[str]:
    """Texts that the unit above has let through, for the unit whose turn it still is in the same step."""
    step = sight.step
    if step is None or sight.seat is None:
        return []
    turns = {step.pk, step.recall_of_id}
    return [
        row["opinion"]
        for row in sight.case.appeal_rows
        if row["ruling"] == Ruling.ALLOW and row["step_id"] in turns and row["unit_id"] == step.unit_id
    ]


# ---------------------------------------------------------------- the list


def listed(account: Account, known: Desk, tab: str, page: str) -> dict:
    """The context of ``reviews/appeal_list.html``: those that wait first, the oldest before the others."""
    rows = WallAppeal.objects.visible_to(account, known.today)
    ways = {"open": rows.open().order_by("id"), "ruled": rows.exclude(ruling="").order_by("-decided_at")}
    chosen = ways.get(tab, rows.order_by("ruling", "-id"))
    near = chosen.select_related("case", "unit", "upper", "phrase", "step")
    found = Paginator(near, PAGE).get_page(page)
    return {
        "rows": [_row(appeal, account, known) for appeal in found.object_list],
        "tabs": [
            {
                "key": key,
                "label": label,
                "url": f"?tab={key}",
                "current": key == tab,
                "count": found.paginator.count if key == tab else "",
            }
            for key, label in TABS.items()
        ],
        "page": {
            "text": zh(
                "第 {start_index}–{end_index} 条，共 {paginator_count} 条。",
                start_index=found.start_index(),
                end_index=found.end_index(),
                paginator_count=found.paginator.count,
            )
            if found.paginator.count
            else "",
            "previous_url": f"?tab={tab}&page={found.previous_page_number()}" if found.has_previous() else "",
            "next_url": f"?tab={tab}&page={found.next_page_number()}" if found.has_next() else "",
        },
    }


def _row(appeal: WallAppeal, account: Account, known: Desk) -> dict:
    state, tone = _state(appeal)
    until = local_date(appeal.decided_at) if appeal.decided_at else known.today
    days = max(known.book.calendar.between(local_date(appeal.raised_at), until), 0)
    mine = appeals.refusal_to_decide(appeal, account, known.today) is None
    return {
        "url": reverse("appeal", args=[appeal.pk]),
        "number": appeal.case.number,
        "name": appeal.case.headline,
        "unit": appeal.unit.short_name,
        "upper": appeal.upper.short_name,
        "stage": appeal.stage_label,
        "phrase": appeal.phrase.text,
        "raised": spoken(local_date(appeal.raised_at)),
        "waited": days,
        "state": zh("待你裁定") if mine else state,
        "tone": "info" if mine else tone,
    }


def _state(appeal: WallAppeal) -> tuple[str, str]:
    if not appeal.ruling and appeal.step.closed_at is not None:
        return zh("环节已办结"), "plain"
    return _TONES[appeal.ruling]


# ---------------------------------------------------------------- one by itself


def one(account: Account, pk: int, day: date) -> WallAppeal | None:
    """The appeal, if the account may see it."""
    rows = WallAppeal.objects.visible_to(account, day).select_related(
        "case__receiving_unit",
        "case__sending_unit",
        "unit",
        "upper",
        "phrase",
        "step",
        "account__person",
        "decider__person",
    )
    return rows.filter(pk=pk).first()


def shown(appeal: WallAppeal, account: Account, known: Desk, typed: dict | None = None) -> dict:
    """The context of ``reviews/appeal_detail.html``."""
    case, phrase = appeal.case, appeal.phrase
    why = appeals.refusal_to_decide(appeal, account, known.today)
    state, tone = _state(appeal)
    found = answer_to(
        appeal.opinion,
        kind=case.kind,
        stage=appeal.stage,
        reason=appeal.reason,
        refuses=bool(appeal.outcome),
        province_id=appeal.unit.province_id,
        day=case.ruled_on(known.today),
        book=known.book,
    )
    return {
        "appeal": {
            "state": state,
            "tone": tone,
            "case_url": reverse("case", args=[case.number]) if _sees(account, case, known.today) else "",
            "number": case.number,
            "facts": _facts(appeal, known),
            "pieces": marked(appeal.opinion, found.spans),
            "explanation": appeal.explanation,
            "ruling_opinion": appeal.ruling_opinion,
            "ruled": beside(
                appeal.called("upper"), appeal.called("decider"), moment(cast(datetime, appeal.decided_at))
            )
            if appeal.ruling
            else "",
        },
        "clause": {
            "text": zh("“{phrase_quoted}”", phrase_quoted=phrase.quoted),
            "note": zh(
                "拦下的用语：{phrase_text}。{instead}", phrase_text=phrase.text, instead=phrase.instead
            ),
            "source": phrase.clause,
            "url": url_of(phrase.clause),
        },
        "may_rule": why is None,
        "why_not": why[1] if why and not appeal.ruling else "",
        "rulings": [
            {"value": Ruling.ALLOW, "label": zh("属误报：意见并非以此为由，原单位可以按这段原文提交")},
            {"value": Ruling.FORBID, "label": zh("成立：意见确以此为由，原单位须改写意见")},
        ],
        "typed": typed or {"ruling": "", "opinion": ""},
    }


def _sees(account: Account, case: Case, day: date) -> bool:
    return Case.objects.visible_to(account, day).filter(pk=case.pk).exists()


def _facts(appeal: WallAppeal, known: Desk) -> list[tuple[str, str]]:
    case = appeal.case
    reason = known.book.reason_text(appeal.reason, case) if appeal.reason else "—"
    return [
        (
            zh("业务"),
            beside(case.number, case.headline, kind_name(case.kind)),
        ),
        (zh("学校"), f"{case.sending_name} → {case.receiving_name}"),
        (
            zh("环节"),
            zh(
                "{appeal_stage_label}（{unit_name}）",
                appeal_stage_label=appeal.stage_label,
                unit_name=appeal.unit.name,
            ),
        ),
        (
            zh("环节时限"),
            zh("{day}，{rstrip}", day=spoken(appeal.step.due_on), rstrip=CLOCK_GOES_ON.rstrip("。")),
        ),
        (zh("拟作结论"), appeal.proposed),
        (zh("所选理由"), reason),
        (
            zh("上报人"),
            beside(appeal.account, moment(appeal.raised_at)),
        ),
        (zh("裁定单位"), appeal.upper.name),
    ]
