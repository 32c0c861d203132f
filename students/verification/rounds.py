"""每学期核查: the authority draws pupils at each of its schools, the schools compare record and reality, heads sign (R6.2).

Half of each school's sample is drawn among pupils whose record changed in the term, the rest among all: 核查学籍信息变动
情况, and that the records are as reality is.
"""

from datetime import date, datetime, timedelta
from typing import Any, overload

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from ledger import audit, outbox
from orgs.people.models import PostRole, Unit
from reviews.engine import one_unit, seating
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.opinions import checked_opinion, free_text
from reviews.engine.seating import two_persons
from reviews.vocabulary.public_numbers import public_number
from reviews.vocabulary.states import Outcome, Verb
from students.pupil.grades import PROMOTION, school_year
from students.record import changes as record_changes
from students.record.fields import BY_KEY, FIELDS, RecordField
from students.verification.models import (
    Finding,
    SampledPupil,
    SchoolVerification,
    Signed,
    VerificationRound,
    Verified,
)
from web import clock
from web.refusals import Refusal, Refused, refuse
from web.text import says
from web.words import zh

CLAUSE = record_changes.CLAUSE
CHAIN = "students"
SPRING = (2, 1)
SMALLEST, LARGEST, USUAL = 5, 200, 20
# Schools are reminded so long before the round is due.
REMIND = timedelta(days=3)
_KEY_ITEMS = ("name", "sex", "birth_date", "id_type", "id_number")


def term_of(day: date) -> tuple[int, int]:
    """School year and term (1 or 2) of ``day``."""
    year = school_year(day)
    return year, 2 if date(year + 1, *SPRING) <= day else 1


def term_begins(year: int, term: int) -> date:
    """The first day of a term."""
    return date(year + 1, *SPRING) if term == 2 else date(year, *PROMOTION)


def term_ends(year: int, term: int) -> date:
    """The last day of a term."""
    return (date(year + 1, *PROMOTION) if term == 2 else date(year + 1, *SPRING)) - timedelta(days=1)


def items() -> list[RecordField]:
    """What may be found different: who the pupil is, and what may have changed since it was entered."""
    return [BY_KEY[key] for key in _KEY_ITEMS] + [item for item in FIELDS if item.volatile]


# ---------------------------------------------------------------- the authority opens


@overload
def office_refusal(authority: None, by, role: str, day: date) -> Refusal: ...


@overload
def office_refusal(authority: Unit | None, by, role: str, day: date) -> Refusal | None: ...


def office_refusal(authority: Unit | None, by, role: str, day: date) -> Refusal | None:
    """Why ``by`` cannot act as ``role`` of the authority."""
    who = PostRole(role).label
    told = Refusal("no_seat", zh("学期核查由主管部门的{who}办理，你没有这个岗位。", who=who), CLAUSE)
    if authority is None:
        return seating.no_seat(by, day, told)
    return seating.seat_refusal(by, authority.pk, role, day, told)


def open_round(
    authority: Unit | None, by, now: datetime, *, sample: int, due_on: date | None
) -> VerificationRound:
    """Begin the term's round: parts and samples of all schools of the authority. Raises Refused."""
    day = clock.local_date(now)
    if authority is None:
        raise Refused(office_refusal(None, by, PostRole.REGISTRAR, day))
    if refused := office_refusal(authority, by, PostRole.REGISTRAR, day):
        raise Refused(refused)
    year, term = term_of(day)
    if not SMALLEST <= sample <= LARGEST:
        refuse(
            "sample",
            zh("每校抽查人数请填 {smallest}–{largest}。", smallest=SMALLEST, largest=LARGEST),
            CLAUSE,
        )
    if due_on is None or not day < due_on <= term_ends(year, term):
        last = clock.spoken(term_ends(year, term))
        refuse("due_on", zh("完成期限请填今天以后、本学期内（最迟{last}）的日期。", last=last), CLAUSE)
    try:
        with transaction.atomic():
            found = VerificationRound.objects.create(
                number=public_number("HC", day.year),
                authority=authority,
                school_year=year,
                term=term,
                sample=sample,
                due_on=due_on,
                opened_by=by,
            )
            drawn = _draw(found)
            if not drawn:
                refuse("no_pupils", zh("本单位所属学校没有在校学生，不需要核查。"), CLAUSE)
            _note(found, by, "opened", {"sample": sample, "drawn": drawn})
            _tell(found.parts.all(), "opened")
    except IntegrityError as error:
        if "term_verified_once" in str(error):
            refuse("once", zh("本学期的核查已经发起，每学期一次。"), CLAUSE)
        raise
    return found


_PARTS = """
INSERT INTO students_schoolverification (round_id, school_id, state, opinion, signed_opinion)
SELECT %(round)s, u.id, 'open', '', '' FROM orgs_unit u
WHERE u.authority_id = %(authority)s AND u.level = 'school'
  AND EXISTS (SELECT FROM students_student s WHERE s.school_id = u.id AND s.status = 'enrolled')
"""
_SAMPLE = """
WITH pool AS (
    SELECT p.id AS part_id, s.id AS student_id,
           EXISTS (SELECT FROM students_fieldchange c WHERE c.student_id = s.id AND c.at >= %(since)s) AS changed
    FROM students_schoolverification p
    JOIN students_student s ON s.school_id = p.school_id AND s.status = 'enrolled'
    WHERE p.round_id = %(round)s
), halves AS (
    SELECT *, changed AND row_number() OVER (PARTITION BY part_id, changed ORDER BY random()) <= %(half)s AS first
    FROM pool
), drawn AS (
    SELECT *, row_number() OVER (PARTITION BY part_id ORDER BY first DESC, random()) AS place FROM halves
)
INSERT INTO students_sampledpupil (part_id, student_id, changed, finding, items, note)
SELECT part_id, student_id, changed, '', '[]', '' FROM drawn WHERE place <= %(sample)s ORDER BY part_id, place
"""


def _draw(found: VerificationRound) -> int:
    """The schools' parts and the pupils drawn, by two statements for any number of pupils; how many were drawn."""
    since = term_begins(found.school_year, found.term)
    values: dict[str, Any] = {
        "round": found.pk,
        "authority": found.authority_id,
        "since": datetime.combine(since, datetime.min.time(), clock.SHANGHAI),
        "sample": found.sample,
        "half": (found.sample + 1) // 2,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, values)
        cursor.execute(_SAMPLE, values)
        return cursor.rowcount


# ---------------------------------------------------------------- the school finds


def school_refusal(part: SchoolVerification, by, role: str, day: date) -> Refusal | None:
    """Why ``by`` cannot act as ``role`` of the school."""
    told = Refusal(
        "no_seat", zh("核查由本校的{label}办理，你没有这个岗位。", label=PostRole(role).label), CLAUSE
    )
    return seating.seat_refusal(by, part.school_id, role, day, told)


def find(
    part: SchoolVerification, pupils: list[int], finding: str, by, now: datetime, *, keys=(), note=""
) -> int:
    """Write what was found of drawn pupils (ids of :class:`SampledPupil`); returns of how many. Raises Refused."""
    note, known = free_text(note, zh("说明"), CLAUSE, 200), {item.key for item in items()}
    keys = [key for key in keys if key in known]
    with transaction.atomic():
        held = _held(SchoolVerification, part.pk)
        if refused := school_refusal(held, by, PostRole.REGISTRAR, clock.local_date(now)):
            raise Refused(refused)
        if held.state != Verified.OPEN:
            refuse("round_state", zh("核查已提交，结果不能再改；需要修改的请负责人退回。"), CLAUSE)
        if finding not in Finding.values:
            refuse("finding", zh("请选择核查结果：一致、有差异，或不在校。"), CLAUSE)
        if finding == Finding.DIFFERENT and not keys:
            refuse("items", zh("请勾选有差异的项目；改正学籍后，这里会自动显示已改正。"), CLAUSE)
        if finding == Finding.GONE and not says(note):
            refuse("note", zh("学生不在校的，请写明去向和核查经过（2–200 字）。"), CLAUSE)
        held_by_wall(note, held.school, act=zh("核查"), told=True)
        rows = SampledPupil.objects.filter(part=held, pk__in=pupils)
        count = rows.update(
            finding=finding,
            items=keys if finding == Finding.DIFFERENT else [],
            note=note,
            found_by=by if finding else None,
            found_at=now if finding else None,
        )
        if not count:
            refuse("nobody", zh("请先勾选学生。"), CLAUSE)
        body = {"found": finding, "pupils": sorted(pupils)[:500], "items": keys}
        _note(held.round, by, "found", body, held.school)
    return count


# What was found and has been put right since: every different item has a later line in the record's history; who was
# not at school has left it on the books too.
CORRECTED = """
CASE p.finding
WHEN 'different' THEN NOT EXISTS (
    SELECT FROM jsonb_array_elements_text(p.items) AS item(key)
    WHERE NOT EXISTS (SELECT FROM students_fieldchange c
                      WHERE c.student_id = p.student_id AND c.field = item.key AND c.at >= p.found_at))
WHEN 'gone' THEN NOT EXISTS (
    SELECT FROM students_student s JOIN students_schoolverification v ON v.id = p.part_id
    WHERE s.id = p.student_id AND s.school_id = orgs_standing(v.school_id, orgs_today()) AND s.status = 'enrolled')
END
"""
_COUNTS = f"""
SELECT p.part_id, count(*), count(*) FILTER (WHERE p.finding <> ''), count(*) FILTER (WHERE p.finding = 'same'),
       count(*) FILTER (WHERE p.finding IN ('different', 'gone')), count(*) FILTER (WHERE {CORRECTED}),
       count(*) FILTER (WHERE p.finding IN ('different', 'gone') AND NOT ({CORRECTED}) AND EXISTS (
           SELECT FROM reviews_case c WHERE c.exclusive_key = 'student:' || p.student_id))
FROM students_sampledpupil p WHERE p.part_id = ANY(%s) GROUP BY p.part_id
"""  # noqa: S608 - put together from the fixed texts above
_CORRECTED_OF = f"SELECT p.id, {CORRECTED} FROM students_sampledpupil p WHERE p.part_id = %s"  # noqa: S608 - as above


class Counts(dict):
    """Of a part: ``drawn``, ``checked``, ``same``, ``found`` (different or gone), ``corrected``, ``underway`` (not
    corrected, a case about the pupil is running)."""

    KEYS = ("drawn", "checked", "same", "found", "corrected", "underway")

    @property
    def left(self) -> int:
        """Found and neither put right nor in a running case."""
        return self["found"] - self["corrected"] - self["underway"]


def counts(parts: list[int]) -> dict[int, Counts]:
    """How far parts are, by id; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [list(parts)])
        return {row[0]: Counts(zip(Counts.KEYS, row[1:], strict=True)) for row in cursor.fetchall()}


def corrected_of(part: SchoolVerification) -> dict[int, bool | None]:
    """Of each drawn pupil whether what was found has been put right; ``None`` where nothing was found."""
    with connection.cursor() as cursor:
        cursor.execute(_CORRECTED_OF, [part.pk])
        return dict(cursor.fetchall())


# ---------------------------------------------------------------- submitted and signed


def submit_part(part: SchoolVerification, by, now: datetime, opinion: str) -> None:
    """The school's registrar lays the findings before the head. Raises Refused."""
    with transaction.atomic():
        held = _held(SchoolVerification, part.pk)
        if refused := school_refusal(held, by, PostRole.REGISTRAR, clock.local_date(now)):
            raise Refused(refused)
        left = held.pupils.filter(finding="").count()
        if left:
            refuse("unchecked", zh("还有 {left} 名抽查学生没有核查结果，请先登记。", left=left), CLAUSE)
        _submit(held, by, now, opinion)
        _note(held.round, by, "part_submitted", {}, held.school)


def submit_round(found: VerificationRound, by, now: datetime, opinion: str) -> None:
    """The authority's registrar lays the round before the head: all schools signed, what was found put right or in
    hand. Raises Refused."""
    with transaction.atomic():
        held = _held(VerificationRound, found.pk)
        if refused := office_refusal(held.authority, by, PostRole.REGISTRAR, clock.local_date(now)):
            raise Refused(refused)
        _one_side(held, by, PostRole.REGISTRAR)
        parts = list(held.parts.values_list("pk", "state"))
        unsigned = sum(state != Verified.SIGNED for _, state in parts)
        if unsigned:
            refuse("unsigned", zh("还有 {unsigned} 所学校没有签核，不能提交。", unsigned=unsigned), CLAUSE)
        left = sum(one.left for one in counts([pk for pk, _ in parts]).values())
        if left:
            refuse(
                "uncorrected",
                zh("还有 {left} 名学生的差异没有改正，也没有在办的业务，请督促学校改正。", left=left),
                CLAUSE,
            )
        _submit(held, by, now, opinion)
        _note(held, by, "submitted", {})


def _one_side(found: VerificationRound, by, role: str) -> None:
    """Whoever acted for a school in the round does not act for the authority as well (R0.5). Raises Refused."""
    mine = Q(submitted_by__person=by.person_id) | Q(signed_by__person=by.person_id)
    part = found.parts.filter(mine).select_related("school").order_by("pk").first()
    if part is None:
        return
    refuse(
        one_unit.CODE,
        zh(
            "这轮核查你已代表{school}办理，一人在一轮核查中只能代表一个单位，不能再代表{own}。请由{own}的另一名{label}办理；没有的，请在“本单位人员”页把{label}岗位委托给上级单位的同事。",
            school=part.school.name,
            own=found.authority.name,
            label=PostRole(role).label,
        ),
        one_unit.CLAUSE,
    )


def _submit(held: Signed, by, now: datetime, opinion: str) -> None:
    opinion = _opinion(opinion)
    if held.state != Verified.OPEN:
        refuse("round_state", zh("核查{state}，不能再提交。", state=held.get_state_display()), CLAUSE)
    held.state, held.submitted_by, held.submitted_at, held.opinion = Verified.SUBMITTED, by, now, opinion
    held.save()


def sign_part(part: SchoolVerification, by, now: datetime, opinion: str, *, agree: bool) -> None:
    """The school's head signs, or gives it back to the registrar. Raises Refused."""
    with transaction.atomic():
        held = _held(SchoolVerification, part.pk)
        if refused := school_refusal(held, by, PostRole.HEAD, clock.local_date(now)):
            raise Refused(refused)
        _sign(held, by, now, opinion, agree)
        _note(held.round, by, "part_signed" if agree else "part_given_back", {}, held.school)


def sign_round(found: VerificationRound, by, now: datetime, opinion: str, *, agree: bool) -> None:
    """The authority's head signs, or gives it back to the registrar. Raises Refused."""
    with transaction.atomic():
        held = _held(VerificationRound, found.pk)
        if refused := office_refusal(held.authority, by, PostRole.HEAD, clock.local_date(now)):
            raise Refused(refused)
        _one_side(held, by, PostRole.HEAD)
        _sign(held, by, now, opinion, agree)
        _note(held, by, "signed" if agree else "given_back", {})


def _sign(held: Signed, by, now: datetime, opinion: str, agree: bool) -> None:
    opinion = _opinion(opinion, Outcome.AGREE if agree else "")
    if held.state != Verified.SUBMITTED:
        refuse("round_state", zh("核查{state}，现在不能签核。", state=held.get_state_display()), CLAUSE)
    if found := two_persons(held.submitted_by, by, zh("提交核查的人不能自己签核，请由另一名负责人签核。")):
        raise Refused(found)
    held.signed_opinion = opinion
    if agree:
        held.state, held.signed_by, held.signed_at = Verified.SIGNED, by, now
    else:
        held.state = Verified.OPEN
    held.save()


def _opinion(text: str, outcome: str = "") -> str:
    text = checked_opinion(text, Verb.SIGN, outcome)
    held_by_wall(text, None, act=zh("核查"))
    return text


def _held(model, pk: int):
    """The row, locked."""
    related = ("round__authority", "school") if model is SchoolVerification else ("authority",)
    return model.objects.select_for_update(of=("self",)).select_related(*related).get(pk=pk)


def _note(found: VerificationRound, by, what: str, body: dict, school: Unit | None = None) -> None:
    unit = school or found.authority
    whole = {"round": found.number, "unit": unit.code, **body}
    audit.record(CHAIN, audit.actor_of(by), f"verification.{what}", whole, subject=f"unit:{unit.code}")


# ---------------------------------------------------------------- reminders


def remind(now: datetime) -> int:
    """Schools whose part is not signed are told three days before the round is due, and once after. How many."""
    day = clock.local_date(now)
    parts = SchoolVerification.objects.exclude(state=Verified.SIGNED).exclude(round__state=Verified.SIGNED)
    near = parts.filter(round__due_on__gte=day, round__due_on__lte=day + REMIND)
    return _tell(near, "near") + _tell(parts.filter(round__due_on__lt=day), "late")


def _tell(parts, what: str) -> int:
    ids = list(parts.values_list("pk", flat=True))
    outbox.post_all("verification", {f"verification:{pk}:{what}": {"part": pk, "what": what} for pk in ids})
    return len(ids)
