"""Cases of every kind, each sent as its own people send it: handled at its first stage, waiting for the head there."""

from datetime import timedelta

from orgs.people.models import PostRole
from reviews.engine import door
from reviews.engine.models import Case, Step
from reviews.evidence.proofs import take_in
from students.admission.recruitment import actions as recruitment
from students.changes.key import drafting as key_drafting
from students.changes.models import ChangePolicy
from students.problems import answering, deciding, deletion
from students.year_end import correcting, graduation_rollback, recruitment_rollback
from tests import late_children, settled
from tests.clock import frozen
from tests.papers.cells import Act, Waiting
from tests.world import World, png
from web import clock

OPINION = "核对无误，情况属实。"
WHY = {"why": "同名学生，误办。", "opinion": "经核实属误办，予以回退。"}


# ---------------------------------------------------------------- what is drafted, and then sent


def in_province(world: World) -> Case:
    return world.draft(world.first, world.pupil(world.third))


def cross_province(world: World) -> Case:
    return world.draft(world.first, world.pupil(world.abroad))


def _change(kind: str, **pupil):
    def drafted(world: World) -> Case:
        of_age = kind in ("withdrawal", "expulsion")
        school = world.school("示例高级中学", world.east, lowest=10, highest=12) if of_age else world.first
        one = world.pupil(school, **({"grade": 11} if of_age else {"grade": 3}) | pupil)
        if kind in ("grade_skip", "grade_repeat") and not ChangePolicy.objects.filter(kind=kind).exists():
            world.policy(kind)
        if kind == "leaving_otherwise":
            world.reported(one)
        return world.changing(one, kind)

    return drafted


def key_information(world: World) -> Case:
    pupil = world.pupil(world.third, letter="J", name="王小明")
    clerk = world.registrar(world.third)
    case = key_drafting.begin(pupil, clerk, clock.now())
    typed = {"name": "王晓明", "sex": pupil.sex, "birth_date": pupil.birth_date}
    key_drafting.change(case, clerk, **typed, id_number="", basis="renamed")
    take_in(Case.objects.get(pk=case.pk), clerk, png())
    return Case.objects.get(pk=case.pk)


def problem(world: World) -> Case:
    mine, _ = settled.claimed(world)
    clerk = world.registrar(mine.student.school)
    case = answering.begin(mine, clerk, clock.now())
    take_in(case, clerk, png())
    note = "与户口簿核对无误，学生在校就读。"
    answering.change(Case.objects.get(pk=case.pk), clerk, answer="vouch", note=note)
    return Case.objects.get(pk=case.pk)


DRAFTED = {
    "in_province_transfer": in_province,
    "cross_province_transfer": cross_province,
    "suspension": _change("suspension"),
    "resumption": _change("resumption", status="suspended"),
    "withdrawal": _change("withdrawal"),
    "going_abroad": _change("going_abroad"),
    "leaving_otherwise": _change("leaving_otherwise"),
    "grade_skip": _change("grade_skip"),
    "grade_repeat": _change("grade_repeat"),
    "expulsion": _change("expulsion"),
    "death": _change("death"),
    "key_information": key_information,
    "problem": problem,
}


# ---------------------------------------------------------------- what is written and sent at once


def post_graduation(world: World) -> Case:
    far = world.school("张北县初级中学", world.zhangbei, 7, 9)
    return world.enrolling(far, world.graduate(world.first))


def _recruited(world: World) -> tuple:
    pupil, clerk = world.graduate(world.first), world.registrar(world.junior)
    recruitment.add([pupil], world.junior, clerk, clock.now())
    (case,) = recruitment.send(world.junior, clerk, clock.now(), "录取属实，上报核办。")
    return pupil, case


def recruitment_list(world: World) -> Case:
    return _recruited(world)[1]


def late_list(world: World) -> Case:
    return late_children.sent(world, world.first)[0]


def problem_decision(world: World) -> Case:
    mine, theirs = settled.claimed(world)
    for one in (mine, theirs):
        settled.answered(world, one)
    by = world.registrar(world.league)
    return deciding.send(mine, by, clock.now(), outcome="two", opinion="比较了两校的材料。")


def number_deletion(world: World) -> Case:
    mine, _ = settled.claimed(world, letters=("G", "L"))
    why = "两条学籍确为同一学生，保留就读学校的一条。"
    by = world.registrar(world.im)
    return deletion.send(mine, by, clock.now(), why=why, opinion=OPINION, files=[png()])


def graduation_taken_back(world: World) -> Case:
    return graduation_rollback.send(
        world.graduate(world.first), world.registrar(world.east), clock.now(), **WHY
    )


def graduation_corrected(world: World) -> Case:
    pupil = world.pupil(world.first, grade=6, status="completed", graduated_on=world.today)
    return correcting.send(pupil, world.registrar(world.east), clock.now(), **WHY)


def recruitment_taken_back(world: World) -> Case:
    with frozen(world.now - timedelta(days=9)) as then:
        pupil, case = _recruited(world)
        case = world.finish(case, opinion=OPINION)
        recruitment.report(case, [pupil.pk], then.date(), world.registrar(world.junior), then)
    pupil.refresh_from_db()
    return recruitment_rollback.send(pupil, world.registrar(world.east), clock.now(), **WHY)


SENT = {
    "post_graduation_enrolment": post_graduation,
    "recruitment": recruitment_list,
    "late_registration": late_list,
    "problem_decision": problem_decision,
    "number_deletion": number_deletion,
    "graduation_rollback": graduation_taken_back,
    "graduation_correction": graduation_corrected,
    "recruitment_rollback": recruitment_taken_back,
}


# ---------------------------------------------------------------- waiting


def waits(kind: str):
    """How a case of the kind comes to wait for the head of its first stage."""

    def waiting(world: World) -> Waiting:
        if kind in DRAFTED:
            draft = DRAFTED[kind](world)
            clerk = draft.created_by
            case = door.perform(draft, "submit", clerk, opinion="情况属实，申请办理。")
        else:
            case = SENT[kind](world)
        return _waiting(world, Case.objects.select_related("holder", "created_by").get(pk=case.pk))

    return waiting


def _waiting(world: World, case: Case) -> Waiting:
    assert (case.awaiting, case.is_live) == ("sign", True), (case.kind, case.state, case.awaiting)
    step = Step.objects.select_related("handler__person").get(case=case, closed_at=None)
    first, url = step.handler, f"/cases/{case.number}/"

    def clerk():
        back = door.perform(case, "return_to_registrar", world.head(case.holder), opinion="请再核对一遍。")
        return first, act_on(back, "handle")

    def draft():
        made = DRAFTED[case.kind](world)
        return made.created_by, f"/cases/{made.number}/"

    change = "UPDATE reviews_step SET outcome='agree', sign_opinion='同意。', signer_id=%s WHERE id={}"
    return Waiting(
        row=case,
        unit=case.holder,
        role=PostRole.HEAD,
        url=url,
        act=act_on(case, "sign"),
        clerk=clerk,
        first=first,
        change=change.format(step.pk),
        wall="step_two_people",
        number=case.number,
        draft=draft if case.kind in DRAFTED else None,
        printed=f"{url}print/",
        rest=("/cases/", f"/cases/{case.number}/", f"/cases/{case.number}/sign/"),
    )


def act_on(case: Case, verb: str) -> Act:
    """The act as the case page sends it."""
    form = {"opinion": OPINION, "outcome": "agree", "revision": case.revision, "key": f"{verb:x<22.22}"}
    return Act(f"/cases/{case.number}/{verb}/", form)
