"""补建学籍 as a procedure: school → its authority; agreed to, the children stand on the province's list of the month
(R2.2)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse

from orgs.people.models import PostRole
from orgs.people.school_system import system_on
from orgs.people.seats import seat_at
from reviews.engine import procedures
from reviews.engine.models import Case
from reviews.engine.procedures import CasePage
from reviews.vocabulary.states import MOVED_NOTHING, State, Verb
from students.admission.late import actions as lists
from students.admission.late import calendar
from students.admission.late.actions import CLAUSE, KIND, NAME
from students.admission.late.models import Late, LateChild, Why
from students.changes.page import lines
from students.pupil import records
from students.pupil.grades import PRIMARY
from web.clock import local_date, moment, spoken
from web.refusals import guard
from web.words import joined, zh


@dataclass
class ListFacts:
    """What the guards judge: the children of the list."""

    case: Case
    rows: list[LateChild]
    now: datetime

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return local_date(self.now)


@guard("名单是空的，请先登记要补建学籍的学生。", CLAUSE)
def somebody_listed(facts: ListFacts):
    """名单中有学生"""
    return None if facts.rows else {}


@guard("名单中有 {count} 名学生现在不能补建（{who}：{why}），请退回学校删去后再办。", CLAUSE)
def all_registrable(facts: ListFacts):
    """名单中的学生都没有学籍，学校有其就读年级"""
    return _troubled(facts)


@guard(
    "名单中有 {count} 名学生现在不能补建（{who}：{why}），查重时逐人答复，其他学生照常办理。",
    CLAUSE,
    stops=False,
)
def all_still_registrable(facts: ListFacts):
    """名单中的学生都没有学籍，学校有其就读年级"""
    return _troubled(facts)


def _troubled(facts: ListFacts) -> dict | None:
    found = lists.troubles(facts.rows, facts.case.receiving_unit, facts.today)
    if not found:
        return None
    first = next(row for row in facts.rows if row.pk in found)
    return {"count": len(found), "who": first.name, "why": found[first.pk].sentence}


class LateRegistration(procedures.Procedure):
    """补建学籍: a list of children of one school."""

    kind = KIND
    name = NAME
    guards = {
        Verb.SUBMIT: (somebody_listed, all_registrable),
        "complete": (somebody_listed, all_still_registrable),
    }
    clause = CLAUSE
    beginner = zh("学校")
    of_one_school = True
    brings = zh("名单已列入省级名单，月末查重通过后建立学籍")
    ends = zh("列入省级月末名单")
    edit_path = "/late/{number}/"
    proof_name = zh("佐证材料")
    no_proof = zh("没有上传佐证材料（选填）。")
    fewest_proofs = 0
    rule_note = zh("一年级以外新建学籍，由省级每月底集中提交查重：通过的建立，不通过的按转学办理。")
    review_scope = zh("核对：学生确在该校就读，此前确无学籍，原因属实。")

    def lock_subject(self, case: Case) -> list[LateChild]:
        """The children's rows, locked in one order."""
        rows = LateChild.objects.select_for_update(no_key=True, of=("self",))
        return list(rows.filter(case=case, state=Late.SENT).order_by("pk"))

    def facts(self, case: Case, subject, now, book) -> ListFacts:
        """The rows that are still on the list."""
        return ListFacts(case, list(LateChild.objects.filter(case=case, state=Late.SENT)), now)

    def phase(self, case: Case, subject, day) -> str:
        """学段 that the children are in."""
        return LateChild.objects.filter(case=case).values_list("phase", flat=True).first() or PRIMARY

    def complete(self, case: Case, subject, now) -> dict:
        """Everybody on the list is on the province's list of the month."""
        rows = LateChild.objects.filter(case=case, state=Late.SENT)
        return {"collected": rows.update(state=Late.COLLECTED, collected_at=now)}

    def named(self, text: str) -> Q:
        """Lists on which somebody of this name stands."""
        return Q(pk__in=LateChild.objects.filter(name=text.strip()).exclude(case=None).values("case"))

    def matching_subjects(self, query: str, account, now) -> list[str]:
        """Lists from which the pupil with this number came."""
        rows = LateChild.objects.filter(student__in=records.ids_by_number(query, local_date(now)))
        return list(rows.exclude(case=None).values_list("case__subject", flat=True))

    def page(self, case: Case, account, now, book, *, proofs: int = 0, full: bool = False) -> CasePage:
        """How many, of which grades and why; the names stand on the list's own page."""
        known, day = self.facts(case, None, now, book), local_date(now)
        checks = lines(self.guards["complete"] if case.is_live else (), known)
        mine = seat_at(account, case.receiving_unit_id, PostRole.REGISTRAR, day) is not None
        url = reverse("late-list", args=[case.number])
        return CasePage(
            facts=facts_shown(case, day),
            checks=checks,
            obstacle=next((line["text"] for line in checks if line["ok"] is False), ""),
            done=_done(case.closed_at) if case.state == State.COMPLETED and case.closed_at else "",
            links=[{"label": zh("查看名单"), "url": url}],
            edit_url=url,
            copy_url=reverse("late-copy", args=[case.number])
            if case.state in MOVED_NOTHING and case.submitted_at and mine
            else "",
        )


def _done(closed_at: datetime) -> str:
    checked = calendar.due_of(closed_at)
    return zh(
        "已于{moment}列入省级名单，由自治区（省）在{moment2}前收表上报，上报后即查重。",
        moment=moment(closed_at),
        moment2=moment(checked),
    )


def facts_shown(case: Case, day: date) -> list[tuple[str, str]]:
    """The list in figures."""
    rows = list(LateChild.objects.filter(case=case).select_related("school"))
    kept = [row for row in rows if row.state != Late.DROPPED]
    school = case.receiving_unit
    one_of_each = {(-row.cohort, row.phase): row for row in kept}
    grades = [lists.grade_told(one_of_each[key], day, system_on(school, day)) for key in sorted(one_of_each)]
    whys = [(Why(why).label, sum(row.why == why for row in kept)) for why in Why]
    created, refused = (sum(row.state == state for row in kept) for state in (Late.CREATED, Late.REFUSED))
    shown = [
        (zh("学校"), school.name),
        (
            zh("人数"),
            zh("{count} 人", count=len(kept))
            + (zh("（另删去 {count} 人）", count=len(rows) - len(kept)) if len(rows) > len(kept) else ""),
        ),
        (zh("就读年级"), joined("、", grades) or "—"),
        (
            zh("原因"),
            joined(
                "；", (zh("{label} {count} 人", label=label, count=count) for label, count in whys if count)
            )
            or "—",
        ),
    ]
    if created or refused:
        shown.append(
            (
                zh("查重结果"),
                zh("通过并建立 {created} 人，不通过 {refused} 人", created=created, refused=refused),
            )
        )
    elif case.state == State.COMPLETED and case.closed_at:
        shown.append((zh("应上报查重"), spoken(local_date(calendar.due_of(case.closed_at)))))
    return shown


procedures.register(LateRegistration())
