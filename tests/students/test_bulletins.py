"""The monthly bulletin: counted in one statement, rolled up, answered to, published, frozen, reproducible (R3.7b, R8.3)."""

import json
from collections import Counter
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from ledger import outbox
from ledger.models import AuditEntry
from orgs.people.models import Person, Unit
from orgs.staff.presence_models import Presence
from reviews.engine.models import Step
from reviews.notices.models import Notice
from reviews.rulebook import calendar
from reviews.rulebook.models import Vacation
from reviews.vocabulary.shares import percentile, share
from students.bulletins import counting, drafting, paper, publishing
from students.bulletins.counting import Month
from students.bulletins.models import Bulletin
from students.pupil.models import ProblemRecord
from students.tasks import draft_bulletins
from tests.api import Program
from tests.clock import frozen, shanghai
from tests.refusals import refused, refused_by_database, sql_refused
from web import clock

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.rule("R3.7b"),
    pytest.mark.world_at(shanghai(2026, 9, 1, 9), stands=False),
]
OCTOBER = Month(date(2026, 10, 1), date(2026, 11, 1))
DRAFTED = shanghai(2026, 11, 1, 2)


def moved(world, submitted, decided=None, sender=None):
    """A transfer to ``first``; its county decides on a day of October, or never."""
    with frozen(submitted):
        case = world.decide(world.submitted(world.first, world.pupil(sender or world.third)))
    if decided is not None:
        with frozen(decided):
            world.decide(case)
    return case


def drafted(world):
    with frozen(DRAFTED):
        drafting.draft_all(DRAFTED)
    return Bulletin.objects.get(province=world.im)


def published(world, bulletin, now):
    """Proposed by the province's registrar, published by its head."""
    publishing.propose(bulletin, world.registrar(world.im), now)
    publishing.publish(bulletin, world.head(world.im), now)


def line_of(bulletin, unit):
    return bulletin.lines.get(unit=unit).figures


def test_a_unit_is_told_what_came_what_was_in_time_and_what_was_late(world):
    moved(world, shanghai(2026, 10, 9, 10), shanghai(2026, 10, 13, 10))
    moved(world, shanghai(2026, 10, 9, 11), shanghai(2026, 10, 30, 10))
    left = moved(world, shanghai(2026, 10, 9, 12))
    told = line_of(drafted(world), world.east)
    # The county's three, and the three of its school, each done the same day.
    assert (told["received"], told["in_time"], told["late"], told["open"], told["open_late"]) == (
        6,
        4,
        1,
        1,
        1,
    )
    assert told["rate"] == 666
    assert (told["median"], told["p90"]) == (0, 16)  # 10 October is worked
    assert (told["longest"], told["longest_case"]) == (16, told["longest_case"])
    assert told["longest_case"] in {left.number, *_numbers(world)}


def _numbers(world):
    return Step.objects.filter(unit=world.east).values_list("case__number", flat=True)


def test_what_a_county_let_pass_counts_for_its_league_and_province_as_well(world):
    moved(world, shanghai(2026, 10, 9, 10))
    bulletin = drafted(world)
    for unit in (world.east, world.league, world.im):
        assert line_of(bulletin, unit)["open_late"] == 1
    assert line_of(bulletin, world.west)["open_late"] == 0
    assert not bulletin.lines.filter(unit=world.third).exists(), "a school that let nothing pass is not named"


def test_the_worst_stands_first_in_each_level(world):
    for hour in (10, 11):
        moved(world, shanghai(2026, 10, 9, hour))
    counties = [line.unit for line in drafted(world).lines.filter(level="county").select_related("unit")]
    assert counties[0] == world.east
    levels = list(drafted(world).lines.order_by("place").values_list("level", flat=True))
    assert levels == sorted(levels, key=["province", "league", "county", "school"].index)


def test_vacation_days_count_against_nobody(world):
    Vacation.objects.create(
        province=world.im, name="测试假", starts_on="2026-10-10", ends_on="2026-10-31", source="测试"
    )
    calendar.forget()
    moved(world, shanghai(2026, 10, 9, 10))
    told = line_of(drafted(world), world.east)
    assert (told["open"], told["open_late"], told["longest"]) == (1, 0, 0)


def test_what_was_decided_in_another_month_is_not_told_again(world):
    moved(world, shanghai(2026, 9, 7, 10), shanghai(2026, 9, 28, 10))
    told = line_of(drafted(world), world.east)
    assert (told["received"], told["in_time"], told["late"]) == (0, 0, 0)


def test_a_unit_that_was_merged_is_told_of_under_its_heir(world):
    moved(world, shanghai(2026, 10, 9, 10), shanghai(2026, 10, 30, 10))
    Unit.objects.filter(pk=world.east.pk).update(closed_on="2026-10-31", successor=world.west)
    bulletin = drafted(world)
    assert not bulletin.lines.filter(unit=world.east).exists()
    assert line_of(bulletin, world.west)["late"] == 1


def test_expired_and_lapsed_cases_are_told(world):
    case = moved(world, shanghai(2026, 10, 9, 10))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE reviews_step SET outcome = 'expired', closed_at = '2026-10-30 12:00+08' WHERE case_id = %s AND closed_at IS NULL",
            [case.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    told = line_of(drafted(world), world.east)
    assert (told["expired"], told["late"], told["open"]) == (1, 1, 0)


@pytest.mark.rule("R8.3")
def test_weeks_without_a_sign_in_are_told_by_unit(world):
    with frozen(shanghai(2026, 9, 1, 9)):
        account = world.registrar(world.east)
    type(account).objects.filter(pk=account.pk).update(date_joined=shanghai(2026, 9, 1, 9))
    Presence.objects.create(account=account, week=date(2026, 10, 12))
    told = line_of(drafted(world), world.east)
    # Weeks that end in October: of 28 September (three days before the holiday), 5, 12 and 19; that of the 26th goes on.
    weeks = [date(2026, 9, 28), date(2026, 10, 5), date(2026, 10, 12), date(2026, 10, 19)]
    from reviews.staff import weekly_login

    counted = weekly_login.weeks(OCTOBER.first, OCTOBER.last, calendar.current().for_province(world.im.pk))
    assert set(counted) <= set(weeks)
    assert told["logins"] == len(counted) - 1


@pytest.mark.rule("R1.9")
def test_problem_records_are_told_by_kind_with_their_change(world):
    with frozen(shanghai(2026, 9, 20, 9)):
        old, new = world.pupil(world.first), world.pupil(world.first)
        ProblemRecord.objects.create(student=old, kind="id_duplicate")
    with frozen(shanghai(2026, 10, 20, 9)):
        ProblemRecord.objects.create(student=new, kind="id_duplicate")
    with connection.cursor() as cursor:  # the time is the database's own
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE students_problemrecord SET opened_at = CASE WHEN student_id = %s"
            " THEN timestamptz '2026-09-20 09:00+08' ELSE '2026-10-20 09:00+08' END",
            [old.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert line_of(drafted(world), world.east)["problems"] == {"id_duplicate": [2, 1]}


def test_the_draft_comes_on_the_first_at_two_and_only_once(world):
    assert drafting.due(shanghai(2026, 11, 1, 1)) is None
    assert drafting.due(DRAFTED) == OCTOBER
    assert drafting.due(shanghai(2026, 11, 20, 5)) == OCTOBER, "a machine that was off makes up for it"
    drafted(world)
    with frozen(DRAFTED):
        assert drafting.draft_all(DRAFTED) == 0


def test_the_steps_are_counted_in_one_statement(world):
    moved(world, shanghai(2026, 10, 9, 10))
    counted = calendar.current().for_province(world.im.pk)
    with CaptureQueriesContext(connection) as asked:
        counting.count_steps(world.im, OCTOBER, counted)
    assert len(asked) == 2, "the steps, and the numbers of the cases held longest"


# ---------------------------------------------------------------- reply and publication


def test_named_units_are_told_and_their_head_may_answer_until_the_limit(world):
    with frozen(shanghai(2026, 9, 2, 9)):
        head, registrar = world.head(world.east), world.registrar(world.east)
    moved(world, shanghai(2026, 10, 9, 10))
    province = world.head(world.im)
    bulletin = drafted(world)
    outbox.relay(clock.now() + timedelta(minutes=1))
    assert Notice.objects.filter(account=head, link=f"/bulletins/{bulletin.number}/").exists()
    above = Notice.objects.get(account=province, link=f"/bulletins/{bulletin.number}/").text
    assert "本单位列入其中" not in above
    assert "说明交齐或期限过后，请学籍管理员核对、拟发" in above
    assert bulletin.reply_until == date(2026, 11, 4)
    line = bulletin.lines.get(unit=world.east)
    with refused("no_seat", match="负责人"):
        publishing.reply(line, registrar, shanghai(2026, 11, 3, 9), "该件因学生材料补正，已于月初办结。")
    with refused("reply", match="5–500 字"):
        publishing.reply(line, head, shanghai(2026, 11, 3, 9), "好")
    with refused("number_in_text", match="身份证号"):
        publishing.reply(line, head, shanghai(2026, 11, 3, 9), "学生 11010519491231002X 的业务。")
    publishing.reply(line, head, shanghai(2026, 11, 4, 23), "该件因学生材料补正，已于月初办结。")
    line.refresh_from_db()
    assert line.reply
    with refused("reply_over", match="已过"):
        publishing.reply(line, head, shanghai(2026, 11, 5, 0), "该件因学生材料补正，已于月初办结。")


def of_days_over(account):
    """What the account is told of the end of the days of reply."""
    outbox.relay(shanghai(2100, 1, 1))
    rows = Notice.objects.filter(account=account).order_by("pk").values_list("text", flat=True)
    return [text for text in rows if "可以核对、拟发" in text or "请核对、拟发" in text]


def test_when_the_days_of_reply_are_over_the_provinces_registrar_is_told_once(world):
    moved(world, shanghai(2026, 10, 9, 10))
    clerk, head, named = world.registrar(world.im), world.head(world.im), world.registrar(world.east)
    bulletin = drafted(world)
    for day in (4, 5, 5, 6):
        with frozen(shanghai(2026, 11, day, 0, 30)):
            draft_bulletins()
        if day == 4:
            assert of_days_over(clerk) == [], "the last day is one of them"
    told = "2026年10月学籍业务办理情况通报的说明期限（2026年11月4日）已过，请核对、拟发，由负责人发布（附件1 三.1、三.7）。"
    assert of_days_over(clerk) == [told]
    assert of_days_over(head) == of_days_over(named) == []
    assert Notice.objects.get(account=clerk, text=told).link == f"/bulletins/{bulletin.number}/"
    publishing.propose(bulletin, clerk, shanghai(2026, 11, 6, 9))
    with frozen(shanghai(2026, 11, 9, 0, 30)):
        draft_bulletins()
    assert of_days_over(clerk) == [told]


def test_when_the_last_answer_is_in_the_provinces_registrar_is_told_once(world):
    moved(world, shanghai(2026, 10, 9, 10))
    clerk = world.registrar(world.im)
    bulletin = drafted(world)
    wanted = [line for line in bulletin.lines.exclude(unit=world.im) if line.figures["open_late"]]
    words = "该件因学生材料补正，已于月初办结。"
    assert len(wanted) == 2
    for line in wanted:
        assert of_days_over(clerk) == []
        publishing.reply(line, world.head(line.unit), shanghai(2026, 11, 2, 9), words)
    publishing.reply(wanted[0], world.head(wanted[0].unit), shanghai(2026, 11, 2, 10), words + "特此说明。")
    assert of_days_over(clerk) == [
        "2026年10月学籍业务办理情况通报的说明已全部交齐，可以核对、拟发，由负责人发布（附件1 三.1、三.7）。"
    ]


def test_the_provinces_head_publishes_after_the_replies_and_then_nothing_changes(world):
    moved(world, shanghai(2026, 10, 9, 10))
    bulletin, head = drafted(world), world.head(world.im)
    clerk, late = world.registrar(world.im), shanghai(2026, 11, 5, 9)
    with refused("replies_run"):
        publishing.publish(bulletin, head, shanghai(2026, 11, 3, 9))
    with refused("replies_run"):
        publishing.propose(bulletin, clerk, shanghai(2026, 11, 3, 9))
    with refused("no_seat"):
        publishing.publish(bulletin, clerk, late)
    with refused("not_proposed"):
        publishing.publish(bulletin, head, late)
    sql_refused("bulletin_figures", "UPDATE students_bulletinline SET figures = '{}'")
    sql_refused("no_delete", "DELETE FROM students_bulletinline")
    published(world, bulletin, late)
    with refused("published", match="已经发布"):
        publishing.publish(bulletin, head, shanghai(2026, 11, 6, 9))
    # Another province's bulletin of the month is still a draft: the walls are asked of this one's lines only.
    of_this = f" WHERE bulletin_id = {bulletin.pk}"
    for wall, statement in (
        ("bulletin_frozen", f"UPDATE students_bulletin SET digest = 'x' WHERE id = {bulletin.pk}"),
        ("no_delete", f"DELETE FROM students_bulletin WHERE id = {bulletin.pk}"),
        ("bulletin_frozen", "UPDATE students_bulletinline SET reply = '事后修改的说明'" + of_this),
        ("bulletin_frozen", "UPDATE students_bulletinline SET figures = '{}'" + of_this),
        ("bulletin_frozen", "DELETE FROM students_bulletinline" + of_this),
    ):
        sql_refused(wall, statement)


def test_a_published_bulletin_is_reproduced_from_its_stored_inputs(world):
    moved(world, shanghai(2026, 10, 9, 10), shanghai(2026, 10, 30, 10))
    moved(world, shanghai(2026, 10, 12, 10))
    bulletin = drafted(world)
    published(world, bulletin, shanghai(2026, 11, 5, 9))
    assert drafting.reproduced(Bulletin.objects.get(pk=bulletin.pk))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE students_bulletin SET inputs = jsonb_set(inputs, '{units,0,steps}', %s)",
            [json.dumps(dict.fromkeys(counting.COUNTS, 0) | {"took": {}, "longest": 0, "longest_case": ""})],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert not drafting.reproduced(Bulletin.objects.get(pk=bulletin.pk))


def test_a_draft_whose_figures_were_touched_is_not_published(world):
    moved(world, shanghai(2026, 10, 9, 10))
    bulletin = drafted(world)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE students_bulletinline SET figures = jsonb_set(figures, '{open_late}', '0')")
        cursor.execute("SET LOCAL session_replication_role = origin")
    with refused("changed", match="不符"):
        published(world, bulletin, shanghai(2026, 11, 5, 9))


def test_a_draft_is_seen_by_the_province_and_the_units_it_names_and_a_published_one_by_all_in_it(world):
    moved(world, shanghai(2026, 10, 9, 10))
    bulletin = drafted(world)
    day = date(2026, 11, 5)

    def seen(unit):
        return Bulletin.objects.visible_to(world.registrar(unit), day).filter(pk=bulletin.pk).exists()

    assert seen(world.im)
    assert seen(world.ministry)
    assert seen(world.east)
    assert not seen(world.third)
    assert not seen(world.abroad)
    published(world, bulletin, shanghai(2026, 11, 5, 9))
    assert seen(world.third)
    assert not seen(world.abroad)


# ---------------------------------------------------------------- reckoning


@given(st.lists(st.integers(0, 60), min_size=1, max_size=200), st.sampled_from([50, 90]))
def test_a_percentile_is_the_least_number_of_days_that_covers_so_many(days, percent):
    found = percentile(dict(Counter(days)), percent)
    covered = sum(day <= found for day in days)
    assert covered * 100 >= percent * len(days)
    assert sum(day < found for day in days) * 100 < percent * len(days)


@given(st.lists(st.lists(st.integers(0, 30), max_size=30), max_size=5))
def test_the_percentile_of_a_county_is_that_of_all_its_steps_together(schools):
    merged: Counter = Counter()
    for days in schools:
        merged.update(days)
    together = [day for days in schools for day in days]
    assert percentile(dict(merged), 50) == percentile(dict(Counter(together)), 50)


def test_a_rate_short_of_all_is_never_told_as_all():
    assert share(9999, 10000) == 999
    assert share(0, 0) is None


# ---------------------------------------------------------------- what was published stays as it was


def test_a_published_bulletin_keeps_its_names_on_page_workbook_paper_and_in_the_api(world):
    moved(world, shanghai(2026, 10, 9, 10))
    bulletin = drafted(world)
    head, old = world.head(world.im), (world.im.name, world.east.name, world.head(world.im).person.name)
    with frozen(shanghai(2026, 11, 20, 9)) as now:
        line = bulletin.lines.get(unit=world.east)
        with frozen(shanghai(2026, 11, 3, 9)) as early:
            publishing.reply(line, world.head(world.east), early, "人员调整，已补办，今后按时办理。")
        published(world, bulletin, now)
        said_by = world.head(world.east).person.name
        Unit.objects.filter(pk=world.east.pk).update(name="改了名的教育局", short_name="改名局")
        Unit.objects.filter(pk=world.im.pk).update(name="改了名的自治区")
        Person.objects.filter(name__in=[old[2], said_by]).update(name="改了名的人")
        bulletin = Bulletin.objects.get(pk=bulletin.pk)
        client = Client()
        client.force_login(head)
        page = client.get(f"/bulletins/{bulletin.number}/").content.decode()
        listed = client.get("/bulletins/").content.decode().split("<main")[1].split("</main>")[0]
        book = load_workbook(BytesIO(client.get(f"/bulletins/{bulletin.number}/xlsx/").content))
        cells = "".join(str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row)
        sheet = json.dumps(paper.contents(bulletin, "某人", now), ensure_ascii=False)
        told = json.dumps(Program(head).get(f"/bulletins/{bulletin.number}/").json(), ensure_ascii=False)
    for text in (page.split("<main")[1].split("</main>")[0], listed, cells, sheet, told):
        assert "改了名" not in text
    for text in (page, cells, sheet, told):
        assert old[1] in text
    assert said_by in page
    assert (bulletin.called("published_by"), bulletin.published_post) == (old[2], f"{old[0]}　负责人")


@pytest.mark.rule("R0.5")
def test_the_registrar_proposes_the_head_publishes_or_gives_back_and_each_is_told(world):
    moved(world, shanghai(2026, 10, 9, 10))
    bulletin, clerk, head = drafted(world), world.registrar(world.im), world.head(world.im)
    outbox.relay(shanghai(2026, 12, 1))
    late, line = shanghai(2026, 11, 5, 9), bulletin.lines.get(unit=world.east)
    with refused("no_seat"):
        publishing.propose(bulletin, head, late)
    with refused("no_seat"):
        publishing.propose(bulletin, world.registrar(world.east), late)
    publishing.propose(bulletin, clerk, late)
    bulletin.refresh_from_db()
    assert (bulletin.state, bulletin.proposed_by, bulletin.called("proposed_by")) == (
        "proposed",
        clerk,
        clerk.display_name,
    )
    with refused("proposed"):
        publishing.propose(bulletin, clerk, late)
    # The days are over: to give it back opens nothing, so that is not advised.
    last = bulletin.lines.get(unit=world.east)
    with refused("reply_over"):
        publishing.reply(last, world.head(world.east), late, "情况属实，正在整改。")
    line.bulletin = bulletin
    said = "该件因学生材料补正，已于月初办结。"
    with refused("proposed"):
        publishing.reply(line, world.head(world.east), shanghai(2026, 11, 3, 9), said)
    outbox.relay(shanghai(2026, 12, 1))
    assert (
        Notice.objects.filter(text__contains="拟发，请核对后发布").values_list("account", flat=True).get()
        == head.pk
    )
    with refused("no_seat"):
        publishing.give_back(bulletin, clerk, late, "数据请再核对。")
    with refused("reason"):
        publishing.give_back(bulletin, head, late, "。")
    publishing.give_back(bulletin, head, late, "东乌旗的说明请再核对。")
    bulletin.refresh_from_db()
    assert (bulletin.state, bulletin.proposed_by, bulletin.return_reason) == (
        "replies",
        None,
        "东乌旗的说明请再核对。",
    )
    outbox.relay(shanghai(2026, 12, 1))
    told = Notice.objects.filter(text__contains="已由负责人退回：东乌旗的说明请再核对。")
    assert told.values_list("account", flat=True).get() == clerk.pk
    published(world, bulletin, late)
    actions = AuditEntry.objects.filter(subject=f"bulletin:{bulletin.number}").order_by("seq")
    assert list(actions.values_list("action", flat=True))[1:] == [
        "bulletin.proposed",
        "bulletin.returned",
        "bulletin.proposed",
        "bulletin.published",
    ]


PUBLISHED_AT_ONCE = """
INSERT INTO students_bulletin (number, province_id, month, state, inputs, digest, reply_until, province_name, published_post,
    published_by_id, published_at, return_reason, recounts, recount_reason)
SELECT 'TB-2026-AAAAAAAA', province_id, '2026-09-01', 'published', inputs, digest, reply_until, '', '', {head}, now(), '', 0, ''
FROM students_bulletin
"""


@pytest.mark.rule("R0.5")
@pytest.mark.parametrize(
    ("statement", "wall"),
    [
        (
            "UPDATE students_bulletin SET state = 'published', published_at = now(), published_by_id = {head}",
            "bulletin_proposed_first",
        ),
        (
            "UPDATE students_bulletin SET state = 'published', published_at = now(), published_by_id = {head}, proposed_by_id = {clerk}, proposed_at = now()",
            "bulletin_proposed_first",
        ),
        ("UPDATE students_bulletin SET state = 'proposed'", "bulletin_proposed_by_somebody"),
        (
            "UPDATE students_bulletin SET proposed_by_id = {clerk} WHERE province_id = {province}",
            "bulletin_proposed_by_somebody",
        ),
        ("UPDATE students_bulletin SET proposed_by_id = {other}", "bulletin_seat"),
        (
            PUBLISHED_AT_ONCE,
            "bulletin_starts_with_replies",
        ),
    ],
)
def test_the_database_publishes_nothing_that_nobody_proposed(world, statement, wall):
    drafted(world)
    people = {"head": world.head(world.im).pk, "clerk": world.registrar(world.im).pk}
    people |= {"other": world.registrar(world.east).pk, "province": world.im.pk}
    with refused_by_database(wall), connection.cursor() as cursor:
        cursor.execute(statement.format(**people))


def test_a_name_that_changes_before_the_publication_is_that_of_the_publication(world):
    moved(world, shanghai(2026, 10, 9, 10))
    bulletin = drafted(world)
    Unit.objects.filter(pk=world.east.pk).update(name="新名教育局")
    with frozen(shanghai(2026, 11, 20, 9)) as now:
        published(world, bulletin, now)
    assert bulletin.lines.get(unit=world.east).unit_name == "新名教育局"
    with pytest.raises(IntegrityError, match="已发布的月度通报不可更改"), transaction.atomic():
        bulletin.lines.update(unit_name="改了名的教育局")


def test_every_month_that_an_outage_missed_is_drafted_in_order(world):
    drafted(world)
    january = shanghai(2027, 1, 1, 2)
    with frozen(january):
        assert drafting.draft_all(january) == 4, "November and December, of two provinces"
        assert drafting.draft_all(january) == 0
    rows = Bulletin.objects.filter(province=world.im).order_by("pk").values_list("month", flat=True)
    assert list(rows) == [date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)]


def test_a_province_whose_bulletin_fails_holds_up_no_other(world, monkeypatch):
    draft = drafting.draft

    def broken(province, *given):
        if province == world.hebei:
            raise KeyError("hebei")
        return draft(province, *given)

    with monkeypatch.context() as patched, frozen(DRAFTED):
        patched.setattr(drafting, "draft", broken)
        with pytest.raises(ExceptionGroup) as failed:
            drafting.draft_all(DRAFTED)
    assert [error.__notes__ for error in failed.value.exceptions] == [[world.hebei.code]]
    assert Bulletin.objects.get().province == world.im
    with frozen(DRAFTED):
        assert drafting.draft_all(DRAFTED) == 1
