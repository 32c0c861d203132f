"""Administrators change the rulebook, never a decision: every address of every read-only page is tried."""

from datetime import date

import pytest
from django.contrib import admin
from django.db import models
from django.urls import reverse

from ledger import outbox
from ledger.administration import ReadOnlyAdmin
from ledger.models import AuditEntry, AuditHead, SweepRun
from orgs.people.models import Account, PostRole
from reviews.appeals import ruling as appeals
from reviews.engine.models import Case, OverdueRecord, Step
from reviews.rulebook import calendar
from reviews.rulebook.models import Limit, QuickPhrase, RefusalReason, Route, Window, YearRow
from students.admission.recruitment import actions as recruitment
from students.bulletins import drafting
from students.bulletins.counting import Month
from students.duplicates import problems
from students.duplicates.models import KnownTwins
from students.pupil.models import ProblemKind, Student
from students.roster import exporting as making
from students.tables.models import ImportBatch, ImportKind
from students.year_end.models import GraduationRun
from tests import late_children, settled, ticketed, upkept
from tests.refusals import refuses
from transfers.moving.models import TransferReason

pytestmark = pytest.mark.django_db
READ_ONLY = sorted(
    (model for model, page in admin.site._registry.items() if isinstance(page, ReadOnlyAdmin)),
    key=lambda model: model._meta.label,
)


@pytest.fixture
def boss(world, client):
    account = Account.objects.create_user("boss", password="x", person=world.person(), is_staff=True)
    client.force_login(account)
    return account


@pytest.fixture
def decided(world):
    """A case underway with everything that hangs on one."""
    case = world.decide(
        world.submitted(world.first, world.pupil(world.third, name="阿拉坦·其其格", letter="G"))
    )
    step = Step.objects.filter(case=case).first()
    OverdueRecord.objects.create(
        step=step,
        case=case,
        unit=step.unit,
        stage=step.stage,
        due_on=step.due_on,
        bulletin_due_on=step.bulletin_due_on,
    )
    SweepRun.objects.create(judged_at=step.opened_at)
    world.taken_in(world.first, world.pupil(world.third))
    appeals.raise_(
        case,
        world.registrar(world.east),
        opinion="材料不齐是学校的说法，并非理由。",
        outcome="refuse",
        reason="guardian_objects",
    )
    world.changed(world.pupil(world.second), "suspension")
    twins = sorted((world.pupil(world.first), world.pupil(world.first)), key=lambda pupil: pupil.pk)
    KnownTwins.objects.create(first=twins[0], second=twins[1], case_number="WT-2026-TEST0000")
    problems.open_for({twins[0].pk: ProblemKind.ID_DUPLICATE}, "test")
    ImportBatch.objects.create(
        number="DR-2026-TEST0000",
        kind=ImportKind.REGISTRATION,
        unit=world.first,
        sha256="0" * 64,
        size=1,
        asked_by=world.registrar(world.first),
    )
    oldest = world.pupil(world.third, grade=6)
    clerk = world.registrar(world.third)
    GraduationRun.objects.create(
        number="BY-2026-TEST0000",
        school=world.third,
        phase="primary",
        cohort=oldest.cohort,
        grade=6,
        prepared_by=clerk,
    )
    mine, _ = settled.claimed(world)
    settled.answered(world, mine, "remove", "本校重复登记。")
    upkept.dropout_of(world, world.third)
    making.ask(world.third, world.registrar(world.third), world.now, form="csv")
    upkept.sheet_of(world, world.pupil(world.third), world.account(world.third, PostRole.CLASS_TEACHER))
    upkept.round_of(world, world.west)
    late_children.refused(world, world.third, world.pupil(world.second))
    nine = world.school("示例九年一贯制学校", world.west, lowest=1, highest=9)
    recruitment.add([world.graduate(world.third)], nine, world.registrar(nine), world.now)
    ticketed.issued(world, ticketed.check(world))
    drafting.draft(world.im, Month.of(world.today), calendar.current(), world.now)
    AuditHead.objects.create(day=date(2026, 1, 1), heads=[], digest="d", signature="s", public_key="p")
    outbox.post("notice", {"case": case.pk, "event": "to_sign", "by": 0}, "test")
    return case


def text_of(answer):
    return answer.content.decode()


def entries():
    return AuditEntry.objects.filter(chain="rulebook").order_by("seq")


def rows_of(model):
    """Everything a table holds."""
    return [
        tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
        for row in model._base_manager.order_by("pk").values_list()
    ]


def address(model, what, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def filled(model, row):
    """A whole form for a row, every field changed where it can be."""
    data = {"_save": "1"}
    for field in model._meta.concrete_fields:
        value = field.value_from_object(row)
        data[field.name] = "1" if value is None else f"{value}"
        if isinstance(field, models.CharField | models.TextField):
            data[field.name] = "changed"
    return data


# ---------------------------------------------------------------- what was decided


def test_the_read_only_pages_are_these():
    assert {model._meta.label for model in READ_ONLY} == {
        "ledger.AuditEntry",
        "ledger.AuditHead",
        "ledger.OutboxMessage",
        "ledger.SweepRun",
        "reviews.Act",
        "reviews.Attachment",
        "reviews.Case",
        "reviews.Fault",
        "reviews.OverdueRecord",
        "reviews.Step",
        "reviews.WallAppeal",
        "students.DropoutMark",
        "students.GraduationRun",
        "students.ChangeSheet",
        "students.ClassCharge",
        "students.ImportBatch",
        "students.KnownTwins",
        "students.LateChild",
        "students.MonthlyCheck",
        "students.ProblemRecord",
        "students.RecordRemoval",
        "students.RecruitedPupil",
        "students.RosterExport",
        "students.StatusChange",
        "students.Student",
        "students.Bulletin",
        "students.VerificationRound",
        "tickets.Ticket",
        "transfers.OfflineTransfer",
    }
    assert {"Account", "Post", "Route", "Limit", "Window", "CalendarDay"} <= {
        model.__name__ for model in admin.site._registry if model not in READ_ONLY
    }


@pytest.mark.rule("R0.5")
@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model._meta.label)
def test_no_address_of_the_admin_changes_what_was_decided(model, boss, decided, client):
    row = model._base_manager.first()
    assert row is not None, "nothing to try it on"
    before = rows_of(model)
    data = filled(model, row)
    key = row.pk
    tries = [
        (address(model, "add"), data),
        (address(model, "change", key), data),
        (address(model, "change", key), data | {"_saveasnew": "1"}),
        (address(model, "delete", key), {"post": "yes"}),
    ]
    for url, posted in tries:
        assert client.post(url, posted).status_code in (403, 404), url
    for action in ("delete_selected", "", "unlock"):
        posted = {"action": action, "_selected_action": [key], "post": "yes", "form-TOTAL_FORMS": 1}
        answer = client.post(address(model, "changelist"), posted | {"form-INITIAL_FORMS": 1, "_save": "1"})
        assert answer.status_code in (200, 302, 403, 404)
    refuses(client.get(address(model, "add")), 403, "岗位有误请联系本单位学籍管理员")
    refuses(client.get(address(model, "delete", key)), 403, "岗位有误请联系本单位学籍管理员")
    assert rows_of(model) == before
    page = text_of(client.get(address(model, "changelist"))) + text_of(
        client.get(address(model, "change", key))
    )
    assert 'name="action"' not in page
    assert 'name="_save"' not in page


@pytest.mark.rule("R1.8")
def test_pupils_are_shown_masked_and_never_with_a_number(boss, decided, client):
    pupil = Student.objects.get(transfers__case=decided)
    pages = [
        address(Student, "changelist"),
        address(Student, "change", pupil.pk),
        address(Student, "history", pupil.pk),
        address(Case, "changelist"),
        address(Case, "change", decided.pk),
    ]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200
        text = text_of(answer)
        assert "阿拉坦·其其格" not in text, page
        assert "alatan" not in text, page
        assert str(pupil.birth_date.year) + "年" not in text or "student" not in page, page
        assert "sealed" not in text, page
    assert "阿*坦·其*格" in text_of(client.get(pages[1]))
    pupil.refresh_from_db()
    assert pupil.name == "阿拉坦·其其格"


def test_the_proofs_page_leads_to_no_picture(boss, decided, client):
    attachment = decided.attachments.first()
    page = text_of(client.get(address(type(attachment), "change", attachment.pk)))
    assert "/evidence/" not in page
    assert "<img" not in page
    assert client.get(f"/cases/{decided.number}/evidence/{attachment.key}/").status_code == 404


# ---------------------------------------------------------------- the rulebook


def limit_form(row, **changed):
    data = {name: getattr(row, name) for name in ("name", "value", "unit", "clause", "source")}
    return data | {"valid_until": row.valid_until or ""} | changed


def route_form(route, **changed):
    return {
        "kind": route.kind,
        "relation": route.relation,
        "phase": route.phase,
        "stages": route.stages,
        "valid_from": route.valid_from.isoformat(),
        "source": route.source,
    } | changed


@pytest.mark.rule("R3.1")
def test_a_route_that_a_case_runs_on_is_not_changed_but_may_end(boss, decided, client):
    route = decided.route
    url = address(Route, "change", route.pk)
    answer = client.post(url, route_form(route, stages=["receiving_school", "sending_school"]))
    assert answer.status_code == 422
    assert "已有业务使用的流程不可修改，请停用后另建。没有保存。" in text_of(answer)
    assert Route.objects.get(pk=route.pk).stages == route.stages
    answer = client.post(url, route_form(route, valid_until="2099-01-01"))
    assert answer.status_code == 302, text_of(answer)
    assert entries().last().body["changes"] == {"valid_until": [None, "2099-01-01"]}


@pytest.mark.rule("R3.1")
def test_a_new_route_takes_its_stages_in_the_notices_order_and_names_both_schools(boss, client):
    url = address(Route, "add")
    new = {
        "kind": "in_province_transfer",
        "relation": "same_province",
        "valid_from": "2027-01-01",
        "source": "自治区通知",
    }
    answer = client.post(url, new | {"stages": ["sending_authority", "receiving_school"]})
    assert answer.status_code == 422
    assert "流程须包含转入学校和转出学校（附件1 三.1）。" in text_of(answer)
    stages = ["sending_school", "receiving_authority", "receiving_school"]
    assert client.post(url, new | {"stages": stages}).status_code == 302
    assert Route.objects.latest("pk").stages == ["receiving_school", "receiving_authority", "sending_school"]
    refuses(
        client.post(url, new | {"stages": ["correction", "receiving_school"]}),
        422,
        "选择一个有效的选项。 correction 不在可用的选项中",
    )
    refuses(
        client.post(url, new | {"stages": stages, "kind": "nonsense"}),
        422,
        "选择一个有效的选项。 nonsense 不在可用的选项中",
    )


@pytest.mark.rule("R3.1")
def test_a_league_or_a_province_may_have_a_stage_and_the_file_follows_by_itself(boss, client):
    url = address(Route, "add")
    dated = {"valid_from": "2027-01-01", "source": "自治区通知"}
    schools = ["receiving_school", "sending_school"]
    leagues = ["receiving_league", "sending_league"]
    cross = dated | {"kind": "cross_province_transfer", "relation": "cross_province"}
    inland = dated | {"kind": "in_province_transfer", "relation": "across_leagues", "phase": "senior"}
    assert client.post(url, cross | {"stages": [*schools, "receiving_province"]}).status_code == 302
    assert Route.objects.latest("pk").stages == [
        "receiving_school",
        "receiving_province",
        "sending_school",
        "awaiting_file",
    ]
    assert client.post(url, inland | {"stages": [*schools, *leagues]}).status_code == 302
    made = Route.objects.latest("pk")
    assert (made.relation, made.stages[-1]) == ("across_leagues", "sending_league")
    wrong = client.post(url, inland | {"relation": "cross_province", "stages": schools})
    assert wrong.status_code == 422
    assert "省内转学不能用于这种双方关系" in text_of(wrong)


@pytest.mark.rule("R3.3")
def test_the_school_of_graduation_stands_in_no_route(boss, client):
    url = address(Route, "add")
    new = {
        "kind": "post_graduation_enrolment",
        "relation": "cross_province",
        "valid_from": "2027-01-01",
        "source": "自治区通知",
    }
    answer = client.post(url, new | {"stages": ["receiving_school", "sending_school"]})
    assert "流程须包含招生（转入）学校和毕业学校主管部门" in text_of(answer)
    both = ["receiving_school", "graduation_authority", "sending_school"]
    assert "毕业后跨省就学没有“转出学校”这个环节" in text_of(client.post(url, new | {"stages": both}))
    stages = ["graduation_authority", "receiving_school"]
    assert client.post(url, new | {"stages": stages}).status_code == 302
    assert Route.objects.latest("pk").stages == ["receiving_school", "graduation_authority", "awaiting_file"]


@pytest.mark.rule("R3.5")
@pytest.mark.parametrize("edge", ["7-15", "13-01", "02-30", "04-31", "0715", "", "٠٧-١٥"])
def test_a_window_takes_only_days_a_year_has(boss, client, edge):
    window = Window.objects.get(key="transfer_freeze")
    data = {
        "name": window.name,
        "kinds": window.kinds,
        "closes": "on",
        "starts": edge,
        "ends": "08-15",
        "clause": window.clause,
        "valid_from": window.valid_from.isoformat(),
        "source": window.source,
    }
    answer = client.post(address(Window, "change", window.pk), data)
    refuses(answer, 422, "请写成“月-日”" if edge else "该字段是必填项")
    assert Window.objects.get(pk=window.pk).starts == "07-15"
    assert client.post(address(Window, "change", window.pk), data | {"starts": "07-16"}).status_code == 302
    assert entries().last().body["changes"] == {"starts": ["07-15", "07-16"]}


@pytest.mark.rule("R3.7")
def test_the_nations_limit_never_leaves_a_day_without_one(boss, client):
    row = Limit.objects.get(key="expire_days", province=None)
    url = address(Limit, "change", row.pk)
    answer = client.post(url, limit_form(row, valid_until="2027-01-01"))
    assert answer.status_code == 422
    assert "这一天起没有接续的全国规定，业务将无从判断；请先添加接续的一行。" in text_of(answer)
    Limit.objects.create(
        key="expire_days",
        name=row.name,
        value=100,
        unit=row.unit,
        clause=row.clause,
        valid_from=date(2027, 1, 1),
        source="新通知",
    )
    assert client.post(url, limit_form(row, valid_until="2027-01-01")).status_code == 302
    for value in ("0", "1001", "-1", "9" * 30):
        told = "确保该值大于或等于0" if value == "-1" else "数值须在 1 至 1000 之间"
        refuses(client.post(url, limit_form(row, value=value)), 422, told)


def test_rules_that_were_in_force_are_ended_not_deleted(boss, client):
    for model in (Limit, Window, Route, RefusalReason, TransferReason):
        row = model.objects.first()
        refuses(
            client.post(address(model, "delete", row.pk), {"post": "yes"}),
            403,
            "岗位有误请联系本单位学籍管理员",
        )
        assert model.objects.filter(pk=row.pk).exists()


def test_a_change_of_a_reason_is_recorded_old_and_new_by_whom(boss, client):
    row = RefusalReason.objects.get(code="wrong_school")
    data = {
        "kinds": row.kinds,
        "stages": row.stages,
        "outcome": row.outcome,
        "text": "转入学校发起有误",
        "position": row.position,
        "valid_from": row.valid_from.isoformat(),
        "source": row.source,
        "code": "another",
    }
    answer = client.post(address(RefusalReason, "change", row.pk), data)
    assert answer.status_code == 302, text_of(answer)
    entry = entries().last()
    assert (entry.actor, entry.action) == (f"account:{boss.pk}", "refusalreason.changed")
    assert entry.body["changes"] == {"text": [row.text, "转入学校发起有误"]}
    assert RefusalReason.objects.filter(code="wrong_school").exists()
    refuses(
        client.post(address(RefusalReason, "change", row.pk), data | {"outcome": "agree"}),
        422,
        "选择一个有效的选项。 agree 不在可用的选项中",
    )


def test_the_same_reason_from_the_same_day_is_refused_in_words(boss, client):
    row = RefusalReason.objects.get(code="wrong_school")
    data = {
        "code": row.code,
        "kinds": row.kinds,
        "stages": row.stages,
        "outcome": row.outcome,
        "text": "又一条",
        "position": 1,
        "valid_from": row.valid_from.isoformat(),
        "source": "通知",
    }
    answer = client.post(address(RefusalReason, "add"), data)
    assert answer.status_code == 422
    assert "这个代号在同一范围、同一生效日期已有一行，请改用别的生效日期。" in text_of(answer)


def test_a_quick_phrase_may_be_added_and_taken_away(boss, client):
    data = {"outcome": "agree", "text": "同意。", "position": 9}
    assert client.post(address(QuickPhrase, "add"), data).status_code == 302
    row = QuickPhrase.objects.latest("pk")
    assert client.post(address(QuickPhrase, "delete", row.pk), {"post": "yes"}).status_code == 302
    assert [entry.action for entry in entries()] == ["quickphrase.added", "quickphrase.deleted"]
    assert not QuickPhrase.objects.filter(pk=row.pk).exists()


def test_a_provinces_word_on_the_years_end_is_typed_as_people_say_it(boss, client, world):
    data = {
        "key": "dropout_holds_graduation",
        "value": "也许",
        "province": world.im.pk,
        "valid_from": "2027-01-01",
        "source": "省教育厅规定",
        "clause": "附件1 五.2",
    }
    answer = client.post(address(YearRow, "add"), data)
    assert answer.status_code == 422
    assert "请写“是”或“否”。" in text_of(answer)
    assert client.post(address(YearRow, "add"), data | {"value": "否"}).status_code == 302
    row = YearRow.objects.get(province=world.im)
    assert row.value == "off"
    assert 'value="否"' in client.get(address(YearRow, "change", row.pk)).content.decode()
    nation = YearRow.objects.get(key="entry_from", province=None)
    ended = {"value": "06-01", "valid_until": "2027-01-01", "source": "x", "clause": "x"}
    answer = client.post(address(YearRow, "change", nation.pk), ended)
    assert "没有接续的全国规定" in text_of(answer)
