"""The worklist: the right cases in the right tab, the most pressing first, in six statements and by its index."""

import json
from datetime import date

import pytest
from django.db import connection

from orgs.people.models import Post, PostRole
from reviews.desk.context import Desk
from reviews.engine import door
from reviews.engine.book import current
from reviews.engine.models import Act, Case, Step
from reviews.rulebook.countdown import countdown
from reviews.worklist import tabs as worklist
from reviews.worklist.reading import counts as counts_of
from reviews.worklist.reading import page as page_of
from reviews.worklist.tabs import Filters, Place
from tests.clock import frozen, shanghai
from tests.golden import assert_queries
from web.clock import now

MONDAY = shanghai(2026, 11, 23, 9)
pytestmark = [pytest.mark.django_db, pytest.mark.world_at(MONDAY, stands=False)]


@pytest.fixture(autouse=True)
def monday():
    with frozen(MONDAY):
        yield


def page(client, account, address="/worklist/"):
    """What the page says to ``account``, as the context of its template."""
    client.force_login(account)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.context


def numbers(context):
    return [row["number"] for row in context["rows"]]


def row_of(context, case):
    return next(row for row in context["rows"] if row["number"] == case.number)


def counts(context):
    return {tab["key"]: tab["count"] for tab in context["tabs"]}


# ---------------------------------------------------------------- tabs


def test_a_registrar_lands_on_what_is_to_be_handled_and_a_head_on_what_is_to_be_signed(client, world):
    assert page(client, world.registrar(world.east))["tab"] == "handle"
    assert page(client, world.head(world.east))["tab"] == "sign"


def test_the_front_door_leads_to_the_worklist(client, world):
    client.force_login(world.registrar(world.east))
    assert client.get("/").url == "/worklist/"


def test_a_case_moves_through_the_tabs_with_the_ball(client, world):
    registrar, head = world.registrar(world.first), world.head(world.first)
    case = world.draft(world.first, world.pupil(world.third))
    assert numbers(page(client, registrar, "/worklist/?tab=started")) == [case.number]
    assert numbers(page(client, registrar, "/worklist/?tab=sign")) == []
    case = door.perform(case, "submit", registrar, opinion="情况属实，申请转入。")
    assert numbers(page(client, head)) == [case.number]
    assert numbers(page(client, registrar, "/worklist/?tab=started")) == [case.number]
    assert numbers(page(client, registrar, "/worklist/?tab=done")) == [], "it is still in one's own house"
    case = door.perform(case, "sign", head, opinion="同意转入。", outcome="agree")
    assert numbers(page(client, head)) == []
    assert numbers(page(client, head, "/worklist/?tab=done")) == [case.number]
    assert numbers(page(client, registrar, "/worklist/?tab=done")) == [case.number]
    assert numbers(page(client, world.registrar(world.east))) == [case.number]
    world.finish(case)
    assert numbers(page(client, registrar, "/worklist/?tab=started")) == []
    ended = row_of(page(client, registrar, "/worklist/?tab=done"), case)
    assert ended["state_chips"] == [{"text": "办结", "tone": "good"}]
    assert (ended["due_text"], ended["waited"]) == ("", "")


def test_ones_own_drafts_stand_before_what_waits_for_others(client, world):
    sent = world.submitted(world.first, world.pupil(world.third))
    draft = world.draft(world.first, world.pupil(world.third))
    shown = numbers(page(client, world.registrar(world.first), "/worklist/?tab=started"))
    assert shown == [draft.number, sent.number]


def test_a_row_leads_to_the_case_with_its_place_in_the_tab(client, world):
    for _ in range(3):
        world.submitted(world.first, world.pupil(world.third))
    rows = page(client, world.head(world.first), "/worklist/?tab=sign")["rows"]
    assert "（第 2 / 3 件）" in client.get(rows[1]["url"]).content.decode()


def test_the_tabs_tell_how_many(client, world):
    for _ in range(2):
        world.decide(world.submitted(world.first, world.pupil(world.third)))
    world.submitted(world.first, world.pupil(world.third))
    shown = counts(page(client, world.registrar(world.first)))
    assert shown == {"handle": 0, "sign": 1, "started": 3, "done": "", "due": 0}
    shown = counts(page(client, world.registrar(world.east)))
    assert shown == {"handle": 2, "sign": 0, "done": "", "due": 0, "area": ""}


def test_other_units_cases_never_show(client, world):
    case = world.submitted(world.first, world.pupil(world.third))
    for unit in (world.second, world.league_school, world.zhangbei, world.hebei):
        for tab in ("handle", "sign", "started", "done", "due", "area"):
            assert numbers(page(client, world.registrar(unit), f"/worklist/?tab={tab}")) == [], (unit, tab)
    assert numbers(page(client, world.head(world.first))) == [case.number]


def test_units_above_see_all_that_runs_below_them_but_no_draft(client, world):
    running = world.submitted(world.first, world.pupil(world.third))
    world.draft(world.second, world.pupil(world.third))
    for unit in (world.east, world.west, world.league, world.im, world.ministry):
        context = page(client, world.registrar(unit), "/worklist/?tab=area")
        assert numbers(context) == [running.number], unit
        assert row_of(context, running)["stage"] == "转入学校 · 待核办"
    assert numbers(page(client, world.registrar(world.hebei), "/worklist/?tab=area")) == []


def test_an_account_without_a_post_is_told_so(client, world):
    account = world.account(world.first, PostRole.TECHNICIAN)
    context = page(client, account)
    assert context["empty"]["title"] == "没有办理业务的岗位"
    assert numbers(context) == []


def test_one_who_left_the_post_no_longer_sees_what_was_done_there(client, world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    registrar = world.registrar(world.first)
    assert numbers(page(client, registrar, "/worklist/?tab=done")) == [case.number]
    registrar.posts.update(valid_until=date(2026, 11, 23))
    assert numbers(page(client, registrar, "/worklist/?tab=done")) == []


# ---------------------------------------------------------------- order, chips, words


def arrived(world, *days):
    """Cases at the head of the first school, one a day."""
    cases = []
    for day in days:
        with frozen(shanghai(2026, *day, 10)):
            cases.append(world.submitted(world.first, world.pupil(world.third)))
    return cases


@pytest.mark.rule("R3.7")
def test_the_least_working_days_left_come_first_with_a_chip_in_words(client, world):
    fresh, late, today, soon = arrived(world, (11, 20), (11, 4), (11, 9), (11, 11))
    context = page(client, world.head(world.first))
    assert numbers(context) == [case.number for case in (late, today, soon, fresh)]
    chips = [(row["due_text"], row["due_tier"], row["due_on"], row["waited"]) for row in context["rows"]]
    assert chips == [
        ("逾期 3 个工作日", "late", "11月18日", 13),
        ("今天到期", "soon", "11月23日", 10),
        ("还剩 2 个工作日", "soon", "11月25日", 8),
        ("还剩 9 个工作日", "ok", "12月4日", 1),
    ]
    assert context["rows"][0]["due_title"] == "2026年11月18日，自2026年11月4日的次个工作日起算"
    assert context["summary"] == "有 1 件已逾期，另 2 件在 2 个工作日内到期"
    due = next(tab for tab in context["tabs"] if tab["key"] == "due")
    assert (due["alert"], due["count"]) == ("逾期 1", 2)
    listed = page(client, world.head(world.first), "/worklist/?tab=due")
    assert numbers(listed) == [case.number for case in (late, today, soon)]
    assert context["today"] == "今天 2026年11月23日 星期一"


@pytest.mark.rule("R3.7")
def test_a_limit_passes_with_the_end_of_its_day_even_before_a_weekend():
    calendar = current().calendar
    friday, saturday = date(2026, 11, 20), date(2026, 11, 21)
    assert (countdown(calendar, friday, friday).text, countdown(calendar, friday, friday).tier) == (
        "今天到期",
        "soon",
    )
    assert (countdown(calendar, saturday, friday).text, countdown(calendar, saturday, friday).tier) == (
        "已逾期",
        "late",
    )
    assert countdown(calendar, date(2026, 11, 23), friday).text == "逾期 1 个工作日"
    assert countdown(calendar, saturday, date(2026, 11, 23)).text == "还剩 1 个工作日"


def texts(context, case):
    return [chip["text"] for chip in row_of(context, case)["state_chips"]]


def test_only_exceptions_carry_a_chip(client, world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    registrar = world.registrar(world.east)
    assert texts(page(client, registrar), case) == ["新到"]
    Step.objects.filter(case=case, closed_at__isnull=True).update(
        first_opened_at=MONDAY, first_opened_by=registrar
    )
    assert texts(page(client, registrar), case) == []


def test_a_case_left_unread_for_days_says_so(client, world):
    (case,) = arrived(world, (11, 17))
    assert texts(page(client, world.head(world.first)), case) == ["未查看"]


def test_nudges_are_counted_for_this_step_only(client, world):
    (case,) = arrived(world, (11, 9))
    for day in (12, 13):
        with frozen(shanghai(2026, 11, day, 10)):
            case = door.perform(case, "nudge", world.registrar(world.third))
    context = page(client, world.head(world.first))
    assert texts(context, case) == ["被催办 2 次", "未查看"]
    case = world.decide(case)
    assert texts(page(client, world.registrar(world.east)), case) == ["新到"]


def test_a_corrected_case_and_a_returned_one_are_marked(client, world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    case = world.decide(case, "send_back", "proof_unreadable", "证明材料不清，请重新拍摄上传。")
    assert case.state == "correction"
    case = world.decide(case)
    assert case.state == "receiving_authority"
    registrar = world.registrar(world.east)
    assert texts(page(client, registrar), case) == ["已补正", "新到"]
    case = door.perform(case, "handle", registrar, opinion="材料已补正。", outcome="agree")
    case = door.perform(case, "return_to_registrar", world.head(world.east), opinion="请再核对班级。")
    assert texts(page(client, registrar), case) == ["负责人退回", "已补正", "新到"]


def test_a_date_beyond_the_published_calendar_is_marked_provisional(client, world):
    with frozen(shanghai(2026, 12, 28, 9)):
        case = world.submitted(world.first, world.pupil(world.third))
        assert texts(page(client, world.head(world.first)), case) == ["时限暂定", "新到"]


def test_the_name_is_masked_and_nothing_else_of_the_pupil_is_on_the_page(client, world):
    pupil = world.pupil(world.third, name="欧阳示例")
    case = world.submitted(world.first, pupil)
    client.force_login(world.head(world.first))
    text = client.get("/worklist/").content.decode()
    assert case.number in text
    assert "欧阳示例" not in text


def test_a_draft_opens_where_it_can_be_edited(client, world):
    case = world.draft(world.first, world.pupil(world.third))
    row = row_of(page(client, world.registrar(world.first), "/worklist/?tab=started"), case)
    assert row["url"] == f"/transfers/{case.number}/edit/"
    assert row["state_chips"] == [{"text": "尚未发起", "tone": "plain"}]


def test_only_a_head_may_choose_cases_and_only_where_they_are_to_be_signed(client, world):
    case = world.submitted(world.first, world.pupil(world.third))
    context = page(client, world.head(world.first))
    assert row_of(context, case)["checkbox"]
    assert context["bulk"]["url"] == "/worklist/bulk/"
    context = page(client, world.registrar(world.first), "/worklist/?tab=sign")
    assert not row_of(context, case)["checkbox"]
    assert context["bulk"] is None


# ---------------------------------------------------------------- filters and pages


def test_filters_stand_in_the_address_and_narrow_the_list(client, world):
    near = world.submitted(world.first, world.pupil(world.second))
    far = world.submitted(world.first, world.pupil(world.third))
    head = world.head(world.first)

    def listed(query):
        return set(numbers(page(client, head, f"/worklist/?tab=sign&{query}")))

    assert listed("") == {near.number, far.number}
    assert listed("relation=same_authority") == {near.number}
    assert listed("relation=same_province") == {far.number}
    assert listed(f"unit={world.west.pk}") == {far.number}
    assert listed(f"unit={world.east.pk}") == {near.number, far.number}
    assert listed("stage=receiving_school") == {near.number, far.number}
    assert listed("stage=sending_school") == set()
    assert listed("overdue=1") == set()
    context = page(client, head, "/worklist/?tab=sign&relation=same_authority")
    assert context["clear_url"] == "/worklist/?tab=sign"
    places = [option["label"] for option in context["filters"][1]["options"]]
    assert places == ["全部地区", world.east.short_name, world.west.short_name]


def test_an_upper_office_filters_by_the_leagues_and_counties_under_it(client, world):
    context = page(client, world.registrar(world.im), "/worklist/?tab=area")
    places = [option["label"] for option in context["filters"][1]["options"]]
    assert places == ["全部地区", world.league.short_name, world.east.short_name, world.west.short_name]
    context = page(client, world.registrar(world.ministry), "/worklist/?tab=area")
    places = [option["label"] for option in context["filters"][1]["options"]]
    assert places == ["全部地区", world.im.short_name, world.hebei.short_name]


@pytest.mark.parametrize(
    "query",
    [
        "tab=nothing&stage=x&unit=abc&relation=y&overdue=maybe&page=minus",
        "tab=sign&unit=999999999&page=999999999",
        "unit=99999999999999999999&page=0",
        "stage=%00&unit=%EF%BC%91&q=%E2%80%AE",
        "tab=sign&page=-1&unit=0",
        "page=1.5&unit=1e3&undeclared=%ED%A0%80",
    ],
)
def test_an_address_nobody_wrote_is_read_as_far_as_it_can_be(client, world, query):
    world.submitted(world.first, world.pupil(world.third))
    client.force_login(world.head(world.first))
    assert client.get(f"/worklist/?{query}").status_code == 200


def many(world, count, **more):
    """``count`` copies of a submitted case at the head of the first school, put in by SQL past the triggers."""
    case = world.submitted(world.first, world.pupil(world.third))
    columns = [f.column for f in Case._meta.concrete_fields if f.column != "id"]
    changed = {
        "number": "'ZX-2026-' || lpad(upper(to_hex(n)), 8, '0')",
        "subject": "'test:' || n",
        "exclusive_key": "'test:' || n",
        "due_on": "due_on + (n % 50)::int",
        **more,
    }
    values = ", ".join(changed.get(column, column) for column in columns)
    steps = [f.column for f in Step._meta.concrete_fields if f.column not in ("id", "case_id")]
    acts = [f.column for f in Act._meta.concrete_fields if f.column not in ("id", "case_id", "step_id")]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO reviews_case ({', '.join(columns)}) SELECT {values} FROM reviews_case, "
            f"generate_series(1, {count}) n WHERE id = {case.pk}"
        )
        cursor.execute(
            f"INSERT INTO reviews_step (case_id, {', '.join(steps)}) SELECT c.id, {', '.join('s.' + s for s in steps)} "
            f"FROM reviews_case c, reviews_step s WHERE s.case_id = {case.pk} AND c.subject LIKE 'test:%'"
        )
        cursor.execute(
            f"INSERT INTO reviews_act (case_id, step_id, {', '.join(acts)}) SELECT s.case_id, s.id, "
            f"{', '.join('a.' + a for a in acts)} FROM reviews_step s JOIN reviews_case c ON c.id = s.case_id, "
            f"reviews_act a WHERE a.case_id = {case.pk} AND c.subject LIKE 'test:%'"
        )
        cursor.execute("SET session_replication_role = origin")
        # Every table that a plan may touch: of those left out the planner knows what other tests left behind.
        cursor.execute("ANALYZE reviews_case, reviews_step, reviews_act")
    return case


def test_pages_turn_without_losing_or_repeating_a_row(client, world):
    many(world, 59)
    head = world.head(world.first)
    seen, address = [], "/worklist/?tab=sign&relation=same_province"
    told = []
    while address:
        context = page(client, head, address)
        seen += numbers(context)
        told.append(context["page"]["text"])
        address = context["page"]["next_url"] and f"/worklist/{context['page']['next_url']}"
    assert told == ["第 1–25 件，共 60 件。", "第 26–50 件，共 60 件。", "第 51–60 件，共 60 件。"]
    assert len(set(seen)) == len(seen) == 60
    beyond = page(client, head, "/worklist/?tab=sign&page=40")
    assert beyond["page"]["text"] == "第 51–60 件，共 60 件。"


# ---------------------------------------------------------------- cost


@pytest.mark.parametrize(("rows", "role"), [(1, "head"), (50, "head"), (50, "registrar")])
def test_the_page_takes_six_statements_whatever_its_length(client, world, rows, role):
    many(world, rows - 1) if rows > 1 else world.submitted(world.first, world.pupil(world.third))
    client.force_login(getattr(world, role)(world.first))
    client.get("/worklist/")  # the rulebook is read once a process
    with assert_queries("worklist", 6):
        assert client.get("/worklist/?tab=sign").status_code == 200


@pytest.mark.parametrize("tab", ["started", "done", "due", "area"])
def test_no_tab_takes_more(client, world, tab):
    many(world, 30)
    client.force_login(world.registrar(world.east))
    client.get("/worklist/")
    with assert_queries(f"worklist {tab}", 6):
        assert client.get(f"/worklist/?tab={tab}").status_code == 200


def plan(text, params):
    """The nodes of the database's plan of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {text}", params)
        found = cursor.fetchone()[0]

    def nodes(node):
        yield node
        for child in node.get("Plans", []):
            yield from nodes(child)

    return list(nodes((json.loads(found) if isinstance(found, str) else found)[0]["Plan"]))


def statements_of(ask):
    """The texts that ``ask`` sends, with what was put in."""
    sent = []

    def note(execute, sql, params, many, context):
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        ask()
    return sent


@pytest.mark.parametrize("tab", ["handle", "sign"])
def test_a_tab_is_read_by_its_own_index_in_its_own_order(world, tab):
    many(world, 20_000, holder_id=f"CASE WHEN n % 100 = 0 THEN holder_id ELSE {world.east.pk} END")
    known = Desk(now(), world.today, current(), 0)
    place = Place.of(world.head(world.first), world.today)
    ((text, params),) = statements_of(lambda: page_of(place, known, tab, Filters(), 0))
    nodes = plan(text, params)
    assert "case_worklist" in {node.get("Index Name") for node in nodes}
    assert "Sort" not in {node["Node Type"] for node in nodes}, "the index already has the order"
    whole = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
    assert not whole & {"reviews_case", "reviews_step", "reviews_act"}


# ---------------------------------------------------------------- composed once, for everyone alike


FILTERS = [
    {},
    {"stage": "receiving_school"},
    {"relation": "same_province", "overdue": True},
    {"unit": "west"},
    {"unit": "east", "stage": "sending_school", "relation": "same_authority", "overdue": True},
]


@pytest.mark.parametrize("asked", FILTERS)
def test_a_kept_statement_lists_what_its_queryset_lists_for_every_account_and_tab(world, asked):
    cases = [world.submitted(world.first, world.pupil(world.third)) for _ in range(2)]
    cases.append(world.submitted(world.second, world.pupil(world.first)))
    world.draft(world.first, world.pupil(world.third))
    world.finish(world.decide(cases[0]))
    narrow = asked | ({"unit": getattr(world, asked["unit"]).pk} if "unit" in asked else {})
    both = world.account(world.east, PostRole.REGISTRAR)
    Post.objects.create(account=both, unit=world.third, role=PostRole.HEAD, valid_from=date(2020, 1, 1))
    units = (world.first, world.second, world.third, world.east, world.league, world.im, world.ministry)
    known = Desk(now(), world.today, current(), 0)
    for account in [*map(world.registrar, units), *map(world.head, units), both]:
        place, filters = Place.of(account, world.today), Filters(**narrow)
        for tab in place.tabs():
            rows = filters.applied(worklist.cases_in(tab, place, known), known.today)
            wanted = list(worklist.ordered(rows, tab, account).values_list("id", flat=True))
            listed = [row["id"] for row in page_of(place, known, tab, filters, 0)]
            assert listed == wanted, (account, tab)
            counted = counts_of(place, known, tab, filters)
            assert counted.found == (None if tab == "area" else len(wanted)), (account, tab)
            for name, number in counted.tabs.items():
                assert number == worklist.cases_in(name, place, known).count(), (account, tab, name)


def test_the_statements_are_the_same_text_for_two_accounts_of_one_kind(world):
    known = Desk(now(), world.today, current(), 0)

    def texts(unit):
        place = Place.of(world.head(unit), world.today)
        asked = statements_of(lambda: page_of(place, known, "sign", Filters(), 0))
        return [sql for sql, _ in asked + statements_of(lambda: counts_of(place, known, "sign", Filters()))]

    assert texts(world.first) == texts(world.third)
    assert texts(world.first) != texts(world.im)
