"""Administrators open units, persons, accounts and posts; what the database refuses comes back as a sentence."""

from datetime import date, timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.urls import reverse

from ledger.administration import WalledAdmin
from ledger.models import AuditEntry
from orgs.people.models import Account, Delegation, Person, Post, Unit
from orgs.sign_in.authenticator import Authenticator
from tests.refusals import refuses
from tests.world import PASSWORD
from web import clock

pytestmark = pytest.mark.django_db
GOOD = "Xi-lin-hao-te-2026"


@pytest.fixture
def boss(world, client):
    account = Account.objects.create_user(
        "boss", password=PASSWORD, person=world.person("管理员"), is_staff=True
    )
    client.force_login(account)
    return account


def text_of(answer):
    return answer.content.decode()


def posts(*rows, initial=0):
    """The inline's part of an account's form."""
    data = {
        "posts-TOTAL_FORMS": len(rows),
        "posts-INITIAL_FORMS": initial,
        "posts-MIN_NUM_FORMS": 0,
        "posts-MAX_NUM_FORMS": 1000,
    }
    for at, row in enumerate(rows):
        data |= {f"posts-{at}-{name}": value for name, value in row.items()}
    return data


def last_entry(chain="orgs"):
    return AuditEntry.objects.filter(chain=chain).order_by("-seq").first()


# ---------------------------------------------------------------- who comes in


def test_only_staff_come_in_and_everybody_signs_in_on_the_programs_own_page(world, client):
    for page in ("/admin/", "/admin/login/", "/admin/orgs/account/", "/admin/orgs/account/add/"):
        answer = client.get(page, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/accounts/sign-in/?next=/admin/"), page
    for account in (world.registrar(world.first), world.head(world.league)):
        client.force_login(account)
        answer = client.get("/admin/", follow=True)
        refuses(answer, 403, "岗位有误请联系本单位学籍管理员")
        refuses(client.get("/admin/orgs/account/add/", follow=True), 403, "岗位有误请联系本单位学籍管理员")
    refuses(
        client.get("/admin/login/?next=https://elsewhere.example/"), 403, "岗位有误请联系本单位学籍管理员"
    )
    client.logout()
    assert "elsewhere" not in client.get("/admin/login/?next=https://elsewhere.example/").url


def test_an_account_switched_off_or_no_longer_staff_is_out_at_once(boss, client):
    assert client.get("/admin/").status_code == 200
    Account.objects.filter(pk=boss.pk).update(is_staff=False)
    refuses(client.get("/admin/", follow=True), 403, "岗位有误请联系本单位学籍管理员")
    Account.objects.filter(pk=boss.pk).update(is_staff=True, is_active=False)
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/sign-in/")


def test_where_the_second_factor_is_on_no_page_opens_before_it_was_given(boss, client, settings):
    settings.SECOND_FACTOR = True
    for page in ("/admin/", "/admin/orgs/account/", f"/admin/orgs/account/{boss.pk}/password/"):
        assert client.get(page).url.startswith("/accounts/second-factor/"), page


def test_only_pages_with_walls_are_taken_in():
    """Tokens, authenticators, groups and sign-in logs of libraries would bring secrets and no audit."""
    assert admin.site._registry
    assert all(isinstance(page, WalledAdmin) for page in admin.site._registry.values())
    assert {model._meta.app_label for model in admin.site._registry} == {
        "ledger",
        "orgs",
        "reviews",
        "students",
        "tickets",
        "transfers",
    }


def test_every_list_and_form_opens_in_chinese(boss, world, client):
    world.registrar(world.first)
    page = text_of(client.get("/admin/"))
    assert "学籍转学办理 · 系统管理" in page
    for model, model_admin in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        listed = client.get(reverse(f"admin:{name}_changelist"), {"q": "北京 '%_\\"})
        assert listed.status_code == 200, name
        row = model._base_manager.first()
        if row is not None:
            assert client.get(reverse(f"admin:{name}_change", args=[row.pk])).status_code == 200, name
            assert client.get(reverse(f"admin:{name}_history", args=[row.pk])).status_code == 200, name
        if model_admin.may_add:
            assert client.get(reverse(f"admin:{name}_add")).status_code == 200, name


@pytest.mark.parametrize(
    "query", ["?o=9.9", "?e=1", "?p=abc", "?p=99999", "?is_staff__exact=x", "?nope=1", "?q=%00"]
)
def test_a_bent_address_of_a_list_never_breaks_it(boss, client, query):
    assert client.get(f"/admin/orgs/account/{query}", follow=True).status_code in (200, 400)


@pytest.mark.parametrize("key", ["0", "abc", "999999999999999999999999", "%00", "1/2"])
def test_a_row_that_is_not_there_leads_back(boss, client, key):
    assert client.get(f"/admin/orgs/unit/{key}/change/", follow=True).status_code in (200, 404)


# ---------------------------------------------------------------- accounts and posts


@pytest.mark.rule("R0.5")
def test_an_account_is_opened_with_its_person_password_and_posts(boss, world, client):
    person = world.person("乌兰")
    answer = client.post(
        "/admin/orgs/account/add/",
        {"username": "wulan", "person": person.pk, "password1": GOOD, "password2": GOOD, **posts()},
    )
    assert answer.status_code == 302, text_of(answer)
    account = Account.objects.get(username="wulan")
    assert account.person == person
    assert account.check_password(GOOD)
    entry = last_entry()
    assert (entry.action, entry.actor, entry.subject) == (
        "account.added",
        f"account:{boss.pk}",
        f"account:{account.pk}",
    )
    assert entry.body["changes"]["username"] is None
    assert "乌兰" not in str(entry.body)
    assert "wulan" not in str(entry.body)

    row = {"unit": world.first.pk, "role": "registrar", "valid_from": "2026-12-01", "valid_until": ""}
    answer = client.post(
        f"/admin/orgs/account/{account.pk}/change/", {"username": "wulan", "is_active": "on", **posts(row)}
    )
    assert answer.status_code == 302, text_of(answer)
    post = Post.objects.get(account=account)
    assert (post.person, post.unit, post.role) == (person, world.first, "registrar")
    assert last_entry().action == "post.added"
    assert last_entry().body["changes"]["unit_id"] == [None, world.first.pk]


@pytest.mark.rule("R0.5")
def test_registrar_and_head_of_one_unit_for_one_person_is_told_on_the_form(boss, world, client):
    account = world.registrar(world.first)
    mine = Post.objects.get(account=account)
    kept = {
        "id": mine.pk,
        "account": account.pk,
        "unit": mine.unit_id,
        "role": "registrar",
        "valid_from": "2020-01-01",
    }
    row = {"account": account.pk, "unit": world.first.pk, "role": "head", "valid_from": "2026-12-01"}
    answer = client.post(
        f"/admin/orgs/account/{account.pk}/change/",
        {"username": account.username, "is_active": "on", **posts(kept, row, initial=1)},
    )
    assert answer.status_code == 422
    page = text_of(answer)
    assert "同一人在同一单位不能既任学籍管理员又任负责人（R0.5：办理与核办须为两人）。没有保存。" in page
    assert 'value="2026-12-01"' in page
    assert Post.objects.filter(account=account).count() == 1


def test_an_account_needs_a_person_and_a_fitting_password(boss, client):
    answer = client.post(
        "/admin/orgs/account/add/", {"username": "x", "password1": "12345", "password2": "12345", **posts()}
    )
    assert answer.status_code == 422
    assert set(answer.context["adminform"].form.errors) == {"person", "password2"}
    assert not Account.objects.filter(username="x").exists()


def test_the_person_of_an_account_cannot_be_exchanged(boss, world, client):
    account, other = world.registrar(world.first), world.person()
    client.post(
        f"/admin/orgs/account/{account.pk}/change/",
        {"username": account.username, "is_active": "on", "person": other.pk, **posts()},
    )
    assert Account.objects.get(pk=account.pk).person == account.person


def test_nobody_makes_a_superuser_or_hands_out_permissions_by_the_form(boss, world, client):
    account = world.registrar(world.first)
    client.post(
        f"/admin/orgs/account/{account.pk}/change/",
        {
            "username": account.username,
            "is_active": "on",
            "is_superuser": "on",
            "session_digest": "x",
            **posts(),
        },
    )
    account.refresh_from_db()
    assert not account.is_superuser
    assert account.session_digest == ""


def test_an_account_without_a_person_gets_no_post_and_reads_why(boss, world, client):
    nobody = Account.objects.create_user("nobody", password="x")
    answer = client.post(
        "/admin/orgs/post/add/",
        {"account": nobody.pk, "unit": world.first.pk, "role": "head", "valid_from": "2026-12-01"},
    )
    assert answer.status_code == 422
    assert "账号未登记人员，不能任职。没有保存。" in text_of(answer)


def test_the_administrator_sets_a_new_password_and_the_trail_says_so_without_it(boss, world, client):
    account = world.registrar(world.first)
    answer = client.post(
        f"/admin/orgs/account/{account.pk}/password/",
        {"password1": GOOD, "password2": GOOD, "usable_password": "true", "set-password": "1"},
    )
    assert answer.status_code == 302, text_of(answer)
    account.refresh_from_db()
    assert account.check_password(GOOD)
    assert (last_entry().action, last_entry().subject) == ("account.password_set", f"account:{account.pk}")
    assert GOOD not in str(last_entry().body)


def test_locked_accounts_authenticators_and_tokens_are_reset_and_recorded(boss, world, client):
    account = world.registrar(world.first)
    AccessAttempt.objects.create(username=account.username, ip_address="127.0.0.1", failures_since_start=5)
    Authenticator.objects.create(user=account, name="x")
    for action, told in (
        ("unlock", "account.unlocked"),
        ("end_second_factor", "account.second_factor_reset"),
        ("revoke_tokens", "account.token_revoked"),
    ):
        answer = client.post("/admin/orgs/account/", {"action": action, "_selected_action": [account.pk]})
        assert answer.status_code == 302, action
        assert last_entry().action == told
    assert not AccessAttempt.objects.filter(username=account.username).exists()
    assert not Authenticator.objects.filter(user=account).exists()


def test_changes_of_a_post_are_recorded_old_and_new(boss, world, client):
    post = Post.objects.get(account=world.registrar(world.first))
    answer = client.post(
        f"/admin/orgs/post/{post.pk}/change/",
        {
            "unit": world.first.pk,
            "role": "registrar",
            "valid_from": "2020-01-01",
            "valid_until": "2027-01-01",
        },
    )
    assert answer.status_code == 302, text_of(answer)
    entry = last_entry()
    assert (entry.action, entry.subject) == ("post.changed", f"post:{post.pk}")
    assert entry.body["changes"] == {"valid_until": [None, "2027-01-01"]}


def test_saving_a_row_unchanged_records_nothing(boss, world, client):
    person = world.person("张三")
    trainings = {"trainings-TOTAL_FORMS": "0", "trainings-INITIAL_FORMS": "0"}
    said = {"staff_number": person.staff_number, "phone": "", **trainings}
    client.post(f"/admin/orgs/person/{person.pk}/change/", {"name": "张三", **said})
    assert last_entry() is None
    client.post(f"/admin/orgs/person/{person.pk}/change/", {"name": "李四", **said})
    assert Person.objects.get(pk=person.pk).name == "李四"
    assert last_entry().body["changes"] == {"name": None, "pinyin": None}, "the trail holds no names"


# ---------------------------------------------------------------- nothing that was in force is deleted


def test_units_persons_accounts_and_posts_in_force_are_not_deleted(boss, world, client):
    account = world.registrar(world.first)
    rows = [world.first, account, account.person, Post.objects.get(account=account)]
    for row in rows:
        name = f"{row._meta.app_label}_{row._meta.model_name}"
        answer = client.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"})
        refuses(answer, 403, "岗位有误请联系本单位学籍管理员")
        client.post(
            reverse(f"admin:{name}_changelist"),
            {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
        )
        assert type(row).objects.filter(pk=row.pk).exists(), name


def test_a_post_or_delegation_that_has_not_begun_may_be_taken_back(boss, world, client):
    account, deputy = world.head(world.first), world.head(world.second)
    later = clock.local_date(clock.now()) + timedelta(days=10)
    post = Post.objects.create(account=account, unit=world.third, role="head", valid_from=later)
    lent = Delegation.objects.create(
        post=Post.objects.get(account=account, unit=world.first),
        account=deputy,
        valid_from=later,
        valid_until=later + timedelta(days=5),
        reason="出差",
    )
    for row in (post, lent):
        name = f"{row._meta.app_label}_{row._meta.model_name}"
        answer = client.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"})
        assert answer.status_code == 302
        assert not type(row).objects.filter(pk=row.pk).exists()
        assert (last_entry().action, last_entry().subject) == (
            f"{row._meta.model_name}.deleted",
            f"{row._meta.model_name}:{row.pk}",
        )


# ---------------------------------------------------------------- units


def unit_form(unit, **changed):
    fields = ("code", "name", "short_name", "level", "division_code", "lowest_grade", "highest_grade")
    data = {name: getattr(unit, name) for name in fields if getattr(unit, name) is not None}
    data |= {"authority": unit.authority_id or "", "school_system": unit.school_system}
    return data | {"system_periods-TOTAL_FORMS": 0, "system_periods-INITIAL_FORMS": 0} | changed


def test_no_unit_stands_under_itself(boss, world, client):
    for above in (world.league, world.east, world.first):
        answer = client.post(
            f"/admin/orgs/unit/{world.league.pk}/change/", unit_form(world.league, authority=above.pk)
        )
        assert answer.status_code == 422
        assert "主管部门不能是本单位，也不能是本单位的下级，请另选。" in text_of(answer)
    assert Unit.objects.get(pk=world.league.pk).authority == world.im


def test_a_school_moved_to_another_authority_keeps_its_path_right_and_is_recorded(boss, world, client):
    answer = client.post(
        f"/admin/orgs/unit/{world.first.pk}/change/", unit_form(world.first, authority=world.league.pk)
    )
    assert answer.status_code == 302, text_of(answer)
    assert Unit.objects.get(pk=world.first.pk).path == f"{world.league.path}{world.first.pk}/"
    assert last_entry().body["changes"]["authority_id"] == [world.east.pk, world.league.pk]


def test_a_school_without_authority_is_told_in_words(boss, world, client):
    answer = client.post(f"/admin/orgs/unit/{world.first.pk}/change/", unit_form(world.first, authority=""))
    assert answer.status_code == 422
    assert "学校须有主管部门，年级须在 1–12 之间。" in text_of(answer)


def test_a_delegation_ends_after_it_begins(boss, world, client):
    post = Post.objects.get(account=world.head(world.first))
    answer = client.post(
        "/admin/orgs/delegation/add/",
        {
            "post": post.pk,
            "account": world.head(world.second).pk,
            "valid_from": "2026-09-02",
            "valid_until": "2026-09-02",
            "reason": "出差",
        },
    )
    assert answer.status_code == 422
    assert "委托的止须晚于起。" in text_of(answer)
    assert date(2026, 9, 2).isoformat() in text_of(answer)
