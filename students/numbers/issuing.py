"""下发正式学籍号, the batch: prepared by the province's registrar, confirmed by its head, worked off by the clock (R1.1, R1.2).

The web writes a batch's row and nothing more; :func:`carry_on`, called by beat, compares and issues in bounded pieces,
each its own transaction. A piece that was cut off is done again, one that was missed is done by the next call, and two
calls at once do not do the same piece: each holds the batch's row while it writes.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import cast

from django.db import connection, transaction

from ledger import audit
from orgs.people.models import PostRole, Unit, UnitLevel
from orgs.people.seats import acting_seats
from reviews.engine import seating
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.opinions import checked_opinion
from reviews.engine.seating import two_persons
from reviews.vocabulary.public_numbers import public_number
from reviews.vocabulary.states import Outcome, Verb
from students.duplicates import problems
from students.numbers import eligibility, population
from students.numbers import numbering as numbers
from students.numbers.models import LIVE, BatchState, HeldBack, IssuingBatch, IssuingLine
from students.numbers.numbering import CHAIN, CLAUSE, FORMAL, Place
from students.pupil import identity, sealing
from students.pupil.models import NumberKind, ProblemKind
from web import clock
from web.refusals import Refusal, Refused
from web.words import zh

PIECE = 2000
# One call works so long at most; the next goes on where it stopped.
SPELL = timedelta(seconds=60)


# ---------------------------------------------------------------- by people


def province_of(account, role: str, day: date) -> Unit | None:
    """The province in which the account holds ``role``, or ``None``."""
    return next(
        (s.unit for s in acting_seats(account, day) if s.unit.level == UnitLevel.PROVINCE and s.role == role),
        None,
    )


def prepare_refusal(account, day: date) -> Refusal | None:
    """Why the account cannot prepare a batch now."""
    province = province_of(account, PostRole.REGISTRAR, day)
    if province is None:
        told = Refusal("no_seat", zh("下发由自治区（省）的学籍管理员准备，你没有这个岗位。"), CLAUSE)
        return seating.no_seat(account, day, told)
    live = IssuingBatch.objects.filter(province=province, state__in=LIVE).first()
    if live is not None:
        return Refusal(
            "batch_live",
            zh(
                "批次 {live_number} 还没有结束（{state}），请先办完或放弃。",
                live_number=live.number,
                state=live.get_state_display(),
            ),
            CLAUSE,
        )
    return None


def prepare(account, now: datetime) -> IssuingBatch:
    """Open a batch over all who hold L in the province; the comparison begins within seconds. Raises Refused."""
    day = clock.local_date(now)
    if refusal := prepare_refusal(account, day):
        raise Refused(refusal)
    # Who may prepare is its registrar, as has just been asked.
    province = cast("Unit", province_of(account, PostRole.REGISTRAR, day))
    with transaction.atomic():
        # Of two who prepare at once the second waits here and then reads of the first's batch.
        Unit.objects.select_for_update().get(pk=province.pk)
        if refusal := prepare_refusal(account, day):
            raise Refused(refusal)
        batch = IssuingBatch.objects.create(
            number=public_number("XF", day.year),
            province=province,
            prepared_by=account,
            total=waiting(province),
        )
        _note(batch, account, "prepared", {"total": batch.total})
    return batch


def confirm_refusal(batch: IssuingBatch, account, day: date) -> Refusal | None:
    """Why the account cannot confirm this batch now: another person than the one who prepared it (R0.5)."""
    province = province_of(account, PostRole.HEAD, day)
    if province is None or province.pk != batch.province_id:
        return Refusal("no_seat", zh("下发由自治区（省）的负责人确认，你没有这个岗位。"), CLAUSE)
    told = zh("准备和确认须由两个人办理，请另一位负责人确认。")
    return two_persons(batch.prepared_by, account, told) or _not_ready(batch)


def drop_refusal(batch: IssuingBatch, account, day: date) -> Refusal | None:
    """Why the account cannot give the batch up now."""
    seats = (province_of(account, role, day) for role in (PostRole.REGISTRAR, PostRole.HEAD))
    if not any(unit and unit.pk == batch.province_id for unit in seats):
        told = Refusal("no_seat", zh("批次由自治区（省）的学籍管理员或负责人放弃，你没有这个岗位。"), CLAUSE)
        return seating.no_seat(account, day, told, batch.province_id)
    return _not_ready(batch)


def _not_ready(batch: IssuingBatch) -> Refusal | None:
    if batch.state == BatchState.READY:
        return None
    return Refusal(
        "batch_state", zh("批次{state}，现在不能确认或放弃。", state=batch.get_state_display()), CLAUSE
    )


def confirm(batch: IssuingBatch, account, now: datetime, opinion: str) -> IssuingBatch:
    """The head agrees to what the preview shows; the numbers are given within minutes. Raises Refused."""
    with transaction.atomic():
        held = _locked(batch)
        if refusal := confirm_refusal(held, account, clock.local_date(now)):
            raise Refused(refusal)
        opinion = checked_opinion(opinion, Verb.SIGN, Outcome.AGREE)
        held_by_wall(opinion, None, act=zh("下发"))
        held.state, held.confirmed_by, held.confirmed_at, held.opinion = (
            BatchState.ISSUING,
            account,
            now,
            opinion,
        )
        held.save(update_fields=["state", "confirmed_by", "confirmed_at", "opinion"])
        _note(held, account, "confirmed", {})
    return held


def drop(batch: IssuingBatch, account, now: datetime) -> IssuingBatch:
    """Give the batch up; nothing is issued, a new one may be prepared. Raises Refused."""
    with transaction.atomic():
        held = _locked(batch)
        if refusal := drop_refusal(held, account, clock.local_date(now)):
            raise Refused(refusal)
        held.state, held.finished_at = BatchState.DROPPED, now
        held.save(update_fields=["state", "finished_at"])
        _note(held, account, "dropped", {})
    return held


def _locked(batch: IssuingBatch) -> IssuingBatch:
    return IssuingBatch.objects.select_for_update(of=("self",)).select_related("prepared_by").get(pk=batch.pk)


def _note(batch: IssuingBatch, account, what: str, body: dict) -> None:
    audit.record(
        CHAIN, audit.actor_of(account), f"batch.{what}", {"batch": batch.pk, **body}, f"batch:{batch.number}"
    )


# ---------------------------------------------------------------- by the clock


def carry_on(now: datetime, register: population.Register | None = None, piece: int = PIECE) -> int:
    """Work off every live batch, until done or for :data:`SPELL`; returns how many pieces were done."""
    register, done, until = register or population.register(), 0, now + SPELL
    for batch in IssuingBatch.objects.filter(state__in=[BatchState.CHECKING, BatchState.ISSUING]).order_by(
        "pk"
    ):
        step = compare if batch.state == BatchState.CHECKING else issue
        while step(batch.pk, register, clock.now(), piece):
            done += 1
            if clock.now() > until:
                return done
    return done


def compare(batch_id: int, register: population.Register, now: datetime, piece: int = PIECE) -> bool:
    """Judge the next piece of the holders of L; False when another did it or nothing is left.

    The register is asked before the row is locked, so nobody waits for its network.
    """
    batch = IssuingBatch.objects.select_related("province").get(pk=batch_id)
    if batch.state != BatchState.CHECKING:
        return False
    ids = _next_holders(batch, piece)
    verdicts = eligibility.judge(eligibility.read(ids), register, clock.local_date(now))
    _refuse_taken(verdicts, clock.local_date(now))
    with transaction.atomic():
        held = IssuingBatch.objects.select_for_update().get(pk=batch_id)
        if held.state != BatchState.CHECKING or held.last_student != batch.last_student:
            return False
        _write_lines(held, verdicts)
        _keep_problems(held, verdicts)
        held.checked += len(verdicts)
        held.held += sum(bool(verdict.reason) for verdict in verdicts)
        held.last_student = ids[-1] if ids else held.last_student
        if not ids:
            held.state, held.total = BatchState.READY, held.checked
        held.save(update_fields=["checked", "held", "last_student", "state", "total"])
    return bool(ids)


_PROBLEMS: dict[str, str] = {
    HeldBack.NOT_FOUND: ProblemKind.ID_NOT_FOUND,
    HeldBack.NAME_MISMATCH: ProblemKind.ID_NAME_MISMATCH,
    HeldBack.ID_CHANGED: ProblemKind.ID_CHANGED,
}


def _keep_problems(batch: IssuingBatch, verdicts: list[eligibility.Verdict]) -> None:
    """Whom the register does not know, or under another name or number, and who has none is 问题学籍; whom it knows now
    is no longer, nor is it asked about because of a namesake (R1.9)."""
    found = {v.candidate.student_id: _PROBLEMS[v.reason] for v in verdicts if v.reason in _PROBLEMS}
    nameless = [v.candidate.student_id for v in verdicts if v.candidate.id_number_sealed is None]
    problems.open_for(found | dict.fromkeys(nameless, str(ProblemKind.NO_ID)), "issuing")
    known = [v.candidate.student_id for v in verdicts if v.letter == NumberKind.G and not v.reason]
    problems.answered(known, batch.number, (*problems.OF_REGISTER, ProblemKind.PERSON_DUPLICATE))


def issue(batch_id: int, register: population.Register, now: datetime, piece: int = PIECE) -> bool:
    """Give the next piece of the batch its numbers; False when another did it or nothing is left."""
    with transaction.atomic():
        batch = IssuingBatch.objects.select_for_update().get(pk=batch_id)
        if batch.state != BatchState.ISSUING:
            return False
        waiting = IssuingLine.objects.filter(batch=batch, issued__isnull=True, reason="")
        lines = list(waiting.order_by("student_id").values_list("student_id", "letter", "seen")[:piece])
        if lines:
            _give(batch, lines, clock.local_date(now))
        else:
            batch.state, batch.finished_at = BatchState.DONE, now
            _tell_schools(batch)
            _note(batch, None, "done", {"issued": batch.issued, "held": batch.held})
        batch.save(update_fields=["state", "finished_at", "issued", "held"])
    return bool(lines)


def _give(batch: IssuingBatch, lines: list[tuple], today: date) -> None:
    """Numbers for one piece, under the pupils' locks; who changed since the comparison is held back."""
    found = {one.student_id: one for one in eligibility.read([line[0] for line in lines], lock=True)}
    texts: dict[int, str] = {}
    held: dict[int, str] = {}
    places: list[Place] = []
    for student_id, letter, seen in lines:
        one = found.get(student_id)
        if (
            one is None
            or one.letter != NumberKind.L
            or one.obstacle
            or one.wanted != letter
            or one.seen != bytes(seen)
        ):
            held[student_id] = HeldBack.CHANGED
        elif letter == NumberKind.J:
            places.append(Place(student_id, one.division, one.birth_date))
        else:
            texts[student_id] = f"G{identity.normalise_number(one.id_number())}"
    texts, taken = _not_taken(texts)
    held |= dict.fromkeys(taken, HeldBack.NUMBER_TAKEN)
    sequenced = numbers.free_texts(places, NumberKind.J)
    held |= {p.student_id: HeldBack.SEQUENCE_FULL for p in places if p.student_id not in sequenced}
    actor = audit.actor_of(batch.confirmed_by)
    given = numbers.give(
        texts | sequenced, reason=FORMAL, actor=actor, action="number.issued", about={"batch": batch.pk}
    )
    _settle(batch, given, held)
    batch.issued += len(given)
    batch.held += len(held)


def _not_taken(texts: dict[int, str]) -> tuple[dict[int, str], set[int]]:
    """The texts without those that were ever given, and whose were; of two in one piece that are equal, neither."""
    indexes = {pk: sealing.blind_index(text) for pk, text in texts.items()}
    taken = numbers.used(indexes.values())
    often = Counter(indexes.values())
    gone = {pk for pk, index in indexes.items() if index in taken or often[index] > 1}
    return {pk: text for pk, text in texts.items() if pk not in gone}, gone


def _refuse_taken(verdicts: list[eligibility.Verdict], today: date) -> None:
    """In place: who would get a number that was ever given is told so in the preview already."""
    wanted = {
        at: f"G{identity.normalise_number(verdict.candidate.id_number())}"
        for at, verdict in enumerate(verdicts)
        if not verdict.reason and verdict.letter == NumberKind.G
    }
    for at in _not_taken(wanted)[1]:
        verdicts[at] = eligibility.Verdict(verdicts[at].candidate, NumberKind.G, HeldBack.NUMBER_TAKEN)


def _next_holders(batch: IssuingBatch, piece: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.id {_HOLDERS} AND s.id > %s ORDER BY s.id LIMIT %s",
            [f"{batch.province.path}%", batch.last_student, piece],
        )
        return [row[0] for row in cursor.fetchall()]


def waiting(province: Unit) -> int:
    """How many pupils of the province hold L as their number (R1.1)."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {_HOLDERS}", [f"{province.path}%"])
        return cursor.fetchone()[0]


_HOLDERS = """
FROM students_student s
JOIN students_registrationnumber n ON n.student_id = s.id AND n.closed_at IS NULL AND n.kind = 'L'
JOIN orgs_unit u ON u.id = s.school_id
WHERE u.path LIKE %s
"""


def _write_lines(batch: IssuingBatch, verdicts: list[eligibility.Verdict]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO students_issuingline (batch_id, student_id, school_id, letter, reason, seen)"
            " SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bytea[])",
            [
                batch.pk,
                [v.candidate.student_id for v in verdicts],
                [v.candidate.school_id for v in verdicts],
                [str(v.letter) for v in verdicts],
                [str(v.reason) for v in verdicts],
                [v.candidate.seen for v in verdicts],
            ],
        )


def _settle(batch: IssuingBatch, given: list[numbers.Given], held: dict[int, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE students_issuingline l SET issued_id = w.number FROM unnest(%s::bigint[], %s::bigint[])"
            " AS w(student, number) WHERE l.batch_id = %s AND l.student_id = w.student",
            [[one.student_id for one in given], [one.number_id for one in given], batch.pk],
        )
        cursor.execute(
            "UPDATE students_issuingline l SET reason = w.reason FROM unnest(%s::bigint[], %s::text[])"
            " AS w(student, reason) WHERE l.batch_id = %s AND l.student_id = w.student",
            [list(held), [str(reason) for reason in held.values()], batch.pk],
        )


def _tell_schools(batch: IssuingBatch) -> None:
    """One message a school, in one statement; the notice itself is written by the relay."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_outboxmessage (topic, payload, dedup)"
            " SELECT 'numbers', jsonb_build_object('batch', %s::bigint, 'school', school_id),"
            " 'numbers:' || %s::bigint || ':' || school_id"
            " FROM (SELECT DISTINCT school_id FROM students_issuingline WHERE batch_id = %s) s"
            " ON CONFLICT (dedup) DO NOTHING",
            [batch.pk, batch.pk, batch.pk],
        )
