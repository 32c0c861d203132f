"""The papers beside the cases, each brought to where it waits for its next act."""

from datetime import timedelta

from orgs.people.models import Account, PostRole, Unit
from reviews.appeals import ruling as appeals
from reviews.rulebook import calendar
from students.admission.late import calendar as late_calendar
from students.bulletins import drafting, publishing
from students.bulletins.counting import Month
from students.numbers import issuing
from students.roster.models import RosterExport
from students.tables import imports
from students.verification import rounds
from students.year_end.models import GraduationRun, RunState
from tests import late_children, ticketed, upkept, workbook
from tests.clock import frozen
from tests.papers.cells import Act, Waiting
from tests.world import World
from tickets.forms.models import Complaint
from tickets.forms.states import Verb
from transfers.offline import recording as offline

WORDS = "情况属实，同意。"
AGREED = {"opinion": WORDS, "outcome": "agree"}


def class_sheet(world: World) -> Waiting:
    teacher = world.account(world.first, PostRole.CLASS_TEACHER)
    sheet = upkept.sheet_of(world, world.pupil(world.first), teacher)
    url = f"/classes/sheets/{sheet.number}/"
    return Waiting(
        row=sheet,
        unit=world.first,
        role=PostRole.REGISTRAR,
        url=url,
        act=Act(f"{url}accept/", {}),
        clerk=lambda: (world.registrar(world.first), Act(f"{url}accept/", {})),
        first=teacher,
        change="UPDATE students_changesheet SET state='accepted', decided_at=now(), decided_by_id=%s"
        f" WHERE id={sheet.pk}",
        wall="sheet_by_two_people",
        number=sheet.number,
    )


def submitted_part(world: World):
    world.pupil(world.third)
    found = upkept.round_of(world, world.west)
    part = found.parts.get(school=world.third)
    pupils = list(part.pupils.values_list("pk", flat=True))
    rounds.find(part, pupils, "same", world.registrar(world.third), world.now)
    rounds.submit_part(part, world.registrar(world.third), world.now, WORDS)
    return found, part


def verification_part(world: World) -> Waiting:
    found, part = submitted_part(world)
    url = f"/verification/{found.number}/schools/{world.third.code}/"

    def clerk():
        rounds.sign_part(part, world.head(world.third), world.now, "请再核对。", agree=False)
        return world.registrar(world.third), Act(f"{url}submit/", {"opinion": WORDS})

    return Waiting(
        row=part,
        unit=world.third,
        role=PostRole.HEAD,
        url=url,
        act=Act(f"{url}sign/", AGREED),
        clerk=clerk,
        first=world.registrar(world.third),
        change="UPDATE students_schoolverification SET state='signed', signed_at=now(), signed_by_id=%s"
        f" WHERE id={part.pk}",
        wall="schoolverification_by_two_people",
        number=found.number,
    )


def verification_round(world: World) -> Waiting:
    found, part = submitted_part(world)
    rounds.sign_part(part, world.head(world.third), world.now, WORDS, agree=True)
    rounds.submit_round(found, world.registrar(world.west), world.now, WORDS)
    url = f"/verification/{found.number}/"

    def clerk():
        rounds.sign_round(found, world.head(world.west), world.now, "请再核对。", agree=False)
        return world.registrar(world.west), Act(f"{url}submit/", {"opinion": WORDS})

    return Waiting(
        row=found,
        unit=world.west,
        role=PostRole.HEAD,
        url=url,
        act=Act(f"{url}sign/", AGREED),
        clerk=clerk,
        first=world.registrar(world.west),
        change="UPDATE students_verificationround SET state='signed', signed_at=now(), signed_by_id=%s"
        f" WHERE id={found.pk}",
        wall="verificationround_by_two_people",
        number=found.number,
    )


def drop_out_report(world: World) -> Waiting:
    found = upkept.dropout_of(world, world.third)
    url = f"/dropouts/{found.number}/"
    return Waiting(
        row=found,
        unit=world.third,
        role=PostRole.HEAD,
        url=url,
        act=Act(f"{url}sign/", {}),
        clerk=lambda: (world.registrar(world.third), Act(f"{url}drop/", {})),
        first=world.registrar(world.third),
        change=f"UPDATE students_dropoutmark SET state='signed', signed_at=now(), signed_by_id=%s WHERE id={found.pk}",
        wall="dropout_by_two_people",
        number=found.number,
        printed=f"{url}report/",
    )


def graduation_list(world: World) -> Waiting:
    oldest = world.pupil(world.third, grade=6)
    run = GraduationRun.objects.create(
        number="BY-2026-TW000000",
        school=world.third,
        cohort=oldest.cohort,
        grade=6,
        prepared_by=world.registrar(world.third),
    )
    url = f"/graduation/{run.number}/"
    return Waiting(
        row=run,
        unit=world.third,
        role=PostRole.HEAD,
        url=url,
        act=Act(f"{url}sign/", {"opinion": WORDS}),
        clerk=lambda: (world.registrar(world.third), Act(f"{url}drop/", {})),
        first=world.registrar(world.third),
        change=f"UPDATE students_graduationrun SET state='{RunState.DONE}', opinion='同意。', day=now(), signed_by_id=%s"
        f" WHERE id={run.pk}",
        wall="graduation_two_people",
        number=run.number,
    )


def number_batch(world: World) -> Waiting:
    world.pupil(world.third)
    batch = issuing.prepare(world.registrar(world.im), world.now)
    issuing.carry_on(world.now)
    url = f"/numbers/{batch.number}/"
    return Waiting(
        row=batch,
        unit=world.im,
        role=PostRole.HEAD,
        url=url,
        act=Act(f"{url}confirm/", {"opinion": WORDS}),
        clerk=lambda: (world.registrar(world.im), Act(f"{url}drop/", {})),
        first=world.registrar(world.im),
        change="UPDATE students_issuingbatch SET state='issuing', opinion='同意。', confirmed_at=now(), confirmed_by_id=%s"
        f" WHERE id={batch.pk}",
        wall="batch_two_people",
        number=batch.number,
    )


def late_month(world: World) -> Waiting:
    _, row = late_children.sent(world, world.first)
    case = row.case
    while case.is_live:
        case = world.decide(case, opinion=WORDS)
    with frozen(late_calendar.closing(world.today)):
        found = late_children.closed(world)
    url = f"/late/months/{found.number}/"
    return Waiting(
        row=found,
        unit=world.im,
        role=PostRole.HEAD,
        url=url,
        act=Act(f"{url}send/", {"opinion": WORDS}),
        clerk=lambda: (world.registrar(world.im), Act(f"{url}drop/", {})),
        first=world.registrar(world.im),
        change="UPDATE students_monthlycheck SET state='sent', opinion='同意。', sent_at=now(), sent_by_id=%s"
        f" WHERE id={found.pk}",
        wall="late_month_two_people",
        number=found.number,
        printed=f"{url}table/",
        rest=("/late-months/", f"/late-months/{found.number}/", f"/late-months/{found.number}/send/"),
    )


def bulletin(world: World) -> Waiting:
    month = Month.before(world.today)
    made = drafting.draft(world.im, month, calendar.current(), world.now - timedelta(days=40))
    publishing.propose(made, world.registrar(world.im), world.now)
    url = f"/bulletins/{made.number}/"

    def clerk():
        publishing.give_back(made, world.head(world.im), world.now, "请再核对各旗县的数据。")
        return world.registrar(world.im), Act(f"{url}propose/", {})

    return Waiting(
        row=made,
        unit=world.im,
        role=PostRole.HEAD,
        url=url,
        act=Act(f"{url}publish/", {}),
        clerk=clerk,
        first=world.registrar(world.im),
        change="UPDATE students_bulletin SET state='published', published_at=now(), published_by_id=%s"
        f" WHERE id={made.pk}",
        wall="bulletin_two_people",
        number=made.number,
        printed=f"{url}pdf/",
        rest=("/bulletins/", f"/bulletins/{made.number}/", f"/bulletins/{made.number}/publish/"),
    )


def offline_record(world: World) -> Waiting:
    made = world.taken_in(world.third, world.pupil(world.first), confirmed=False)
    url = f"/offline/{made.number}/"

    def clerk():
        offline.confirm(made, world.head(world.third), world.now)
        return world.registrar(world.third), Act(f"{url}start/", {})

    return Waiting(
        row=made,
        unit=world.third,
        role=PostRole.HEAD,
        url=url,
        act=Act(f"{url}confirm/", {}),
        clerk=clerk,
        first=world.registrar(world.third),
        change=f"UPDATE transfers_offlinetransfer SET confirmed_at=now(), confirmed_by_id=%s WHERE id={made.pk}",
        wall="offline_by_two_people",
        number=made.number,
        rest=(
            "/offline-transfers/",
            f"/offline-transfers/{made.number}/",
            f"/offline-transfers/{made.number}/confirm/",
        ),
    )


# ---------------------------------------------------------------- the three forms, and the complaint


def _draft(draft, world: World):
    def drafted():
        made = draft(world)
        return made.drafted_by, f"/tickets/{made.number}/"

    return drafted


def _ticket(made, unit: Unit, verb: Verb, first: Account, clerk, wall: str, change: str, role=PostRole.HEAD):
    url = f"/tickets/{made.number}/"
    return Waiting(
        row=made.ticket_ptr,
        unit=unit,
        role=role,
        url=url,
        act=Act(f"{url}act/", {"verb": verb.value, "revision": made.revision}),
        clerk=clerk,
        first=first,
        change=change,
        wall=wall,
        number=made.number,
        printed=f"{url}print/",
        rest=("/tickets/", f"/tickets/{made.number}/", f"/tickets/{made.number}/acts/"),
    )


def _stamped(draft):
    def waiting(world: World) -> Waiting:
        made = draft(world)
        by, unit = made.drafted_by, made.issuing_unit
        made = ticketed.do(made, Verb.PROPOSE, by)

        def clerk():
            back = ticketed.do(made, Verb.SEND_BACK, world.head(unit), text="请写明事由。")
            form = {"verb": Verb.PROPOSE.value, "revision": back.revision}
            return by, Act(f"/tickets/{made.number}/act/", form)

        change = (
            f"UPDATE tickets_ticket SET state='issued', issued_at=now(), issued_by_id=%s WHERE id={made.pk}"
        )
        found = _ticket(made, unit, Verb.ISSUE, by, clerk, "ticket_stamped_by_another", change)
        found.draft = _draft(draft, world)
        return found

    return waiting


supervision, report = _stamped(ticketed.supervision), _stamped(ticketed.report)


def check(world: World) -> Waiting:
    """Issued by the technician alone; the county's registrar takes it up."""
    made = ticketed.issued(world, ticketed.check(world))
    taker = world.registrar(world.east)
    act = {"verb": "accept", "undertaker": "吴海燕", "phone": "0479-3220001", "revision": made.revision}

    def clerk():
        return taker, Act(f"/tickets/{made.number}/act/", act)

    found = _ticket(made, world.east, Verb.ACCEPT, made.drafted_by, clerk, "", "", PostRole.REGISTRAR)
    found.act, found.either, found.first = clerk()[1], True, None
    found.draft = _draft(ticketed.check, world)
    return found


def complaint(world: World) -> Waiting:
    from tests.tickets.test_complaints import sent

    sent(world)
    found, by = Complaint.objects.get(), world.registrar(world.east)
    ticketed.do(found, Verb.ACCEPT, by)
    made = ticketed.do(found, Verb.ANSWER, by, text="已督促学校于昨日办结，向您致歉。")

    def clerk():
        back = ticketed.do(found, Verb.RETURN, world.head(world.east), text="请写明办结的日期。")
        form = {"verb": "answer", "text": "已于昨日办结，向您致歉。", "revision": back.revision}
        return by, Act(f"/tickets/{found.number}/act/", form)

    change = (
        "INSERT INTO tickets_entry (ticket_id, verb, by_id, unit_id, text)"
        f" VALUES ({found.pk}, 'confirm', %s, {world.east.pk}, '')"
    )
    return _ticket(made, world.east, Verb.CONFIRM, by, clerk, "complaint_confirmed_by_another", change)


def appeal(world: World) -> Waiting:
    by = world.registrar(world.east)
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    said = {"opinion": "材料不齐不办是旧通知里的话，家长本人不再转学。", "outcome": "refuse"}
    said |= {"reason": "guardian_objects"}
    raised = appeals.raise_(case, by, **said)
    url = f"/appeals/{raised.pk}/"

    def clerk():
        said["opinion"] = "材料不齐不办是旧通知里的话，家长本人已不再申请转学。"
        form = said | {"reason_refuse": said["reason"], "revision": case.revision, "key": "a" * 22}
        return by, Act(f"/cases/{case.number}/appeal/", form)

    return Waiting(
        row=raised,
        unit=world.league,
        role=PostRole.HEAD,
        url=url,
        act=Act(url, {"ruling": "allow", "opinion": "属误报。"}),
        clerk=clerk,
        first=by,
        change="UPDATE reviews_wallappeal SET ruling='allow', ruling_opinion='属误报', decider_id=%s"
        f" WHERE id={raised.pk}",
        wall="appeal_two_people",
        rest=("/appeals/", f"/appeals/{raised.pk}/", f"/appeals/{raised.pk}/rule/"),
    )


# ---------------------------------------------------------------- what one person does


def _by_one(world: World, row, unit, url: str, act: Act, **more) -> Waiting:
    def clerk():
        return world.registrar(unit), act

    return Waiting(row=row, unit=unit, role=PostRole.REGISTRAR, url=url, act=act, clerk=clerk, **more)


def fault_notice(world: World) -> Waiting:
    found = world.fault(world.west)
    url = f"/faults/{found.number}/"
    rest = ("/faults/", f"/faults/{found.number}/", f"/faults/{found.number}/close/")
    more = {"number": found.number, "rest": rest, "either": True, "asked_for": False}
    return _by_one(world, found, world.west, url, Act(f"{url}close/", {}), **more)


def import_of(kind: str):
    """A table of the kind, taken in and not yet worked through: its registrar may give it up."""

    def waiting(world: World) -> Waiting:
        unit = world.junior if kind == "recruitment" else world.first
        found = imports.of(kind)
        table = workbook.table([["姓名"], ["王伟"]])
        batch = imports.ask(found, unit, world.registrar(unit), table, world.now)
        url = f"/imports/{batch.number}/"
        act = Act(f"{url}drop/", {})
        return _by_one(world, batch, unit, url, act, number=batch.number)

    return waiting


def export(world: World) -> Waiting:
    """The school's roster, asked for once; asking for it again is the act."""
    from students.roster import exporting

    world.pupil(world.third)
    made = exporting.ask(world.third, world.registrar(world.third), world.now, form="csv")
    act = Act("/exports/", {"unit": world.third.code, "form": "csv"})
    more = {
        "number": made.number,
        "printed": f"/exports/{made.number}/file/",
        "either": True,
        "asked_for": False,
    }
    return _by_one(
        world, RosterExport.objects.get(pk=made.pk), world.third, f"/exports/{made.number}/", act, **more
    )


def print_batch(world: World) -> Waiting:
    """Sheets of a class, asked for once; asking for those of the cohort is the act."""
    from students.counter import print_batches

    pupil = world.pupil(world.third)
    clerk = world.registrar(world.third)
    made = print_batches.ask(
        world.third, world.third, pupil.phase, pupil.cohort, pupil.school_class, clerk, world.now
    )
    act = Act("/counter/batches/", {"school": world.third.code, "phase": pupil.phase, "cohort": pupil.cohort})
    url = f"/counter/batches/{made.number}/"
    return _by_one(world, made, world.third, url, act, number=made.number, either=True, asked_for=False)


def class_charge(world: World) -> Waiting:
    """The class teacher is named by the school's registrar."""
    pupil, teacher = world.pupil(world.third), world.account(world.third, PostRole.CLASS_TEACHER)
    row = pupil.school_class
    url = f"/classes/{row.pk}/"
    return _by_one(
        world, row, world.third, url, Act(f"{url}teacher/", {"account": teacher.pk}), asked_for=False
    )
