"""The program's database role and the papers beside the cases: whoever acts on one sits there, what was sent off stays as it
was sent, and a record changes to what was decided and to nothing else (R0.5, R0.6, R3.1)."""

from datetime import timedelta

import pytest
from django.db import connection

from orgs.people.models import PostRole
from reviews.appeals import ruling as appeals
from students.admission.recruitment import actions as recruitment
from students.changes.models import StatusChange
from students.onward.models import RecruitedPupil
from students.problems.models import RecordRemoval
from students.pupil.models import Student
from students.year_end.models import GraduationRun
from tests import settled, ticketed, upkept
from tests.clock import frozen, shanghai
from tests.security import program_role
from tests.security.program_role import Program
from tests.world import World
from tickets.forms.states import Verb
from web import clock

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.rule("R0.5"),
    pytest.mark.usefixtures("evidence"),
]
BEGINS = ("paper_begins", "单据从第一步开始，不能带着后面的结果建立")


@pytest.fixture
def program(world):
    with program_role.connected() as role:
        yield Program(role)


def outsider(world):
    """Somebody with a post, but not one that does any of this."""
    return world.account(world.abroad, PostRole.TECHNICIAN)


def list_of_graduates(world):
    oldest = world.pupil(world.third, grade=6)
    return GraduationRun.objects.create(
        number="BY-2026-ROLE0000",
        school=world.third,
        cohort=oldest.cohort,
        grade=6,
        prepared_by=world.registrar(world.third),
    )


# ---------------------------------------------------------------- a paper is acted on from a seat


def graduation_list(world):
    run = list_of_graduates(world)
    return run, "state = 'done', opinion = '同意', day = now()", "signed_by_id", "graduation_seat"


def dropout_report(world):
    return (
        upkept.dropout_of(world, world.third),
        "state = 'signed', signed_at = now()",
        "signed_by_id",
        "dropout_seat",
    )


def class_sheet(world):
    teacher = world.account(world.third, PostRole.CLASS_TEACHER)
    made = upkept.sheet_of(world, world.pupil(world.third), teacher)
    return made, "state = 'accepted', decided_at = now()", "decided_by_id", "sheet_seat"


def verification_round(world):
    world.pupil(world.third)
    made = upkept.round_of(world, world.west)
    said = "state = 'submitted', opinion = '属实', submitted_at = now()"
    return made, said, "submitted_by_id", "verification_seat"


def verification_part(world):
    world.pupil(world.third)
    made = upkept.round_of(world, world.west).parts.get(school=world.third)
    said = "state = 'submitted', opinion = '属实', submitted_at = now()"
    return made, said, "submitted_by_id", "verification_seat"


@pytest.mark.parametrize(
    "paper", [graduation_list, dropout_report, class_sheet, verification_round, verification_part]
)
def test_a_paper_is_signed_from_a_seat_of_its_unit(world, program, paper):
    row, said, column, wall = paper(world)
    sign = f"UPDATE {row._meta.db_table} SET {said}, {column} = %(by)s WHERE id = %(row)s"
    elsewhere = world.head(world.first), world.registrar(world.first)
    for by in (outsider(world), *elsewhere, world.account(world.third, PostRole.TECHNICIAN)):
        told = program.is_refused(sign, by=by.pk, row=row.pk)
        assert told[0] == wall, by
        assert "今天在岗" in told[1]


@pytest.mark.parametrize("paper", [graduation_list, dropout_report, class_sheet, verification_round])
def test_a_paper_begins_at_its_first_step(world, program, paper):
    row, *_ = paper(world)
    table = row._meta.db_table
    later = {
        "students_graduationrun": "done",
        "students_dropoutmark": "signed",
        "students_changesheet": "accepted",
        "students_verificationround": "signed",
    }[table]
    copied = f"INSERT INTO {table} SELECT (jsonb_populate_record(r, %(said)s::jsonb)).* FROM {table} r WHERE id = %(row)s"
    said = f'{{"id": 900001, "number": "XX-2026-FORGED00", "state": "{later}"}}'
    assert program.is_refused(copied, said=said, row=row.pk) == BEGINS


@pytest.mark.rule("R6.2")
def test_a_verification_goes_from_step_to_step(world, program):
    world.pupil(world.third)
    row = upkept.round_of(world, world.west)
    for state in ("signed", "zzz", "submitted"):
        told = program.is_refused(
            "UPDATE students_verificationround SET state = %(state)s WHERE id = %(row)s",
            state=state,
            row=row.pk,
        )
        assert told[0] == "round_state", state


@pytest.mark.rule("R0.2")
def test_the_moment_of_a_signature_is_the_databases(world, program):
    row = upkept.dropout_of(world, world.third)
    program.does(
        "UPDATE students_dropoutmark SET state = 'signed', signed_at = '2020-01-01', signed_by_id = %(by)s"
        " WHERE id = %(row)s",
        by=world.head(world.third).pk,
        row=row.pk,
    )
    row.refresh_from_db()
    assert clock.now() - row.signed_at < timedelta(minutes=5)


def test_a_paper_of_the_tickets_is_stamped_and_logged_from_a_seat(world, program):
    made = ticketed.supervision(world, handler=world.west)
    made = ticketed.do(made, Verb.PROPOSE, made.drafted_by)
    sign = "UPDATE tickets_ticket SET state = 'issued', issued_by_id = %(by)s WHERE id = %(row)s"
    line = (
        "INSERT INTO tickets_entry (ticket_id, verb, by_id, unit_id, text, at) VALUES (%(row)s, 'answer', %(by)s,"
        " %(unit)s, '', '2020-01-01')"
    )
    for by in (outsider(world), world.head(world.first), world.account(made.issuing_unit, "technician")):
        told = program.is_refused(sign, by=by.pk, row=made.pk)
        assert told == ("ticket_seat", "单据由发出单位今天在岗的负责人签发（正文 三.2）")
    told = program.is_refused(line, by=outsider(world).pk, row=made.pk, unit=made.issuing_unit_id)
    assert told == ("entry_seat", "单据的办理记录须由这个单位今天在岗的人员作出（正文 三.2）")
    program.does(line, by=made.drafted_by_id, row=made.pk, unit=made.issuing_unit_id)
    assert clock.now() - made.entries.last().at < timedelta(minutes=5), "the moment is the database's"


def test_an_appeal_is_ruled_on_from_the_seat_above(world, program):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    raised = appeals.raise_(
        case,
        world.registrar(world.east),
        opinion="材料不齐不办是旧通知里的话，家长本人不再转学。",
        outcome="refuse",
        reason="guardian_objects",
    )
    rule = (
        "UPDATE reviews_wallappeal SET ruling = 'allow', ruling_opinion = '属误报', decider_id = %(by)s"
        " WHERE id = %(row)s"
    )
    for by in (outsider(world), world.head(world.east), world.registrar(world.league)):
        told = program.is_refused(rule, by=by.pk, row=raised.pk)
        assert told == ("appeal_seat", "裁定由主管部门今天在岗的负责人作出（附件1 三.2）")


# ---------------------------------------------------------------- what was sent off stays


@pytest.mark.rule("R0.6", "R3.1")
@pytest.mark.parametrize("ended", [False, True], ids=["running", "ended"])
def test_what_a_transfer_is_about_is_not_rewritten(world, program, ended):
    case = world.submitted(world.first, world.pupil(world.third))
    case = world.finish(case) if ended else world.decide(case)
    other = world.pupil(world.third)
    table, row = "transfers_transfer", {"case": case.pk, "other": other.pk, "school": world.second.pk}
    for change, wall in (
        ("student_id = %(other)s", "facts_owner"),
        ("grade_to = 1", "facts_fixed"),
        ("reason_note = '别的'", "facts_fixed"),
        ("receiving_school_id = %(school)s", "facts_fixed" if ended else "transfer_schools"),
        ("sending_school_id = %(school)s", "facts_fixed" if ended else "transfer_schools"),
    ):
        told = program.is_refused(f"UPDATE {table} SET {change} WHERE case_id = %(case)s", **row)
        assert told[0] == wall, change
    assert program.is_refused(f"DELETE FROM {table} WHERE case_id = %(case)s", **row)[0] == "no_delete"


@pytest.mark.rule("R1.6", "R5.1")
def test_what_a_change_is_about_is_not_rewritten(world, program):
    case = world.changed(world.pupil(world.third), "suspension")
    world.decide(case)
    row = StatusChange.objects.get(case=case)
    told = program.is_refused(
        "UPDATE students_statuschange SET \"on\" = '2020-01-01' WHERE id = %(row)s", row=row.pk
    )
    assert told == (
        "facts_fixed",
        "业务发起以后内容不可修改；退回补正的，由发起的单位更正（附件1 三.1）",
    )


# ---------------------------------------------------------------- a record changes to what was decided


@pytest.mark.rule("R3.5", "R4.2")
def test_nobody_is_put_up_or_back_a_year_without_a_completed_case(world, program):
    pupil = world.pupil(world.third)
    for by in (-1, 1):
        told = program.is_refused(
            "UPDATE students_student SET cohort = cohort + %(by)s, school_class_id = NULL WHERE id = %(pupil)s",
            by=by,
            pupil=pupil.pk,
        )
        assert told == (
            "cohort_without_case",
            "学生的入学年（年级）只能由已办结的业务更改（三.5、四.2）",
        )


@pytest.mark.rule("R3.1")
def test_no_past_is_written_before_the_first_enrolment(world, program):
    pupil = world.pupil(world.third)
    told = program.is_refused(
        "INSERT INTO students_enrolment (student_id, school_id, period, grade_in, class_name, entered_by, left_by,"
        " archive, case_number, left_case_number, phase) VALUES (%(pupil)s, %(school)s,"
        " tstzrange('2015-01-01', '2016-01-01'), 4, '', '转学', '转学', '{}', '', '', 'primary')",
        pupil=pupil.pk,
        school=world.first.pk,
    )
    assert told == ("enrolment_back_dated", "在籍经历不可在已有的之前补写（附件1 三）")


@pytest.mark.rule("R4.5")
def test_a_graduate_is_put_on_no_list_that_was_decided(settings, tmp_path, transactional_db):
    settings.EVIDENCE_ROOT = tmp_path
    at = shanghai(2026, 9, 2, 10)
    with frozen(at):
        world = World(now=at)
        clerk = world.registrar(world.junior)
        listed = world.graduate(world.first)
        recruitment.add([listed], world.junior, clerk, at, None)
        (case,) = recruitment.send(world.junior, clerk, at, "录取属实，同意。")
        while case.is_live:
            case = world.decide(case, opinion="录取属实，同意。")
        other = world.graduate(world.first)
        recruitment.add([other], world.junior, clerk, at, None)
        row = RecruitedPupil.objects.get(student=other)
        known = {"row": row.pk, "case": case.pk, "listed": listed.pk, "other": other.pk}
        with program_role.connected() as role:
            program = Program(role)
            for state in ("sent", "listed"):
                told = program.is_refused(
                    "UPDATE students_recruitedpupil SET case_id = %(case)s, state = %(state)s WHERE id = %(row)s",
                    state=state,
                    **known,
                )
                assert told == (
                    "recruited_list",
                    "招生记录随本校正在办理的名册上报，不可改入别的名册（四.3）",
                )
            # Whoever was admitted and has not reported is no pupil of the school, whatever is written beside it.
            told = program.is_refused(
                "UPDATE students_recruitedpupil SET class_number = 7 WHERE student_id = %(listed)s",
                "UPDATE students_recruitedpupil SET state = 'dropped' WHERE false",
                "UPDATE students_student SET status = 'deceased' WHERE id = %(listed)s",
                **known,
            )
            assert told[0] in ("graduate_listed", "status_without_case")


@pytest.mark.rule("R1.9")
def test_a_case_removes_the_record_that_it_is_about_and_no_other(world, program):
    one, _ = settled.claimed(world)
    case = settled.answered(world, one)
    assert case.state == "completed"
    assert not RecordRemoval.objects.exists()
    other = world.pupil(world.third)
    kept = Student.objects.exclude(pk=other.pk).filter(status="enrolled").first()
    told = program.is_refused(
        "INSERT INTO students_recordremoval (student_id, kept_id, case_id) VALUES (%(pupil)s, %(kept)s, %(case)s)",
        pupil=other.pk,
        kept=kept.pk,
        case=case.pk,
    )
    assert told == ("removal_of_another", "删除学籍须由关于这名学生的业务办结（四.1）")


@pytest.mark.rule("R8.5")
def test_the_path_of_a_unit_is_what_the_tree_says(world, program):
    for change in (
        "path = '/'",
        f"path = '{world.east.path}9/'",
        f"province_id = {world.hebei.pk}",
        "league_id = NULL",
    ):
        told = program.is_refused(f"UPDATE orgs_unit SET {change} WHERE id = %(unit)s", unit=world.third.pk)
        assert told == ("unit_path", "单位的层级路径由主管部门决定，不能另设"), change


# ---------------------------------------------------------------- no statement says when something was done

# Every moment of an act on a paper, of a row that a test below makes; the rest of the columns of time is in SAID.
MOMENTS = {
    "students_dropoutmark": ("marked_at", "signed_at"),
    "students_changesheet": ("prepared_at", "sent_at", "decided_at"),
    "students_verificationround": ("opened_at", "submitted_at", "signed_at"),
    "students_schoolverification": ("submitted_at", "signed_at"),
    "students_bulletin": ("made_at", "proposed_at", "published_at"),
    "students_monthlycheck": ("closed_at", "sent_at", "checked_at"),
    "students_latechild": ("listed_at", "collected_at"),
    "students_recruitedpupil": ("listed_at",),
    "students_issuingbatch": ("prepared_at", "confirmed_at", "finished_at"),
    "students_importbatch": ("asked_at", "confirmed_at", "finished_at"),
    "students_printbatch": ("asked_at", "finished_at"),
    "students_rosterexport": ("asked_at", "finished_at"),
    "students_problemrecord": ("opened_at", "closed_at"),
    "students_classcharge": ("set_at",),
    "students_recordremoval": ("removed_at",),
    "students_knowntwins": ("known_at",),
    "reviews_step": ("first_opened_at", "overdue_at"),
    "tickets_ticket": (
        "drafted_at",
        "issued_at",
        "overdue_at",
        "accepted_at",
        "answered_at",
        "confirmed_at",
        "closed_at",
    ),
    "tickets_enclosure": ("removed_at",),
}
# Moments that other walls keep, each of which has its own test; days that people say, and what is counted from rows.
ELSEWHERE = {
    "students_graduationrun": {"prepared_at", "signed_at"},
    "students_bulletinline": {"reply_at"},
    "students_keyinformationchange": {"answered_at"},
    "students_sampledpupil": {"found_at"},
    "reviews_step": {"opened_at", "handled_at", "signed_at", "closed_at"},
    "reviews_case": {"created_at", "submitted_at", "expires_at", "closed_at"},
    "reviews_act": {"at"},
    "reviews_attachment": {"uploaded_at", "removed_at"},
    "reviews_overduerecord": {"recorded_at"},
    "reviews_fault": {"opened_at", "closed_at"},
    "reviews_wallmark": {"at"},
    "reviews_wallappeal": {"raised_at", "decided_at"},
    "students_fieldchange": {"at"},
    "students_pupilphoto": {"taken_at"},
    "students_sheetprint": {"printed_at"},
    "students_registrationnumber": {"issued_at", "closed_at"},
    "transfers_offlinetransfer": {"recorded_at", "confirmed_at", "closed_at"},
    "tickets_entry": {"at"},
    "tickets_enclosure": {"added_at"},
}
# Of the machinery: when a job was last taken in hand, a notice read, a table loaded, a count made.
MACHINERY = {
    ("students_printbatch", "begun_at"),
    ("students_rosterexport", "begun_at"),
    ("students_importbatch", "begun_at"),
    ("students_populationperson", "imported_at"),
    ("students_promotioncount", "recorded_at"),
    ("reviews_notice", "created_at"),
    ("reviews_notice", "read_at"),
    ("reviews_notice", "mailed_at"),
    ("tickets_thread", "begun_at"),
}


@pytest.mark.rule("R0.2")
def test_every_moment_of_a_paper_is_the_databases():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, encode(tgargs, 'escape') FROM pg_trigger WHERE tgname = 'moments'"
        )
        kept = {table: tuple(args.split("\\000")[1:-1]) for table, args in cursor.fetchall()}
        assert kept == MOMENTS
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type = 'timestamp with time zone' AND table_name ~ '^(reviews|students|transfers|tickets)_'"
        )
        known = {(table, column) for table, columns in MOMENTS.items() for column in columns}
        known |= {(table, column) for table, columns in ELSEWHERE.items() for column in columns} | MACHINERY
        assert set(cursor.fetchall()) == known


FIXED = ("moment_fixed", "办理时间由数据库记录，不可修改（附件1 三.1）")


@pytest.mark.rule("R0.2")
@pytest.mark.parametrize(
    "paper", [graduation_list, dropout_report, class_sheet, verification_round, verification_part]
)
def test_no_moment_of_a_paper_is_moved(world, program, paper):
    row, *_ = paper(world)
    table = row._meta.db_table
    for moment in MOMENTS.get(table, ("prepared_at",)):
        row.refresh_from_db()
        change = f"UPDATE {table} SET {moment} = '2020-01-01' WHERE id = %(row)s"
        if getattr(row, moment) is not None:
            told = program.is_refused(change, row=row.pk)
            assert told == FIXED or told[0] == "graduation_fixed", moment
            continue
        program.does(change, row=row.pk)
        row.refresh_from_db()
        assert clock.now() - getattr(row, moment) < timedelta(minutes=5), moment


@pytest.mark.rule("R5.2")
def test_the_days_of_a_dropout_mark_are_said_once_and_lie_where_they_can(world, program):
    row = upkept.dropout_of(world, world.third)
    begin = "INSERT INTO students_dropoutmark SELECT (jsonb_populate_record(m, %(said)s::jsonb)).* FROM students_dropoutmark m WHERE id = %(row)s"
    end = "UPDATE students_dropoutmark SET {} WHERE id = %(row)s"
    for said in ('"last_seen_on": "2001-01-01"', '"last_seen_on": "2099-01-01"', '"ended_on": "2026-11-20"'):
        told = program.is_refused(
            begin, said=f'{{"id": 900001, "number": "CX-2026-ROLE0000", {said}}}', row=row.pk
        )
        assert told == ("dropout_days", "最后到校日期须在入学以后、今天以前（五.2）"), said
    back = ("dropout_days", "返校日期随返校登记一次，须在最后到校以后、不晚于今天（五.2）")
    for said in (
        "ended_on = '2026-11-20'",
        "state = 'ended'",
        f"state = 'ended', ended_on = '{row.last_seen_on}'",
        "state = 'ended', ended_on = '2099-01-01'",
    ):
        assert program.is_refused(end.format(said), row=row.pk) == back, said
    program.does(
        end.format("state = 'signed', signed_by_id = %(by)s"), by=world.head(world.third).pk, row=row.pk
    )
    sent = ("dropout_days", "报送日期随报送登记一次，须在签核以后、不晚于今天（五.2）")
    for said in ("sent_on = '2026-11-20'", "state = 'sent', sent_on = '2026-11-01', sent_to = '旗教育局'"):
        assert program.is_refused(end.format(said), row=row.pk) == sent, said
    day = {"day": world.today, "row": row.pk}
    program.does(end.format("state = 'sent', sent_on = %(day)s, sent_to = '旗教育局'"), **day)
    assert program.is_refused(end.format("sent_to = '别处'"), **day) == sent
    program.does(end.format("state = 'ended', ended_on = %(day)s"), **day)
    assert program.is_refused(end.format("ended_on = %(day)s - 1"), **day) == back


@pytest.mark.rule("R4.4")
def test_what_a_roll_back_puts_back_is_not_written_into_a_running_transfer(world, program):
    case = world.submitted(world.first, world.pupil(world.third))
    for said in ("graduated_on = '2020-07-10'", "phase_was = 'junior'", "cohort_was = 2001"):
        told = program.is_refused(
            f"UPDATE transfers_transfer SET {said} WHERE case_id = %(case)s", case=case.pk
        )
        assert told == (
            "transfer_was",
            "原学段、级、班级和毕业日期随毕业后跨省就学的办结记录，照学籍当时的样子（四.3）",
        ), said
    graduate = world.graduate(world.third)
    as_it_stands = (
        "UPDATE transfers_transfer SET student_id = %(pupil)s, phase_was = 'primary', cohort_was = %(cohort)s,"
        " class_was_id = %(class)s, graduated_on = %(day)s WHERE case_id = %(case)s"
    )
    known = {"cohort": graduate.cohort, "class": graduate.school_class_id, "day": graduate.graduated_on}
    told = program.is_refused(as_it_stands, pupil=graduate.pk, case=case.pk, **known)
    assert told[0] in ("facts_owner", "transfer_was")


@pytest.mark.rule("R4.1", "R4.3")
def test_no_day_of_a_graduation_moves_without_its_status(world, program):
    pupil = world.graduate(world.third)
    told = program.is_refused(
        "UPDATE students_student SET graduated_on = '2020-07-10' WHERE id = %(row)s", row=pupil.pk
    )
    assert told == ("graduated_kept", "毕业日期随毕业办理记录，不可另行修改（四.3）")


@pytest.mark.rule("R3.1")
def test_no_record_leaves_or_comes_on_a_day_that_is_over(world, program):
    pupil = world.pupil(world.third)
    told = program.is_refused(
        "UPDATE students_enrolment SET period = tstzrange(lower(period), '2026-10-01'), left_by = '省内转学'"
        " WHERE student_id = %(pupil)s",
        pupil=pupil.pk,
    )
    assert told == ("enrolment_moment", "学籍转入、转出的时间是办理当时，不可倒填（附件1 三）")


@pytest.mark.rule("R6.2")
def test_the_limit_of_a_verification_stays_as_it_was_told(world, program):
    world.pupil(world.third)
    row = upkept.round_of(world, world.west)
    told = program.is_refused(
        "UPDATE students_verificationround SET due_on = due_on + 30 WHERE id = %(row)s", row=row.pk
    )
    assert told == ("round_due", "核查的完成期限随核查公布，不可修改（六）")


@pytest.mark.rule("R3.7b", "R8.6")
def test_a_paper_of_the_tickets_and_a_step_keep_their_moments(world, program):
    made = ticketed.supervision(world, handler=world.west)
    case = world.submitted(world.first, world.pupil(world.third))
    for table, row, moment in (
        ("tickets_ticket", made.pk, "drafted_at"),
        ("reviews_step", case.steps.get(closed_at=None).pk, "overdue_at"),
    ):
        change = f"UPDATE {table} SET {moment} = '2020-01-01' WHERE id = %(row)s"
        if moment == "overdue_at":
            program.does(change, row=row)
        assert program.is_refused(change, row=row) == FIXED, table
