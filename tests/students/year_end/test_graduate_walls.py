"""What the database refuses about a graduate: its status, its day, its lists, its roll-back (R4.1, R4.4, R4.5), by plain
SQL; and what the nightly check finds of what came in before the walls."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django_fsm import can_proceed

from ledger.models import AuditEntry
from reviews.engine import door
from reviews.engine.models import Case
from reviews.rulebook.models import Limit
from students.admission.recruitment import actions as recruitment
from students.onward.models import RecruitedPupil
from students.pupil.models import Enrolment, Student
from students.tasks import check_year_end
from students.year_end import checking as year_end_check
from students.year_end import graduation
from students.year_end import graduation_rollback as taking_back
from students.year_end.models import TakenBack
from tests.clock import frozen, shanghai
from tests.refusals import refuses, sql_refused
from tests.students.year_end.test_walls import placed
from tests.world import rewritten
from xueji.celery import app

JULY, SEPTEMBER = shanghai(2026, 7, 6, 10), shanghai(2026, 9, 7, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R4.1", "R4.4"), pytest.mark.world_at(JULY)]
PUPIL = "UPDATE students_student SET {} WHERE id=%s"
UNGUARDED = "SET LOCAL session_replication_role = replica; "
WORDS = "名单核对无误，同意毕业。"


def run_of(world, cohort=2020):
    run = graduation.prepare(world.first, "primary", cohort, world.registrar(world.first), JULY)
    return graduation.sign(run, world.head(world.first), JULY, WORDS)


# ---------------------------------------------------------------- on a list of recruitment


@pytest.mark.rule("R4.5")
@pytest.mark.parametrize("state", ["listed", "sent", "admitted"])
def test_a_graduate_on_a_living_list_stays_a_graduate(world, state):
    pupil = world.graduate(world.first, on=date(2026, 7, 1))
    (row,) = recruitment.add([pupil], world.junior, world.registrar(world.junior), JULY)
    rewritten(RecruitedPupil.objects.filter(pk=row.pk), state=state)
    for status in ("enrolled", "deceased", "removed"):
        sql_refused("graduate_listed", PUPIL.format(f"status='{status}', graduated_on=NULL"), pupil.pk)


# ---------------------------------------------------------------- the day of the act


def test_the_day_of_graduation_is_that_of_the_signed_list(world):
    pupil = world.pupil(world.first, grade=6)
    run_of(world)
    sql_refused("graduated_on_signed", PUPIL.format("graduated_on='2026-07-05'"), pupil.pk)


def test_a_graduation_that_was_taken_back_no_longer_says_the_day(world):
    pupil = world.pupil(world.first, grade=6)
    run_of(world)
    pupil = Student.objects.select_related("school").get(pk=pupil.pk)
    said = {"why": "误列入毕业名单，学生仍在读。", "opinion": "经核实属误毕业。"}
    case = taking_back.send(pupil, world.registrar(world.east), JULY, **said)
    world.decide(case, opinion="同意回退。")
    with transaction.atomic(), connection.cursor() as cursor:
        # No list speaks for the pupil any more: this wall is silent, whatever else binds the status.
        cursor.execute(PUPIL.format("status='graduated', graduated_on='2026-06-01'"), [pupil.pk])
        cursor.execute("SET CONSTRAINTS graduated_day IMMEDIATE")
        transaction.set_rollback(True)
    with frozen(JULY + timedelta(days=10)) as later:
        run = graduation.prepare(world.first, "primary", 2020, world.registrar(world.first), later)
        graduation.sign(run, world.head(world.first), later, WORDS)
    pupil.refresh_from_db()
    assert pupil.graduated_on == date(2026, 7, 16)
    sql_refused("graduated_on_signed", PUPIL.format("graduated_on='2026-07-06'"), pupil.pk)


def test_who_was_graduated_before_the_system_keeps_the_day_of_its_table(world):
    pupil = world.graduate(world.first, on=date(2026, 6, 30))
    sql_refused("graduated_kept", PUPIL.format("graduated_on='2026-06-29'"), pupil.pk)


# ---------------------------------------------------------------- half a year


def rollback_draft(world, pupil):
    """A draft of 毕业回退 as the authority's registrar has it in hand."""
    clerk = world.registrar(world.east)
    with door.draft(
        kind="graduation_rollback",
        by=clerk,
        receiving=world.east,
        sending=world.first,
        subject=f"student:{pupil.pk}",
        headline="某",
        search_text="某",
        now=JULY,
    ) as case:
        TakenBack.objects.create(
            case=case, student=pupil, status_was="graduated", graduated_on=pupil.graduated_on, why="误毕业。"
        )
    return case


@pytest.fixture
def unguarded(monkeypatch):
    """The guards of the door are left out, so that the database itself is asked."""
    monkeypatch.setitem(taking_back.GraduationRollback.guards, "submit", ())


def sent_off(world, case, *day):
    with frozen(shanghai(*day)):
        return door.perform(case, "submit", world.registrar(world.east), opinion="经核实属误毕业。")


@pytest.mark.parametrize("day", [(2026, 7, 7), (2027, 1, 6, 23, 59)])
def test_a_graduation_is_taken_back_within_half_a_year_of_the_request(world, unguarded, day):
    pupil = world.graduate(world.first, on=date(2026, 7, 6))
    assert sent_off(world, rollback_draft(world, pupil), *day).state == "authority"


@pytest.mark.parametrize("day", [(2027, 1, 7), (2028, 7, 7)])
def test_and_not_an_instant_later(world, unguarded, day):
    pupil = world.graduate(world.first, on=date(2026, 7, 6))
    case = rollback_draft(world, pupil)
    with pytest.raises(IntegrityError, match="毕业回退已超过规定的期限"):
        sent_off(world, case, *day)


def test_a_provinces_own_limit_of_the_roll_back_is_the_databases_too(world, unguarded):
    pupil = world.graduate(world.first, on=date(2026, 7, 6))
    case = rollback_draft(world, pupil)
    row = {"key": "rollback_months", "name": "毕业回退", "value": 3, "unit": "个月", "clause": "四.3"}
    Limit.objects.create(province=world.im, valid_from=date(2020, 1, 1), source="省教育厅规定", **row)
    with pytest.raises(IntegrityError, match="毕业回退已超过规定的期限"):
        sent_off(world, case, 2026, 10, 7)


def test_what_a_roll_back_is_about_is_the_pupil_as_it_stood(world):
    pupil = world.graduate(world.first, on=date(2026, 7, 6))
    case = rollback_draft(world, pupil)
    row = TakenBack.objects.get(case=case)
    sql_refused(
        "takenback_fixed", "UPDATE students_takenback SET graduated_on='2026-12-01' WHERE id=%s", row.pk
    )
    other = world.graduate(world.first, on=date(2026, 7, 6))
    sql_refused(
        "takenback_day",
        "INSERT INTO students_takenback (case_id, student_id, status_was, graduated_on, why)"
        " VALUES (%s, %s, 'graduated', '2026-12-01', '误毕业。')",
        case.pk,
        other.pk,
    )


# ---------------------------------------------------------------- how 毕业 is reached


@pytest.mark.parametrize("status", ["suspended", "abroad", "left_other", "missing", "withdrawn", "expelled"])
def test_who_is_away_becomes_a_graduate_by_a_roll_back_of_recruitment_only(world, status):
    senior = world.school("示例高级中学", world.east, 10, 12)
    pupil = world.pupil(senior, grade=10, status=status)
    sql_refused(
        "graduated_without_case", PUPIL.format("status='graduated', graduated_on='2026-07-06'"), pupil.pk
    )


def test_a_completion_of_senior_secondary_stays_one(world):
    senior = world.school("示例高级中学", world.east, 10, 12)
    pupil = world.pupil(senior, grade=12, status="completed")
    sql_refused("student_completion_kept", PUPIL.format("status='graduated'"), pupil.pk)
    assert not can_proceed(pupil.correct)


@pytest.mark.parametrize("status", ["completed", "incomplete"])
@pytest.mark.parametrize("phase", ["primary", "junior"])
def test_nobody_of_compulsory_education_is_newly_given_a_completion(world, status, phase):
    pupil = world.pupil(
        world.first if phase == "primary" else world.junior, grade=6 if phase == "primary" else 9
    )
    sql_refused(
        "student_completion_senior", PUPIL.format(f"status='{status}', graduated_on='2026-07-06'"), pupil.pk
    )


# ---------------------------------------------------------------- lists


@pytest.mark.parametrize(
    ("change", "wall"),
    [
        ("state='done', signed_by_id={head}, opinion='同意', day='2026-07-05'", "graduation_day"),
        ("occasion='late'", "graduation_fixed"),
        ("phase='junior'", "graduation_fixed"),
        ("grade=5", "graduation_fixed"),
        ("prepared_at=prepared_at - interval '1 year'", "graduation_fixed"),
    ],
)
def test_a_list_is_dated_by_its_signature_and_is_of_a_cohort_unless_it_is_late(world, change, wall):
    world.pupil(world.first, grade=6)
    run = graduation.prepare(world.first, "primary", 2020, world.registrar(world.first), JULY)
    head = world.head(world.first).pk
    sql_refused(wall, f"UPDATE students_graduationrun SET {change.format(head=head)} WHERE id=%s", run.pk)


def test_no_list_is_signed_at_a_closed_school_and_no_certificate_is_later_than_the_act(world):
    pupil = world.pupil(world.first, grade=6)
    run = graduation.prepare(world.first, "primary", 2020, world.registrar(world.first), JULY)
    sign = "UPDATE students_graduationrun SET state='done', signed_by_id=%s, opinion='同意', day='2026-07-06' WHERE id=%s"
    head = world.head(world.first).pk
    run.lines.filter(student=pupil).update(certificate_on=date(2026, 7, 30))
    sql_refused("graduation_certificate", sign, head, run.pk)
    run.lines.update(certificate_on=None)
    school = type(world.first).objects.filter(pk=world.first.pk)
    rewritten(school, closed_on=date(2026, 7, 6))
    sql_refused("graduation_seat", sign, head, run.pk)
    # Nor by the successor's head, whose seat stands for the closed school's.
    rewritten(school, successor=world.second)
    sql_refused("graduation_school_closed", sign, world.head(world.second).pk, run.pk)


def test_the_database_says_when_a_list_was_prepared(world):
    world.pupil(world.first, grade=6)
    early = shanghai(2020, 1, 1)
    run = graduation.prepare(world.first, "primary", 2020, world.registrar(world.first), JULY)
    rows = type(run).objects
    rows.filter(pk=run.pk).update(state="dropped")
    columns = "number, school_id, phase, occasion, cohort, grade, state, prepared_by_id, opinion, cleared"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO students_graduationrun ({columns}, prepared_at) SELECT number || '-2', school_id, phase,"
            " occasion, cohort, grade, 'ready', prepared_by_id, '', 0, %s FROM students_graduationrun",
            [early],
        )
    assert rows.get(state="ready").prepared_at == JULY


def test_a_cohort_has_one_list_in_hand_and_a_phase_one_late_list(world):
    world.pupil(world.first, grade=6)
    graduation.prepare(world.first, "primary", 2020, world.registrar(world.first), JULY)
    columns = "number, school_id, phase, occasion, cohort, grade, state, prepared_by_id, opinion, cleared"
    again = (
        f"INSERT INTO students_graduationrun ({columns}) SELECT number || '-2', school_id, phase, occasion, cohort, grade,"
        " state, prepared_by_id, '', 0 FROM students_graduationrun"
    )
    sql_refused("graduation_one_live", again)
    with frozen(SEPTEMBER):
        late = graduation.prepare(world.first, "primary", None, world.registrar(world.first), SEPTEMBER)
        sql_refused("graduation_one_late", f"{again} WHERE id=%s", late.pk)


def test_the_lines_of_a_signed_list_stay_as_they_are(world):
    pupil = world.pupil(world.first, grade=6)
    run = run_of(world)
    for change in ("leaving='left_out', reason='误列'", "certificate_on='2026-07-01'"):
        sql_refused(
            "graduation_closed", f"UPDATE students_graduationline SET {change} WHERE student_id=%s", pupil.pk
        )
    sql_refused("graduation_closed", "UPDATE students_graduationrun SET day='2026-07-01' WHERE id=%s", run.pk)


# ---------------------------------------------------------------- what the nightly check finds


def moved_up(world):
    """A sixth-grader who was brought into grade 7 by a plain transfer, as it once went through."""
    pupil = world.pupil(world.first, grade=6)
    begun = Enrolment.objects.get(student=pupil).period.lower
    rewritten(Enrolment.objects.filter(student=pupil), period=(begun, JULY), left_by="省内转学")
    placed(
        "INSERT INTO students_enrolment (student_id, school_id, phase, period, grade_in, class_name, entered_by, left_by,"
        " case_number, left_case_number) VALUES (%s, %s, 'junior', tstzrange(%s, NULL), 7, '', '省内转学', '', '', '')",
        pupil.pk,
        world.junior.pk,
        JULY,
    )
    placed(PUPIL.format("phase='junior', school_id=%s, school_class_id=NULL"), world.junior.pk, pupil.pk)
    return pupil


def risen(world):
    """Of a nine-year school: entered grade 1 there, and stands in junior secondary without any list."""
    nine = world.school("九年一贯制学校", world.east, 1, 9, "nine")
    pupil = world.pupil(nine, grade=8)
    begun = shanghai(2018, 9, 1)
    rewritten(Enrolment.objects.filter(student=pupil), grade_in=1, period=(begun, None))
    return pupil


FAULTS = {
    "grade_outside_phase": lambda world, pupil: placed(PUPIL.format("cohort=2027"), pupil.pk),
    "phase_never_had": lambda world, pupil: placed(PUPIL.format("phase='senior'"), pupil.pk),
    "listed_not_graduated": lambda world, pupil: placed(
        PUPIL.format("status='enrolled', graduated_on=NULL"),
        recruitment.add(
            [world.graduate(world.first, on=date(2026, 7, 1))],
            world.junior,
            world.registrar(world.junior),
            JULY,
        )[0].student_id,
    ),
    "graduate_transferring": lambda world, pupil: placed(
        PUPIL.format("status='graduated', graduated_on='2026-07-06'"),
        int(
            Case.objects.get(pk=world.submitted(world.second, world.pupil(world.third)).pk).subject.partition(
                ":"
            )[2]
        ),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_query_finds_its_fault(world, name):
    assert year_end_check.found() == {}
    FAULTS[name](world, world.pupil(world.first, grade=3))
    assert name in year_end_check.found()


@pytest.mark.rule("R3.5c")
def test_a_cohort_that_comes_into_its_phase_later_than_in_summer_is_found_and_no_newcomer(world):
    four = world.school("五四制初中", world.east, 6, 9, "5-4")
    fine = {world.first: 2026, world.junior: 2020, four: 2021}
    pupils = {
        school: world.pupil(school, grade=1 if school == world.first else 8 if school == world.junior else 6)
        for school in fine
    }
    change = PUPIL.format("cohort=%s, school_class_id=NULL")
    for school, cohort in fine.items():
        placed(change, cohort, pupils[school].pk)
    assert year_end_check.found() == {}
    for school, cohort in fine.items():
        placed(change, cohort + 1, pupils[school].pk)
    assert year_end_check.found() == {"grade_outside_phase": sorted(pupil.pk for pupil in pupils.values())}


def test_the_answers_are_bounded_and_the_count_is_of_all(world, monkeypatch):
    monkeypatch.setattr(year_end_check, "NAMED", 2)
    pupils = [moved_up(world).pk for _ in range(3)]
    assert year_end_check.found() == {"phase_without_graduation": sorted(pupils)[:2]}
    assert check_year_end() == 3
    entry = AuditEntry.objects.get(action="year_end.found")
    assert (entry.body["count"], entry.body["students"]) == (3, sorted(pupils)[:2])


@pytest.mark.parametrize(("day", "late"), [((2026, 7, 9), False), ((2027, 1, 11), True)])
def test_a_list_is_late_by_the_summer_of_its_cohort_whenever_it_is_signed(world, day, late):
    world.pupil(world.first, grade=6)
    run = graduation.prepare(world.first, "primary", 2020, world.registrar(world.first), JULY)
    with frozen(shanghai(*day)) as now:
        graduation.sign(run, world.head(world.first), now, WORDS)
        client = Client()
        client.force_login(world.head(world.first))
        (row,) = client.get(reverse("graduations")).context["runs"]
        assert (row["number"], row["late"]) == (run.number, late)


@pytest.mark.rule("R3.5c")
def test_who_stands_in_a_next_phase_without_a_graduation_is_found_and_nobody_else(world):
    four = world.school("五四制初中", world.east, 6, 9, "5-4")
    fine = (
        world.pupil(world.junior, grade=8),
        world.pupil(four, grade=6),
        world.graduate(world.junior, grade=9),
    )
    assert year_end_check.found() == {}, fine
    wrong = sorted([moved_up(world).pk, risen(world).pk])
    assert year_end_check.found() == {"phase_without_graduation": wrong}


def test_they_are_listed_with_their_way_and_go_once_the_graduation_is_entered(world):
    """Nobody is moved: the authority enters the graduation, two persons; phase, cohort and class stay as they are."""
    school, county = world.registrar(world.junior), world.registrar(world.east)
    client, url = Client(), reverse("graduations-unrecorded")
    client.force_login(school)
    assert url not in client.get(reverse("graduations")).content.decode()
    pupil = moved_up(world)
    was = Student.objects.filter(pk=pupil.pk).values().get()
    assert "没有毕业记录的在校学生（1 人）" in client.get(reverse("graduations")).content.decode()
    page = client.get(url).content.decode()
    assert pupil.name in page
    assert f"由{world.east.name}补记毕业" in page
    correct = reverse("student-graduation-correction", args=[pupil.key])
    refuses(client.get(correct), 403, "毕业更正由学籍所在学校的主管部门的学籍管理员发起，你没有这个岗位")
    client.force_login(county)
    assert correct in client.get(url).content.decode()
    assert correct in client.get(reverse("student-detail", args=[pupil.key])).content.decode()
    said = {"why": "原毕业证书核对无误。", "opinion": "情况属实，同意补记。"}
    with frozen(JULY + timedelta(days=2)):
        client.force_login(county)
        late = client.post(correct, said | {"on": "2026-07-07"})
        assert (late.status_code, "毕业日期不能晚于该生进入现学段的日期" in late.content.decode()) == (
            422,
            True,
        )
    client.force_login(county)
    missing = client.post(correct, said)
    assert (missing.status_code, "请填写毕业日期" in missing.content.decode()) == (422, True)
    assert said["why"] in missing.content.decode()
    late = client.post(correct, said | {"on": "2026-07-07"})
    assert late.status_code == 422
    assert client.post(correct, said | {"on": "2026-07-01"}).status_code == 303
    case = world.decide(
        Case.objects.get(kind="graduation_correction", state="authority"), opinion="同意补记。"
    )
    assert case.state == "completed"
    assert Student.objects.filter(pk=pupil.pk).values().get() == was
    assert year_end_check.found() == {}
    assert pupil.name not in client.get(url).content.decode()
    row = case.graduation_correction
    assert (row.what, row.phase, row.graduated_on) == ("unrecorded", "primary", date(2026, 7, 1))
    change = "UPDATE students_graduationcorrection SET graduated_on='2026-06-01' WHERE id=%s"
    sql_refused("correction_fixed", change, row.pk)
    refuses(client.post(correct, said | {"on": "2026-07-01"}), 409, "该生的毕业记录不需要更正")


def test_whose_cohort_comes_later_than_its_phase_is_told_what_to_do(world):
    client, below, other = Client(), moved_up(world), moved_up(world)
    client.force_login(world.registrar(world.junior))
    # By the coming school year who reports in summer is in grade 7.
    placed(PUPIL.format("cohort=2020, school_class_id=NULL"), other.pk)
    placed(PUPIL.format("cohort=2021, school_class_id=NULL"), below.pk)
    page = client.get(reverse("graduations-unrecorded"))
    told = {row["name"]: row["below"] for row in page.context["rows"]}
    assert told[other.name] == ""
    assert told[below.name].startswith("2021级按时间还没有到初中，请学校先核对原登记表")
    assert f"由学校报{world.east.name}核实学段。学生照常就读，不受影响。" in told[below.name]
    assert told[below.name] in page.content.decode()


def test_the_nightly_check_tells_the_trail_and_is_on_the_clock(world):
    assert check_year_end() == 0
    pupil = moved_up(world)
    assert check_year_end() == 1
    entry = AuditEntry.objects.get(action="year_end.found")
    assert entry.body == {"query": "phase_without_graduation", "count": 1, "students": [pupil.pk]}
    assert "students.tasks.check_year_end" in {row["task"] for row in app.conf.beat_schedule.values()}
