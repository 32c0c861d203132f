"""A province's rules for 学籍异动 in the administrators' pages; what was decided may only be looked at (R5.1, R0.7)."""

from datetime import date

import pytest
from django.urls import reverse

from orgs.people.models import Account
from students.changes.models import ChangePolicy
from tests.refusals import refuses

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R5.1")]


@pytest.fixture
def admin(world, client):
    account = Account.objects.create_superuser("root", password="Xueji-2026-demo", person=world.person())
    client.force_login(account)
    return client


def row(world, **more):
    typed = {
        "kind": "grade_repeat",
        "phase": "",
        "province": world.im.pk,
        "allowed": "on",
        "most_times": "1",
        "condition": "须经家长书面同意",
        "valid_from": "2026-09-01",
        "source": "内教基字〔2026〕1号",
    }
    return typed | more


def test_a_province_sets_who_may_and_how_often(world, admin):
    add = reverse("admin:students_changepolicy_add")
    assert admin.post(add, row(world)).status_code == 302
    made = ChangePolicy.objects.get(kind="grade_repeat")
    assert (made.province, made.most_times, made.valid_from) == (world.im, 1, date(2026, 9, 1))
    route = reverse("admin:reviews_route_add")
    typed = {
        "kind": "grade_repeat",
        "relation": "same_authority",
        "province": world.im.pk,
        "stages": ["school", "league"],
        "valid_from": "2026-09-01",
        "source": "内教基字〔2026〕1号",
    }
    answer = admin.post(route, typed)
    assert answer.status_code == 302, answer.content.decode()
    case = world.changed(world.pupil(world.first, grade=3), "grade_repeat")
    assert case.stages == ["school", "league"]


@pytest.mark.rule("R5.3")
def test_no_row_opens_expulsion_in_compulsory_education(world, admin):
    add = reverse("admin:students_changepolicy_add")
    for phase in ("", "primary", "junior"):
        answer = admin.post(add, row(world, kind="expulsion", phase=phase))
        assert answer.status_code == 422
        assert "允许开除的规定只能用于高中学段" in answer.content.decode()
    assert admin.post(add, row(world, kind="expulsion", phase="senior")).status_code == 302


@pytest.mark.parametrize(
    ("stages", "told"),
    [(["school", "sending_school"], "只涉及一所学校"), (["authority"], "只涉及一所学校")],
)
def test_a_route_of_one_school_starts_at_the_school_and_knows_no_other(world, admin, stages, told):
    typed = {
        "kind": "grade_repeat",
        "relation": "same_authority",
        "stages": stages,
        "valid_from": "2026-09-01",
        "source": "示例",
    }
    assert told in admin.post(reverse("admin:reviews_route_add"), typed).content.decode()
    typed |= {"stages": ["school"], "relation": "cross_province"}
    assert "双方关系请选" in admin.post(reverse("admin:reviews_route_add"), typed).content.decode()


def test_a_transfers_route_knows_no_stage_of_one_school(world, admin):
    typed = {
        "kind": "in_province_transfer",
        "relation": "same_province",
        "stages": ["receiving_school", "sending_school", "authority"],
        "valid_from": "2026-09-01",
        "source": "示例",
    }
    assert "没有“主管部门”这个环节" in admin.post(reverse("admin:reviews_route_add"), typed).content.decode()


def test_a_change_is_looked_at_and_not_written(world, admin):
    case = world.finish(world.changed(world.pupil(world.first), "suspension"))
    page = admin.get(reverse("admin:students_statuschange_change", args=[case.status_change.pk]))
    assert page.status_code == 200
    assert admin.post(
        reverse("admin:students_statuschange_change", args=[case.status_change.pk]), {"note": "改"}
    ).status_code in (403, 405)
    refuses(admin.get(reverse("admin:students_statuschange_add")), 403, "岗位有误请联系本单位学籍管理员")
