"""下发正式学籍号: two people, a preview, numbers in pieces that may be cut off, missed or done twice (R1.1, R1.2, R1.7)."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger import audit, outbox
from ledger.models import AuditEntry, OutboxMessage
from orgs.people.models import Account
from reviews.notices.models import Notice
from students.duplicates import problems
from students.numbers import issuing, population
from students.numbers.models import BatchState, HeldBack, IssuingBatch, IssuingLine, PopulationPerson
from students.numbers.population import Found
from students.pupil import records, sealing
from students.pupil.models import ProblemRecord, RegistrationNumber, Student
from tests.refusals import refused, sql_refused
from tests.world import rewritten
from web import clock

pytestmark = pytest.mark.django_db


def registered(*pupils, name=None):
    """The pupils stand in the population register, under their own name or another."""
    rows = "\n".join(f"{records.id_number(pupil)},{name or pupil.name}" for pupil in pupils)
    today = clock.local_date(clock.now())
    return population.import_csv(StringIO(f"身份证号,姓名\n{rows}\n"), today, "system")


def without_id(world, school, **more):
    """A holder of L who gave no identity number."""
    pupil = world.pupil(school, letter="L", **more)
    rewritten(Student.objects.filter(pk=pupil.pk), id_number_sealed=None, id_number_index=None, id_type="Z")
    return Student.objects.get(pk=pupil.pk)


def prepared(world, piece=issuing.PIECE):
    batch = issuing.prepare(world.registrar(world.im), clock.now())
    issuing.carry_on(clock.now(), piece=piece)
    batch.refresh_from_db()
    return batch


def issued(world, batch=None, piece=issuing.PIECE):
    batch = issuing.confirm(
        batch or prepared(world), world.head(world.im), clock.now(), "核对无误，同意下发。"
    )
    issuing.carry_on(clock.now(), piece=piece)
    batch.refresh_from_db()
    return batch


def reasons(batch):
    return dict(IssuingLine.objects.filter(batch=batch).values_list("student_id", "reason"))


@pytest.mark.rule("R1.1", "R1.2", "R1.8")
def test_holders_of_l_get_g_or_j_and_holders_of_j_and_g_keep_what_they_have(world):
    numbered, nameless = world.pupil(world.first, letter="L"), without_id(world, world.third)
    others = [world.pupil(world.first, letter="J"), world.pupil(world.first, letter="G")]
    before = [records.current_number(pupil) for pupil in others]
    registered(numbered)
    old = records.current_number(numbered)
    batch = issued(world)
    assert (batch.state, batch.total, batch.issued, batch.held) == (BatchState.DONE, 2, 2, 0)
    assert records.current_number(numbered) == f"G{records.id_number(numbered)}"
    assert records.current_number(nameless).startswith("J152522")
    assert [records.current_number(pupil) for pupil in others] == before
    assert records.ids_by_number(old, clock.local_date(clock.now())) == [numbered.pk]
    closed = RegistrationNumber.objects.get(student=numbered, closed_at__isnull=False)
    assert (closed.kind, closed.closed_reason) == ("L", "下发正式学籍号")


@pytest.mark.rule("R1.1", "R1.7")
def test_each_reason_holds_back_its_own_pupil_and_nobody_else(world):
    fine, unknown, misnamed, troubled, contradicted = (world.pupil(world.first, letter="L") for _ in range(5))
    doubles = [world.pupil(school, letter="L") for school in (world.first, world.third)]
    rewritten(Student.objects.filter(pk=doubles[1].pk), id_number_index=doubles[0].id_number_index)
    twins = [without_id(world, school) for school in (world.first, world.second)]
    rewritten(
        Student.objects.filter(pk=twins[1].pk),
        name=twins[0].name,
        sex=twins[0].sex,
        birth_date=twins[0].birth_date,
    )
    ProblemRecord.objects.create(student=troubled, kind="id_duplicate")
    rewritten(
        Student.objects.filter(pk=contradicted.pk), birth_date=contradicted.birth_date - timedelta(days=1)
    )
    registered(fine, troubled, contradicted)
    registered(misnamed, name="另有其人")
    batch = prepared(world)
    assert reasons(batch) == {
        fine.pk: "",
        unknown.pk: HeldBack.NOT_FOUND,
        misnamed.pk: HeldBack.NAME_MISMATCH,
        troubled.pk: HeldBack.PROBLEM,
        contradicted.pk: HeldBack.ID_INVALID,
        doubles[0].pk: HeldBack.ID_DUPLICATE,
        doubles[1].pk: HeldBack.ID_DUPLICATE,
        twins[0].pk: HeldBack.PERSON_DUPLICATE,
        twins[1].pk: HeldBack.PERSON_DUPLICATE,
    }
    batch = issued(world, batch)
    assert (batch.issued, batch.held) == (1, 8)
    assert records.current_number(unknown)[0] == "L"


@pytest.mark.rule("R1.9", "R1.2")
def test_who_has_no_identity_number_is_asked_for_it_and_still_gets_a_j(world):
    pupil = without_id(world, world.first)
    batch = issued(world)
    (problem,) = ProblemRecord.objects.filter(student=pupil)
    assert (problem.kind, problem.found_by, batch.issued) == ("no_id", "issuing", 1)
    assert records.current_number(pupil)[0] == "J"
    assert problems.of(pupil) == [], "nothing that is asked for waits for it (R1.8)"


@pytest.mark.rule("R1.9", "R1.5")
@pytest.mark.parametrize("letter", ["L", "G"])
def test_a_number_that_the_register_says_was_replaced_opens_a_problem_at_the_import(world, letter):
    pupil, other = world.pupil(world.first, letter=letter), world.pupil(world.first, letter=letter)
    new = world.inventor.pupil("152522", pupil.birth_date, sex=pupil.sex).id_number
    text = f"身份证号,姓名,原身份证号\n{new},{pupil.name},{records.id_number(pupil)}\n"
    text += f"{records.id_number(other)},{other.name},\n"
    assert population.import_csv(StringIO(text), world.today, "test") == 2
    (problem,) = ProblemRecord.objects.all()
    assert (problem.student, problem.kind, problem.found_by) == (pupil, "id_changed", "register")
    if letter == "L":
        batch = issued(world)
        assert reasons(batch) == {pupil.pk: HeldBack.ID_CHANGED, other.pk: ""}


@pytest.mark.rule("R1.9")
def test_a_namesake_with_a_number_is_free_once_the_register_knows_it(world):
    passed = without_id(world, world.first)
    issued(world)
    assert records.current_number(passed)[0] == "J"
    newcomer = world.pupil(world.third, letter="L")
    same = {name: getattr(passed, name) for name in ("name", "sex", "birth_date")}
    said = world.inventor.pupil("152522", passed.birth_date, sex=passed.sex).id_number
    _renumbered(newcomer, said, same)
    problems.check([newcomer.pk], "nightly")
    (problem,) = ProblemRecord.objects.filter(kind="person_duplicate")
    assert problem.student == newcomer, "who has passed the check keeps that"
    newcomer.refresh_from_db()
    registered(newcomer)
    batch = issued(world)
    assert reasons(batch)[newcomer.pk] == ""
    problem.refresh_from_db()
    assert problem.closed_at is not None


def _renumbered(pupil, number, same):
    sealed = sealing.seal(number, "students_student", "id_number_sealed", pupil.pk)
    rewritten(
        Student.objects.filter(pk=pupil.pk),
        id_number_sealed=sealed,
        id_number_index=sealing.blind_index(number),
        **same,
    )


@pytest.mark.rule("R1.7")
def test_an_empty_register_or_one_that_is_away_passes_nobody(world):
    world.pupil(world.first, letter="L")
    batch = issued(world)
    assert (batch.issued, batch.held) == (0, 1)
    assert set(reasons(batch).values()) == {HeldBack.UNAVAILABLE}


@pytest.mark.rule("R1.5")
def test_a_g_of_the_past_is_given_to_nobody_again(world):
    pupil, other = world.pupil(world.first, letter="L"), world.pupil(world.first, letter="L")
    registered(pupil)
    # The number stands already, on another record.
    RegistrationNumber.objects.filter(student=other).update(
        closed_at=clock.now() + timedelta(days=1), closed_reason="换号", closed_case="TEST"
    )
    text = f"G{records.id_number(pupil)}"
    RegistrationNumber.objects.create(
        student=other,
        kind="G",
        sealed=b"",
        index=records.number_index(text),
        issued_at=clock.now() + timedelta(days=2),
    )
    batch = prepared(world)
    assert reasons(batch) == {pupil.pk: HeldBack.NUMBER_TAKEN}


@pytest.mark.rule("R1.1", "R0.5")
def test_two_people_of_the_province_and_a_wall_behind_them(world):
    now = clock.now()
    for unit in (world.first, world.east, world.league, world.ministry):
        with refused("no_seat", match="自治区（省）的学籍管理员"):
            issuing.prepare(world.registrar(unit), now)
    with refused("no_seat"):
        issuing.prepare(world.head(world.im), now)
    batch = prepared(world)
    for account in (world.registrar(world.im), world.head(world.east), world.head(world.hebei)):
        with refused("no_seat"):
            issuing.confirm(batch, account, now, "同意下发。")
    second = Account.objects.create_user("second", person=world.head(world.im).person)
    rewritten(IssuingBatch.objects.filter(pk=batch.pk), prepared_by=second)
    with refused("same_person", match="两个人"):
        issuing.confirm(batch, world.head(world.im), now, "同意下发。")
    rewritten(IssuingBatch.objects.filter(pk=batch.pk), prepared_by=world.registrar(world.im))
    with refused("opinion_blank", match="意见"):
        issuing.confirm(batch, world.head(world.im), now, " ")
    sql_refused(
        "batch_two_people",
        "UPDATE students_issuingbatch SET state='issuing', opinion='x', confirmed_at=now(), confirmed_by_id=prepared_by_id",
    )
    sql_refused("batch_confirmed", "UPDATE students_issuingbatch SET state='issuing'")
    assert RegistrationNumber.objects.filter(kind="G").count() == 0


@pytest.mark.rule("R1.1")
def test_one_live_batch_a_province_and_a_dropped_one_issues_nothing(world):
    pupil = world.pupil(world.first, letter="L")
    registered(pupil)
    batch = prepared(world)
    with refused("batch_live", match="还没有结束"):
        issuing.prepare(world.registrar(world.im), clock.now())
    sql_refused(
        "batch_one_live",
        "INSERT INTO students_issuingbatch (number, province_id, state, prepared_by_id, opinion, last_student,"
        " total, checked, issued, held) SELECT 'XF-2026-00000000', province_id, 'checking', prepared_by_id, '', 0, 0, 0,"
        " 0, 0 FROM students_issuingbatch",
    )
    issuing.drop(batch, world.head(world.im), clock.now())
    with refused("batch_state"):
        issuing.confirm(batch, world.head(world.im), clock.now(), "同意下发。")
    assert issuing.carry_on(clock.now()) == 0
    assert records.current_number(pupil)[0] == "L"
    assert issued(world).issued == 1


@pytest.mark.rule("R1.1")
def test_a_second_batch_issues_nothing_twice(world):
    pupils = [world.pupil(world.first, letter="L") for _ in range(3)]
    registered(*pupils[:2])
    assert issued(world).issued == 2
    again = issued(world)
    assert (again.total, again.issued, again.held) == (1, 0, 1)
    registered(pupils[2])
    assert issued(world).issued == 1
    assert RegistrationNumber.objects.filter(kind="G").count() == 3


@pytest.mark.rule("R1.1")
def test_pieces_cut_off_repeated_or_late_come_to_the_same_end(world):
    pupils = [world.pupil(world.first, letter="L") for _ in range(5)]
    registered(*pupils)
    batch = issuing.prepare(world.registrar(world.im), clock.now())
    register = population.register()
    assert issuing.compare(batch.pk, register, clock.now(), piece=2)
    batch.refresh_from_db()
    assert (batch.checked, batch.total) == (2, 5)
    while issuing.compare(batch.pk, register, clock.now(), piece=2):
        pass
    assert not issuing.compare(batch.pk, register, clock.now(), piece=2)
    issuing.confirm(batch, world.head(world.im), clock.now(), "同意下发。")
    assert issuing.issue(batch.pk, register, clock.now(), piece=2)
    batch.refresh_from_db()
    assert (batch.state, batch.issued) == (BatchState.ISSUING, 2)
    issuing.carry_on(clock.now() + timedelta(days=7), piece=2)
    issuing.carry_on(clock.now() + timedelta(days=7), piece=2)
    batch.refresh_from_db()
    assert (batch.state, batch.issued) == (BatchState.DONE, 5)
    assert AuditEntry.objects.filter(action="number.issued").count() == 5
    assert list(audit.verify(["numbers"])) == []


@pytest.mark.rule("R1.1", "R1.6")
def test_whoever_changed_after_the_comparison_waits_for_the_next_batch(world):
    renamed, problem, moved = (world.pupil(world.first, letter="L") for _ in range(3))
    registered(renamed, problem, moved)
    batch = prepared(world)
    rewritten(Student.objects.filter(pk=renamed.pk), name="改名以后")
    ProblemRecord.objects.create(student=problem, kind="id_duplicate")
    rewritten(Student.objects.filter(pk=moved.pk), school=world.third, school_class=None)
    batch = issued(world, batch)
    assert reasons(batch) == {renamed.pk: HeldBack.CHANGED, problem.pk: HeldBack.CHANGED, moved.pk: ""}


@pytest.mark.rule("R1.8")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
def test_a_transfer_that_runs_is_untouched_by_a_batch_and_goes_through_with_every_letter(world, letter):
    pupil = world.pupil(world.third, letter=letter)
    registered(*([pupil] if letter != "J" else [world.pupil(world.third, letter="G")]))
    case = world.submitted(world.first, pupil)
    issued(world)
    assert world.finish(case).state == "completed"
    assert Student.objects.get(pk=pupil.pk).school == world.first


def test_statements_do_not_grow_with_the_pupils(world):
    registered(*(world.pupil(world.first, letter="L") for _ in range(2)))
    with CaptureQueriesContext(connection) as few:
        issued(world)
    pupils = [world.pupil(world.first, letter="L") for _ in range(30)]
    registered(*pupils)
    with CaptureQueriesContext(connection) as many:
        issued(world)
    # New accounts are made by the first run only; nothing else may differ.
    assert len(many) <= len(few)


def test_each_school_is_told_once_when_the_batch_is_done(world):
    registered(world.pupil(world.first, letter="L"), world.pupil(world.third, letter="L"))
    clerk = world.registrar(world.first)
    batch = issued(world)
    told = OutboxMessage.objects.filter(topic="numbers").order_by("payload__school")
    assert [m.payload for m in told] == [
        {"batch": batch.pk, "school": s.pk} for s in (world.first, world.third)
    ]
    outbox.relay(clock.now() + timedelta(minutes=1))
    notice = Notice.objects.get(account=clerk, link=f"/numbers/{batch.number}/")
    assert "本校 1 人得到正式学籍号。" in notice.text


def test_nothing_in_clear_is_kept_of_the_register_or_the_batch(world):
    pupil = world.pupil(world.first, letter="L")
    registered(pupil)
    issued(world)
    number = records.id_number(pupil)
    tables = ("populationperson", "issuingbatch", "issuingline", "registrationnumber")
    with connection.cursor() as cursor:
        for table in [*(f"students_{name}" for name in tables), "ledger_auditentry", "ledger_outboxmessage"]:
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{number}%"])
            assert cursor.fetchone() == (0,), table


def test_what_was_issued_or_held_back_is_not_rewritten(world):
    registered(world.pupil(world.first, letter="L"))
    world.pupil(world.first, letter="L")
    issued(world)
    sql_refused("issuing_fixed", "UPDATE students_issuingline SET reason='' WHERE reason<>''")
    sql_refused("issuing_fixed", "UPDATE students_issuingline SET letter='J' WHERE issued_id IS NOT NULL")
    sql_refused("issuing_fixed", "UPDATE students_issuingbatch SET state='ready'")
    sql_refused("no_delete", "DELETE FROM students_issuingline")


# ---------------------------------------------------------------- the register's file


def test_a_file_is_taken_in_whole_or_not_at_all_and_the_fault_is_told_by_its_line(world, tmp_path):
    pupil = world.pupil(world.first, letter="L")
    number = records.id_number(pupil)
    path = tmp_path / "register.csv"
    path.write_text(f"身份证号,姓名\n{number},{pupil.name}\n{number[:-1]},谁\n", encoding="utf-8-sig")
    with pytest.raises(CommandError, match="第 3 行") as caught:
        call_command("import_population", str(path))
    assert number[:-1] not in str(caught.value)
    assert not PopulationPerson.objects.exists()
    path.write_text(f"身份证号,姓名\n{number},{pupil.name}\n", encoding="utf-8")
    out = StringIO()
    call_command("import_population", str(path), stdout=out)
    assert "已导入 1 条" in out.getvalue()
    call_command("import_population", str(path), stdout=out)
    assert PopulationPerson.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "第 1 行应为列名"), ("姓名\n", "第 1 行应为列名"), ("身份证号,姓名\n", "文件里没有数据行")],
)
def test_a_file_without_header_or_rows_is_told(world, text, told):
    with pytest.raises(population.ImportRefused, match=told):
        population.import_csv(StringIO(text), clock.local_date(clock.now()), "system")


@pytest.mark.rule("R1.7")
def test_the_local_register_answers_each_question_in_order(world):
    one, two, three = (world.pupil(world.first, letter="L") for _ in range(3))
    registered(one, two)
    asked = [
        population.Asked(records.id_number(p), name)
        for p, name in ((three, "谁"), (two, "谁"), (one, one.name))
    ]
    answers = population.register().compare(asked)
    assert answers == [Found.NOT_FOUND, Found.NAME_MISMATCH, Found.MATCH]
