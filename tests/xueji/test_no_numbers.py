"""No identity or registration number stands in clear in a free text: every mouth refuses it in one sentence, and the
database keeps none (R1.6, R6.1)."""

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.test import Client
from django.urls import reverse

from reviews.engine.models import Act, Step
from reviews.faults import announcing as faults
from students.admission.late import actions as lists
from students.changes import drafting as change_drafting
from students.changes.key import drafting as key_drafting
from students.changes.models import ContactAttempt, StatusChange
from students.dropouts import marking
from students.verification import rounds
from tests.refusals import refused
from tests.reviews import test_held_papers as held
from tests.students.test_key_information import drafted
from tests.world import rewritten
from transfers.moving import drafting
from transfers.moving.models import Transfer
from web.text import NUMBER_IN_TEXT, holds_number

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R6.1"), pytest.mark.usefixtures("evidence")]
NUMBER = "152522201503040013"
SAID = f"经核对，学生 {NUMBER} 的情况属实。"
# Free texts of other matters: why no number of a pupil can come there, or where it is refused.
OTHERWISE = {
    "reviews.Case.search_text": "names and spellings, written by the program",
    "reviews.Act.person_name": "a person of an office",
    "reviews.Notice.text": "written by the program",
    "reviews.Notice.dedup": "written by the program",
    "students.KeyInformationChange.conflict": "written by the program, masked",
    "students.Student.pinyin": "written by the program",
    "students.Student.address": "an item of the record: students.record.checks",
    "students.Student.household_registration_place": "an item of the record: students.record.checks",
    "students.Guardian.workplace": "an item of the record: students.record.checks",
    "students.PupilRecord.permit_issuer": "an item of the record: students.record.checks",
    "students.ChangeSheetLine.old": "an item of the record: students.record.checks",
    "students.ChangeSheetLine.new": "an item of the record: students.record.checks",
    "students.Bulletin.published_post": "the post of who published it",
}
# Rows that a province keeps and everybody reads: of no pupil.
RULES = {
    "Vacation", "Window", "Limit", "Route", "RefusalReason", "ForbiddenPhrase", "WallWords", "YearRow", "QuickPhrase",
    "CalendarDay", "Workday", "TransferReason", "ChangePolicy", "CodeTable",
}  # fmt: skip


def free_texts():
    for app in ("reviews", "students", "transfers", "tickets"):
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.local_concrete_fields:
                free = isinstance(field, models.CharField | models.TextField) and not field.choices
                if free and (field.max_length or 0) >= 100 and model.__name__ not in RULES:
                    yield f"{model._meta.label}.{field.name}"


@pytest.mark.parametrize("column", sorted(free_texts()))
def test_every_free_text_is_kept_without_numbers(column):
    label, _, name = column.rpartition(".")
    walls = [
        str(wall.condition)
        for wall in apps.get_model(label)._meta.constraints
        if isinstance(wall, models.CheckConstraint)
    ]
    held_by_database = any(f"'{name}__regex', '{NUMBER_IN_TEXT}'" in wall for wall in walls)
    assert held_by_database != (column in OTHERWISE), column


def change_note(world, text):
    case = world.changing(world.pupil(world.first), "suspension")
    change_drafting.change(case, world.registrar(world.first), on=world.today, note=text)


def contact_result(world, text):
    case = world.changing(world.pupil(world.first), "suspension")
    contact = ContactAttempt(on=world.today, way="telephone", result=text)
    change_drafting.change(case, world.registrar(world.first), on=world.today, contacts=[contact])


def key_note(world, text):
    pupil = world.pupil(world.third, name="王小明", letter="J")
    case = drafted(world, pupil, name="王晓明", basis="renamed")
    said = {"name": "王晓明", "sex": pupil.sex, "birth_date": pupil.birth_date, "id_number": ""}
    key_drafting.change(case, world.registrar(world.third), **said, basis="renamed", note=text)


def drop_out(world, text):
    pupil, clerk = world.pupil(world.first), world.registrar(world.first)
    marking.mark(pupil, clerk, world.now, last_seen_on=None, reason="unwilling", efforts=text)


def transfer_note(world, text):
    case = world.draft(world.first, world.pupil(world.third))
    row = Transfer.objects.get(case=case)
    said = {"reason": row.reason, "grade_to": row.grade_to, "school_class": row.school_class}
    drafting.change(case, world.registrar(world.first), reason_note=text, **said)


def fault_notice(world, text):
    faults.open_fault(world.east, world.head(world.east), world.now, since=world.today, reason=text)


def sampled(world, text):
    held.papers.verification_part(world)
    part = held.SchoolVerification.objects.get(school=world.third)
    rounds.find(part, [], "same", world.registrar(world.third), world.now, note=text)


MOUTHS = [*held.ACTS, change_note, contact_result, key_note, drop_out, transfer_note, fault_notice, sampled]


@pytest.mark.parametrize("act", MOUTHS)
def test_a_number_in_what_is_typed_is_refused_in_one_sentence(world, act):
    with refused("number_in_text") as caught:
        act(world, SAID)
    assert "里写有身份证号或学籍号：号码只填在专门的栏目里，请从文字中删去后再提交。" in caught.value.sentence
    assert caught.value.clause


def test_a_number_in_the_note_of_a_late_child_is_told_at_its_item(world):
    said = lists.read({"why": "other", "why_note": SAID}, {}, world.first, world.today)
    assert said.errors[lists.NOTE] == "原因说明里写有身份证号或学籍号，请删去；号码填在证件号一栏。"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (NUMBER, True),
        ("１５２５２２２０１５０３０４００１３", True),
        ("152522 20150304 0013", True),
        ("152522-20150304-0013", True),
        ("11010519491231002x", True),
        ("g152522201503040013", True),
        ("电话0479-3220001，13900000000", False),
        ("2026年11月3日，ZX-2026-7K3M9QXP，共 1525 人", False),
    ],
)
def test_a_number_is_seen_however_it_is_written(text, found):
    assert holds_number(text) is found


def test_the_form_of_a_change_keeps_what_was_typed_and_says_what_is_wrong(world):
    case, client = world.changing(world.pupil(world.first), "suspension"), Client()
    client.force_login(world.registrar(world.first))
    address = reverse("change-edit", args=[case.number])
    form = client.get(address).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields} | {"note": SAID, "action": "save"}
    answer = client.post(address, typed)
    page = answer.content.decode()
    assert (answer.status_code, "“异动说明”里写有身份证号或学籍号" in page) == (409, True)
    assert answer.context["form"]["note"].value() == SAID
    assert NUMBER not in StatusChange.objects.get(case=case).note


def test_the_database_keeps_no_number_in_an_opinion_or_a_note(world):
    case = world.submitted(world.first, world.pupil(world.third))
    change = world.changing(world.pupil(world.first), "suspension")
    rows = [
        ("step_no_numbers", Step.objects.filter(case=case), "handle_opinion"),
        ("change_no_numbers", StatusChange.objects.filter(case=change), "note"),
        ("transfer_no_numbers", Transfer.objects.filter(case=case), "reason_note"),
    ]
    for name, found, column in rows:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rewritten(found, **{column: SAID})
    act = Act.objects.filter(case=case).first()
    act.pk, act._state.adding, act.opinion = None, True, SAID
    with pytest.raises(IntegrityError, match="act_no_numbers"), transaction.atomic():
        act.save()
