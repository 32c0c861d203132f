"""补建学籍: listed, agreed to, checked at the month's end, registered or told to transfer (R2.2)."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ledger import outbox
from ledger.models import AuditEntry
from reviews.engine.models import Case
from reviews.notices.models import Notice
from students.admission.late import actions as lists
from students.admission.late import calendar, months, table
from students.admission.late.models import Late, LateChild, MonthlyCheck
from students.pupil import records, sealing
from students.pupil.grades import nominal_grade
from students.pupil.models import Enrolment, ProblemRecord, Student
from students.record import values as record_values
from students.tables import imports
from students.tables.models import ImportState
from tests import late_children
from tests.clock import frozen, shanghai
from tests.refusals import refused, refused_by_database, refuses
from tests.workbook import filled
from tests.world import rewritten
from web import clock

AUTUMN = shanghai(2026, 10, 12, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R2.2"), pytest.mark.world_at(AUTUMN)]
MONTH_END = shanghai(2026, 10, 31, 20)
WORDS = "情况属实，同意。"


def child(world, **more) -> dict[str, str]:
    """What a form or a line says of an invented child of nine."""
    one = world.inventor.pupil("152522", date(world.today.year - 9, 3, 5))
    return {
        "name": one.name,
        "ethnic": one.ethnic,
        "id_type": "1",
        "id_number": one.id_number,
        "class": "1",
        "guardian1.name": "那日苏",
        "guardian1.relation": "51",
        "guardian1.phone": "13900000001",
        "grade": "3",
        "why": "abroad",
        "why_note": "随父母从蒙古国回国",
    } | more


def nameless(world, **more) -> dict[str, str]:
    """A child without an identity number."""
    said = child(world, id_type="Z", sex="1", birth_date="2017-03-05", **more)
    said["id_number"] = ""
    return said | {
        "guardian1.id_type": "1",
        "guardian1.id_number": world.inventor.pupil("152522", date(1988, 5, 1), sex="1").id_number,
    }


def clerk(world, school=None):
    return world.registrar(school or world.first)


def read(world, typed, school=None):
    return lists.read(typed, record_values.code_names(), school or world.first, world.today)


def listed(world, *typed, school=None):
    school = school or world.first
    said = [read(world, one, school) for one in typed]
    assert [one.errors for one in said] == [{}] * len(said)
    return lists.add(said, school, clerk(world, school), clock.now())


def sent(world, *typed, school=None) -> Case:
    listed(world, *typed, school=school)
    school = school or world.first
    (case,) = lists.send(school, clerk(world, school), clock.now(), WORDS)
    return case


def agreed(world, case) -> Case:
    while case.is_live:
        case = world.decide(case, opinion=WORDS)
    return case


def collected(world, *typed, school=None) -> Case:
    return agreed(world, sent(world, *typed, school=school))


def states():
    return list(LateChild.objects.order_by("pk").values_list("state", flat=True))


# ---------------------------------------------------------------- from the list to the record


def test_a_child_is_listed_agreed_to_checked_at_the_month_s_end_and_then_registered(world):
    said = child(world, permit_held="1", permit_issuer="示例派出所", permit_issued_on="20250301")
    case = sent(world, said)
    assert case.stages == ["school", "authority"]
    holders = []
    while case.is_live:
        holders.append(Case.objects.get(pk=case.pk).holder.name)
        case = world.decide(case, opinion=WORDS)
    assert holders == [world.first.name, world.east.name]
    assert states() == [Late.COLLECTED]
    with frozen(MONTH_END - timedelta(seconds=1)):
        assert months.check(clock.now()) == 0
    assert not Student.objects.filter(name=said["name"]).exists()
    with frozen(MONTH_END):
        assert late_children.answered(world) == 1
        assert months.check(clock.now()) == 0
    student = Student.objects.get(name=said["name"])
    row = LateChild.objects.get()
    assert (row.state, row.student, row.month.month) == (Late.CREATED, student, date(2026, 10, 1))
    assert (student.school, nominal_grade(student.cohort, world.today), str(student.school_class)) == (
        world.first,
        3,
        "（1）班",
    )
    assert records.current_number(student)[0] == "L"
    assert records.id_number(student) == said["id_number"]
    assert record_values.record_of(student).values["permit_issuer"] == "示例派出所"
    enrolment = Enrolment.objects.get(student=student)
    assert (enrolment.grade_in, enrolment.entered_by, enrolment.case_number) == (3, "补建学籍", case.number)
    assert not ProblemRecord.objects.exists()
    assert AuditEntry.objects.get(action="late.checked").body["created"] == 1


def test_what_came_to_the_province_after_the_closing_waits_for_the_next_month(world):
    with frozen(MONTH_END + timedelta(minutes=1)):
        collected(world, child(world))
        with refused("nobody"):
            late_children.closed(world)
    with frozen(shanghai(2026, 11, 30, 20)):
        assert late_children.answered(world) == 1
    assert MonthlyCheck.objects.get().month == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("month", "closing"),
    [
        (date(2026, 2, 1), shanghai(2026, 2, 28, 20)),
        (date(2028, 2, 29), shanghai(2028, 2, 29, 20)),
        (date(2026, 12, 5), shanghai(2026, 12, 31, 20)),
    ],
)
def test_the_list_is_due_on_the_month_s_last_day_at_eight_in_the_evening(month, closing):
    assert calendar.closing(month) == closing
    before, first = closing - timedelta(seconds=1), month.replace(day=1)
    assert calendar.month_of(before) == first
    assert calendar.month_of(closing) == (first + timedelta(days=32)).replace(day=1)
    assert calendar.last_closed(closing) == first
    assert calendar.last_closed(before) < first


def test_each_province_closes_and_sends_its_own_list_days_late_if_need_be(world):
    collected(world, child(world))
    collected(world, child(world), school=world.abroad)
    with frozen(shanghai(2026, 11, 3, 9)):
        assert late_children.answered(world) == 1
        assert states() == [Late.CREATED, Late.COLLECTED]
        assert late_children.answered(world, world.hebei) == 1
    checks = MonthlyCheck.objects.order_by("province__name")
    assert [(one.province, one.total, one.created) for one in checks] == [
        (world.im, 1, 1),
        (world.hebei, 1, 1),
    ]
    assert {one.month for one in checks} == {date(2026, 10, 1)}


def test_a_hundred_are_checked_in_as_few_statements_as_one(world):
    def statements(count, at):
        collected(world, *(child(world) for _ in range(count)))
        with frozen(at):
            late_children.sent_off(world)
            with CaptureQueriesContext(connection) as taken:
                assert months.check(clock.now()) == count
        return len(taken)

    one = statements(1, MONTH_END)
    with frozen(shanghai(2026, 11, 5, 9)):
        many = statements(100, shanghai(2026, 11, 30, 20))
    assert many <= one + 2


# ---------------------------------------------------------------- who has a record already


def test_who_is_found_by_the_number_is_refused_naming_the_school_and_offered_the_transfer(world):
    said = child(world)
    collected(world, said)
    pupil = world.pupil(world.third, grade=3)
    rewritten(Student.objects.filter(pk=pupil.pk), id_number_index=sealing.blind_index(said["id_number"]))
    with frozen(MONTH_END):
        late_children.answered(world)
        outbox.relay(timezone.now() + timedelta(minutes=1))
        row = LateChild.objects.get()
        assert (row.state, row.found, row.student) == (Late.REFUSED, pupil, None)
        assert not Student.objects.filter(name=said["name"]).exists()
        notice = Notice.objects.get(account=clerk(world), link__startswith="/late/months/")
        assert "1 人已有学籍，应办理转学" in notice.text
        browser = signed_in(clerk(world))
        page = text(browser.get(notice.link))
        assert f"已在{world.third.name}有学籍" in page
        assert "从这里发起转学" in page
        start = reverse("transfer-late", args=[row.key])
        answer = browser.post(start)
        assert answer["Location"] == f"{reverse('transfer-check')}?school={world.first.pk}"
        assert "建立草稿" in text(browser.get(answer["Location"]))
        assert browser.session["found_pupil"] == str(pupil.key)
        # The office above may look, the transfer is the school's to begin; nobody else knows of the child.
        refuses(
            signed_in(world.registrar(world.east)).post(start),
            403,
            "只有转入学校的学籍管理员可以发起转学，你没有这个岗位",
        )
        assert signed_in(world.registrar(world.west)).post(start).status_code == 404


@pytest.mark.parametrize("place", ["third", "first"])
def test_a_number_that_is_known_is_told_at_the_listing_with_the_way_on(world, place):
    school = getattr(world, place)
    said, pupil = child(world), world.pupil(school, grade=3)
    rewritten(
        Student.objects.filter(pk=pupil.pk),
        id_number_index=sealing.blind_index(said["id_number"]),
        name=said["name"],
    )
    browser = signed_in(clerk(world))
    answer = browser.post(reverse("late-new"), said)
    page = text(answer)
    assert answer.status_code == 409
    assert (
        "已在本校有学籍" if place == "first" else f"已在{school.name}有学籍，不能补建，应办理转学"
    ) in page
    assert ("打开该生学籍" in page, "从这里发起转学" in page) == (place == "first", place != "first")
    assert not LateChild.objects.exists()


def test_a_transfer_does_not_start_from_a_child_that_was_not_refused(world):
    (row,) = listed(world, child(world))
    browser = signed_in(clerk(world))
    assert browser.post(reverse("transfer-late", args=[row.key])).status_code == 404


def namesake(world, said):
    """A pupil of another school, called and born as the child without a number."""
    twin = world.pupil(world.third, grade=3)
    rewritten(Student.objects.filter(pk=twin.pk), name=said["name"], sex="1", birth_date=date(2017, 3, 5))
    return twin


def test_a_child_without_a_number_who_agrees_with_a_pupil_is_not_passed(world):
    said = nameless(world)
    twin = namesake(world, said)
    collected(world, said)
    with frozen(MONTH_END):
        late_children.answered(world)
    (row,) = LateChild.objects.all()
    assert (row.state, row.found) == (Late.REFUSED, twin)
    assert not ProblemRecord.objects.exists()


@pytest.mark.rule("R1.9")
def test_whom_the_school_says_to_be_another_child_is_registered_and_becomes_a_problem_record(world):
    said = nameless(world, claimed="on")
    twin = namesake(world, said)
    collected(world, said)
    with frozen(MONTH_END):
        late_children.answered(world)
    student = Student.objects.get(late__isnull=False)
    # The one without an identity number is the one to be asked about.
    (problem,) = ProblemRecord.objects.all()
    assert (problem.student, problem.twin, problem.found_by) == (student, twin, "late")


def test_the_form_asks_whether_it_is_the_same_child_and_keeps_what_was_typed(world):
    said = nameless(world)
    namesake(world, said)
    browser = signed_in(clerk(world))
    answer = browser.post(reverse("late-new"), said)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"{world.third.name}有一名学生姓名、性别、出生日期相同" in page
    assert said["name"] in page
    assert browser.post(reverse("late-new"), said | {"claimed": "on"}).status_code == 303
    assert LateChild.objects.get().claimed is True


def test_one_whose_grade_the_school_has_lost_goes_back_to_it_and_not_into_a_grade_that_is_none(world):
    with frozen(shanghai(2026, 7, 10, 10)):
        world.today = date(2026, 7, 10)
        school = world.school("六年制小学", world.east, lowest=1, highest=6)
        collected(world, child(world, grade="6"), school=school)
    with frozen(shanghai(2026, 8, 31, 20)):
        late_children.answered(world)
        assert states() == [Late.RETURNED]
        outbox.relay(timezone.now() + timedelta(minutes=1))
    assert "1 人的年级本校已没有" in Notice.objects.filter(link__startswith="/late/").first().text
    assert not Student.objects.filter(late__isnull=False).exists()


# ---------------------------------------------------------------- the list


def test_what_is_wrong_stands_at_its_item_and_what_was_typed_stays(world):
    said = child(world, grade="1", why="other", why_note="", id_number="152522201703050011")
    answer = signed_in(clerk(world)).post(reverse("late-new"), said)
    page = text(answer)
    assert answer.status_code == 422
    for told in ("一年级新生请用“新生建籍”登记", "原因选“其他”的，请写明原因", "校验码不对", "那日苏"):
        assert told in page, told
    assert (
        "请填写就读年级，本校一年级以上的年级有：二年级（2）"
        in read(world, child(world, grade="9")).errors["grade"]
    )
    assert read(world, child(world, grade="三年级")).grade == 3


def test_a_child_stands_on_one_living_list_only(world):
    said = child(world)
    (row,) = listed(world, said)
    with refused("listed") as error:
        listed(world, said)
    assert "已在本校的补建名单中（待上报）" in error.value.sentence
    with refused("listed") as error:
        listed(world, said, school=world.third)
    assert f"已在{world.first.name}的补建名单中" in error.value.sentence
    with pytest.raises(IntegrityError, match="late_once"), transaction.atomic():
        LateChild.objects.create(
            school=world.third,
            name=row.name,
            sex=row.sex,
            birth_date=row.birth_date,
            id_number_index=row.id_number_index,
            said_sealed=b"x",
            phase=row.phase,
            cohort=row.cohort,
            grade=row.grade,
            why="never",
            listed_by=clerk(world),
        )
    lists.drop(row, clerk(world), clock.now())
    listed(world, said, school=world.third)


def test_a_refused_list_lets_its_children_go_and_may_be_listed_again(world):
    case = sent(world, child(world), nameless(world))
    case = world.decide(case, opinion=WORDS)
    case = world.decide(
        case, outcome="refuse", reason="late_not_at_school", opinion="经实地核对，该生不在校。"
    )
    assert (case.state, states()) == ("refused", [Late.RETURNED] * 2)
    browser = signed_in(clerk(world))
    assert browser.post(reverse("late-copy", args=[case.number])).status_code == 303
    assert states() == [Late.RETURNED, Late.RETURNED, Late.LISTED, Late.LISTED]
    again = LateChild.objects.last()
    assert lists.newcomer_of(again).values == lists.newcomer_of(LateChild.objects.all()[1]).values
    refuses(browser.post(reverse("late-copy", args=[case.number])), 409, "已在本校的补建名单中（待上报）")


def test_a_child_is_taken_off_a_list_that_was_sent_back(world):
    case = sent(world, child(world), child(world))
    case = world.decide(case, opinion=WORDS)
    case = world.decide(
        case,
        outcome="send_back",
        reason="late_list_wrong",
        opinion="名单第1行与学校核实不符，请删去后重新上报。",
    )
    row = LateChild.objects.first()
    browser = signed_in(clerk(world))
    assert "删去" in text(browser.get(reverse("late-list", args=[case.number])))
    assert browser.post(reverse("late-drop"), {"row": row.pk}).status_code == 303
    assert agreed(world, Case.objects.get(pk=case.pk)).state == "completed"
    assert states() == [Late.DROPPED, Late.COLLECTED]


def test_only_the_registrar_of_a_school_with_higher_grades_lists(world):
    infants = world.school("一年级教学点", world.east, lowest=1, highest=1)
    for by, school in ((world.head(world.first), world.first), (clerk(world, world.third), world.first)):
        with refused("no_seat"):
            lists.add([read(world, child(world))], school, by, clock.now())
    why = lists.seat_refusal(infants, clerk(world, infants), world.today)
    assert "一年级新生请用“新生建籍”" in why.sentence
    refuses(
        signed_in(world.head(world.first)).get(reverse("late-new")),
        403,
        "补建学籍由学生所在学校的学籍管理员登记，你没有这个岗位",
    )
    with refused("nobody"):
        lists.send(world.first, clerk(world), clock.now(), WORDS)


def test_the_database_lets_nothing_be_created_unsigned_unchecked_or_changed(world):
    sent(world, child(world))
    row = LateChild.objects.all()
    for wall, change in (
        ("late_unsigned", {"state": Late.COLLECTED}),
        ("late_state", {"state": Late.CREATED}),
        ("late_fixed", {"name": "他名"}),
        ("late_fixed", {"said_sealed": b"x"}),
        ("late_fixed", {"cohort": 2020}),
    ):
        with refused_by_database(wall):
            row.update(**change)
    with refused_by_database("no_delete"):
        row.delete()
    case = agreed(world, Case.objects.get())
    assert case.state == "completed"
    pupil = world.pupil(world.third)
    for change in ({"state": Late.CREATED, "student": pupil}, {"state": Late.REFUSED, "found": pupil}):
        with refused_by_database("late_unsent"):
            row.update(**change)


@pytest.mark.rule("R0.7")
def test_no_number_of_the_child_or_its_guardian_stands_in_clear(world):
    said = child(world)
    listed(world, said)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM students_latechild c")
        (stored,) = cursor.fetchone()
    assert said["id_number"] not in stored
    assert said["guardian1.phone"] not in stored
    row = LateChild.objects.get()
    assert said["id_number"].encode() not in bytes(row.said_sealed)
    assert lists.newcomer_of(row).values["id_number"] == said["id_number"]


# ---------------------------------------------------------------- the table


def workbook(lines: list[dict]) -> bytes:
    return filled(table.columns(), lines)


def imported(world, lines):
    batch = imports.ask(imports.of("late"), world.first, clerk(world), workbook(lines), clock.now())
    imports.carry_on(clock.now())
    batch.refresh_from_db()
    return batch


def test_a_table_lists_its_children_once(world):
    lines = [child(world), nameless(world, grade="五年级")]
    batch = imported(world, lines)
    assert (batch.state, batch.faults) == (ImportState.READY, [])
    imports.confirm(batch, clerk(world), clock.now())
    imports.carry_on(clock.now())
    batch.refresh_from_db()
    assert (batch.state, batch.written, states()) == (ImportState.DONE, 2, [Late.LISTED] * 2)
    again = imported(world, lines)
    assert (again.state, again.same) == (ImportState.READY, 2)


def test_every_line_that_cannot_be_is_told_with_its_place(world):
    good, known, elsewhere = child(world), child(world), child(world)
    pupil = world.pupil(world.third, grade=3)
    rewritten(Student.objects.filter(pk=pupil.pk), id_number_index=sealing.blind_index(known["id_number"]))
    listed(world, elsewhere, school=world.third)
    lines = [
        good,
        good,
        child(world, grade="8"),
        child(world, why=""),
        child(world, why="other", why_note=""),
        known,
        elsewhere,
    ]
    batch = imported(world, lines)
    assert batch.state == ImportState.FAULTY
    told = {(line, label): sentence for line, _, label, sentence in batch.faults}
    assert "与第 2 行的身份证件号相同" in told[3, "身份证件号"]
    assert "本校一年级以上的年级有" in told[4, "就读年级"]
    assert (5, "此前没有学籍的原因") in told
    assert "请写明原因" in told[6, "原因说明"]
    assert f"已在{world.third.name}有学籍，不能补建，应办理转学" in told[7, "身份证件号"]
    assert f"已在{world.third.name}的补建名单中" in told[8, "身份证件号"]
    assert {line for line, *_ in batch.faults} == {3, 4, 5, 6, 7, 8}


# ---------------------------------------------------------------- the pages


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def text(answer) -> str:
    return answer.content.decode()


def test_the_whole_way_through_the_pages(world):
    said, browser = child(world), signed_in(clerk(world))
    assert browser.post(reverse("late-new"), said | {"action": "next"})["Location"].startswith("/late/new/")
    page = text(browser.get(reverse("late")))
    assert said["name"] in page
    assert "从境外回国（来华）就读：随父母从蒙古国回国" in page
    school = world.first.code
    refused = browser.post(reverse("late-send"), {"school": school, "opinion": ""})
    refuses(refused, 422, "请填写审核补充意见（2–500 字），或点选一条常用短语")
    assert browser.post(reverse("late-send"), {"school": school, "opinion": WORDS}).status_code == 303
    case = agreed(world, Case.objects.get())
    assert said["name"] in text(browser.get(reverse("late-list", args=[case.number])))
    province = signed_in(world.registrar(world.im))
    assert said["name"] in text(province.get(reverse("late-collected")))
    assert "2026年10月31日" in text(province.get(reverse("case", args=[case.number])))
    with frozen(MONTH_END):
        late_children.answered(world)
        month = MonthlyCheck.objects.get()
        page = text(province.get(reverse("late-month", args=[month.number])))
        assert "查重通过，已建立" in page
        data = province.get(reverse("late-month-table", args=[month.number])).content
        sheet = openpyxl.load_workbook(io.BytesIO(data)).active
        assert [cell.value for cell in sheet[3]][:4] == [
            said["name"],
            sheet["B3"].value,
            "2017-03-05",
            world.first.name,
        ]
        assert said["id_number"] not in str([[cell.value for cell in line] for line in sheet])
        for other in (world.west, world.hebei):
            browser = signed_in(world.registrar(other))
            assert browser.get(reverse("late-month", args=[month.number])).status_code == 404
            assert said["name"] not in text(browser.get(reverse("late-collected")))


def test_a_list_is_found_by_the_name_of_a_child_on_it(world):
    said = child(world)
    case = sent(world, said)
    page = text(signed_in(world.registrar(world.east)).post("/search/", {"q": said["name"]}, follow=True))
    assert case.number in page
