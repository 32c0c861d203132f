"""学籍异动 through the engine: each kind decided by two people at the school and at its authority (R5.1–R5.3)."""

from datetime import timedelta

import pytest
from django.db import connection

from ledger import outbox
from reviews.engine import door
from reviews.engine.models import Act, Case
from reviews.evidence import proofs as evidence
from reviews.notices.models import Notice
from reviews.rulebook.models import Route
from reviews.vocabulary import states
from students.changes import drafting as change_drafting
from students.changes.kinds import BY_KIND, KINDS
from students.changes.models import ContactAttempt, StatusChange
from students.changes.rules import months_after
from students.dropouts import marking
from students.pupil import statuses
from students.pupil.grades import grade_of
from students.pupil.models import Student
from students.pupil.statuses import StudentStatus
from tests import golden
from tests.refusals import refused
from tests.world import png
from web import clock

pytestmark = pytest.mark.django_db
TARGETS = {
    "suspension": "suspended",
    "withdrawal": "withdrawn",
    "going_abroad": "abroad",
    "leaving_otherwise": "left_other",
    "expulsion": "expelled",
    "death": "deceased",
}


def today():
    return clock.local_date(clock.now())


@pytest.fixture
def senior(world):
    return world.school("示例高级中学", world.east, lowest=10, highest=12)


def stopped(code, world, student, kind, **said):
    """The change is refused, at its draft or at its submission, with this code: for its sentence and clause."""
    with refused(code) as error:
        world.changed(student, kind, **said)
    return error.value


# ---------------------------------------------------------------- what becomes of the pupil


@pytest.mark.rule("R5.3", "R0.5", "R1.8")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
@pytest.mark.parametrize("kind", TARGETS)
def test_a_change_is_decided_by_four_people_and_then_the_status_changes(world, senior, kind, letter):
    pupil = world.pupil(senior, grade=11, letter=letter)
    case = world.changed(pupil, kind)
    assert (case.state, case.stages) == ("school", ["school", "authority"])
    case = world.decide(case)
    assert (case.state, case.holder) == ("authority", world.east)
    pupil.refresh_from_db()
    assert pupil.status == "enrolled"
    case = world.decide(case)
    pupil.refresh_from_db()
    assert (case.state, pupil.status) == ("completed", TARGETS[kind])
    people = Act.objects.filter(case=case).values_list("account__person", flat=True)
    assert len(set(people)) == len(people) == 4
    change = StatusChange.objects.get(case=case)
    assert (change.status_was, change.grade_from) == ("enrolled", 11)


@pytest.mark.rule("R5.3", "R1.8")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
@pytest.mark.parametrize("status", ["suspended", "withdrawn", "abroad", "left_other"])
def test_a_pupil_who_was_away_comes_back_into_its_own_grade_or_the_one_below(world, status, letter):
    for step in (0, -1):
        pupil = world.pupil(world.first, grade=4, status=status, letter=letter)
        below = world.pupil(world.first, grade=4 + step).school_class
        world.finish(world.changed(pupil, "resumption", grade_to=4 + step, school_class=below))
        pupil.refresh_from_db()
        assert (pupil.status, grade_of(pupil, today())) == ("enrolled", 4 + step)
        assert pupil.school_class == below


@pytest.mark.rule("R5.1", "R1.8")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
@pytest.mark.parametrize(("kind", "grade"), [("grade_skip", 4), ("grade_repeat", 2)])
def test_another_grade_is_given_where_the_province_has_said_how(world, kind, grade, letter):
    pupil = world.pupil(world.first, grade=3, letter=letter)
    told = stopped("policy_allows", world, pupil, kind)
    assert told.sentence.startswith("本省（自治区）还没有规定")
    assert told.clause == "附件1 五.1"
    world.policy(kind)
    world.finish(world.changed(pupil, kind))
    pupil.refresh_from_db()
    assert (pupil.status, grade_of(pupil, today())) == ("enrolled", grade)


@pytest.mark.rule("R5.1")
@pytest.mark.parametrize(
    ("stages", "holders"),
    [
        (["school"], ["first"]),
        (["school", "authority"], ["first", "east"]),
        (["school", "authority", "league"], ["first", "east", "league"]),
        (["school", "league"], ["first", "league"]),
    ],
)
def test_who_approves_is_what_the_provinces_row_says(world, stages, holders):
    world.policy("grade_repeat", stages=stages)
    case = world.changed(world.pupil(world.first, grade=3), "grade_repeat")
    found = []
    while case.is_live:
        found.append(case.holder)
        case = world.decide(case)
        case = Case.objects.select_related("holder").get(pk=case.pk)
    assert found == [getattr(world, name) for name in holders]
    assert case.state == "completed"


@pytest.mark.rule("R5.1")
def test_a_league_that_is_the_schools_authority_decides_once(world):
    world.policy("grade_repeat", stages=["school", "authority", "league"])
    case = world.changed(world.pupil(world.league_school, grade=3), "grade_repeat")
    assert case.stages == ["school", "authority"]


@pytest.mark.rule("R5.1", "R0.7")
def test_a_province_may_forbid_limit_and_end_a_kind_from_a_day_on(world):
    row = world.policy("grade_repeat", most_times=1, condition="须经家长同意")
    pupil = world.pupil(world.first, grade=4)
    world.finish(world.changed(pupil, "grade_repeat"))
    pupil.refresh_from_db()
    assert "最多留级 1 次，该生已办过 1 次" in stopped("policy_allows", world, pupil, "grade_repeat").sentence
    row.valid_until = today()
    row.save()
    assert "还没有规定" in stopped("policy_allows", world, world.pupil(world.first), "grade_repeat").sentence


@pytest.mark.rule("R5.1")
def test_neither_skipping_nor_repeating_leads_into_another_phase(world):
    for kind, grade in (("grade_skip", 6), ("grade_repeat", 1)):
        world.policy(kind)
        assert (
            "没有可以" in stopped("grade_open", world, world.pupil(world.first, grade=grade), kind).sentence
        )


# ---------------------------------------------------------------- what is refused


@pytest.mark.rule("R5.3")
@pytest.mark.parametrize("kind", ["expulsion", "withdrawal"])
def test_in_compulsory_education_nobody_is_expelled_or_withdrawn(world, kind):
    for school, grade in ((world.first, 6), (world.junior, 9)):
        told = stopped("not_compulsory", world, world.pupil(school, grade=grade), kind)
        assert f"义务教育阶段（小学、初中）的学生不得{BY_KIND[kind].name}" in told.sentence


@pytest.mark.rule("R5.3")
def test_a_policy_row_cannot_open_expulsion_in_compulsory_education(world):
    world.policy("expulsion", allowed=True, phase="junior")
    stopped("not_compulsory", world, world.pupil(world.junior, grade=9), "expulsion")
    pupil = world.pupil(world.junior, grade=9)
    with pytest.raises(Exception, match="义务教育阶段不得开除学生"):
        Student.objects.filter(pk=pupil.pk).update(status="expelled")


@pytest.mark.rule("R5.3")
@pytest.mark.parametrize(
    ("said", "code", "told"),
    [
        ({"on": None}, "day_given", "请填写休学起始日期"),
        ({"on": timedelta(days=1)}, "day_given", "不能晚于今天"),
        ({"on": timedelta(days=-400)}, "day_given", "早于一年以前"),
        ({"reason": None}, "reason_given", "请从所列原因中选择"),
        ({"until": None}, "end_given", "请填写休学截止日期"),
        ({"until": timedelta(days=500)}, "end_given", "一次休学最长 12 个月"),
    ],
)
def test_a_suspension_says_what_is_missing_and_what_is_wrong(world, said, code, told):
    said = {k: today() + v if isinstance(v, timedelta) else v for k, v in said.items()}
    assert told in stopped(code, world, world.pupil(world.first), "suspension", **said).sentence


@pytest.mark.rule("R5.2")
def test_leaving_otherwise_needs_more_than_three_months_and_two_dated_attempts(world):
    pupil = world.pupil(world.first)
    seen = today() - timedelta(days=80)
    told = stopped("away_long_enough", world, pupil, "leaving_otherwise", last_seen_on=seen)
    assert "未超过三个月" in told.sentence
    assert told.clause == "附件1 五.2"
    one = [ContactAttempt(on=today() - timedelta(days=9), way="visit")]
    assert (
        "现在有 1 天的记录"
        in stopped("unreachable", world, pupil, "leaving_otherwise", contacts=one).sentence
    )
    twice = [*one, ContactAttempt(on=today() - timedelta(days=9), way="telephone")]
    assert "不同日期" in stopped("unreachable", world, pupil, "leaving_otherwise", contacts=twice).sentence
    early = [*one, ContactAttempt(on=today() - timedelta(days=200), way="letter")]
    assert (
        "早于最后在校日期"
        in stopped("unreachable", world, pupil, "leaving_otherwise", contacts=early).sentence
    )
    later = [*one, ContactAttempt(on=today() + timedelta(days=1), way="letter")]
    assert (
        "不能晚于今天" in stopped("unreachable", world, pupil, "leaving_otherwise", contacts=later).sentence
    )


@pytest.mark.rule("R5.2")
def test_leaving_otherwise_in_a_compulsory_grade_asks_for_the_mark_and_its_signed_report(world):
    pupil = world.pupil(world.first)
    case = world.changing(pupil, "leaving_otherwise")

    def sent():
        return door.perform(case, "submit", world.registrar(world.first), opinion="情况属实，申请办理。")

    with refused("dropout_reported", match="须先在学生页作辍学标识并书面报告") as error:
        sent()
    assert (error.value.code, error.value.refusal.clause) == ("dropout_reported", "附件1 五.2")
    mark = marking.mark(
        pupil,
        world.registrar(world.first),
        clock.now(),
        last_seen_on=today() - timedelta(days=120),
        reason="unwilling",
        efforts="班主任两次家访，家长同意返校但至今未返。",
    )
    with refused("dropout_reported", match=f"辍学标识 {mark.number} 的书面报告还没有签核"):
        sent()
    marking.sign(mark, world.head(world.first), clock.now())
    assert sent().state == "school"


@pytest.mark.rule("R5.2")
def test_in_senior_school_nobody_is_a_drop_out_and_leaving_otherwise_asks_for_no_report(world):
    senior = world.school("示例第一高级中学", world.east, lowest=10, highest=12)
    case = world.changing(world.pupil(senior, grade=10), "leaving_otherwise")
    case = door.perform(case, "submit", world.registrar(senior), opinion="情况属实，申请办理。")
    assert case.state == "school"


@pytest.mark.rule("R5.2")
def test_three_months_are_over_on_the_day_after(world):
    on = today()
    edge = next(
        on - timedelta(days=back)
        for back in range(85, 100)
        if months_after(on - timedelta(days=back), 3) == on
    )
    assert (
        "未超过三个月"
        in stopped(
            "away_long_enough", world, world.pupil(world.first), "leaving_otherwise", last_seen_on=edge
        ).sentence
    )
    case = world.changed(world.pupil(world.first), "leaving_otherwise", last_seen_on=edge - timedelta(days=1))
    assert case.state == "school"


@pytest.mark.rule("R5.3")
def test_a_change_that_does_not_fit_the_status_is_refused(world):
    pupil = world.pupil(world.first, status="suspended")
    assert (
        stopped("status_fits", world, pupil, "suspension").sentence == "学籍状态为“休学”的学生不能办理休学。"
    )
    assert "不能办理复学" in stopped("status_fits", world, world.pupil(world.first), "resumption").sentence


@pytest.mark.rule("R3.1b", "R5.3")
def test_one_pupil_has_one_case_whatever_its_kind(world):
    pupil = world.pupil(world.third)
    world.submitted(world.first, pupil)
    told = stopped("no_other_change", world, pupil, "suspension")
    assert told.sentence.startswith("该生有业务在办：省内转学（")
    other = world.pupil(world.third)
    world.changed(other, "suspension")
    with refused("no_other_case") as error:
        world.submitted(world.first, other)
    assert "休学" in error.value.sentence


@pytest.mark.rule("R3.2", "R5.3")
def test_a_suspended_pupil_resumes_and_may_then_transfer(world):
    pupil = world.pupil(world.third)
    world.finish(world.changed(pupil, "suspension"))
    pupil.refresh_from_db()
    with refused("not_suspended") as error:
        world.submitted(world.first, pupil)
    assert "复学" in error.value.sentence
    world.finish(world.changed(pupil, "resumption"))
    pupil.refresh_from_db()
    assert world.finish(world.submitted(world.first, pupil)).state == "completed"


@pytest.mark.rule("R5.3", "R0.5")
def test_nobody_but_the_schools_registrar_begins_and_nobody_signs_what_they_handled(world):
    pupil = world.pupil(world.first)
    for account in (world.head(world.first), world.registrar(world.east), world.registrar(world.second)):
        with refused("no_seat"):
            change_drafting.begin(pupil, BY_KIND["suspension"], account, clock.now())


@pytest.mark.rule("R5.3", "R3.1b")
def test_a_change_is_sent_back_corrected_refused_and_begun_anew(world):
    case = world.decide(world.changed(world.pupil(world.first), "suspension"))
    case = world.decide(case, "send_back", "change_data_mistaken", "截止日期请再核对。")
    assert (case.state, case.holder) == ("correction", world.first)
    clerk = world.registrar(world.first)
    with refused("day_given") as error:
        change_drafting.change(case, clerk, on=None)
    assert "请填写休学起始日期" in error.value.sentence
    case = world.decide(Case.objects.get(pk=case.pk))
    assert case.state == "authority"
    case = world.decide(case, "refuse", "change_untrue", "经核实与事实不符，不同意办理。")
    assert case.state == "refused"
    copy = change_drafting.copy_as_new(case, clerk, clock.now())
    row = StatusChange.objects.get(case=copy)
    assert (copy.copied_from, row.on, bool(row.until)) == (case, today(), True)


@pytest.mark.rule("R5.3")
def test_those_involved_are_told_of_the_end_in_words_that_fit(world):
    case = world.finish(world.changed(world.pupil(world.first), "suspension"))
    outbox.relay(clock.now() + timedelta(seconds=5))
    texts = set(Notice.objects.filter(case=case).values_list("text", flat=True))
    assert any(text.endswith("已办结，已办理休学。") for text in texts), texts


# ---------------------------------------------------------------- what the database refuses


@pytest.mark.rule("R5.3")
def test_the_machine_of_statuses_is_the_reviewed_one():
    golden.same("states.json", "student_status", [f"{a} --{by}--> {b}" for a, by, b in statuses.edges()])


@pytest.mark.rule("R5.3")
def test_the_database_allows_exactly_the_pairs_of_the_machine():
    legal = {(a, b) for a, _, b in statuses.edges() if a != b}
    every = list(StudentStatus.values)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a, b FROM unnest(%s::text[]) a, unnest(%s::text[]) b WHERE a <> b AND students_legal_status(a, b)",
            [every, every],
        )
        assert set(cursor.fetchall()) == legal


@pytest.mark.rule("R5.3")
def test_the_database_refuses_a_status_that_does_not_follow_and_a_change_of_an_ended_case(world):
    pupil = world.pupil(world.first, status="deceased")
    with pytest.raises(Exception, match="学籍状态不能由"):
        Student.objects.filter(pk=pupil.pk).update(status="enrolled")


@pytest.mark.rule("R5.3")
@pytest.mark.parametrize(
    "forbidden",
    [
        "UPDATE students_statuschange SET note = '另一种说法'",
        "DELETE FROM students_statuschange",
        "DELETE FROM students_contactattempt",
        "UPDATE students_contactattempt SET result = '已接通'",
    ],
)
def test_what_an_ended_case_was_about_stays(world, forbidden):
    world.finish(world.changed(world.pupil(world.first), "leaving_otherwise"))
    with pytest.raises(Exception, match="不可"), connection.cursor() as cursor:
        cursor.execute(forbidden)


@pytest.mark.rule("R5.1", "R5.3")
@pytest.mark.parametrize("kind", [each.kind for each in KINDS])
def test_the_graph_of_each_kind_of_change_is_the_reviewed_one(kind):
    found = set()
    for route in Route.objects.filter(kind=kind, province=None):
        found |= set(states.edges_of(route.stages))
    golden.same("states.json", kind, [f"{a} --{verb}--> {b}" for a, verb, b in sorted(found)])


@pytest.mark.rule("R0.6")
def test_a_change_needs_no_proof_and_keeps_those_it_has(world):
    case = world.changing(world.pupil(world.first), "suspension")
    clerk = world.registrar(world.first)
    taken = evidence.take_in(case, clerk, png())
    case = door.perform(Case.objects.get(pk=case.pk), "submit", clerk, opinion="情况属实，申请办理。")
    case = world.decide(case)
    case = world.decide(case, "send_back", "change_proof_unreadable", "照片看不清，请换一张。")
    evidence.remove(case, clerk, taken.key)
    assert not case.attachments.filter(removed_at__isnull=True).exists()
