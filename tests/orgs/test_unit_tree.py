"""The tree of units is the one the law knows: by the administrators' form and by the database, each with its sentence."""

import pytest
from django.db import IntegrityError, transaction

from orgs.people import reference
from orgs.people.models import Account, Unit, UnitLevel
from tests.orgs.test_admin import unit_form
from tests.refusals import refused_by_database
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
COUNTY = "旗县区的主管部门须是盟市，请另选；只有直辖市、省直辖县级单位（区划代码如 659001）和没有盟市的省，旗县区才直属省级单位"
SCHOOL = "学校的主管部门须是旗县区、盟市或省级单位，请另选"
LEAGUE = "盟市的主管部门须是省级单位，请另选"
PROVINCE = "省级单位的主管部门须是教育部，请另选"
FIXED = "单位已有下级、人员、学生或业务，代码和层级不能再改；确需更换请另建单位，再撤销这个单位并指定承接单位"
# Level of the new unit, the unit above it, the sentence of the refusal.
IMPOSSIBLE = [
    ("league", "east", LEAGUE),
    ("league", "league", LEAGUE),
    ("league", "ministry", LEAGUE),
    ("league", "first", LEAGUE),
    ("province", "im", PROVINCE),
    ("province", "league", PROVINCE),
    ("province", "first", PROVINCE),
    ("county", "east", COUNTY),
    ("county", "first", COUNTY),
    ("county", "ministry", COUNTY),
    ("county", "im", COUNTY),
    ("school", "ministry", SCHOOL),
    ("school", "first", SCHOOL),
]
TAUGHT = {"lowest_grade": 1, "highest_grade": 6, "school_system": "6-3"}


@pytest.fixture
def boss(world, client):
    boss = Account.objects.create_user("boss", password=PASSWORD, person=world.person(), is_staff=True)
    client.force_login(boss)
    return boss


def new(level, above, division="152522", **more):
    """What an administrator types for a new unit."""
    more = (TAUGHT if level == "school" else {}) | more
    named = {"code": "152599", "name": "新设单位", "short_name": "新设", "level": level}
    return named | {"authority": above.pk if above else "", "division_code": division} | more


def stopped(wall, /, sentence="", **columns):
    """The unit is stopped by this wall in the database, with this sentence."""
    columns["authority_id"] = columns.pop("authority") or None
    with refused_by_database(wall) as caught:
        Unit.objects.bulk_create([Unit(**columns)])
    assert sentence in ("", caught.value.__cause__.diag.message_primary)


@pytest.mark.parametrize(("level", "above", "sentence"), IMPOSSIBLE)
def test_nothing_stands_where_the_law_has_no_place_for_it(boss, world, client, level, above, sentence):
    typed = new(level, getattr(world, above))
    answer = client.post("/admin/orgs/unit/add/", typed)
    assert answer.status_code == 422
    assert f"{sentence}。没有保存。" in answer.content.decode()
    assert 'value="152599"' in answer.content.decode()
    stopped("unit_tree", **typed, sentence=sentence)


@pytest.mark.parametrize(
    ("level", "above"),
    [("province", "ministry"), ("league", "im"), ("county", "league"), ("school", "east"), ("school", "league"), ("school", "im")],
)  # fmt: skip
def test_what_the_law_knows_is_saved(boss, world, client, level, above):
    answer = client.post("/admin/orgs/unit/add/", new(level, getattr(world, above)))
    assert answer.status_code == 302
    assert Unit.objects.get(code="152599").path.startswith(getattr(world, above).path)


def test_the_units_of_the_tests_stand_as_saving_would_have_left_them(world):
    """They are written at once, past ``save`` (tests/world.py)."""
    written = list(Unit.objects.order_by("pk").values())
    assert len(written) == 12
    for unit in Unit.objects.order_by("pk"):
        unit.path, unit.province, unit.league = "", None, None
        unit.save()
    assert list(Unit.objects.order_by("pk").values()) == written


def test_there_is_one_ministry_and_it_alone_stands_under_nobody(boss, world, client):
    page = client.post("/admin/orgs/unit/add/", new("ministry", None)).content.decode()
    assert "教育部只有一个，已经登记；请选择其他层级。" in page
    stopped("unit_one_ministry", **new("ministry", None))
    for level in ("province", "league", "county"):
        answer = client.post("/admin/orgs/unit/add/", new(level, None))
        assert answer.status_code == 422
        assert "除教育部外，每个单位都须选择主管部门；教育部不选。" in answer.content.decode()
        stopped("unit_has_authority", **new(level, None))
    with pytest.raises(IntegrityError, match="unit_has_authority"), transaction.atomic():
        Unit.objects.filter(pk=world.ministry.pk).update(authority=world.im)


def test_a_county_stands_directly_under_a_province_only_where_the_state_puts_it_there(world):
    """Municipalities, places whose division code begins 659, provinces without leagues; 429004 is of the same kind."""
    xinjiang = world.unit("新疆维吾尔自治区教育厅", UnitLevel.PROVINCE, world.ministry)
    world.unit("伊犁哈萨克自治州教育局", UnitLevel.LEAGUE, xinjiang)
    beijing = world.unit("北京市教育委员会", UnitLevel.PROVINCE, world.ministry)
    Unit.objects.filter(pk=beijing.pk).update(division_code="110000")
    world.unit("北京某局", UnitLevel.LEAGUE, beijing)
    stopped("unit_tree", **new("county", xinjiang, "654003"), sentence=COUNTY)
    lawful = ((xinjiang, "659001"), (beijing, "110108"), (world.hebei, "130722"), (world.im, "429004"))
    for number, (province, division) in enumerate(lawful):
        made = Unit.objects.create(
            code=f"99000{number}", name="直属", short_name="直属", level="county",
            authority=province, division_code=division,
        )  # fmt: skip
        assert made.province == province
    # Leagues may come later: what stood lawfully is still saved, and moved when its league is there.
    league = world.unit("张家口市教育局", UnitLevel.LEAGUE, world.hebei)
    world.zhangbei.name = "张北县教育和体育局"
    world.zhangbei.save()
    world.zhangbei.authority = league
    world.zhangbei.save()
    assert Unit.objects.get(pk=world.abroad.pk).league == league


# ---------------------------------------------------------------- what is fixed once it is used


def changed(client, unit, **fields):
    return client.post(f"/admin/orgs/unit/{unit.pk}/change/", unit_form(unit, **fields))


def test_code_and_level_are_fixed_once_the_unit_is_used(boss, world, client):
    world.pupil(world.first)
    world.registrar(world.second)
    by_use = {world.east: "has schools", world.first: "has a pupil", world.second: "has a registrar"}
    for unit, why in by_use.items():
        for fields in (
            {"code": "152588"},
            {"level": "county" if unit.is_school else "league", "authority": world.im.pk},
        ):
            answer = changed(client, unit, **fields)
            assert answer.status_code == 422, why
            assert f"{FIXED}。没有保存。" in answer.content.decode(), why
            with refused_by_database("unit_fixed"):
                Unit.objects.filter(pk=unit.pk).update(**fields)


def test_a_school_with_pupils_does_not_become_a_county(boss, world, client):
    world.pupil(world.first)
    assert FIXED in changed(client, world.first, level="county", authority=world.league.pk).content.decode()
    assert Unit.objects.get(pk=world.first.pk).is_school


def test_an_office_that_nobody_uses_yet_may_be_put_right(boss, world, client):
    made = world.unit("新设旗教育局", UnitLevel.COUNTY, world.league)
    assert changed(client, made, code="152577").status_code == 302
    made.refresh_from_db()
    assert made.code == "152577"
    assert changed(client, made, level="league", authority=world.im.pk).status_code == 302
    world.unit("苏木教育局", UnitLevel.COUNTY, made)
    made.refresh_from_db()
    assert FIXED in changed(client, made, code="152566").content.decode()


def test_every_other_table_that_names_a_unit_counts_as_use(world):
    """Whatever floor it is of: what points to a unit is read from the database's own book of foreign keys."""
    made = world.unit("新设旗教育局", UnitLevel.COUNTY, world.league)
    fault = world.fault(made, by=world.registrar(world.league))
    assert fault.unit == made
    with pytest.raises(IntegrityError, match="代码和层级不能再改"), transaction.atomic():
        Unit.objects.filter(pk=made.pk).update(code="152566")


# ---------------------------------------------------------------- codes and new schools


@pytest.mark.parametrize("code", ["15 25", "15-2599", "甲152599", "１５２５９９", "152599。"])
def test_a_code_is_digits_and_letters(boss, world, client, code):
    answer = client.post("/admin/orgs/unit/add/", new("county", world.league, code=code))
    assert answer.status_code == 422
    assert "单位代码是 1–12 位数字或字母，请核对后重填。" in answer.content.decode()
    stopped("unit_code_format", **new("county", world.league, code=code))


@pytest.mark.parametrize(
    "missing",
    [
        {"lowest_grade": ""},
        {"highest_grade": ""},
        {"school_system": ""},
        {"division_code": ""},
        {"division_code": "15252"},
    ],
)
def test_no_school_without_grades_system_and_place(boss, world, client, missing):
    typed = new("school", world.east) | missing
    answer = client.post("/admin/orgs/unit/add/", typed)
    assert answer.status_code == 422
    assert "学校须填写最低和最高年级、学制、6 位行政区划代码。" in answer.content.decode()
    empty = {name: None for name, value in missing.items() if name.endswith("grade")}
    stopped("school_is_complete", **typed | empty)


def test_the_units_of_the_seed_obey_it(db):
    """The ministry, the region, its leagues and its banners and counties."""
    assert reference.load_units() > 110
    assert Unit.objects.filter(level="county", authority__level="league").count() > 100
