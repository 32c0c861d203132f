"""The rulebook in memory: all rows of R0.7, read again only when their revision has grown.

The door reads the revision with the row lock of the case (no query more), so a decision is always judged by the rows
that stand at that moment, in every process.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from django.db.models import Q

from orgs.people.models import Account
from reviews.engine.models import Case
from reviews.refusal_rules.models import ForbiddenPhrase, WallWords
from reviews.refusal_rules.wall import Rule, Wall, lexicon
from reviews.rulebook import calendar, windows
from reviews.rulebook.models import Limit, QuickPhrase, RefusalReason, Route, Window, YearRow
from reviews.vocabulary.relations import ACROSS_LEAGUES
from reviews.vocabulary.states import Outcome
from web.refusals import Refusal
from web.words import zh


@dataclass(frozen=True)
class Rulebook:
    """All rows of the rulebook at one revision, and the questions that are asked of them."""

    revision: int
    calendar: calendar.Calendar
    limits: tuple
    windows: tuple
    routes: tuple
    reasons: tuple
    forbidden: tuple
    words: tuple
    year_rows: tuple
    walls: dict = field(default_factory=dict, compare=False, repr=False)

    def limit(self, key: str, day: date, province_id: int | None = None) -> int:
        """The value of a limit in force on ``day``; a province's own row goes before the nation's."""
        row = _chosen([row for row in self.limits if row.key == key], day, province_id)
        if row is None:
            raise LookupError(f"no limit {key} in force on {day}")
        return row.value

    def year(self, key: str, day: date, province_id: int | None = None) -> str:
        """The word of a row of the year's end in force on ``day``; a province's own row goes before the nation's."""
        return self.year_row(key, day, province_id).value

    def year_row(self, key: str, day: date, province_id: int | None = None) -> YearRow:
        """The row of :meth:`year` itself, which says on what it rests."""
        row = _chosen([row for row in self.year_rows if row.key == key], day, province_id)
        if row is None:
            raise LookupError(f"no row {key} in force on {day}")
        return row

    def due(self, key: str, day: date, province_id: int | None = None, year: int | None = None) -> date:
        """The last day, in the year of ``day`` or in ``year``, of the season that a reminder's row tells of (R3.5)."""
        row = _chosen([row for row in self.windows if row.key == key], day, province_id)
        if row is None:
            raise LookupError(f"no date {key} in force on {day}")
        return windows.season_ends(day.year if year is None else year, row.ends)

    def route(
        self,
        kind: str,
        relation: str,
        phase: str,
        day: date,
        province_id: int | None,
        across_leagues: bool = False,
    ) -> Route | None:
        """The route in force (R3.1): the row for the phase before the one for any, the one for two leagues before
        the one for the whole province, the province's before the nation's."""
        relations = {relation, ACROSS_LEAGUES} if across_leagues else {relation}
        rows = [
            row
            for row in self.routes
            if row.kind == kind and row.relation in relations and row.phase in ("", phase)
        ]
        fitting = [row for row in rows if _in_force(row, day) and row.province_id in (None, province_id)]

        def closest(row: Route) -> tuple:
            return (
                row.phase != "",
                row.relation == ACROSS_LEAGUES,
                row.province_id is not None,
                row.valid_from,
            )

        return max(fitting, key=closest, default=None)

    def reasons_for(self, kind: str, stage: str, outcome: str, day: date, province_id: int | None) -> list:
        """The closed list of reasons for an outcome at a stage (R0.6, R3.4), in its order.

        A province's own row takes the place of the nation's with the same code, wherever that one could be used.
        """
        codes = dict.fromkeys(row.code for row in self.reasons if kind in row.kinds)
        chosen = {code: self._reason(code, kind, day, province_id) for code in codes}
        return [
            each
            for each in self.reasons
            if each.outcome == outcome and stage in each.stages and chosen.get(each.code) is each
        ]

    def reason_text(self, code: str, case: Case) -> str:
        """What a coded reason says in ``case``, by the rows of its submission; the code itself for an unknown one."""
        row = self.reason_row(code, case)
        return row.text if row else next((row.text for row in self.reasons if row.code == code), code)

    def reason_row(self, code: str, case: Case) -> RefusalReason | None:
        """The row that a code means in ``case``."""
        return self._reason(code, case.kind, case.ruled_on(date.max), case.receiving_unit.province_id)

    def _reason(self, code: str, kind: str, day: date, province_id: int | None) -> RefusalReason | None:
        return _chosen([r for r in self.reasons if r.code == code and kind in r.kinds], day, province_id)

    def forbidden_for(
        self, kind: str | None, stage: str | None, day: date, province_id: int | None
    ) -> list[ForbiddenPhrase]:
        """What words at a stage must not rest on or demand (R3.4, R0.6): the nation's rows and, beside them, those of
        the province of the unit that writes. A province adds; it takes none of the nation's away. ``None`` for kind
        and stage asks the rows of any: for words that are used at any of them."""
        return [
            row
            for row in self.forbidden
            if (kind is None or not row.kinds or kind in row.kinds)
            and (stage is None or not row.stages or stage in row.stages)
            and row.province_id in (None, province_id)
            and _in_force(row, day)
        ]

    def wall(self, kind: str | None, stage: str | None, day: date, province_id: int | None) -> Wall:
        """The refusal wall of a kind, a stage, a day and a province, compiled once for as long as the rows stand."""
        rows = tuple(self.forbidden_for(kind, stage, day, province_id))
        words = tuple(
            row for row in self.words if row.province_id in (None, province_id) and _in_force(row, day)
        )
        key = (tuple(row.pk for row in rows), tuple(row.pk for row in words))
        if key not in self.walls:
            self.walls[key] = compiled(rows, words)
        return self.walls[key]

    def closed(self, kind: str, province_id: int | None, instant: datetime) -> Window | None:
        """The window that forbids submitting ``kind`` at ``instant``, or ``None`` (R3.5)."""
        # The rows of a rulebook are of the table.
        return cast("Window | None", windows.closed_by(self.windows, kind, province_id, instant))


def compiled(rows: Iterable[Any], words: Iterable[Any]) -> Wall:
    """The wall of these rules and words. A rule without concepts is a concept of its own, of the row's words."""
    rules, own_words = [], []
    for row in rows:
        own = () if row.concepts else (f"row.{row.pk or row.text}",)
        own_words += [(row.text, label) for label in own]
        concepts = tuple(row.concepts) or own
        rules.append(Rule(row.key, row.text, concepts, row.reach, row.answer, row.groundless, row=row))
    return Wall(rules, lexicon(tuple((row.words, row.concept) for row in words)), own_words)


def _in_force(row: Any, day: date) -> bool:
    return row.valid_from <= day and (row.valid_until is None or row.valid_until > day)


def _chosen(rows: Iterable[Any], day: date, province_id: int | None) -> Any:
    fitting = [r for r in rows if _in_force(r, day) and r.province_id in (None, province_id)]
    return max(fitting, key=lambda r: (r.province_id is not None, r.valid_from), default=None)


_kept: Rulebook | None = None


def current(revision: int | None = None) -> Rulebook:
    """The rulebook at ``revision``; when it is not given, or not the one in memory, the database is asked.

    A revision that this very transaction has raised may be rolled back: what is read under it is not kept.
    """
    global _kept
    if _kept is not None and _kept.revision == revision:
        return _kept
    number, settled = calendar.stored_revision()
    if _kept is not None and _kept.revision == number:
        return _kept
    fresh = Rulebook(
        number,
        calendar.current(number),
        tuple(Limit.objects.order_by("key")),
        tuple(Window.objects.order_by("key")),
        tuple(Route.objects.order_by("id")),
        tuple(RefusalReason.objects.order_by("outcome", "position")),
        tuple(ForbiddenPhrase.objects.order_by("id")),
        tuple(WallWords.objects.order_by("id")),
        tuple(YearRow.objects.order_by("key")),
    )
    if settled:
        _kept = fresh
    return fresh


def window_refusal(book: Rulebook, kind: str, province_id: int | None, instant: datetime) -> Refusal | None:
    """Why ``kind`` cannot be submitted at ``instant``, told with the day from which it can be (R3.5)."""
    state = windows.window_state(book.windows, kind, province_id, instant)
    if state.open:
        return None
    return Refusal(
        "window_closed",
        zh("{rstrip}。草稿会保留，已发起的业务照常办理。", rstrip=state.sentence.rstrip("。")),
        state.window.clause if state.window else "",
        zh("到时段开放后由转入学校发起"),
    )


def phrases_for(account: Account, units: set[int]) -> list[str]:
    """Quick phrases for an opinion that agrees."""
    return phrases_by(account, units, (Outcome.AGREE,))[Outcome.AGREE]


def phrases_by(account: Account, units: set[int], outcomes: tuple[str, ...]) -> dict[str, list[str]]:
    """Quick phrases for an opinion by outcome, offered with that outcome and no other (R0.3): one's own, the unit's,
    then everyone's; at most nine of each."""
    rows = QuickPhrase.objects.filter(outcome__in=outcomes).filter(
        Q(account_id=account.pk)
        | Q(account__isnull=True, unit_id__in=units)
        | Q(account__isnull=True, unit__isnull=True)
    )
    found: dict[str, list[str]] = {str(outcome): [] for outcome in outcomes}
    for row in sorted(rows, key=lambda r: (r.account_id is None, r.unit_id is None)):
        found[row.outcome].append(row.text)
    return {outcome: texts[:9] for outcome, texts in found.items()}
