"""Where the law is silent a row speaks: a province's own changes the answers that rest on it, of no other province, and of
no paper that was sent before it (R0.7, R4.1, R4.5).

Each question is asked twice of the same doors: ``before`` the row and ``after`` it. What the row does not speak of is held
by the truth table, which runs without any.
"""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from ledger import outbox
from reviews.engine import book as rulebook
from reviews.engine.models import Act, Case
from reviews.notices.models import Notice
from reviews.rulebook import year_words
from reviews.rulebook.models import Limit, Window, YearRow
from reviews.rulebook.year_values import YearKey
from students.admission.recruitment import actions as recruitment
from students.admission.registration import actions as registration
from students.bulletins import counting
from students.bulletins.counting import Month
from students.changes import rules as change_rules
from students.changes.kinds import RESUMPTION, SKIPPING
from students.changes.models import ChangePolicy
from students.dropouts import marking
from students.pupil import year_rows
from students.pupil.models import Enrolment, SchoolClass, Student
from students.year_end import graduation
from students.year_end import graduation_rollback as taking_back
from tests.clock import frozen, shanghai
from tests.reviews.case_pages import look, says
from tests.students.year_end.test_rows import (
    JULY,
    asked,
    listed,
    now_is,
    on,
    recruited,
    refusal,
    run_of,
    signed,
)
from transfers.graduating import running as graduating
from transfers.moving import rules
from transfers.moving.last_grade import GUARDS
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.7"), pytest.mark.world_at(JULY)]
SAID = {"source": "省教育厅规定", "clause": "附件1"}
LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def world(world):
    assert world.junior
    return world


def ruled(world, key, value, since=LONG_AGO, province=None):
    """The province's own word."""
    return YearRow.objects.create(
        key=key, value=value, province=province or world.im, valid_from=since, **SAID
    )


def limited(world, key, value, since=LONG_AGO):
    """The province's own number."""
    unit = Limit.objects.filter(key=key).first().unit
    return Limit.objects.create(
        key=key, name=key, value=value, unit=unit, province=world.im, valid_from=since, **SAID
    )


def due_by(world, key, ends):
    """The province's own last day of a season; ``ends`` is the day after it."""
    row = Window.objects.get(key=key, province=None)
    row.pk, row.province, row.ends, row.valid_from = None, world.im, ends, LONG_AGO
    row._state.adding = True
    row.save()


def far_primary(world):
    return world.school("张北县第二小学", world.zhangbei)


# ---------------------------------------------------------------- Q1  the first day of the regular list


def test_the_first_day_of_the_list_is_the_provinces(world):
    far = far_primary(world)
    for school in (world.first, far):
        world.pupil(school, grade=6)
    with on(2026, 5, 31):
        told = refusal("season", listed, world.first, world)
        assert "2026年6月1日" in told
        ruled(world, "graduation_first", "05-20")
        assert listed(world.first, world).occasion == "regular"
        refusal("season", listed, far, world)
    with on(2026, 5, 19):
        assert "2026年5月20日" in refusal("season", listed, world.second, world)


# ---------------------------------------------------------------- Q2  dates that are told and bar nothing


def test_the_end_of_recruitment_is_one_row_for_page_list_and_reminder(world):
    graduate = world.graduate(world.first, on=date(2026, 7, 6))
    with on(2026, 11, 1) as now:
        clerk = world.registrar(world.junior)
        recruitment.add(
            [Student.objects.select_related("school").get(pk=graduate.pk)], world.junior, clerk, now
        )
        assert year_rows.recruitment_due(now.date(), world.im.pk) == date(2026, 11, 30)
        due_by(world, "recruitment_due", "10-21")
        assert year_rows.recruitment_due(now.date(), world.im.pk) == date(2026, 10, 20)
        assert year_rows.recruitment_due(now.date(), world.hebei.pk) == date(2026, 11, 30)
        (case,) = recruitment.send(world.junior, clerk, now, "录取核对无误。")
        assert case.state != "draft"


@pytest.mark.rule("R0.7")
def test_a_season_that_ends_with_the_year_or_on_29_february_ends_in_the_year_that_is_asked_for(world):
    with on(2026, 11, 1) as now:
        due_by(world, "recruitment_due", "01-01")
        assert year_rows.recruitment_due(now.date(), world.im.pk) == date(2026, 12, 31)
    # Of a leap year's last day the year after has none.
    assert list(graduating.running(date(2028, 2, 29))) == []


@pytest.mark.rule("R0.7", "R3.5b")
def test_a_day_of_graduation_on_29_february_is_the_28th_of_the_year_after(world):
    due_by(world, "graduation_due", "03-01")
    for day, due in (
        (date(2028, 2, 29), date(2028, 2, 29)),
        (date(2028, 3, 1), date(2029, 2, 28)),
        (date(2027, 3, 1), date(2028, 2, 29)),
    ):
        assert year_rows.next_graduation_due(day, world.im.pk) == due


@pytest.mark.parametrize("months", [1, 3, 6, 12, 24, 48])
def test_a_month_is_added_as_the_database_adds_it(months):
    days = [date(2028, 2, 29), date(2027, 8, 31), date(2027, 12, 31), date(2027, 1, 30), date(2027, 7, 6)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (d + make_interval(months => %s))::date FROM unnest(%s::date[]) d", [months, days]
        )
        assert [clock.months_after(day, months) for day in days] == [found for (found,) in cursor.fetchall()]


def test_the_day_of_graduation_is_one_row_for_page_bulletin_and_warning(world):
    far = far_primary(world)
    here, there = world.pupil(world.first, grade=6), world.pupil(far, grade=6)
    with on(2026, 6, 25) as now:
        assert year_rows.next_graduation_due(now.date(), world.im.pk) == date(2026, 7, 30)
        due_by(world, "graduation_due", "06-21")
        assert year_rows.next_graduation_due(now.date(), world.im.pk) == date(2027, 6, 20)
        assert year_rows.next_graduation_due(now.date(), world.hebei.pk) == date(2026, 7, 30)
        warned = {}
        for pupil, to in ((here, world.third), (there, world.abroad)):
            facts = rules.facts_of_pupil(pupil, to, now, rulebook.current())
            warned[pupil.pk] = next(told.sentence for guard in GUARDS if (told := guard(facts)))
        assert "2027年6月20日前" in warned[here.pk]
        assert "2026年7月30日前" in warned[there.pk]
    june = Month.of(date(2026, 6, 1))
    assert counting._late_graduations(world.im, june) == {world.first.pk: 1}
    assert counting._late_graduations(world.hebei, june) == {}


# ---------------------------------------------------------------- Q3  to which school year a summer entry belongs


def test_from_when_a_report_belongs_to_the_coming_year(world):
    far_junior = world.school("张北县初级中学", world.zhangbei, 7, 9)
    ruled(world, "entry_from", "08-01")
    for school, to, day, cohort in (
        (world.first, world.junior, (2026, 7, 25), 2019),
        (world.first, world.junior, (2026, 8, 1), 2020),
        (world.abroad, far_junior, (2026, 7, 25), 2020),
    ):
        pupil = world.graduate(school, on=date(2026, 7, 6))
        with on(*day):
            recruited(world, pupil, to)
        now_is(pupil, "enrolled", cohort, "junior")


def test_a_list_that_was_sent_keeps_the_day_from_which_its_pupils_belong_to_the_coming_year(world):
    pupil = world.graduate(world.first, on=date(2026, 7, 6))
    clerk = world.registrar(world.junior)
    with on(2026, 7, 10) as now:
        recruitment.add([Student.objects.select_related("school").get(pk=pupil.pk)], world.junior, clerk, now)
        (case,) = recruitment.send(world.junior, clerk, now, "录取核对无误。")
        while case.is_live:
            case = world.decide(case, opinion="录取属实，同意。")
    ruled(world, "entry_from", "08-01", since=date(2026, 7, 20))
    with on(2026, 7, 25) as now:
        recruitment.report(case, [pupil.pk], now.date(), clerk, now)
    now_is(pupil, "enrolled", 2020, "junior")


def test_first_graders_and_children_registered_late_have_days_of_their_own(world):
    ruled(world, "entry_from", "07-21")
    ruled(world, "late_entry_from", "07-10")
    here, there, day = world.im.pk, world.hebei.pk, date(2026, 7, 20)
    assert registration.entering(world.first, day).cohort == 2025
    assert registration.entering(world.abroad, day).cohort == 2026
    for province, on_day, cohort in (
        (here, date(2026, 7, 10), 2024),
        (here, date(2026, 7, 9), 2023),
        (there, date(2026, 7, 14), 2023),
        (there, date(2026, 7, 15), 2024),
    ):
        assert year_rows.entering_cohort(3, on_day, province, late=True) == cohort


# ---------------------------------------------------------------- Q4  复学


def grades_at(pupil, now):
    """The grades that a resumption offers."""
    pupil = Student.objects.select_related("school").get(pk=pupil.pk)
    (facts,) = change_rules.facts_before(pupil, pupil.school, (RESUMPTION,), now)
    return facts.grades


def test_how_many_grades_down_one_resumes(world):
    far = far_primary(world)
    here, there = (world.pupil(school, grade=5, status="suspended") for school in (world.first, far))
    with on(2026, 7, 7) as now:
        assert grades_at(here, now) == grades_at(there, now) == [5, 4]
        limited(world, "resume_steps_down", 2)
        assert grades_at(here, now) == [5, 4, 3]
        assert grades_at(there, now) == [5, 4]
        down = SchoolClass.objects.get(school=world.first, phase="primary", cohort=2023)
        case = world.changed(here, "resumption", grade_to=3, school_class=down)
    Limit.objects.filter(key="resume_steps_down", province=world.im).update(valid_until=date(2026, 7, 8))
    with on(2026, 7, 9) as now:
        assert grades_at(world.pupil(world.first, grade=5, status="suspended"), now) == [5, 4]
        world.finish(case)
    now_is(here, "enrolled", 2023, "primary")


def test_no_grade_down_where_the_province_says_none(world):
    pupil = world.pupil(world.first, grade=5, status="suspended")
    limited(world, "resume_steps_down", 0)
    with on(2026, 7, 7) as now:
        assert grades_at(pupil, now) == [5]


# ---------------------------------------------------------------- Q5  a changed grade and the phase


def at_nine(world, authority):
    """A nine-year school with a class of the autumn's seventh grade."""
    nine = world.school("九年一贯制学校", authority, 1, 9, "nine")
    SchoolClass.objects.create(school=nine, phase="junior", cohort=2020, number=3)
    return nine


def test_a_changed_grade_crosses_the_phase_only_where_a_province_lets_it(world):
    nine, far_nine = at_nine(world, world.east), at_nine(world, world.zhangbei)
    pupil, other, far_pupil = (
        world.pupil(world.third, grade=6),
        world.pupil(world.third, grade=6),
        world.pupil(world.abroad, grade=6),
    )
    ruled(world, "changed_grade_within_phase", "off", since=date(2026, 9, 1))
    with on(2026, 9, 7):
        refusal("phase_change", asked, world, far_nine, far_pupil, grade_to=7)
        case = asked(world, nine, pupil, grade_to=7)
    YearRow.objects.filter(key="changed_grade_within_phase", province=world.im).update(
        valid_until=date(2026, 9, 8)
    )
    with on(2026, 9, 9):
        refusal("phase_change", asked, world, nine, other, grade_to=7)
        world.finish(case, opinion="情况属实，同意变更年级。")
    now_is(pupil, "enrolled", 2020, "junior")
    assert Enrolment.objects.filter(student=pupil).latest("period").phase == "junior"


def test_never_beyond_grade_nine(world):
    twelve = world.school("十二年一贯制学校", world.east, 1, 12, "twelve")
    pupil = world.pupil(world.junior, grade=9)
    SchoolClass.objects.create(school=twelve, phase="senior", cohort=2017, number=3)
    ruled(world, "changed_grade_within_phase", "off")
    with on(2026, 9, 7):
        refusal("phase_change", asked, world, twelve, pupil, grade_to=10)


# ---------------------------------------------------------------- Q6  who stays transfers in its grade


def test_a_province_may_refuse_that_a_grade_is_repeated_by_transfer(world):
    far, away = far_primary(world), world.pupil(world.third, grade=6, status="abroad")
    first, second, there = (
        world.pupil(school, grade=6) for school in (world.third, world.third, world.abroad)
    )
    with on(2026, 9, 7):
        running = asked(world, world.first, first)
    ChangePolicy.objects.create(
        kind="transfer_repeat",
        allowed=False,
        province=world.im,
        valid_from=date(2026, 9, 8),
        source=SAID["source"],
    )
    with on(2026, 9, 9):
        assert SAID["source"] in refusal("repeat_allowed", asked, world, world.second, second)
        # 三.2 lets who is away transfer directly; and another province has not said so.
        asked(world, world.second, away)
        asked(world, far, there)
        world.finish(running)
    now_is(first, "enrolled", 2021, "primary")


# ---------------------------------------------------------------- Q7  the drop-out mark and the list


def marked(world, pupil):
    """A living drop-out mark."""
    marking.mark(
        pupil,
        world.registrar(pupil.school),
        JULY,
        last_seen_on=date(2026, 5, 20),
        reason=marking.Reason.values[0],
        efforts="班主任、校长多次上门劝返，电话联系无人接听。",
    )


def test_a_mark_holds_where_no_province_says_otherwise(world):
    here, there = world.pupil(world.first, grade=6), world.pupil(world.abroad, grade=6)
    for pupil in (here, there):
        marked(world, pupil)
    row = ruled(world, "dropout_holds_graduation", "off", since=JULY.date())
    run, far = listed(world.first, world), listed(world.abroad, world)
    assert far.lines.get(student=there).leaving == "left_out"
    assert run.lines.get(student=here).leaving == "graduated"
    YearRow.objects.filter(pk=row.pk).update(valid_until=date(2026, 7, 7))
    with on(2026, 7, 8):
        signed(run, world)
    now_is(here, "graduated", 2020, "primary", date(2026, 7, 8))


# ---------------------------------------------------------------- Q8, Q9  结业, 肄业


def decided(world, run, pupil, leaving):
    """The registrar's own word on one pupil of a list."""
    graduation.decide(
        run, pupil.pk, leaving, "缺课过多，课程未学完。", world.registrar(run.school), clock.now()
    )


def test_completion_in_compulsory_phases_only_where_a_province_lets_it(world):
    far = world.school("张北县初级中学", world.zhangbei, 7, 9)
    here, there, young = (
        world.pupil(world.junior, grade=9),
        world.pupil(far, grade=9),
        world.pupil(world.first, grade=6),
    )
    row = ruled(world, "completion_phases", "junior,senior", since=JULY.date())
    run = listed(world.junior, world, "junior", 2017)
    refusal("completion_senior_only", decided, world, listed(far, world, "junior", 2017), there, "completed")
    refusal("completion_senior_only", decided, world, listed(world.first, world), young, "completed")
    refusal("completion_senior_only", decided, world, run, here, "incomplete")
    decided(world, run, here, "completed")
    YearRow.objects.filter(pk=row.pk).update(valid_until=date(2026, 7, 7))
    with on(2026, 7, 8):
        signed(run, world)
    now_is(here, "completed", 2017, "junior", date(2026, 7, 8))


def test_the_database_holds_completion_by_the_same_row(world):
    pupil = world.pupil(world.first, grade=6)
    with pytest.raises(IntegrityError, match="student_completion_senior"), transaction.atomic():
        Student.objects.filter(pk=pupil.pk).update(status="completed", graduated_on=JULY.date())


def test_incomplete_schooling_is_for_the_grades_that_a_province_names(world):
    senior = world.school("示例高级中学", world.east, 10, 12)
    far = world.school("张北县高级中学", world.zhangbei, 10, 12)
    here, there = world.pupil(senior, grade=12), world.pupil(far, grade=12)
    ruled(world, "incomplete_grades", "")
    assert "肄业" in refusal(
        "completion_senior_only", decided, world, listed(senior, world, "senior", 2014), here, "incomplete"
    )
    run = listed(far, world, "senior", 2014)
    decided(world, run, there, "incomplete")
    signed(run, world)
    now_is(there, "incomplete", 2014, "senior", JULY.date())


# ---------------------------------------------------------------- Q11  how long a graduation can be taken back


def test_how_long_a_graduation_can_be_taken_back(world):
    words = {"why": "误列入毕业名单，学生仍在读。", "opinion": "经核实属误毕业。"}
    here, there, first = (
        world.graduate(school, on=date(2026, 7, 6)) for school in (world.first, world.abroad, world.second)
    )

    def sent(pupil, now):
        found = Student.objects.select_related("school").get(pk=pupil.pk)
        return taking_back.send(found, world.registrar(found.school.authority), now, **words)

    with on(2026, 10, 6) as now:
        running = sent(first, now)
    limited(world, "rollback_months", 3, since=date(2026, 10, 7))
    with on(2026, 10, 7) as now:
        assert "2026年10月6日" in refusal("within_half_a_year", sent, here, now)
        sent(there, now)
        assert world.decide(running, opinion="同意回退。").state == "completed"


# ---------------------------------------------------------------- Q15  clearing by the clock


def test_transfers_of_graduating_grades_are_cleared_on_the_day_a_province_sets(world, client):
    far = far_primary(world)
    pupils = [
        world.pupil(school, grade=grade)
        for school, grade in ((world.third, 6), (world.third, 5), (world.abroad, 6), (world.third, 6))
    ]
    with on(2026, 6, 20):
        old = asked(world, world.first, pupils[3])
    ruled(world, "graduating_clear_on", "07-12", since=date(2026, 6, 25))
    with on(2026, 7, 8):
        cases = [
            asked(world, to, pupil)
            for to, pupil in zip((world.first, world.first, far), pupils[:3], strict=True)
        ]
    with frozen(shanghai(2026, 7, 11, 23, 59)) as now:
        assert graduating.clear(now) == 0
    # Whatever day the round comes: it leaves what one at zero hours would have left.
    for day in ((2026, 7, 12), (2026, 9, 1)):
        with on(*day) as now:
            graduating.clear(now)
        states = [Case.objects.get(pk=case.pk).state for case in (*cases, old)]
        assert [state == "cleared" for state in states] == [True, False, False, False], states
    # Nobody has graduated: what is told names the row's own source and no graduation.
    why = (
        "按规定（省教育厅规定），毕业年级的转学在2026年7月12日以前没有办结的由系统统一清理；"
        "学生还没有毕业的，需要时可以重新发起。"
    )
    assert Act.objects.get(case=cases[0], verb="clear").opinion == why
    outbox.relay(shanghai(2100, 1, 1))
    told = Notice.objects.filter(case=cases[0], account=world.registrar(world.first)).latest("pk").text
    assert told.endswith(f"（{cases[0].number}）：{why}")
    page = look(client, world.registrar(world.first), cases[0])
    assert says(page, f"由系统清理：{why}")
    assert not says(page, "随毕业操作清理")


# ---------------------------------------------------------------- Q16  跳级 into a last grade


def test_skipping_into_the_last_grade_ends_on_a_day_that_a_province_sets(world):
    here, other, young = (
        world.pupil(world.first, grade=5),
        world.pupil(world.first, grade=5),
        world.pupil(world.first, grade=4),
    )
    policy = world.policy("grade_skip")
    with on(2026, 6, 10):
        running = world.changed(here, "grade_skip")
        ChangePolicy.objects.filter(pk=policy.pk).update(not_after="03-31")
        assert "2026年3月31日" in refusal("policy_allows", world.changed, other, "grade_skip")
        world.changed(young, "grade_skip")
        world.finish(running)
    now_is(here, "enrolled", 2020, "primary")
    with on(2027, 3, 31) as now:
        pupil = Student.objects.select_related("school").get(pk=young.pk)
        (facts,) = change_rules.facts_before(pupil, pupil.school, (SKIPPING,), now)
        assert change_rules.policy_allows(facts) is None
    with on(2026, 9, 7) as now:
        pupil = Student.objects.select_related("school").get(pk=young.pk)
        (facts,) = change_rules.facts_before(pupil, pupil.school, (SKIPPING,), now)
        assert change_rules.policy_allows(facts) is None


# ---------------------------------------------------------------- Q20  the day on the certificate


def test_the_day_on_the_certificate_is_the_provinces_and_of_the_list_that_was_prepared(world):
    far = far_primary(world)
    first, there = world.pupil(world.first, grade=6), world.pupil(far, grade=6)
    ruled(world, "certificate_day", "07-01", since=date(2026, 9, 1))
    with on(2026, 12, 20):
        for school, pupil, day in ((world.first, first, date(2026, 7, 1)), (far, there, date(2026, 7, 30))):
            run = run_of(school, world, cohort=None)
            assert run.lines.get(student=pupil).certificate_on == day
    late = world.pupil(world.second, grade=6)
    with on(2026, 8, 20):
        run = listed(world.second, world, cohort=None)
    with on(2026, 9, 2):
        signed(run, world)
    assert run.lines.get(student=late).certificate_on == date(2026, 7, 30)


# ---------------------------------------------------------------- the rows themselves


def test_every_row_has_a_word_of_the_nation(world):
    assert set(YearRow.objects.filter(province=None).values_list("key", flat=True)) == set(YearKey.values)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("entry_from", "08-11"),
        ("entry_from", "6-1"),
        ("certificate_day", ""),
        ("graduation_first", "12-01"),
        ("resume_with_own_cohort", "maybe"),
        ("completion_phases", "primary;junior"),
        ("incomplete_grades", "9"),
    ],
)
def test_the_database_takes_no_word_that_a_row_cannot_mean(world, key, value):
    with pytest.raises(IntegrityError, match="year_row_words"), transaction.atomic():
        ruled(world, key, value)


@pytest.mark.parametrize(
    ("key", "typed", "kept"),
    [
        ("entry_from", "07-01", "07-01"),
        ("graduating_clear_on", "", ""),
        ("resume_with_own_cohort", "否", "off"),
        ("completion_phases", "初中、高中", "junior,senior"),
        ("incomplete_grades", "高三", "12"),
    ],
)
def test_words_are_read_as_people_write_them(key, typed, kept):
    assert year_words.read(key, typed) == kept
    assert year_words.read(key, year_words.told(key, kept, empty="")) == kept


@pytest.mark.parametrize(
    ("key", "typed", "told"),
    [
        ("entry_from", "02-30", "请写成“月-日”"),
        ("entry_from", "09-01", "升级以前"),
        ("certificate_day", "", "请写成“月-日”"),
        ("dropout_holds_graduation", "也许", "请写“是”或“否”"),
        ("completion_phases", "幼儿园", "请写学段"),
        ("incomplete_grades", "九年级", "请写年级"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_may_be_written(key, typed, told):
    with pytest.raises(ValueError, match=told):
        year_words.read(key, typed)
