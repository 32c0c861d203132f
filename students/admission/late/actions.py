"""补建学籍: a school lists children above grade 1 who have no record, with the reason, and sends the list (R2.2).

A list goes school → its authority; what it agrees to is on the province's list of the month and is held against all
pupils on the month's last day. Whoever is known already by the identity number is told at the listing: that child has
a record, and comes by transfer.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import overload

from django.db import IntegrityError, transaction

from ledger import audit
from orgs.people.models import PostRole, Unit
from orgs.people.school_system import SystemOn, system_on
from orgs.people.successors import heir_or_self
from reviews.engine import door, seating
from reviews.engine.book import Rulebook
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.models import Case
from reviews.engine.opinions import checked_opinion, cleaned
from reviews.vocabulary.states import MOVED_NOTHING, Verb
from students.admission.late.models import LIVE, Late, LateChild, Why
from students.admission.registration import actions as registration
from students.admission.registration.actions import Newcomer
from students.changes import pupil_drafts
from students.duplicates import matching as duplicates
from students.duplicates.matching import NUMBER, Match, Who
from students.pupil import sealing
from students.pupil.grades import grade_label, grade_name, grade_of, label_of, phase_of, school_year, stays
from students.pupil.year_rows import entering_cohort, entry_year
from students.record import values as record_values
from web import clock
from web.refusals import Refusal, Refused, refuse
from web.text import folded, holds_number, says
from web.words import joined, zh

KIND = "late_registration"
NAME = zh("补建学籍")
CLAUSE = zh("附件1 二")
CHAIN = "students"
# A list is read by people and agreed to in one transaction.
MOST = 1000
_TABLE, _COLUMN = "students_latechild", "said_sealed"
GRADE, WHY, NOTE = "grade", "why", "why_note"


@overload
def seat_refusal(school: None, by, day: date) -> Refusal: ...


@overload
def seat_refusal(school: Unit | None, by, day: date) -> Refusal | None: ...


def seat_refusal(school: Unit | None, by, day: date) -> Refusal | None:
    """Why ``by`` cannot list or send children of ``school``."""
    told = Refusal("no_seat", zh("补建学籍由学生所在学校的学籍管理员登记，你没有这个岗位。"), CLAUSE)
    if school is None:
        return seating.no_seat(by, day, told)
    if found := seating.seat_refusal(by, school.pk, PostRole.REGISTRAR, day, told):
        return found
    if not grades_of(school, day):
        return Refusal(
            "no_grade",
            zh("{school_name}没有一年级以上的年级；一年级新生请用“新生建籍”登记。", school_name=school.name),
            CLAUSE,
        )
    return None


def grades_of(school: Unit, day: date) -> dict[int, str]:
    """The grades above the first that the school has, with what they are called there."""
    system = system_on(school, day)
    return {grade: grade_label(grade, system) for grade in system.grades if grade > 1}


# ---------------------------------------------------------------- one child as it was typed


@dataclass
class Said:
    """A child as a form or a line says it: the record's items, the grade, why there is no record; ``errors`` by item."""

    newcomer: Newcomer
    grade: int
    why: str
    note: str
    errors: dict[str, str]
    claimed: bool = False

    @property
    def match(self) -> Match | None:
        """The pupil who has the same identity number."""
        return next((match for match in self.newcomer.matches if match.kind == NUMBER), None)

    @property
    def namesake(self) -> Match | None:
        """The pupil who agrees in name, sex and birth date with a child of whom no number tells otherwise."""
        return found_of(self.newcomer, self.claimed) if self.match is None else None


def found_of(newcomer: Newcomer, claimed: bool) -> Match | None:
    """Whom the check finds: the pupil with the same identity number; for a child without a number one who agrees in
    name, sex and birth date, unless the school says that it is another child and vouches for it later (R2.2, R1.9)."""
    numbered = next((match for match in newcomer.matches if match.kind == NUMBER), None)
    if numbered is not None or newcomer.who.index or claimed:
        return numbered
    return next(iter(newcomer.matches), None)


def read(
    typed: dict[str, str],
    codes: dict[str, dict[str, str]],
    school: Unit,
    day: date,
    bad: Iterable[str] = (),
    book: Rulebook | None = None,
) -> Said:
    """The typed texts with what is wrong at which item; no look at other pupils. ``bad`` as in
    :func:`students.admission.registration.actions.read`; ``book`` for those who read many."""
    newcomer = registration.read(typed, codes, day, bad)
    errors = dict(newcomer.errors)
    grade = 0 if GRADE in errors else _grade(typed.get(GRADE, ""), grades_of(school, day), errors)
    why = typed.get(WHY, "")
    if why not in Why.values and WHY not in errors:
        errors[WHY] = zh("请选择此前没有学籍的原因。")
    note = cleaned(typed.get(NOTE, ""))[:200]
    if holds_number(note) and NOTE not in errors:
        errors[NOTE] = zh("原因说明里写有身份证号或学籍号，请删去；号码填在证件号一栏。")
    if why == Why.OTHER and not says(note) and NOTE not in errors:
        errors[NOTE] = zh("原因选“其他”的，请写明原因（2–200 字）。")
    try:
        held_by_wall(note, school, act=zh("登记"), told=True, book=book)
    except Refused as refused:
        errors.setdefault(NOTE, refused.sentence)
    return Said(newcomer, grade, why, note, errors, claimed=bool(typed.get("claimed")))


def _grade(text: str, grades: dict[int, str], errors: dict[str, str]) -> int:
    """The grade by its number or by what it is called at the school; 0 where it has no such grade."""
    text = text.strip()
    found = next((grade for grade, label in grades.items() if text in (str(grade), label)), 0)
    if not found:
        offered = joined(
            "、", (zh("{label}（{grade}）", label=label, grade=grade) for grade, label in grades.items())
        )
        errors[GRADE] = (
            zh("一年级新生请用“新生建籍”登记，不用补建。")
            if text in ("1", "一年级", "一年级（小学）")
            else zh("请填写就读年级，本校一年级以上的年级有：{offered}。", offered=offered)
        )
    return found


def match(children: Sequence[Said]) -> None:
    """查重 at the listing: each complete child learns whom it may be already. One statement however many."""
    complete = [one for one in children if not one.errors]
    registration.match([one.newcomer for one in complete])


def on_lists(children: Iterable[Said]) -> dict[bytes, LateChild]:
    """The living rows with these identity numbers, of whichever school, by the number's index."""
    indexes = [index for one in children if not one.errors and (index := one.newcomer.who.index)]
    rows = LateChild.objects.filter(id_number_index__in=indexes, state__in=LIVE).select_related("school")
    return {bytes(kept): row for row in rows if (kept := row.id_number_index) is not None}


def listed_here(school: Unit) -> dict[tuple, LateChild]:
    """The school's living rows by name, sex and birth date: for children without a number."""
    rows = LateChild.objects.filter(school=school, state__in=LIVE, id_number_index=None)
    return {(folded(row.name), row.sex, row.birth_date): row for row in rows}


def known_sentence(found: Match, school: Unit) -> str:
    """What is told where the identity number is that of a pupil: transfer, or look into one's own books."""
    if found.school_id == school.pk:
        return zh("查重没有通过：该生已在本校有学籍，请直接打开学籍核对")
    return zh("查重没有通过：该生已在{found_school}有学籍，不能补建，应办理转学", found_school=found.school)


# ---------------------------------------------------------------- the school's list


def add(children: Sequence[Said], school: Unit, by, now: datetime) -> list[LateChild]:
    """List children who were read and found free of faults. Raises Refused, then nobody was listed."""
    day = clock.local_date(now)
    if refused := seat_refusal(school, by, day):
        raise Refused(refused)
    with transaction.atomic():
        Unit.objects.select_for_update(no_key=True).get(pk=school.pk)
        match(children)
        _refuse_known(children, school)
        rows = [_row(one, school, by, day) for one in children]
        try:
            with transaction.atomic():
                LateChild.objects.bulk_create(rows, batch_size=1000)
        except IntegrityError as error:
            if "late_once" in str(error):
                refuse("listed", zh("名单中有学生刚刚被他校列入补建名单，请刷新后核对。"), CLAUSE)
            raise
        _note(school, by, "listed", rows)
    return rows


def _refuse_known(children: Sequence[Said], school: Unit) -> None:
    here, there = listed_here(school), on_lists(children)
    for one in children:
        who = one.newcomer.who
        if one.match is not None:
            refuse(
                "registered",
                zh(
                    "{who_name}：{known_sentence}。",
                    who_name=who.name,
                    known_sentence=known_sentence(one.match, school),
                ),
                CLAUSE,
            )
        row = there.get(who.index) if who.index else here.get((folded(who.name), who.sex, who.birth_date))
        if row is not None:
            where = zh("本校") if row.school_id == school.pk else row.school.name
            refuse(
                "listed",
                zh(
                    "{who_name}：已在{where}的补建名单中（{state}）。",
                    who_name=who.name,
                    where=where,
                    state=row.get_state_display(),
                ),
                CLAUSE,
            )


def _row(one: Said, school: Unit, by, day: date) -> LateChild:
    who = one.newcomer.who
    row = LateChild(
        school=school,
        name=who.name,
        sex=who.sex,
        birth_date=who.birth_date,
        id_number_index=who.index,
        phase=phase_of(one.grade, system_on(school, day)),
        cohort=entering_cohort(one.grade, day, school.province_id, late=True),
        grade=one.grade,
        class_number=one.newcomer.class_number,
        why=one.why,
        why_note=one.note,
        claimed=one.claimed,
        listed_by=by,
    )
    said = json.dumps(one.newcomer.values, ensure_ascii=False)
    row.said_sealed = sealing.seal(said, _TABLE, _COLUMN, str(row.key))
    return row


def newcomer_of(row: LateChild) -> Newcomer:
    """What the record is to hold, as it was listed."""
    values = json.loads(sealing.unseal(row.said_sealed, _TABLE, _COLUMN, str(row.key)))
    return Newcomer(values, {}, row.class_number)


def drop(row: LateChild, by, now: datetime) -> None:
    """Take a child off a list that is not sent, or that the school has in hand for correction. Raises Refused."""
    if refused := seat_refusal(row.school, by, clock.local_date(now)):
        raise Refused(refused)
    if row.case is not None and row.state == Late.SENT:
        with door.edit(row.case, by, "late_dropped", detail={"child": row.pk}):
            _dropped(row, by)
        return
    with transaction.atomic():
        _dropped(row, by)


def _dropped(row: LateChild, by) -> None:
    rows = LateChild.objects.filter(pk=row.pk, state__in=[Late.LISTED, Late.SENT])
    if not rows.update(state=Late.DROPPED):
        refuse(
            "row_state",
            zh("该生{state}，不能从名单中删去，请刷新后核对。", state=row.get_state_display()),
            CLAUSE,
        )
    _note(row.school, by, "dropped", [row])


def waiting(school: Unit):
    """The rows of the school that are not sent yet."""
    return LateChild.objects.filter(school=school, state=Late.LISTED).select_related("school")


def troubles(rows: Sequence[LateChild], school: Unit, day: date) -> dict[int, Refusal]:
    """Of the listed children those who cannot be registered now, with why, by row; two statements for any number."""
    system = system_on(school, day)
    children = [Who(_bytes(row.id_number_index), row.name, row.sex, row.birth_date) for row in rows]
    matches = duplicates.find(children)
    found = {}
    for at, row in enumerate(rows):
        known = next((one for one in matches.get(at, []) if one.kind == NUMBER), None)
        if known is not None:
            found[row.pk] = Refusal("registered", known_sentence(known, school), CLAUSE)
        elif grade_lost(row, system, day):
            label = grade_told(row, day)
            found[row.pk] = Refusal(
                "no_grade",
                zh("现在应读{label}，{school_name}没有这个年级", label=label, school_name=school.name),
                CLAUSE,
            )
    return found


def grade_told(row: LateChild, day: date, system: SystemOn | None = None) -> str:
    """The grade of a child on ``day``: “三年级”; “2026年秋季三年级” in the summer before it begins there."""
    year = row.cohort + row.grade - 1
    if year <= school_year(day):
        return label_of(row, day, system)
    return zh("{year}年秋季{grade}", year=year, grade=grade_name(row.grade, row.phase))


def grade_lost(row: LateChild, system: SystemOn, day: date) -> bool:
    """Whether time has brought the child beyond its phase, or the school has the grade no longer."""
    return stays(row, day, system) or max(grade_of(row, day, system), row.grade) not in system.grades


def _bytes(value) -> bytes | None:
    return None if value is None else bytes(value)


def send(school: Unit, by, now: datetime, opinion: str) -> list[Case]:
    """Send all that are listed to the school's head, in lists of at most :data:`MOST`. Raises Refused; lists sent before
    the refusal stay sent, the others stay listed."""
    day = clock.local_date(now)
    if refused := seat_refusal(school, by, day):
        raise Refused(refused)
    opinion = checked_opinion(opinion, Verb.SUBMIT)
    rows = list(waiting(school))
    if not rows:
        refuse("nobody", zh("名单是空的：请先登记要补建学籍的学生，或导入名单。"), CLAUSE)
    if found := troubles(rows, school, day):
        first = next(row for row in rows if row.pk in found)
        told = found[first.pk]
        more = zh("等") if len(found) > 1 else ""
        sentence = zh(
            "名单中有 {count} 名学生现在不能补建，请先删去：{first_name}，{told_sentence}{more}。",
            count=len(found),
            first_name=first.name,
            told_sentence=told.sentence,
            more=more,
        )
        refuse("troubles", sentence, told.clause)
    return [_send_one(school, rows[at : at + MOST], by, now, opinion) for at in range(0, len(rows), MOST)]


def _send_one(school: Unit, rows: list[LateChild], by, now: datetime, opinion: str) -> Case:
    return pupil_drafts.sent_list(
        rows,
        KIND,
        by,
        now,
        receiving=school,
        sending=school,
        subject=f"late:{rows[0].pk}",
        headline=zh("{count} 名学生", count=len(rows)),
        words=f"{NAME} {school.name}",
        opinion=opinion,
    )


def add_again(case: Case, by, now: datetime) -> list[LateChild]:
    """List the children of a list that ended without having been agreed to (R3.1b). Raises Refused."""
    school = heir_or_self(case.receiving_unit, clock.local_date(now))
    if refused := seat_refusal(school, by, clock.local_date(now)):
        raise Refused(refused)
    if case.state not in MOVED_NOTHING:
        refuse("case_state", zh("这份名单没有撤销或驳回，不需要重新登记。"), CLAUSE)
    with transaction.atomic():
        rows = list(
            LateChild.objects.select_for_update(of=("self",)).filter(
                case=case, state=Late.RETURNED, month=None
            )
        )
        if not rows:
            refuse("nobody", zh("这份名单中没有可以重新登记的学生。"), CLAUSE)
        codes, day = record_values.code_names(), clock.local_date(now)
        again = [_said_again(row, codes, school, day) for row in rows]
        faulty = next((one for one in again if one.errors), None)
        if faulty is not None:
            name = faulty.newcomer.values.get("name", "")
            refuse(
                "faulty",
                zh("{name}：{next}请重新登记这名学生。", name=name, next=next(iter(faulty.errors.values()))),
                CLAUSE,
            )
        return add(again, school, by, now)


def _said_again(row: LateChild, codes, school: Unit, day: date) -> Said:
    """What was listed, judged by today."""
    typed = newcomer_of(row).values | {
        GRADE: str(entry_year(day, school.province_id, late=True) - row.cohort + 1),
        WHY: row.why,
        NOTE: row.why_note,
        "claimed": "on" if row.claimed else "",
        registration.CLASS: str(row.class_number or ""),
    }
    return read(typed, codes, school, day)


def _note(school: Unit, by, what: str, rows: Sequence[LateChild]) -> None:
    body = {"school": school.code, "count": len(rows), "children": [str(row.key) for row in rows[:500]]}
    audit.record(CHAIN, audit.actor_of(by), f"late.{what}", body, subject=f"school:{school.code}")
