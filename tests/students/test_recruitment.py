"""招生 by lists: listed, sent county by county, agreed to, reported, returned (R4.5, R4.4)."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import AuditEntry
from reviews.engine import door
from reviews.engine.models import Case
from students.admission.recruitment import actions as recruitment
from students.onward.models import RecruitedPupil, Recruiting, RecruitmentReturn
from students.pupil import arrivals, records
from students.pupil.grades import JUNIOR, Entering
from students.pupil.models import Enrolment, ProblemKind, ProblemRecord
from students.record import moving
from students.tables import columns as tables
from students.tables import imports
from students.tables.models import ImportState
from students.year_end import recruitment_rollback as recruitment_back
from tests.clock import frozen, shanghai
from tests.refusals import refused, refused_by_database, refuses
from tests.world import rewritten

AUTUMN = shanghai(2026, 9, 2, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R4.5"), pytest.mark.world_at(AUTUMN)]
WORDS = "录取属实，同意。"


def clerk(world, school=None):
    return world.registrar(school or world.junior)


def listed(world, *pupils, school=None, classes=None):
    school = school or world.junior
    return recruitment.add(pupils, school, clerk(world, school), AUTUMN, classes)


def sent(world, *pupils, school=None):
    listed(world, *pupils, school=school)
    school = school or world.junior
    return recruitment.send(school, clerk(world, school), AUTUMN, WORDS)


def agreed(world, case):
    while case.is_live:
        case = world.decide(case, opinion=WORDS)
    return case


def reported(world, *pupils):
    (case,) = sent(world, *pupils)
    case = agreed(world, case)
    recruitment.report(case, [pupil.pk for pupil in pupils], AUTUMN.date(), clerk(world), AUTUMN)
    return case


def state_of(pupil):
    return list(RecruitedPupil.objects.filter(student=pupil).values_list("state", flat=True))


def where(pupil):
    pupil.refresh_from_db()
    return pupil.school.name, str(pupil.status), pupil.graduated_on


# ---------------------------------------------------------------- from the list to the day of reporting


@pytest.mark.rule("R1.8", "R0.5")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
def test_a_graduate_is_listed_agreed_to_and_moves_only_on_reporting(world, letter):
    pupil = world.graduate(world.first, letter=letter)
    graduated_on = pupil.graduated_on
    (case,) = sent(world, pupil)
    # World.first and the junior school answer to the same county: it decides once.
    assert case.stages == ["receiving_school", "graduation_authority"]
    case = agreed(world, case)
    assert case.state == "completed"
    assert state_of(pupil) == ["admitted"]
    assert where(pupil) == (world.first.name, "graduated", graduated_on)
    assert recruitment.report(case, [pupil.pk], AUTUMN.date(), clerk(world), AUTUMN) == 1
    assert where(pupil) == (world.junior.name, "enrolled", None)
    assert state_of(pupil) == ["reported"]
    old, new = Enrolment.objects.filter(student=pupil).order_by("period")
    assert (old.left_by, old.left_case_number, old.grade_out) == ("招生", case.number, 6)
    assert old.archive["name"] == pupil.name
    assert (new.entered_by, new.case_number, new.grade_in, new.school) == (
        "招生",
        case.number,
        7,
        world.junior,
    )
    entry = AuditEntry.objects.get(action="recruitment.reported")
    assert entry.body["students"] == [pupil.pk]


def test_graduates_of_other_counties_are_asked_of_their_own_county(world):
    here, there = world.graduate(world.first), world.graduate(world.third)
    cases = {case.sending_unit: case for case in sent(world, here, there)}
    assert set(cases) == {world.east, world.west}
    far = cases[world.west]
    assert far.stages == ["receiving_school", "receiving_authority", "graduation_authority"]
    holders = []
    while far.is_live:
        holders.append(Case.objects.get(pk=far.pk).holder.name)
        far = world.decide(far, opinion=WORDS)
    assert holders == [world.junior.name, world.east.name, world.west.name]
    assert state_of(there) == ["admitted"]
    assert state_of(here) == ["sent"]


def test_a_school_run_by_a_league_recruits_in_the_same_way(world):
    school = world.school("盟直属初级中学", world.league, lowest=7, highest=9)
    pupil = world.graduate(world.first)
    (case,) = sent(world, pupil, school=school)
    assert case.stages == ["receiving_school", "receiving_authority", "graduation_authority"]
    assert agreed(world, case).state == "completed"


@pytest.mark.rule("R4.2")
def test_an_open_problem_record_stops_nobody_from_being_recruited(world):
    pupil = world.graduate(world.first)
    ProblemRecord.objects.create(student=pupil, kind=ProblemKind.ID_NOT_FOUND)
    reported(world, pupil)
    assert where(pupil)[1] == "enrolled"


def test_classes_that_are_named_are_made_and_joined(world):
    pupil, other = world.graduate(world.first), world.graduate(world.second)
    listed(world, pupil, other, classes={pupil.pk: 4})
    (case,) = recruitment.send(world.junior, clerk(world), AUTUMN, WORDS)
    case = agreed(world, case)
    recruitment.report(case, [pupil.pk, other.pk], AUTUMN.date(), clerk(world), AUTUMN)
    pupil.refresh_from_db()
    other.refresh_from_db()
    assert (pupil.school_class.number, pupil.school_class.cohort) == (4, pupil.cohort)
    assert other.school_class is None


def test_a_hundred_report_in_as_few_statements_as_one(world):
    def statements(count):
        pupils = [world.graduate(world.first) for _ in range(count)]
        (case,) = sent(world, *pupils)
        case = agreed(world, case)
        with CaptureQueriesContext(
            connection,
        ) as taken:
            recruitment.report(case, [p.pk for p in pupils], AUTUMN.date(), clerk(world), AUTUMN)
        return len(taken)

    # Saving points of the batches aside, nothing is asked once a pupil.
    assert statements(100) <= statements(1) + 2


# ---------------------------------------------------------------- who cannot be


def test_only_a_graduate_of_the_province_for_whom_the_school_has_a_grade_is_recruited(world):
    cases = [
        (world.pupil(world.first, grade=6), "not_graduated", "学籍状态为“在校”，只有毕业状态的学生可以招生"),
        (
            world.pupil(world.first, grade=6, status="completed"),
            "not_graduated",
            "学籍状态为“结业”，只有毕业状态",
        ),
        (world.graduate(world.abroad), "other_province", "毕业学校在外省（区、市），请用“毕业后就学”办理"),
        (
            world.graduate(world.school("九年级学校", world.east, lowest=7, highest=9), grade=9),
            "no_grade",
            f"毕业后应读高一，{world.junior.name}没有这个年级",
        ),
    ]
    for pupil, code, told in cases:
        with refused(code, match=told) as error:
            listed(world, pupil)
        assert error.value.clause
    assert not RecruitedPupil.objects.exists()


def test_a_pupil_stands_on_one_living_list_only_and_is_free_again_when_it_ends(world):
    pupil = world.graduate(world.first)
    other = world.school("另一初级中学", world.west, lowest=7, highest=9)
    (case,) = sent(world, pupil)
    with refused("listed") as error:
        listed(world, pupil, school=other)
    assert f"已在{world.junior.name}的招生名册中" in error.value.sentence
    door.perform(case, "withdraw", clerk(world), opinion="学生改到他校就读。")
    assert state_of(pupil) == ["returned"]
    listed(world, pupil, school=other)
    with pytest.raises(IntegrityError, match="recruited_once"), transaction.atomic():
        RecruitedPupil.objects.create(
            student=pupil,
            school=world.junior,
            graduated_from=world.first,
            graduated_on=pupil.graduated_on,
            grade=7,
            listed_by=clerk(world),
        )


def test_a_running_case_of_the_pupil_comes_first(world):
    pupil = world.graduate(world.first)
    abroad = world.school("外省初级中学", world.zhangbei, lowest=7, highest=9)
    running = world.enrolling(abroad, pupil)
    with refused("other_case") as error:
        listed(world, pupil)
    assert f"业务 {running.number} 在办" in error.value.sentence


def test_the_school_takes_a_pupil_off_that_the_county_sends_back(world):
    pupil, other = world.graduate(world.first), world.graduate(world.first)
    (case,) = sent(world, pupil, other)
    case = world.decide(case, opinion=WORDS)
    case = world.decide(
        case, "send_back", "recruit_list_wrong", opinion="名册中有不应列入的学生，请删去后再报。"
    )
    row = RecruitedPupil.objects.get(student=pupil)
    recruitment.drop(row, clerk(world), AUTUMN)
    assert agreed(world, Case.objects.get(pk=case.pk)).state == "completed"
    assert (state_of(pupil), state_of(other)) == (["dropped"], ["admitted"])


def test_a_refused_list_lets_its_pupils_go_and_may_be_listed_again(world):
    pupil = world.graduate(world.third)
    (case,) = sent(world, pupil)
    case = world.decide(case, opinion=WORDS)
    case = world.decide(
        case, outcome="refuse", reason="recruit_not_admitted", opinion="经核对，该校没有录取这名学生。"
    )
    assert (case.state, state_of(pupil)) == ("refused", ["returned"])
    recruitment.add_again(case, clerk(world), AUTUMN)
    assert sorted(state_of(pupil)) == ["listed", "returned"]


def test_nobody_moves_without_having_reported_and_absent_is_free_for_others(world):
    pupil = world.graduate(world.first)
    (case,) = sent(world, pupil)
    with refused("case_state") as error:
        recruitment.report(case, [pupil.pk], AUTUMN.date(), clerk(world), AUTUMN)
    assert "名册还没有核办完" in error.value.sentence
    case = agreed(world, case)
    for on, told in (
        (None, "请填写报到日期"),
        (AUTUMN.date() + timedelta(days=1), "不能晚于今天"),
        (date(2026, 7, 1), "报到日期不能更早"),
    ):
        with refused("reported_on") as error:
            recruitment.report(case, [pupil.pk], on, clerk(world), AUTUMN)
        assert told in error.value.sentence
    for by in (world.head(world.junior), world.registrar(world.east)):
        with refused("no_seat"):
            recruitment.report(case, [pupil.pk], AUTUMN.date(), by, AUTUMN)
    assert recruitment.absent(case, [pupil.pk], clerk(world), AUTUMN) == 1
    assert (state_of(pupil), where(pupil)[1]) == (["absent"], "graduated")
    with refused("nobody") as error:
        recruitment.report(case, [pupil.pk], AUTUMN.date(), clerk(world), AUTUMN)
    assert "请勾选待报到的学生" in error.value.sentence


def test_the_database_lets_no_line_be_admitted_unsigned_removed_or_turned_back(world):
    pupil = world.graduate(world.first)
    (case,) = sent(world, pupil)
    row = RecruitedPupil.objects.filter(case=case)
    for wall, change in (
        ("recruited_unsigned", {"state": Recruiting.ADMITTED}),
        ("recruited_state", {"state": Recruiting.REPORTED}),
        ("recruited_fixed", {"school": world.first}),
    ):
        with refused_by_database(wall):
            row.update(**change)
    with refused_by_database("no_delete"):
        row.delete()


def test_after_30_november_it_is_told_and_not_forbidden(world):
    late = shanghai(2026, 12, 1, 9)
    pupil = world.graduate(world.first)
    (case,) = sent(world, pupil)
    with frozen(late):
        told = [check for check in recruitment_page(case, world) if check["ok"] is None]
        assert "招生处理应在2026年11月30日前完成" in told[0]["text"]
        assert agreed(world, case).state == "completed"


def recruitment_page(case, world):
    from reviews.engine import book as rulebook
    from reviews.engine import procedures
    from web import clock

    return procedures.of(case).page(case, clerk(world), clock.now(), rulebook.current()).checks


# ---------------------------------------------------------------- the table


def workbook(*lines):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["*学籍号或身份证件号", "*姓名", "班级"])
    for line in lines:
        sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def imported(world, data):
    kind = imports.of("recruitment")
    batch = imports.ask(kind, world.junior, clerk(world), data, AUTUMN)
    imports.carry_on(AUTUMN)
    batch.refresh_from_db()
    return batch


def test_a_table_lists_whom_it_names_once(world):
    one, other = world.graduate(world.first, letter="G"), world.graduate(world.third, letter="J")
    data = workbook(
        [records.current_number(one), one.name, "1"], [records.current_number(other), other.name, ""]
    )
    batch = imported(world, data)
    assert (batch.state, batch.faults, batch.total) == (ImportState.READY, [], 2)
    imports.confirm(batch, clerk(world), AUTUMN)
    imports.carry_on(AUTUMN)
    batch.refresh_from_db()
    assert (batch.state, batch.written) == (ImportState.DONE, 2)
    assert set(RecruitedPupil.objects.values_list("student", "class_number")) == {
        (one.pk, 1),
        (other.pk, None),
    }
    again = imported(world, data)
    assert (again.state, again.same) == (ImportState.READY, 2)


def test_every_line_that_cannot_be_is_told_with_its_place(world):
    good, at_school = world.graduate(world.first), world.pupil(world.first, grade=6)
    number = records.current_number(good)
    data = workbook(
        [number, "错名", ""],
        [records.current_number(at_school), at_school.name, ""],
        ["123", good.name, ""],
        [number, good.name, "甲"],
        ["", good.name, ""],
        [number, good.name, "2"],
        [number, good.name, ""],
    )
    batch = imported(world, data)
    assert batch.state == ImportState.FAULTY
    told = {(line, column): sentence for line, column, _, sentence in batch.faults}
    assert "没有这个号码和姓名都相符的学生" in told[2, "A"]
    assert "学籍状态为“在校”" in told[3, "B"]
    assert (4, "A") in told
    assert "班级请填班号" in told[5, "C"]
    assert (6, "A") in told
    assert "是同一名学生" in told[8, "A"]
    assert not RecruitedPupil.objects.exists()
    assert number not in str(batch.faults)


def test_the_template_says_what_goes_where():
    kind = imports.of("recruitment")
    book = openpyxl.load_workbook(io.BytesIO(tables.template(kind.title, kind.columns(), kind.notes)))
    assert [cell.value for cell in book[kind.title][1]] == ["*学籍号或身份证件号", "*姓名", "班级"]


# ---------------------------------------------------------------- the pages


@pytest.fixture
def browser(world):
    client = Client()
    client.force_login(clerk(world))
    return client


def text(answer):
    return answer.content.decode()


def test_the_whole_way_through_the_pages(world, browser):
    pupil = world.graduate(world.first, letter="G")
    school = world.junior.code
    typed = {"school": school, "number": records.current_number(pupil), "name": "错名", "class": "3"}
    answer = browser.post(reverse("recruitment-add"), typed)
    assert answer.status_code == 422
    assert "没有这个号码和姓名都相符的学生" in text(answer)
    assert "错名" in text(answer)
    assert browser.post(reverse("recruitment-add"), typed | {"name": pupil.name}).status_code == 303
    page = text(browser.get(reverse("recruitment")))
    assert pupil.name in page
    assert "（3）班" in page
    refused = browser.post(reverse("recruitment-send"), {"school": school, "opinion": ""})
    refuses(refused, 422, "请填写审核补充意见（2–500 字），或点选一条常用短语")
    assert browser.post(reverse("recruitment-send"), {"school": school, "opinion": WORDS}).status_code == 303
    case = agreed(world, Case.objects.get(kind="recruitment"))
    url = reverse("recruitment-list", args=[case.number])
    page = text(browser.get(url))
    assert "登记报到" in page
    bad = browser.post(reverse("recruitment-report", args=[case.number]), {"student": pupil.pk, "on": "9月"})
    assert (bad.status_code, "请填写报到日期" in text(bad)) == (422, True)
    none = browser.post(reverse("recruitment-report", args=[case.number]), {"on": "2026-09-01"})
    assert (none.status_code, "请勾选" in text(none)) == (409, True)
    done = browser.post(
        reverse("recruitment-report", args=[case.number]), {"student": pupil.pk, "on": "2026-09-01"}
    )
    assert done.status_code == 303
    assert where(pupil) == (world.junior.name, "enrolled", None)
    assert "已报到" in text(browser.get(url))
    assert "2026年9月1日" in text(browser.get(url))


def test_a_pupil_is_taken_off_and_a_returned_list_is_listed_again_through_the_pages(world, browser):
    pupil = world.graduate(world.first)
    (row,) = listed(world, pupil)
    assert browser.post(reverse("recruitment-drop"), {"row": row.pk}).status_code == 303
    assert state_of(pupil) == ["dropped"]
    again = browser.post(reverse("recruitment-drop"), {"row": row.pk})
    assert (again.status_code, "不能从名册中删去" in text(again)) == (409, True)
    (case,) = sent(world, pupil)
    door.perform(case, "withdraw", clerk(world), opinion="暂不招生。")
    assert browser.post(reverse("recruitment-copy", args=[case.number])).status_code == 303
    assert RecruitedPupil.objects.filter(student=pupil, state="listed").count() == 1


# ---------------------------------------------------------------- taken back (R4.4)


def send_back(world, pupil, at=AUTUMN, why="同名学生，误招。"):
    pupil.refresh_from_db()
    return recruitment_back.send(pupil, world.registrar(world.east), at, why=why, opinion="核对属实。")


@pytest.mark.rule("R4.4")
def test_a_county_returns_a_pupil_recruited_by_mistake_naming_both_acts(world):
    pupil = world.graduate(world.first)
    graduated_on = pupil.graduated_on
    reported(world, pupil)
    case = send_back(world, pupil)
    row = RecruitmentReturn.objects.get(case=case)
    original = arrivals.of(pupil).act
    assert str(clerk(world)) in original
    assert row.came_by.number in original
    with frozen(AUTUMN + timedelta(days=3)):
        case = world.decide(case, opinion="确属误招。")
    assert case.state == "completed"
    assert where(pupil) == (world.first.name, "graduated", graduated_on)
    assert state_of(pupil) == ["taken_back"]
    assert Enrolment.objects.filter(student=pupil).count() == 3
    listed(world, pupil)


@pytest.mark.rule("R4.4")
def test_the_notice_sets_no_limit_of_time_for_a_recruitment_and_everything_is_put_back(world):
    """Y58: eight months later; phase, cohort and class are those of the graduation (四.3)."""
    pupil = world.graduate(world.first)
    was = pupil.phase, pupil.cohort, pupil.school_class
    reported(world, pupil)
    pupil.refresh_from_db()
    assert pupil.phase == "junior"
    at = AUTUMN + timedelta(days=240)
    with frozen(at):
        case = world.decide(send_back(world, pupil, at), opinion="确属误招。")
    pupil.refresh_from_db()
    assert (case.state, pupil.status) == ("completed", "graduated")
    assert (pupil.phase, pupil.cohort, pupil.school_class) == was


@pytest.mark.rule("R4.4")
def test_who_was_not_recruited_or_has_moved_on_is_not_returned(world):
    never = world.pupil(world.first)
    with refused("was_recruited") as error:
        send_back(world, never)
    assert "不是由招生或毕业后跨省就学转入" in error.value.sentence
    pupil = world.graduate(world.first)
    reported(world, pupil)
    with refused("no_seat"):
        recruitment_back.send(pupil, world.registrar(world.west), AUTUMN, why="误招。", opinion="核对属实。")
    with refused("why_given") as error:
        send_back(world, pupil, why="")
    assert "请写明招生回退的原因" in error.value.sentence


@pytest.mark.rule("R4.4")
def test_the_county_returns_a_pupil_through_the_page(world):
    pupil = world.graduate(world.first)
    reported(world, pupil)
    client = Client()
    client.force_login(world.registrar(world.east))
    pupil.refresh_from_db()
    url = reverse("student-recruitment-back", args=[pupil.key])
    assert url in text(client.get(reverse("student-detail", args=[pupil.key])))
    page = text(client.get(url))
    assert "招生回退" in page
    assert str(clerk(world)) in page
    refuses(client.post(url, {"why": "", "opinion": "核对属实。"}), 422, "请写明招生回退的原因（2–200 字）")
    assert client.post(url, {"why": "误招。", "opinion": "核对属实。"}).status_code == 303
    client.force_login(clerk(world))
    refuses(client.get(url), 403, "招生回退由学籍所在学校的主管部门的学籍管理员发起，你没有这个岗位")


def test_a_record_without_an_open_enrolment_is_not_moved(world):
    pupil = world.graduate(world.first)
    begun = Enrolment.objects.get(student=pupil).period.lower
    rewritten(Enrolment.objects.filter(student=pupil), period=(begun, shanghai(2026, 7, 1)))
    with pytest.raises(RuntimeError), transaction.atomic():
        moving.move_many(
            [pupil],
            world.junior,
            {pupil.pk: Entering(JUNIOR, pupil.cohort, 7)},
            {},
            AUTUMN,
            case_number="",
            how="招生",
        )
