"""关键信息变更 (R1.6): school, authority, the checks of R1.7, then the record and its number; or back with the conflict."""

import io
from datetime import date

import pytest
from django.test import Client

from ledger.models import AuditEntry
from reviews.engine import door
from reviews.engine.models import Case, Step
from reviews.evidence.proofs import take_in
from reviews.vocabulary.states import State
from students.changes.key import drafting as key_drafting
from students.changes.key import rules as key_rules
from students.changes.key.models import KeyInformationChange
from students.numbers import population
from students.pupil import identity, records
from students.pupil.models import FieldChange, RegistrationNumber, Student
from tests.clock import shanghai
from tests.refusals import refused
from tests.world import png, rewritten
from web import clock

NOW = shanghai(2026, 11, 27, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R1.6"), pytest.mark.world_at(NOW)]


def number_for(pupil, sequence=801):
    """A resident identity number that fits the pupil."""
    code = sequence if sequence % 2 == (pupil.sex == "1") else sequence + 1
    first = f"152522{pupil.birth_date:%Y%m%d}{code:03d}"
    return first + identity.check_character(first)


def known(*people):
    """The population register knows these numbers and names."""
    text = "身份证号,姓名\n" + "\n".join(f"{number},{name}" for number, name in people)
    population.import_csv(io.StringIO(text), date(2026, 11, 27), "test")


def drafted(world, pupil, *, proofs=1, **said):
    clerk = world.registrar(pupil.school)
    case = key_drafting.begin(pupil, clerk, clock.now())
    typed = {
        "name": pupil.name,
        "sex": pupil.sex,
        "birth_date": pupil.birth_date,
        "id_number": "",
        "basis": "mistake",
    }
    key_drafting.change(case, clerk, **(typed | said))
    for _ in range(proofs):
        take_in(Case.objects.get(pk=case.pk), clerk, png())
    return Case.objects.get(pk=case.pk)


def sent(world, pupil, **said):
    case = drafted(world, pupil, **said)
    return door.perform(case, "submit", world.registrar(pupil.school), opinion="证件已核对，申请变更。")


def decided(world, case):
    """Both units agree; the case as it then stands."""
    while case.is_live and case.state != State.CORRECTION:
        case = world.decide(case, opinion="照片清楚，内容一致，同意。")
    return case


# ---------------------------------------------------------------- what becomes of the record


@pytest.mark.rule("R0.5", "R1.8")
@pytest.mark.parametrize("letter", "LGJ")
def test_a_name_changes_after_four_people_and_the_checks_with_its_history_and_spelling(world, letter):
    pupil = world.pupil(world.third, letter=letter, name="王小明")
    if number := records.id_number(pupil):
        known((number, "王晓明"))
    case = decided(world, sent(world, pupil, name="王晓明", basis="renamed"))
    assert case.state == State.COMPLETED
    assert [(s.stage, s.unit_id) for s in Step.objects.filter(case=case).order_by("seq")] == [
        ("school", world.third.pk),
        ("authority", world.west.pk),
    ]
    changed = Student.objects.get(pk=pupil.pk)
    assert changed.name == "王晓明"
    assert "wangxiaoming" in changed.pinyin
    row = FieldChange.objects.get(student=pupil)
    assert (row.field, row.old, row.new, row.source) == ("name", "王小明", "王晓明", "case")
    assert row.by == world.registrar(world.third)
    assert records.current_number(pupil)[0] == letter


@pytest.mark.rule("R1.3")
def test_a_j_becomes_g_when_the_identity_number_is_supplied_and_the_old_number_still_finds_the_pupil(world):
    pupil = world.pupil(world.third, letter="J")
    old, number = records.current_number(pupil), number_for(pupil)
    known((number, pupil.name))
    case = decided(world, sent(world, pupil, id_number=number, basis="id_supplied"))
    assert case.state == State.COMPLETED
    assert records.current_number(pupil) == f"G{number}"
    assert records.id_number(Student.objects.get(pk=pupil.pk)) == number
    clerk = world.registrar(world.third)
    for text in (old, f"G{number}", number):
        assert records.find(text, pupil.name, clerk, NOW) == pupil
    closed = RegistrationNumber.objects.get(student=pupil, closed_case=case.number)
    assert (closed.kind, closed.closed_at is not None) == ("J", True)


@pytest.mark.rule("R1.5")
def test_a_changed_identity_number_gives_a_new_g_and_closes_the_old_with_reason_and_case(world):
    pupil = world.pupil(world.third, letter="G")
    old, number = records.current_number(pupil), number_for(pupil, 903)
    known((number, pupil.name))
    case = decided(world, sent(world, pupil, id_number=number, basis="id_changed"))
    assert (case.state, records.current_number(pupil)) == (State.COMPLETED, f"G{number}")
    assert records.find(old, pupil.name, world.registrar(world.third), NOW) == pupil
    assert RegistrationNumber.objects.get(student=pupil, closed_case=case.number).closed_reason


@pytest.mark.rule("R1.1")
def test_an_l_keeps_its_number_until_a_batch_gives_the_formal_one(world):
    pupil = world.pupil(world.third, letter="L")
    number = number_for(pupil)
    known((number, pupil.name))
    before = records.current_number(pupil)
    assert decided(world, sent(world, pupil, id_number=number)).state == State.COMPLETED
    assert records.current_number(pupil) == before


def test_neither_the_new_number_nor_the_old_stands_in_clear_anywhere(world):
    pupil = world.pupil(world.third, letter="G")
    old, number = records.id_number(pupil), number_for(pupil, 905)
    known((number, pupil.name))
    case = decided(world, sent(world, pupil, id_number=number))
    row = KeyInformationChange.objects.get(case=case)
    said = [str(row.was), row.note, row.conflict, case.search_text, case.headline]
    said += [str(entry.body) for entry in AuditEntry.objects.all()]
    said += [f"{change.old}{change.new}" for change in FieldChange.objects.all()]
    assert not any(secret in text for secret in (old, number) for text in said)
    assert number.encode() not in bytes(row.id_number_sealed)


# ---------------------------------------------------------------- the checks send it back


def back(case):
    row = KeyInformationChange.objects.get(case=case)
    assert case.state == State.CORRECTION
    step = Step.objects.filter(case=case).order_by("-seq")[1]
    assert (step.outcome, step.reason) == ("send_back", "key_check_failed")
    return row.conflict


@pytest.mark.rule("R1.7")
def test_a_name_that_the_register_does_not_know_sends_the_case_back_with_the_conflict_shown(client, world):
    pupil = world.pupil(world.third, letter="G", name="王小明")
    known((records.id_number(pupil), "王小明"))
    case = decided(world, sent(world, pupil, name="王晓明"))
    assert "身份证号与姓名不一致" in back(case)
    assert Student.objects.get(pk=pupil.pk).name == "王小明"
    client.force_login(world.registrar(world.third))
    assert "身份证号与姓名不一致" in client.get(f"/cases/{case.number}/").content.decode()
    assert "身份证号与姓名不一致" in client.get(f"/key-changes/{case.number}/edit/").content.decode()


@pytest.mark.rule("R1.7")
def test_after_the_correction_it_returns_straight_to_the_authority_and_passes(world):
    pupil = world.pupil(world.third, letter="J")
    wrong, right = number_for(pupil, 801), number_for(pupil, 811)
    known((right, pupil.name))
    case = decided(world, sent(world, pupil, id_number=wrong))
    assert "没有这个身份证号" in back(case)
    clerk = world.registrar(world.third)
    values = {"name": pupil.name, "sex": pupil.sex, "birth_date": pupil.birth_date, "basis": "mistake"}
    key_drafting.change(case, clerk, id_number=right, **values)
    case = world.decide(Case.objects.get(pk=case.pk), opinion="已按证件更正。")
    assert case.state == "authority"
    case = world.decide(case, opinion="内容一致，同意。")
    assert (case.state, records.current_number(pupil)) == (State.COMPLETED, f"G{right}")


@pytest.mark.rule("R1.7")
def test_a_number_that_another_pupil_uses_is_told_early_and_sends_the_case_back(client, world):
    other = world.pupil(world.first, letter="G")
    pupil = world.pupil(world.third, letter="J")
    rewritten(Student.objects.filter(pk=pupil.pk), birth_date=other.birth_date, sex=other.sex)
    pupil.refresh_from_db()
    number = records.id_number(other)
    known((number, pupil.name))
    case = sent(world, pupil, id_number=number)
    client.force_login(world.registrar(world.third))
    told = f"另有一名学生（学籍在{world.first.name}）使用同一身份证号"
    assert told in client.get(f"/cases/{case.number}/").content.decode()
    assert told in back(decided(world, case))


@pytest.mark.rule("R1.7")
def test_without_any_identity_number_the_same_name_sex_and_birth_date_do_not_pass(world):
    other = world.pupil(world.first, letter="L", name="李华")
    pupil = world.pupil(world.third, letter="J", name="李花")
    rewritten(Student.objects.filter(pk=pupil.pk), birth_date=other.birth_date, sex=other.sex)
    pupil.refresh_from_db()
    assert "姓名、性别、出生日期相同" in back(decided(world, sent(world, pupil, name="李华")))


@pytest.mark.rule("R1.7")
def test_a_register_that_is_away_passes_nobody_and_loses_nothing(world, settings):
    pupil = world.pupil(world.third, letter="G")
    case = sent(world, pupil, name="王晓明")
    case = world.decide(case)
    case = door.perform(
        case, "handle", world.registrar(world.west), outcome="agree", opinion="内容一致，同意。"
    )
    with refused("register_answers") as error:
        door.perform(case, "sign", world.head(world.west), outcome="agree", opinion="同意变更。")
    assert "暂时不能比对" in error.value.sentence
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.awaiting) == ("authority", "sign")
    known((records.id_number(pupil), "王晓明"))
    case = door.perform(case, "sign", world.head(world.west), outcome="agree", opinion="同意变更。")
    assert case.state == State.COMPLETED


def test_an_old_answer_of_the_register_does_not_stand_for_another_name(world):
    pupil = world.pupil(world.third, letter="G", name="王小明")
    row = KeyInformationChange(name="王晓明", answer="match", answered_at=NOW)
    row.answered_of = key_rules.digest_of(records.id_number(pupil), "王大明")
    row.student, row.sex, row.birth_date = pupil, pupil.sex, pupil.birth_date
    facts = key_rules.KeyFacts(pupil, world.third, NOW, row, "", records.id_number(pupil))
    assert key_rules.register_answers(facts) is not None
    row.answered_of = key_rules.digest_of(records.id_number(pupil), "王晓明")
    assert key_rules.register_answers(facts) is None


# ---------------------------------------------------------------- what cannot be sent


@pytest.mark.parametrize(
    ("said", "code", "told"),
    [
        ({}, "something_changes", "没有要变更的内容"),
        ({"name": "王晓明", "basis": ""}, "basis_given", "请选择变更原因"),
        ({"name": "王晓明", "basis": "other"}, "basis_given", "请在说明中写明"),
        ({"birth_date": None}, "values_fit", "请填写出生日期"),
        ({"birth_date": date(2027, 1, 1)}, "values_fit", "不能晚于今天"),
    ],
)
def test_what_does_not_fit_is_not_sent_and_says_why(world, said, code, told):
    pupil = world.pupil(world.third, letter="L")
    with refused(code, match=told):
        sent(world, pupil, **said)


def test_number_birth_date_and_sex_must_agree(world):
    pupil = world.pupil(world.third, letter="J")
    other = "2" if pupil.sex == "1" else "1"
    with refused("values_fit") as error:
        sent(world, pupil, id_number=number_for(pupil), sex=other)
    assert "性别" in error.value.sentence


def test_a_proof_must_be_attached(world):
    pupil = world.pupil(world.third)
    with refused("proof_attached") as error:
        sent(world, pupil, name="王晓明", proofs=0)
    assert "证明" in error.value.sentence


def test_only_the_registrar_of_the_pupils_school_begins_one(client, world):
    pupil = world.pupil(world.third)
    for account in (world.head(world.third), world.registrar(world.first), world.registrar(world.west)):
        with refused("no_seat"):
            key_drafting.begin(pupil, account, NOW)
    assert not Case.objects.exists()


def test_a_pupil_with_a_transfer_running_waits(world):
    pupil = world.pupil(world.third)
    case = world.submitted(world.first, pupil)
    with refused("no_other_change") as error:
        key_drafting.begin(pupil, world.registrar(world.third), NOW)
    assert "在办" in error.value.sentence
    assert case.is_live


# ---------------------------------------------------------------- the pages


def form(case, **said):
    row = KeyInformationChange.objects.get(case=case)
    values = {"name": row.name, "sex": row.sex, "birth_date": row.birth_date.isoformat(), "basis": row.basis}
    case = Case.objects.get(pk=case.pk)
    return (
        values
        | {"id_number": "", "note": "", "opinion": "", "revision": case.revision, "action": "save"}
        | said
    )


def test_the_form_keeps_what_was_typed_and_never_shows_the_number_again(world):
    pupil = world.pupil(world.third, letter="J")
    client, number = Client(), number_for(pupil)
    client.force_login(world.registrar(world.third))
    answer = client.post(f"/students/{pupil.key}/key-change/")
    assert answer.status_code == 303
    case = Case.objects.get(kind=key_rules.KIND)
    edit = f"/key-changes/{case.number}/edit/"
    bad = client.post(edit, form(case, id_number="123", note="家长持户口簿到校。"))
    assert bad.status_code == 422
    assert "123" in bad.content.decode()
    assert "家长持户口簿到校。" in bad.content.decode()
    good = client.post(edit, form(case, id_number=number, basis="id_supplied"))
    assert good.status_code == 303
    page = client.get(edit).content.decode()
    assert number not in page
    assert identity.mask_number(number) in page
    kept = client.post(edit, form(case, note="再次保存。"))
    assert kept.status_code == 303
    assert key_rules.number_in(KeyInformationChange.objects.get(case=case)) == number
    cleared = client.post(edit, form(case, clear_number="on"))
    assert cleared.status_code == 303
    assert key_rules.number_in(KeyInformationChange.objects.get(case=case)) == ""


def test_the_whole_way_by_the_pages_from_the_pupil_to_the_new_name(world):
    pupil = world.pupil(world.third, letter="L", name="王小明")
    client = Client()
    client.force_login(world.registrar(world.third))
    assert f"/students/{pupil.key}/key-change/" in client.get(f"/students/{pupil.key}/").content.decode()
    client.post(f"/students/{pupil.key}/key-change/")
    case = Case.objects.get(kind=key_rules.KIND)
    data = png()
    data.name = "x.png"
    assert client.post(f"/key-changes/{case.number}/proofs/", {"file": data}).status_code == 303
    number = number_for(pupil)
    known((records.id_number(pupil) or number, "王晓明"))
    answer = client.post(
        f"/key-changes/{case.number}/edit/",
        form(case, name="王晓明", basis="renamed", opinion="户口簿已核对。", action="send"),
    )
    assert (answer.status_code, answer.url) == (303, f"/cases/{case.number}/")
    page = client.get(answer.url).content.decode()
    assert "王小明 → 王晓明" in page
    case = decided(world, Case.objects.get(pk=case.pk))
    assert "已于2026年11月27日 10:00变更姓名" in client.get(f"/cases/{case.number}/").content.decode()


def test_an_ended_case_can_be_begun_again_with_what_it_said(world):
    pupil = world.pupil(world.third, letter="J")
    number, clerk = number_for(pupil), world.registrar(world.third)
    case = sent(world, pupil, id_number=number, basis="id_supplied")
    case = door.perform(case, "withdraw", clerk, opinion="家长暂不变更。")
    made = key_drafting.copy_as_new(case, clerk, NOW)
    row = KeyInformationChange.objects.get(case=made)
    assert (key_rules.number_in(row), row.basis) == (number, "id_supplied")
    assert made.attachments.count() == 1
