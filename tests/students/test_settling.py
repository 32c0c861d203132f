"""问题学籍 worked to the end: vouched, removed, decided by the common superior, deleted by the ministry (R1.9, R1.4)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger import outbox
from reviews.engine import door
from reviews.engine.models import Case
from reviews.evidence.proofs import take_in
from reviews.notices.models import Notice
from students.bulletins import counting
from students.duplicates import problems
from students.duplicates.models import KnownTwins
from students.numbers import eligibility, issuing
from students.problems import answering, deciding, deletion
from students.problems.models import Decided, RecordRemoval
from students.pupil import records
from students.pupil.models import Enrolment, ProblemKind, ProblemRecord, RegistrationNumber, Student
from students.pupil.statuses import StudentStatus
from tests.refusals import refused, refuses
from tests.settled import WORDS, agreed, answered, claimed
from tests.world import png, rewritten
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R1.9"), pytest.mark.usefixtures("evidence")]


def standing(problem) -> tuple[bool, str]:
    problem.refresh_from_db()
    return problem.closed_at is None, str(problem.settled)


def decided(world, problem, outcome, office) -> Case:
    by = world.registrar(office)
    case = deciding.send(problem, by, clock.now(), outcome=outcome, opinion="比较了两校的材料。")
    return agreed(world, case)


@pytest.mark.rule("R4.2")
def test_what_is_open_of_a_graduate_never_recruited_is_neither_listed_nor_counted(world):
    pupil, other = world.graduate(world.third), world.pupil(world.third)
    problems.open_for(dict.fromkeys((pupil.pk, other.pk), ProblemKind.ID_NOT_FOUND), "issuing")
    page = text(signed_in(world.registrar(world.west)).get(reverse("problems")))
    assert other.name in page
    assert pupil.name not in page
    month = counting.Month.of(clock.local_date(clock.now()))
    assert counting._problems(world.im, month)[world.third.pk] == {"id_not_found": [1, 0]}
    # Whoever takes the graduate in goes on with it.
    assert problems.of(pupil)


# ---------------------------------------------------------------- the school answers


@pytest.mark.rule("R1.8")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
def test_a_problem_of_one_pupil_is_settled_by_vouching_through_school_and_county(world, letter):
    pupil = world.pupil(world.first, letter=letter)
    problems.open_for({pupil.pk: ProblemKind.ID_NOT_FOUND}, "issuing")
    problem = ProblemRecord.objects.get()
    case = answered(world, problem)
    assert (case.stages, case.state) == (["school", "authority"], "completed")
    assert standing(problem) == (False, "vouched")
    assert problem.case_number == case.number
    # What was vouched for is not asked again, until its name or number changes.
    assert problems.open_for({pupil.pk: ProblemKind.ID_NOT_FOUND}, "issuing") == 0
    assert problems.open_for({pupil.pk: ProblemKind.ID_NAME_MISMATCH}, "issuing") == 1


def test_of_two_claimants_one_has_its_own_record_removed_and_the_other_stays(world):
    mine, theirs = claimed(world)
    case = answered(world, mine, "remove", "该生已在第三小学就读，本校重复登记。")
    pupil = mine.student
    number = RegistrationNumber.objects.get(student=pupil)
    pupil.refresh_from_db()
    assert (pupil.status, pupil.school) == (StudentStatus.REMOVED, None)
    assert number.closed_at is not None
    assert number.closed_case == case.number
    assert standing(mine) == (False, "removed")
    assert standing(theirs)[0] is False
    enrolment = Enrolment.objects.get(student=pupil)
    assert (enrolment.left_by, enrolment.left_case_number) == ("删除重复学籍", case.number)
    assert enrolment.archive["name"] == pupil.name
    # The old number leads to the record that was kept, and is never given again.
    found = records.find(records.opened_number(number), pupil.name, world.registrar(world.first), world.now)
    assert found == theirs.student
    assert eligibility.read([theirs.student_id])[0].id_twin is False
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_other_side_vouches_first_and_waits(world):
    mine, theirs = claimed(world)
    case = answered(world, mine)
    assert standing(mine) == (True, "")
    assert mine.vouched_case == case.number
    with refused("not_vouched", match=f"本校已经佐证（业务 {case.number}）"):
        answering.begin(mine, world.registrar(world.first), world.now)
    answered(world, theirs, "remove", "本校重复登记。")
    assert standing(mine)[0] is False


def test_one_who_is_only_called_and_born_alike_is_vouched_for_alone_and_known_as_another(world):
    one, other = world.pupil(world.first), world.pupil(world.third)
    rewritten(
        Student.objects.filter(pk=one.pk),
        name=other.name,
        sex=other.sex,
        birth_date=other.birth_date,
        id_number_index=None,
        id_number_sealed=None,
    )
    problems.check([one.pk], "nightly")
    (problem,) = ProblemRecord.objects.all()
    answered(world, problem)
    assert standing(problem) == (False, "vouched")
    twins = KnownTwins.objects.get()
    assert {twins.first, twins.second} == {one, other}
    assert problems.check([one.pk, other.pk], "nightly") == 0
    assert eligibility.read([one.pk])[0].person_twin is False


def test_what_is_missing_is_told_before_it_is_sent(world):
    mine, _ = claimed(world, letters=("G", "L"))
    registrar = world.registrar(world.first)
    case = answering.begin(mine, registrar, clock.now())

    def unsent(code):
        with refused(code):
            door.perform(Case.objects.get(pk=case.pk), "submit", registrar, opinion=WORDS)

    unsent("answer_given")
    answering.change(Case.objects.get(pk=case.pk), registrar, answer="vouch", note="")
    unsent("note_given")
    answering.change(Case.objects.get(pk=case.pk), registrar, answer="remove", note="本校重复登记。")
    unsent("proof_attached")
    take_in(Case.objects.get(pk=case.pk), registrar, png())
    unsent("without_g")
    for by in (world.head(world.first), world.registrar(world.third)):
        with refused("no_seat"):
            answering.begin(mine, by, clock.now())


def test_a_record_without_another_is_not_removed(world):
    pupil = world.pupil(world.first, letter="L")
    problems.open_for({pupil.pk: ProblemKind.ID_NOT_FOUND}, "issuing")
    registrar = world.registrar(world.first)
    case = answering.begin(ProblemRecord.objects.get(), registrar, clock.now())
    take_in(case, registrar, png())
    answering.change(Case.objects.get(pk=case.pk), registrar, answer="remove", note="误建。")
    with refused("another_stays"):
        door.perform(Case.objects.get(pk=case.pk), "submit", registrar, opinion=WORDS)


# ---------------------------------------------------------------- the common superior


@pytest.mark.parametrize(
    ("one", "other", "office"),
    [("first", "second", "east"), ("first", "third", "league"), ("first", "abroad", "ministry")],
)
def test_two_who_vouch_are_decided_upon_by_the_lowest_office_above_both(world, one, other, office):
    mine, theirs = claimed(world, one, other)
    answered(world, mine)
    answered(world, theirs)
    unit = getattr(world, office)
    assert deciding.superior(mine.student.school, theirs.student.school, world.today) == unit
    account = world.registrar(unit)
    outbox.relay(timezone.now() + timedelta(minutes=1))
    (notice,) = Notice.objects.filter(account=account, link__startswith="/problems/")
    assert "都佐证了同一学生" in notice.text
    assert mine.student.name not in notice.text
    others = [world.registrar(world.west), world.head(unit)]
    for by in others:
        with refused("no_seat"):
            deciding.send(mine, by, clock.now(), outcome="two", opinion=WORDS)
    case = decided(world, mine, Decided.TWO, unit)
    assert (case.state, case.stages, case.receiving_unit) == ("completed", ["authority"], unit)
    assert standing(mine) == standing(theirs) == (False, "decided")
    assert KnownTwins.objects.count() == 1
    assert problems.check([mine.student_id], "nightly") == 0


@pytest.mark.parametrize("outcome", [Decided.KEEP_FIRST, Decided.KEEP_SECOND])
def test_of_one_child_the_superior_keeps_one_record(world, outcome):
    mine, theirs = claimed(world)
    answered(world, mine)
    answered(world, theirs)
    case = decided(world, theirs, outcome, world.league)
    first, second = sorted((mine.student, theirs.student), key=lambda pupil: pupil.pk)
    kept, gone = (first, second) if outcome == Decided.KEEP_FIRST else (second, first)
    removal = RecordRemoval.objects.get()
    assert (removal.kept, removal.student, removal.case) == (kept, gone, case)
    gone.refresh_from_db()
    kept.refresh_from_db()
    assert (gone.school, kept.status) == (None, StudentStatus.ENROLLED)
    assert not ProblemRecord.objects.filter(closed_at=None).exists()


def test_the_superior_waits_until_both_have_vouched_and_removes_no_g(world):
    mine, theirs = claimed(world, letters=("G", "L"))
    answered(world, mine)
    by = world.registrar(world.league)
    with refused("both_vouched"):
        deciding.send(mine, by, clock.now(), outcome="two", opinion=WORDS)
    answered(world, theirs)
    with refused("outcome_given"):
        deciding.send(mine, by, clock.now(), outcome="", opinion=WORDS)
    first = min(mine.student_id, theirs.student_id)
    loses = Decided.KEEP_SECOND if mine.student_id == first else Decided.KEEP_FIRST
    with refused("loser_without_g", match="确需删除的，由省级教育行政部门提交佐证材料报教育部处理"):
        deciding.send(mine, by, clock.now(), outcome=loses, opinion=WORDS)


# ---------------------------------------------------------------- the ministry (R1.4)


def submitted(world, problem, **more) -> Case:
    said = {"why": "两条学籍确为同一学生，保留就读学校的一条。", "opinion": WORDS, "files": [png()]} | more
    return deletion.send(problem, world.registrar(world.im), clock.now(), **said)


@pytest.mark.rule("R1.4")
def test_a_record_with_a_g_is_removed_by_the_ministry_on_the_province_s_proofs(world):
    mine, _ = claimed(world, letters=("G", "L"))
    number = records.current_number(mine.student)
    case = submitted(world, mine)
    assert case.stages == ["authority", "ministry"]
    holders = []
    while case.is_live:
        holders.append(Case.objects.get(pk=case.pk).holder.name)
        case = world.decide(case, opinion=WORDS)
    assert holders == [world.im.name, world.ministry.name]
    pupil = Student.objects.get(pk=mine.student_id)
    assert (pupil.status, pupil.school) == (StudentStatus.REMOVED, None)
    closed = RegistrationNumber.objects.get(student=pupil, kind="G")
    assert (closed.kind, closed.closed_case) == ("G", case.number)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    found = records.find(number, mine.student.name, world.registrar(world.first), world.now)
    assert found.pk == mine.twin_id


@pytest.mark.rule("R1.4")
@pytest.mark.rule("R1.4")
def test_a_wrong_g_without_another_record_is_removed_by_the_ministry_too(world):
    pupil = world.pupil(world.first, letter="G")
    problems.open_for({pupil.pk: ProblemKind.ID_NOT_FOUND}, "issuing")
    problem = ProblemRecord.objects.get(student=pupil)
    page = text(signed_in(world.registrar(world.im)).get(reverse("problem", args=[problem.pk])))
    assert "提交教育部删除正式学籍号" in page
    case = deletion.send(
        problem,
        world.registrar(world.im),
        clock.now(),
        why="没有这名学生，系学校误建。",
        opinion=WORDS,
        files=[png()],
    )
    case = agreed(world, Case.objects.get(pk=case.pk))
    pupil.refresh_from_db()
    number = RegistrationNumber.objects.get(student=pupil, kind="G")
    assert (case.state, pupil.status, pupil.school) == ("completed", StudentStatus.REMOVED, None)
    assert (number.closed_case, RecordRemoval.objects.get().kept) == (case.number, None)
    old = records.opened_number(number)
    assert records.find(old, pupil.name, world.registrar(world.first), world.now) is None


@pytest.mark.rule("R1.4")
def test_the_database_removes_no_record_alone_but_by_the_ministrys_case(world):
    mine, _ = claimed(world)
    case = answered(world, mine, "vouch")
    with pytest.raises(IntegrityError, match="只能由教育部核办删除正式学籍号"), transaction.atomic():
        RecordRemoval.objects.create(student=mine.student, kept=None, case=case)


def test_nobody_but_the_province_submits_and_only_what_is_a_problem_with_a_g(world):
    mine, theirs = claimed(world, letters=("G", "L"))
    for by in (world.registrar(world.league), world.head(world.im), world.registrar(world.hebei)):
        with refused("no_seat"):
            deletion.send(mine, by, clock.now(), why="确需删除。", opinion=WORDS, files=[png()])
    with refused("bears_g"):
        submitted(world, theirs)
    with refused("why_given"):
        submitted(world, mine, why="")
    with refused("proof_attached"):
        submitted(world, mine, files=[])
    assert not Case.objects.filter(submitted_at__isnull=False).exists()


@pytest.mark.rule("R1.4")
def test_the_database_lets_no_g_be_closed_and_no_record_be_removed_past_a_case(world):
    mine, theirs = claimed(world, letters=("G", "L"))
    case = answered(world, theirs)
    pupil = Student.objects.filter(pk=mine.student_id)
    with pytest.raises(IntegrityError, match="只能经问题学籍处理删除"), transaction.atomic():
        pupil.update(status="removed", school=None)
    with pytest.raises(IntegrityError, match="只由教育部核办删除"), transaction.atomic():
        RecordRemoval.objects.create(student=mine.student, kept=theirs.student, case=case)
    with pytest.raises(IntegrityError, match="不可停用而无接续"), transaction.atomic():
        closed_at_once(mine.student)


def closed_at_once(student):
    """Close the G as a statement past the program would, to the end of its transaction."""
    RegistrationNumber.objects.filter(student=student, kind="G").update(
        closed_at=timezone.now() + timedelta(days=1), closed_reason="试", closed_case="试"
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# ---------------------------------------------------------------- checks open and settle


def test_the_register_s_word_opens_a_problem_and_its_later_match_settles_it(world):
    from tests.students.test_issuing import registered

    pupil, known = world.pupil(world.first, letter="L"), world.pupil(world.first, letter="L")
    registered(known)
    batch = issuing.prepare(world.registrar(world.im), clock.now())
    issuing.carry_on(clock.now())
    (problem,) = ProblemRecord.objects.all()
    assert (problem.student, problem.kind, problem.found_by) == (pupil, "id_not_found", "issuing")
    issuing.drop(batch, world.registrar(world.im), clock.now())
    registered(pupil)
    issuing.prepare(world.registrar(world.im), clock.now())
    issuing.carry_on(clock.now())
    assert standing(problem) == (False, "amended")


# ---------------------------------------------------------------- the pages


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def text(answer) -> str:
    return answer.content.decode()


def test_two_claimants_through_the_pages(world):
    mine, theirs = claimed(world)
    for problem in (mine, theirs):
        browser = signed_in(world.registrar(problem.student.school))
        assert problem.student.name in text(browser.get(reverse("problems")))
        page = text(browser.get(reverse("problem", args=[problem.pk])))
        assert problem.twin.school.name in page
        # Of the other school's record no more than the comparison is about.
        assert text(browser.get(reverse("problem", args=[problem.pk]))).count("打开学籍") == 1
        answer = browser.post(reverse("problem-answer", args=[problem.pk]))
        edit = answer["Location"]
        case = Case.objects.get(kind="problem", receiving_unit=problem.student.school)
        take_in(case, world.registrar(problem.student.school), png())
        case = Case.objects.get(pk=case.pk)
        form = {
            "answer": "vouch",
            "note": "",
            "opinion": WORDS,
            "revision": case.revision,
            "key": "k" * 22,
            "action": "send",
        }
        told = browser.post(edit, form)
        assert (told.status_code, "请写明情况" in text(told)) == (409, True)
        case = Case.objects.get(pk=case.pk)
        form |= {"note": "与户口簿核对无误。", "revision": case.revision, "key": "m" * 22}
        assert browser.post(edit, form).status_code == 303
        agreed(world, Case.objects.get(pk=case.pk))
    league = signed_in(world.registrar(world.league))
    assert "已佐证" in text(league.get(reverse("problems") + "?tab=vouched"))
    url = reverse("problem", args=[mine.pk])
    page = text(league.get(url))
    assert page.count("打开学籍") == 2
    assert "由本单位认定" in page
    decide = reverse("problem-decide", args=[mine.pk])
    refuses(
        signed_in(world.registrar(world.first)).post(decide, {"outcome": "two"}),
        403,
        "由两校的共同上级（锡林郭勒盟教育局）的学籍管理员认定，你没有这个岗位",
    )
    bad = league.post(decide, {"opinion": "比较了两校的材料。"})
    assert (bad.status_code, "比较了两校的材料。" in text(bad)) == (422, True)
    done = league.post(decide, {"outcome": "two", "opinion": "比较了两校的材料。"})
    assert done.status_code == 303
    assert "问题学籍认定" in text(league.get(done["Location"]))
    agreed(world, Case.objects.get(kind="problem_decision"))
    assert standing(mine) == (False, "decided")
    assert mine.student.name in text(league.get(reverse("problems") + "?tab=closed"))
    settled = Case.objects.get(kind="problem_decision")
    last = settled.steps.order_by("-seq").first()
    page = text(league.get(url))
    for shown in (last.unit.name, last.handler.display_name, last.signer.display_name):
        assert f"<dd>{shown}</dd>" in page, "who settled it"
    assert f'<a href="/cases/{settled.number}/">{settled.number}</a>' in page
    assert signed_in(world.registrar(world.second)).get(url).status_code == 404


@pytest.mark.rule("R1.4")
def test_the_province_submits_through_the_page(world):
    mine, _ = claimed(world, letters=("G", "L"))
    province = signed_in(world.registrar(world.im))
    page = text(province.get(reverse("problem", args=[mine.pk])))
    assert "提交教育部删除正式学籍号" in page
    url = reverse("problem-delete", args=[mine.pk])
    typed = {"why": "确为同一学生。", "opinion": WORDS}
    bad = province.post(url, typed)
    assert (bad.status_code, "确为同一学生。" in text(bad)) == (422, True)
    done = province.post(url, typed | {"proof": png()})
    assert done.status_code == 303
    page = text(province.get(done["Location"]))
    assert "正式学籍号删除" in page
    refuses(
        signed_in(world.registrar(world.first)).post(url, typed),
        403,
        "正式学籍号的删除由学籍所在省的学籍管理员提交，你没有这个岗位",
    )
