"""每学期核查: drawn, compared, put right, signed by school and authority (R6.2)."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ledger import outbox
from ledger.models import AuditEntry
from orgs.people.models import Post
from reviews.notices.models import Notice
from students.pupil.models import FieldChange, Student
from students.record import changes as record_changes
from students.verification import rounds
from students.verification.models import Finding, SampledPupil, SchoolVerification, VerificationRound
from tests.clock import frozen, shanghai
from tests.refusals import refused, refused_by_database, refuses, sql_refused
from tests.world import rewritten
from web import clock

AUTUMN = shanghai(2026, 12, 1, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R6.2"), pytest.mark.world_at(AUTUMN)]
DUE = date(2026, 12, 20)
WORDS = "已逐人核对，差异已改正。"


@pytest.fixture
def begun(world):
    """A round of the county over two schools: three pupils at the first, two at the second."""
    for school, count in ((world.first, 3), (world.second, 2)):
        for _ in range(count):
            world.pupil(school)
    return opened(world)


def opened(world, sample=20, due_on=DUE):
    return rounds.open_round(
        world.east, world.registrar(world.east), clock.now(), sample=sample, due_on=due_on
    )


def part_of(found, school) -> SchoolVerification:
    return found.parts.select_related("school", "round").get(school=school)


def found_of(part, world, finding, pupils=None, **more) -> int:
    pupils = pupils if pupils is not None else list(part.pupils.values_list("pk", flat=True))
    return rounds.find(part, pupils, finding, world.registrar(part.school), clock.now(), **more)


def signed(world, part):
    rounds.submit_part(part, world.registrar(part.school), clock.now(), WORDS)
    rounds.sign_part(part, world.head(part.school), clock.now(), "同意。", agree=True)


def earlier(pupil, at):
    """A change of the address, some time ago."""
    with connection.cursor() as cursor:
        # The instant is the database's; past its trigger as time would have passed.
        cursor.execute("SET LOCAL session_replication_role = replica")
        FieldChange.objects.create(student=pupil, field="address", new="示例街", source="registrar", at=at)
        cursor.execute("SET LOCAL session_replication_role = origin")


# ---------------------------------------------------------------- the term and the sample


@pytest.mark.parametrize(
    ("day", "term"),
    [
        (date(2026, 8, 10), (2025, 2)),
        (date(2026, 8, 11), (2026, 1)),
        (date(2027, 1, 31), (2026, 1)),
        (date(2027, 2, 1), (2026, 2)),
    ],
)
def test_a_term_ends_with_the_promotion_or_with_january(day, term):
    assert rounds.term_of(day) == term
    assert rounds.term_begins(*term) <= day <= rounds.term_ends(*term)
    assert rounds.term_of(rounds.term_ends(*term) + timedelta(days=1)) != term


def test_every_school_with_pupils_has_its_part_and_no_more_than_the_sample(world, begun):
    assert set(begun.parts.values_list("school__name", flat=True)) == {world.first.name, world.second.name}
    counts = rounds.counts(list(begun.parts.values_list("pk", flat=True)))
    assert sorted(one["drawn"] for one in counts.values()) == [2, 3]
    assert AuditEntry.objects.get(action="verification.opened").body["drawn"] == 5
    drawn = SampledPupil.objects.values_list("student__school", "part__school")
    assert all(school == at for school, at in drawn)


def test_the_draw_is_by_chance_and_half_of_it_among_pupils_whose_record_changed_in_the_term(world):
    pupils = [world.pupil(world.first) for _ in range(40)]
    changed = pupils[:10]
    for pupil in changed:
        earlier(pupil, AUTUMN - timedelta(days=30))
    found = opened(world, sample=6)
    drawn = set(part_of(found, world.first).pupils.values_list("student", "changed"))
    assert len(drawn) == 6
    assert sum(one for _, one in drawn) >= 3
    assert {pk for pk, one in drawn if one} <= {pupil.pk for pupil in changed}
    # Another county's draw of the same pupils would be another: no order of theirs decides.
    assert {pk for pk, _ in drawn} != {pupil.pk for pupil in pupils[:6]}


def test_a_change_of_an_earlier_term_does_not_count(world):
    pupil = world.pupil(world.first)
    earlier(pupil, shanghai(2026, 8, 10, 23))
    part = part_of(opened(world), world.first)
    assert not part.pupils.get().changed


def test_a_round_is_opened_once_a_term_by_the_authority_s_registrar_with_a_date_in_the_term(world, begun):
    with refused("once"):
        opened(world)
    for unit in (world.west,):
        world.pupil(world.third)
        for sample, due_on, code in (
            (4, DUE, "sample"),
            (201, DUE, "sample"),
            (20, None, "due_on"),
            (20, date(2026, 12, 1), "due_on"),
            (20, date(2027, 2, 1), "due_on"),
        ):
            by = world.registrar(unit)
            with refused(code):
                rounds.open_round(unit, by, clock.now(), sample=sample, due_on=due_on)
        for by in (world.head(unit), world.registrar(world.league)):
            with refused("no_seat"):
                rounds.open_round(unit, by, clock.now(), sample=20, due_on=DUE)
    with frozen(shanghai(2027, 3, 1, 10)):
        assert opened(world, due_on=date(2027, 3, 20)).term == 2


def test_an_authority_without_pupils_has_nothing_to_verify(world):
    with refused("no_pupils"):
        rounds.open_round(world.league, world.registrar(world.league), clock.now(), sample=20, due_on=DUE)
    assert not VerificationRound.objects.exists()


def test_drawing_at_a_hundred_schools_takes_no_more_statements_than_at_one(world):
    def statements(unit):
        with CaptureQueriesContext(connection) as taken:
            rounds.open_round(unit, world.registrar(unit), clock.now(), sample=20, due_on=DUE)
        return len(taken)

    world.pupil(world.third)
    one = statements(world.west)
    for at in range(100):
        world.pupil(world.school(f"示例学校{at}", world.east))
    assert statements(world.east) <= one


# ---------------------------------------------------------------- found and put right


def test_a_difference_is_put_right_by_the_record_s_own_history_and_by_nothing_else(world, begun):
    part = part_of(begun, world.first)
    pupil = part.pupils.first()
    registrar = world.registrar(world.first)
    earlier(pupil.student, timezone.now() - timedelta(days=1))
    found_of(part, world, Finding.DIFFERENT, [pupil.pk], keys=["address", "commute_mode"])
    assert rounds.corrected_of(part)[pupil.pk] is False
    record_changes.change(pupil.student, registrar, {"address": "示例街 2 号"})
    assert rounds.corrected_of(part)[pupil.pk] is False
    assert rounds.counts([part.pk])[part.pk]["corrected"] == 0
    record_changes.change(pupil.student, registrar, {"commute_mode": "1"})
    assert rounds.corrected_of(part)[pupil.pk] is True
    one = rounds.counts([part.pk])[part.pk]
    assert (one["found"], one["corrected"], one.left) == (1, 1, 0)


def test_a_pupil_who_is_not_at_school_is_right_once_off_its_books(world, begun):
    part = part_of(begun, world.first)
    pupil = part.pupils.first()
    with refused("note"):
        found_of(part, world, Finding.GONE, [pupil.pk])
    found_of(part, world, Finding.GONE, [pupil.pk], note="已随父母迁往他省，电话核实。")
    assert rounds.corrected_of(part)[pupil.pk] is False
    rewritten(Student.objects.filter(pk=pupil.student_id), status="left_other")
    assert rounds.corrected_of(part)[pupil.pk] is True


def test_what_is_in_a_running_case_is_in_hand_and_does_not_hold_up_the_round(world, begun):
    part = part_of(begun, world.first)
    pupil = part.pupils.first()
    found_of(part, world, Finding.GONE, [pupil.pk], note="已到第三小学就读，正在办理转学。")
    assert rounds.counts([part.pk])[part.pk].left == 1
    world.submitted(world.third, pupil.student)
    one = rounds.counts([part.pk])[part.pk]
    assert (one["underway"], one.left) == (1, 0)


def test_what_is_marked_is_judged(world, begun):
    part = part_of(begun, world.first)
    pupils = list(part.pupils.values_list("pk", flat=True))
    with refused("finding"):
        found_of(part, world, "nonsense", pupils)
    with refused("items"):
        found_of(part, world, Finding.DIFFERENT, pupils, keys=["nonsense"])
    with refused("nobody"):
        found_of(part, world, Finding.SAME, [])
    others = list(part_of(begun, world.second).pupils.values_list("pk", flat=True))
    with refused("nobody"):
        found_of(part, world, Finding.SAME, others)
    with refused("no_seat"):
        rounds.find(part, pupils, "same", world.head(world.first), clock.now())
    assert found_of(part, world, Finding.SAME) == 3
    assert found_of(part, world, Finding.OPEN, pupils[:1]) == 1
    assert rounds.counts([part.pk])[part.pk]["checked"] == 2


# ---------------------------------------------------------------- signed


@pytest.mark.rule("R0.5")
def test_a_round_is_signed_by_two_people_at_each_school_and_at_the_authority(world, begun):
    first, second = part_of(begun, world.first), part_of(begun, world.second)
    office, chief = world.registrar(world.east), world.head(world.east)
    with refused("unchecked"):
        rounds.submit_part(first, world.registrar(world.first), clock.now(), WORDS)
    found_of(first, world, Finding.SAME)
    with refused("opinion_blank"):
        rounds.submit_part(first, world.registrar(world.first), clock.now(), "")
    signed(world, first)
    with refused("unsigned"):
        rounds.submit_round(begun, office, clock.now(), WORDS)
    found_of(second, world, Finding.SAME)
    pupil = second.pupils.first()
    found_of(second, world, Finding.DIFFERENT, [pupil.pk], keys=["address"])
    signed(world, second)
    with refused("uncorrected"):
        rounds.submit_round(begun, office, clock.now(), WORDS)
    record_changes.change(pupil.student, world.registrar(world.second), {"address": "示例街 2 号"})
    rounds.submit_round(begun, office, clock.now(), WORDS)
    with refused("no_seat"):
        rounds.sign_round(begun, office, clock.now(), WORDS, agree=True)
    rounds.sign_round(begun, chief, clock.now(), "请补充说明。", agree=False)
    rounds.submit_round(begun, office, clock.now(), WORDS)
    rounds.sign_round(begun, chief, clock.now(), "同意。", agree=True)
    begun.refresh_from_db()
    assert (begun.state, begun.signed_by, begun.submitted_by) == ("signed", chief, office)
    acts = list(
        AuditEntry.objects.filter(action__startswith="verification.").values_list("action", flat=True)
    )
    assert acts.count("verification.part_signed") == 2
    assert acts[-1] == "verification.signed"


@pytest.mark.rule("R0.5")
def test_who_acted_for_a_school_does_not_act_for_the_authority_too(world, begun):
    for school in (world.first, world.second):
        part = part_of(begun, school)
        found_of(part, world, "same")
    # The head of the authority sits at the school as well, as after an arrangement.
    both = world.head(world.east)
    Post.objects.create(account=both, unit=world.first, role="head", valid_from=world.today)
    rounds.submit_part(part_of(begun, world.first), world.registrar(world.first), clock.now(), WORDS)
    rounds.sign_part(part_of(begun, world.first), both, clock.now(), "同意。", agree=True)
    signed(world, part_of(begun, world.second))
    rounds.submit_round(begun, world.registrar(world.east), clock.now(), WORDS)
    with refused("one_unit") as caught:
        rounds.sign_round(begun, both, clock.now(), "同意。", agree=True)
    told = caught.value
    assert told.clause == "附件1 三.1"
    assert told.sentence.startswith(
        f"这轮核查你已代表{world.first.name}办理，一人在一轮核查中只能代表一个单位，不能再代表{world.east.name}。"
    )
    assert "委托给上级单位的同事" in told.sentence
    with refused_by_database("round_one_unit"):
        VerificationRound.objects.filter(pk=begun.pk).update(state="signed", signed_by=both)
    other = world.account(world.east, "head")
    rounds.sign_round(begun, other, clock.now(), "同意。", agree=True)


def test_a_part_that_was_given_back_is_open_again_and_a_submitted_one_rests(world, begun):
    part = part_of(begun, world.first)
    found_of(part, world, Finding.SAME)
    rounds.submit_part(part, world.registrar(world.first), clock.now(), WORDS)
    with refused("round_state"):
        found_of(part, world, Finding.SAME)
    rounds.sign_part(part, world.head(world.first), clock.now(), "请再核对住址。", agree=False)
    page = text(
        signed_in(world.registrar(world.first)).get(
            reverse("verification-part", args=[begun.number, world.first.code])
        )
    )
    assert "退回意见" in page
    assert "请再核对住址。" in page
    assert found_of(part, world, Finding.SAME) == 3


def test_the_database_keeps_the_sample_the_findings_and_the_signatures(world, begun):
    part = part_of(begun, world.first)
    rows = SchoolVerification.objects.filter(pk=part.pk)
    pupils = SampledPupil.objects.filter(part=part)
    head = world.head(world.first)

    def wrong(*changes):
        for wall, change in changes:
            with refused_by_database(wall):
                change()

    wrong(
        (
            "sample_fixed",
            lambda: pupils.filter(pk=pupils[0].pk).update(student=world.pupil(world.third)),
        ),
        ("no_delete", lambda: pupils.delete()),
        ("finding_is_somebodys", lambda: pupils.update(finding="same")),
        (
            "round_state",
            lambda: rows.update(
                state="signed", signed_by=head, signed_at=AUTUMN, submitted_by=world.registrar(world.first)
            ),
        ),
    )
    # In plain SQL: Django asks for the schools first and sends nothing.
    sql_refused("no_delete", "DELETE FROM students_verificationround")
    found_of(part, world, Finding.SAME)
    rounds.submit_part(part, world.registrar(world.first), clock.now(), WORDS)
    wrong(
        ("sample_fixed", lambda: pupils.update(finding="gone")),
        (
            "schoolverification_by_two_people",
            lambda: rows.update(state="signed", signed_by=world.registrar(world.first), signed_at=AUTUMN),
        ),
    )
    rounds.sign_part(part, head, clock.now(), "同意。", agree=True)
    wrong(("round_signed", lambda: rows.update(opinion="别的")))


# ---------------------------------------------------------------- told


def test_schools_are_told_when_it_begins_three_days_before_it_is_due_and_once_after(world, begun):
    def told(account):
        outbox.relay(timezone.now() + timedelta(minutes=1))
        rows = Notice.objects.filter(account=account, link__startswith="/verification/").order_by("pk")
        return [one.text for one in rows]

    first, second = world.registrar(world.first), world.head(world.second)
    assert "核查已发起，请在2026年12月20日前" in told(first)[0]
    part = part_of(begun, world.second)
    found_of(part, world, Finding.SAME)
    signed(world, part)
    for day, count in ((16, 1), (17, 2), (20, 2), (21, 3), (28, 3)):
        with frozen(shanghai(2026, 12, day, 8)):
            rounds.remind(clock.now())
            assert len(told(first)) == count, day
    assert "已过期限" in told(first)[-1]
    assert len(told(second)) == 1


# ---------------------------------------------------------------- the pages


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def text(answer) -> str:
    return answer.content.decode()


def test_the_whole_way_through_the_pages(world):
    for _ in range(2):
        world.pupil(world.first)
    office, chief = signed_in(world.registrar(world.east)), signed_in(world.head(world.east))
    keeper, head = signed_in(world.registrar(world.first)), signed_in(world.head(world.first))
    page = text(office.get(reverse("verifications")))
    assert "发起2026—2027学年第一学期核查" in page
    typed = {"authority": world.east.code, "sample": "3", "due_on": "2026-12-20"}
    bad = office.post(reverse("verification-open"), typed)
    assert (bad.status_code, 'value="2026-12-20"' in text(bad)) == (422, True)
    assert office.post(reverse("verification-open"), typed | {"sample": "20"}).status_code == 303
    assert "发起2026—2027学年第一学期核查" not in text(office.get(reverse("verifications")))
    found = VerificationRound.objects.get()
    part = part_of(found, world.first)
    at = [found.number, world.first.code]
    url = reverse("verification-part", args=at)
    assert url in text(keeper.get(reverse("verifications")))
    one, two = part.pupils.values_list("pk", flat=True)
    find = reverse("verification-find", args=at)
    bad = keeper.post(find, {"pupil": [one], "finding": "gone", "note": "走"})
    assert (bad.status_code, "走</textarea>" in text(bad)) == (422, True)
    assert keeper.post(find, {"pupil": [one], "finding": "different", "item": ["address"]}).status_code == 303
    assert "未改正" in text(keeper.get(url))
    assert keeper.post(find, {"pupil": [two], "finding": "same"}).status_code == 303
    student = SampledPupil.objects.get(pk=one).student
    record_changes.change(student, world.registrar(world.first), {"address": "示例街 2 号"})
    assert "已改正" in text(keeper.get(url))
    assert keeper.post(reverse("verification-part-submit", args=at), {"opinion": WORDS}).status_code == 303
    part_sign = reverse("verification-part-sign", args=at)
    refuses(
        keeper.post(part_sign, {"opinion": "同意。", "outcome": "agree"}),
        403,
        "核查由本校的负责人办理，你没有这个岗位",
    )
    assert head.post(part_sign, {"opinion": "同意。", "outcome": "agree"}).status_code == 303
    progress = text(office.get(reverse("verification", args=[found.number])))
    assert "1 所学校，已签核 1 所；抽查 2 人，已核 2 人" in progress
    submit, sign = (reverse(f"verification-{act}", args=[found.number]) for act in ("submit", "sign"))
    refuses(office.post(submit, {"opinion": ""}), 422, "请填写审核补充意见（2–500 字），或点选一条常用短语")
    assert office.post(submit, {"opinion": WORDS}).status_code == 303
    assert chief.post(sign, {"opinion": "同意。", "outcome": "agree"}).status_code == 303
    assert "已签核" in text(office.get(reverse("verification", args=[found.number])))
    # The league looks, another county does not know of it; a school sees its own part only.
    assert (
        signed_in(world.registrar(world.league)).get(reverse("verification", args=[found.number])).status_code
        == 200
    )
    for account in (world.registrar(world.west), world.registrar(world.first)):
        assert signed_in(account).get(reverse("verification", args=[found.number])).status_code == 404
    assert signed_in(world.registrar(world.second)).get(url).status_code == 404


def test_a_round_that_is_late_says_so(world, begun):
    with frozen(shanghai(2026, 12, 21, 9)):
        page = text(signed_in(world.registrar(world.east)).get(reverse("verification", args=[begun.number])))
        assert "已过完成期限（2026年12月20日），还有 2 所学校没有签核" in page
