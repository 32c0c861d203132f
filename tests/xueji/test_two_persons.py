"""R0.5 on every paper: who acted first never signs as well, with the same account or with another of the same person.

``PAPERS`` is the registry of what two people do, ``ONE`` of what one person does by the notice itself, with its clause.
A paper that is in neither fails the build.
"""

from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from orgs.people.models import Account, Post, PostRole
from reviews.appeals import ruling as appeals
from reviews.engine import door, procedures
from reviews.engine.models import Step
from reviews.rulebook import calendar
from students.admission.late import calendar as late_calendar
from students.admission.late import monthly
from students.bulletins import drafting as bulletin_drafting
from students.bulletins import publishing
from students.bulletins.counting import Month
from students.classes import sheets
from students.dropouts import marking
from students.numbers import issuing
from students.verification import rounds
from students.year_end import graduation
from students.year_end.models import GraduationRun, RunState
from tests import late_children, ticketed, upkept
from tests.clock import frozen
from tests.refusals import refused, refused_by_database
from tickets.forms.models import Complaint
from tickets.forms.states import Verb as TicketVerb
from transfers.offline import recording as offline

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.5"), pytest.mark.usefixtures("evidence")]
WORDS = "情况属实，同意。"


def moved(world, account, unit, role, other):
    """The person, now in ``role`` at ``unit``: with the same account, or with another one."""
    posts = Post.objects.filter(
        person=account.person, unit=unit, role__in=(PostRole.REGISTRAR, PostRole.HEAD)
    )
    posts.update(valid_until=world.today)
    by = account
    if other:
        by = Account.objects.create_user(f"second-{account.pk}", person=account.person)
    Post.objects.create(account=by, unit=unit, role=role, valid_from=world.today)
    return Account.objects.select_related("person").get(pk=by.pk)


class Paper:
    """A paper that waits for its second person. ``first``: who acted; ``unit`` and ``role``: where the second sits;
    ``sign(by)``: the engine; ``change``: plain SQL with the second's id; ``wall``: the constraint that refuses it."""

    def __init__(self, first, unit, role, sign, change, wall):
        self.first, self.unit, self.role = first, unit, role
        self.sign, self.change, self.wall = sign, change, wall


def class_sheet(world):
    teacher = world.account(world.first, PostRole.CLASS_TEACHER)
    sheet = upkept.sheet_of(world, world.pupil(world.first), teacher)
    change = (
        "UPDATE students_changesheet SET state='accepted', decided_at=now(), decided_by_id=%s WHERE id={}"
    )
    return Paper(
        teacher,
        world.first,
        PostRole.REGISTRAR,
        lambda by: sheets.accept(sheet, by, world.now),
        change.format(sheet.pk),
        "sheet_by_two_people",
    )


def _part(world):
    world.pupil(world.third)
    found = upkept.round_of(world, world.west)
    part = found.parts.get(school=world.third)
    pupils = list(part.pupils.values_list("pk", flat=True))
    rounds.find(part, pupils, "same", world.registrar(world.third), world.now)
    rounds.submit_part(part, world.registrar(world.third), world.now, WORDS)
    return found, part


def verification_part(world):
    _, part = _part(world)
    change = (
        "UPDATE students_schoolverification SET state='signed', signed_at=now(), signed_by_id=%s WHERE id={}"
    )
    return Paper(
        world.registrar(world.third),
        world.third,
        PostRole.HEAD,
        lambda by: rounds.sign_part(part, by, world.now, WORDS, agree=True),
        change.format(part.pk),
        "schoolverification_by_two_people",
    )


def verification_round(world):
    found, part = _part(world)
    rounds.sign_part(part, world.head(world.third), world.now, WORDS, agree=True)
    rounds.submit_round(found, world.registrar(world.west), world.now, WORDS)
    change = (
        "UPDATE students_verificationround SET state='signed', signed_at=now(), signed_by_id=%s WHERE id={}"
    )
    return Paper(
        world.registrar(world.west),
        world.west,
        PostRole.HEAD,
        lambda by: rounds.sign_round(found, by, world.now, WORDS, agree=True),
        change.format(found.pk),
        "verificationround_by_two_people",
    )


def drop_out_report(world):
    found = upkept.dropout_of(world, world.third)
    change = "UPDATE students_dropoutmark SET state='signed', signed_at=now(), signed_by_id=%s WHERE id={}"
    return Paper(
        world.registrar(world.third),
        world.third,
        PostRole.HEAD,
        lambda by: marking.sign(found, by, world.now),
        change.format(found.pk),
        "dropout_by_two_people",
    )


def graduation_list(world):
    oldest = world.pupil(world.third, grade=6)
    run = GraduationRun.objects.create(
        number="BY-2026-TWO00000",
        school=world.third,
        cohort=oldest.cohort,
        grade=6,
        prepared_by=world.registrar(world.third),
    )
    change = (
        f"UPDATE students_graduationrun SET state='{RunState.DONE}', opinion='同意。', day=now(), signed_by_id=%s"
        f" WHERE id={run.pk}"
    )
    return Paper(
        world.registrar(world.third),
        world.third,
        PostRole.HEAD,
        lambda by: graduation.sign(run, by, world.now, WORDS),
        change,
        "graduation_two_people",
    )


def number_batch(world):
    world.pupil(world.third)
    batch = issuing.prepare(world.registrar(world.im), world.now)
    issuing.carry_on(world.now)
    change = (
        "UPDATE students_issuingbatch SET state='issuing', opinion='同意。', confirmed_at=now(), confirmed_by_id=%s"
        f" WHERE id={batch.pk}"
    )
    return Paper(
        world.registrar(world.im),
        world.im,
        PostRole.HEAD,
        lambda by: issuing.confirm(batch, by, world.now, WORDS),
        change,
        "batch_two_people",
    )


def bulletin(world):
    month = Month.before(world.today)
    made = bulletin_drafting.draft(world.im, month, calendar.current(), world.now - timedelta(days=40))
    publishing.propose(made, world.registrar(world.im), world.now)
    change = (
        "UPDATE students_bulletin SET state='published', published_at=now(), published_by_id=%s WHERE id={}"
    )
    return Paper(
        world.registrar(world.im),
        world.im,
        PostRole.HEAD,
        lambda by: publishing.publish(made, by, world.now),
        change.format(made.pk),
        "bulletin_two_people",
    )


def offline_record(world):
    made = world.taken_in(world.third, world.pupil(world.first), confirmed=False)
    change = "UPDATE transfers_offlinetransfer SET confirmed_at=now(), confirmed_by_id=%s WHERE id={}"
    return Paper(
        world.registrar(world.third),
        world.third,
        PostRole.HEAD,
        lambda by: offline.confirm(made, by, world.now),
        change.format(made.pk),
        "offline_by_two_people",
    )


def late_month(world):
    _, row = late_children.sent(world, world.first)
    case = row.case
    while case.is_live:
        case = world.decide(case, opinion=WORDS)
    with frozen(late_calendar.closing(world.today)):
        found = late_children.closed(world)
    change = (
        "UPDATE students_monthlycheck SET state='sent', opinion='同意。', sent_at=now(), sent_by_id=%s"
        f" WHERE id={found.pk}"
    )
    return Paper(
        world.registrar(world.im),
        world.im,
        PostRole.HEAD,
        lambda by: monthly.send(found, by, world.now, WORDS),
        change,
        "late_month_two_people",
    )


def _stamped(draft):
    def paper(world):
        made = draft(world)
        by, unit = made.drafted_by, made.issuing_unit
        made = ticketed.do(made, TicketVerb.PROPOSE, by)
        change = "UPDATE tickets_ticket SET state='issued', issued_at=now(), issued_by_id=%s WHERE id={}"
        return Paper(
            by,
            unit,
            PostRole.HEAD,
            lambda one: ticketed.do(made, TicketVerb.ISSUE, one),
            change.format(made.pk),
            "ticket_stamped_by_another",
        )

    return paper


def complaint(world):
    from tests.tickets.test_complaints import sent

    sent(world)
    found, by = Complaint.objects.get(), world.registrar(world.east)
    ticketed.do(found, TicketVerb.ACCEPT, by)
    ticketed.do(found, TicketVerb.ANSWER, by, text="已督促学校于昨日办结，向您致歉。")
    change = (
        "INSERT INTO tickets_entry (ticket_id, verb, by_id, unit_id, text)"
        f" VALUES ({found.pk}, 'confirm', %s, {world.east.pk}, '')"
    )
    return Paper(
        by,
        world.east,
        PostRole.HEAD,
        lambda one: ticketed.do(found, TicketVerb.CONFIRM, one),
        change,
        "complaint_confirmed_by_another",
    )


def appeal(world):
    by = world.registrar(world.east)
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    raised = appeals.raise_(
        case,
        by,
        opinion="材料不齐不办是旧通知里的话，家长本人不再转学。",
        outcome="refuse",
        reason="guardian_objects",
    )
    change = (
        "UPDATE reviews_wallappeal SET ruling='allow', ruling_opinion='属误报', decider_id=%s WHERE id={}"
    )
    return Paper(
        by,
        world.league,
        PostRole.HEAD,
        lambda one: appeals.decide(raised, one, ruling="allow", opinion="属误报。"),
        change.format(raised.pk),
        "appeal_two_people",
    )


def of_kind(kind):
    """A case of the kind whose first stage was handled and waits for its head: the step's own wall is one for all."""

    def paper(world):
        case = world.submitted(world.first, world.pupil(world.third))
        as_kind(case, kind)
        step = Step.objects.get(case=case, closed_at=None)
        change = "UPDATE reviews_step SET outcome='agree', sign_opinion='同意。', signer_id=%s WHERE id={}"
        return Paper(
            world.registrar(world.first),
            world.first,
            PostRole.HEAD,
            lambda by: door.perform(case, "sign", by, opinion=WORDS, outcome="agree"),
            change.format(step.pk),
            "step_two_people",
        )

    return paper


def as_kind(case, kind):
    """The case, called another kind: past its walls, which say that a kind is not changed."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reviews_case DISABLE TRIGGER USER")
        cursor.execute("UPDATE reviews_case SET kind=%s WHERE id=%s", [kind, case.pk])
        cursor.execute("ALTER TABLE reviews_case ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    case.kind = kind


PAPERS = {
    "students.ChangeSheet": class_sheet,
    "students.SchoolVerification": verification_part,
    "students.VerificationRound": verification_round,
    "students.DropoutMark": drop_out_report,
    "students.GraduationRun": graduation_list,
    "students.IssuingBatch": number_batch,
    "students.MonthlyCheck": late_month,
    "students.Bulletin": bulletin,
    "transfers.OfflineTransfer": offline_record,
    "tickets.Supervision": _stamped(ticketed.supervision),
    "tickets.ProblemReport": _stamped(ticketed.report),
    "tickets.Complaint": complaint,
    "reviews.WallAppeal": appeal,
}


def kinds():
    return [procedure.kind for procedure in procedures.all_procedures()]


# What one person does: the clause that says so, or what makes it no decision about a record.
ONE = {
    "orgs.OneTimeCode": "who wrote it out and whose it is; what it opens waits for a second person (orgs.Confirmation)",
    "orgs.Confirmation": "two people by a wall of its own, which asks more than that (orgs_confirm_refusal)",
    "orgs.Delegation": "R0.5: a loan decides nothing about a record; the post's holder or the head lends",
    "orgs.Arrangement": "R0.5: the head of the unit above names who signs; ending it takes the same head",
    "reviews.Case": "begun by one; its steps are two people's (step_two_people)",
    "reviews.Step": "PAPERS has every kind of case",
    "reviews.Fault": "函 一: the authority announces that the system is down; a fact, not a decision about a pupil",
    "students.BulletinLine": "三.7: what the named unit's head says beside figures that it cannot alter; decides nothing",
    "students.ClassCharge": "六: who teaches a class is the school's registrar's to say",
    "students.RecruitedPupil": "四.3: who listed a child and who noted its reporting; the list is a case of two people",
    "tickets.Ticket": "the table under the four papers, each of which stands here or in PAPERS",
    "tickets.Verification": "attachment 3: the paper of the technical department bears no stamp",
}


def _of_accounts():
    """Every table in which two people of the program stand."""
    for model in apps.get_models():
        fields = [f for f in model._meta.concrete_fields if getattr(f, "related_model", None) is Account]
        if len(fields) > 1 and model._meta.app_label != "admin":
            yield model._meta.label


def test_no_paper_is_left_out():
    assert set(_of_accounts()) <= set(PAPERS) | set(ONE)
    assert Account._meta.label == settings.AUTH_USER_MODEL
    assert all(len(why) > 20 for why in ONE.values())


def _paper(world, name):
    return PAPERS[name](world) if name in PAPERS else of_kind(name)(world)


@pytest.mark.parametrize("other", [False, True], ids=["the same account", "another account"])
@pytest.mark.parametrize("name", [*PAPERS, *kinds()])
def test_who_acted_first_never_signs(world, name, other):
    paper = _paper(world, name)
    by = moved(world, paper.first, paper.unit, paper.role, other)
    assert (by.pk != paper.first.pk) == other
    with refused("same_person"):
        paper.sign(by)
    with refused_by_database(paper.wall), connection.cursor() as cursor:
        cursor.execute(paper.change, [by.pk])


# A list of graduates is made in summer only: its own tests sign it.
@pytest.mark.parametrize("name", [name for name in PAPERS if name != "students.GraduationRun"])
def test_another_person_in_the_same_seat_signs(world, name):
    """The refusal above is about the person and nothing else."""
    paper = _paper(world, name)
    paper.sign(world.head(paper.unit) if paper.role == PostRole.HEAD else world.registrar(paper.unit))
