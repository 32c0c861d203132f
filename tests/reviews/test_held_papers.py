"""Whatever is typed into a paper is held against the rows that speak of every kind (R3.4, R0.1): a fee stops it, on a
paper outside cases and on every act of a case alike."""

import pytest
from django.test import Client

from reviews.engine import door
from reviews.engine.grounds import FORBIDDEN
from reviews.engine.models import Act, Case
from reviews.rulebook.models import QuickPhrase
from students.admission.recruitment import actions as recruitment
from students.classes import sheets
from students.classes.models import ChangeSheet
from students.duplicates import problems
from students.numbers import issuing
from students.numbers.models import IssuingBatch
from students.problems import deletion
from students.pupil.models import ProblemKind, ProblemRecord
from students.verification import rounds
from students.verification.models import SchoolVerification
from students.year_end import correcting, graduation
from students.year_end import graduation_rollback as taking_back
from students.year_end import recruitment_rollback as recruitment_back
from students.year_end.models import GraduationRun
from tests.papers import others as papers
from tests.refusals import refused
from tests.world import png

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.rule("R3.4"),
    pytest.mark.rule("R0.1"),
    pytest.mark.usefixtures("evidence"),
]
FEE = "同意，学费结清后生效。"


def class_sheet(world, text):
    papers.class_sheet(world)
    sheets.give_back(ChangeSheet.objects.get(), world.registrar(world.first), world.now, text)


def verification(world, text):
    papers.verification_part(world)
    part = SchoolVerification.objects.get(school=world.third)
    rounds.sign_part(part, world.head(world.third), world.now, text, agree=True)


def graduation_list(world, text):
    papers.graduation_list(world)
    graduation.sign(GraduationRun.objects.get(), world.head(world.third), world.now, text)


def number_batch(world, text):
    papers.number_batch(world)
    issuing.confirm(IssuingBatch.objects.get(), world.head(world.im), world.now, text)


def graduation_taken_back(world, text):
    pupil = world.pupil(world.third)
    taking_back.send(pupil, world.registrar(world.west), world.now, why=text, opinion=papers.WORDS)


def recruitment_taken_back(world, text):
    pupil = world.pupil(world.third)
    recruitment_back.send(pupil, world.registrar(world.west), world.now, why=text, opinion=papers.WORDS)


def graduation_line(world, text):
    papers.graduation_list(world)
    run = GraduationRun.objects.get()
    pupil = world.pupil(world.third, grade=6)
    graduation.decide(run, pupil.pk, "left_out", text, world.registrar(world.third), world.now)


def graduation_corrected(world, text, opinion=papers.WORDS):
    pupil = world.pupil(world.first, grade=6, status="completed", graduated_on=world.today)
    correcting.send(pupil, world.registrar(world.east), world.now, why=text, opinion=opinion)


def number_deleted(world, text, opinion=papers.WORDS):
    pupil = world.pupil(world.first, letter="G")
    problems.open_for({pupil.pk: ProblemKind.ID_NOT_FOUND}, "issuing")
    problem = ProblemRecord.objects.get(student=pupil)
    by = world.registrar(world.im)
    deletion.send(problem, by, world.now, why=text, opinion=opinion, files=[png()])


def recruitment_sent(world, text):
    by = world.registrar(world.junior)
    recruitment.add([world.graduate(world.first)], world.junior, by, world.now)
    recruitment.send(world.junior, by, world.now, text)


def recruitment_decided(world, text):
    by = world.registrar(world.junior)
    recruitment.add([world.graduate(world.first)], world.junior, by, world.now)
    (case,) = recruitment.send(world.junior, by, world.now, papers.WORDS)
    world.decide(case, opinion=text)


def case_submitted(world, text):
    draft = world.draft(world.first, world.pupil(world.third))
    door.perform(draft, "submit", world.registrar(world.first), opinion=text)


def case_withdrawn(world, text):
    case = world.submitted(world.first, world.pupil(world.third))
    door.perform(case, "withdraw", world.registrar(world.first), opinion=text)


def message_sent(world, text):
    pupil = world.pupil(world.third)
    case = world.submitted(world.first, pupil)
    problems.open_for({pupil.pk: ProblemKind.ID_NOT_FOUND}, "issuing")
    door.perform(case, "message", world.registrar(world.first), opinion=text, about="no_problem")


ACTS = [
    class_sheet,
    verification,
    graduation_list,
    graduation_line,
    graduation_corrected,
    number_batch,
    number_deleted,
    graduation_taken_back,
    recruitment_taken_back,
    recruitment_sent,
    recruitment_decided,
    case_submitted,
    case_withdrawn,
    message_sent,
]


@pytest.mark.parametrize("act", ACTS)
def test_a_fee_stops_the_paper_in_the_words_that_were_typed(world, act):
    with refused(FORBIDDEN) as caught:
        act(world, FEE)
    assert "学费" in caught.value.sentence
    assert caught.value.clause


@pytest.mark.parametrize("act", [graduation_corrected, number_deleted])
def test_what_an_office_sends_off_of_its_own_is_stopped_in_its_opinion_too(world, act):
    """The reason is lawful: the opinion beside it is read at the door of the case, and only a withdrawn draft is left."""
    with refused(FORBIDDEN):
        act(world, "原系学校误建误办，现予订正。", opinion=FEE)
    assert Case.objects.get().state == "withdrawn"


@pytest.mark.parametrize("act", [case_submitted, case_withdrawn, message_sent])
def test_a_stopped_act_of_a_case_leaves_no_trace(world, act):
    verb = {case_submitted: "submit", case_withdrawn: "withdraw", message_sent: "message"}[act]
    with refused("forbidden_ground", match="学费"):
        act(world, FEE)
    assert not Act.objects.filter(verb=verb, opinion=FEE).exists()


def test_a_quick_phrase_that_speaks_of_a_fee_is_not_kept_new_or_changed(world):
    account = world.registrar(world.first)
    client = Client()
    client.force_login(account)
    lawful = {"outcome": "agree", "text": "情况属实，同意。", "position": "1"}
    assert client.post("/phrases/", lawful).status_code == 303
    row = QuickPhrase.objects.get(account=account)
    for address in ("/phrases/", f"/phrases/{row.pk}/"):
        answer = client.post(address, lawful | {"text": FEE})
        assert answer.status_code == 422
        (told,) = answer.context["form"].errors["text"]
        assert told.startswith("短语中写有“学费")
        assert "不得使用" in told
        assert "（正文 一；附件1 三.1）" in told
        assert FEE in answer.content.decode()
    assert QuickPhrase.objects.get(account=account).text == lawful["text"]
