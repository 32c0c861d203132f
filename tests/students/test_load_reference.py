"""``manage.py load_reference``: the units and code tables that every installation has."""

import pytest
from django.core.management import call_command

from orgs.people.models import Unit, UnitLevel
from students.pupil.models import CodeTable

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_loaded(db):
    """The tests' databases have the code tables (tests/databases.py); here is the day before."""
    CodeTable.objects.all().delete()


def test_the_region_stands_with_its_leagues_and_its_103_banners_and_counties_under_the_ministry():
    call_command("load_reference", verbosity=0)
    region = Unit.objects.get(code="150000")
    assert region.level == UnitLevel.PROVINCE
    assert region.authority.name == "教育部"
    leagues = Unit.objects.filter(level=UnitLevel.LEAGUE, authority=region)
    assert leagues.count() == 12
    counties = Unit.objects.filter(level=UnitLevel.COUNTY, authority__in=leagues)
    assert counties.count() == 103
    assert set(counties.values_list("province_id", flat=True)) == {region.pk}
    aba = counties.get(code="152522")
    assert (aba.name, aba.short_name, aba.authority.name) == (
        "阿巴嘎旗教育局",
        "阿巴嘎旗",
        "锡林郭勒盟教育局",
    )
    assert aba.path == f"{aba.authority.path}{aba.pk}/"
    # A name that stands in many cities says in which.
    assert counties.get(code="150102").name == "呼和浩特市新城区教育局"


def test_code_tables_carry_the_national_codes():
    call_command("load_reference", verbosity=0)
    assert CodeTable.objects.get(table="ethnic", code="02").name == "蒙古族"
    assert CodeTable.objects.filter(table="divisions_cn").count() > 3000
    assert CodeTable.objects.filter(name="").count() == 0


def test_a_second_run_changes_nothing_and_keeps_what_administrators_have_set(capsys):
    call_command("load_reference", verbosity=0)
    Unit.objects.filter(code="152522").update(name="阿巴嘎旗教育体育局", phone="0479-2221234")
    before = list(Unit.objects.order_by("pk").values()), list(CodeTable.objects.order_by("pk").values())
    capsys.readouterr()
    call_command("load_reference", verbosity=0)
    assert "未作改动" in capsys.readouterr().out
    assert (
        list(Unit.objects.order_by("pk").values()),
        list(CodeTable.objects.order_by("pk").values()),
    ) == before


def test_a_code_that_was_altered_is_put_right():
    call_command("load_reference", verbosity=0)
    CodeTable.objects.filter(table="ethnic", code="02").update(name="蒙古")
    call_command("load_reference", verbosity=0)
    assert CodeTable.objects.get(table="ethnic", code="02").name == "蒙古族"
