"""A changed grade (R4.3): in principle the pupil's own; another of the receiving school's grades needs a reason, the
receiving authority's own word, and nine years of compulsory schooling in all.

The guards take the facts of :mod:`transfers.moving.rules`, which puts them among its own.
"""

from orgs.people.school_system import CLAUSE, SystemOn
from reviews.engine.own_words import NoteWanted
from reviews.vocabulary.relations import PHASES
from students.pupil.grades import grade_label, grade_name, next_phase, phase_of, stays
from students.pupil.schooling import YEARS, schooling
from students.pupil.year_rows import changed_grade_within_phase
from web.refusals import guard
from web.words import zh

SHORTEST_REASON, LONGEST_REASON = 2, 200


@guard(
    "所选年级为{chosen}，本校开设年级为{lowest}至{highest}，不能转入；请重新选择年级。",
    CLAUSE,
    "转入学校核对年级",
)
def chosen_grade_offered(facts):
    """所选年级本校开设"""
    at, chosen = facts.receiving_system, facts.grade_to
    if chosen is None or chosen in at.grades or not at.grades:
        return None
    return {
        "chosen": grade_label(chosen, at),
        "lowest": grade_label(at.lowest, at),
        "highest": grade_label(at.highest, at),
    }


@guard(
    "原则上不变更年级：该生应读{own}，所选为{chosen}，须写明变更年级的理由（{shortest}–{longest} 字）；"
    "{authority}核办时须写明同意变更年级的意见。",
    CLAUSE,
    "转入学校写明理由",
)
def change_explained(facts):
    """年级不变更，或已写明变更理由"""
    if not facts.grade_changed or len(facts.grade_reason.strip()) >= SHORTEST_REASON:
        return None
    system = facts.receiving_system
    return {
        "own": grade_label(facts.grade, system),
        "chosen": grade_label(facts.grade_to, system),
        "shortest": SHORTEST_REASON,
        "longest": LONGEST_REASON,
        "authority": authority_of(facts.receiving),
    }


@guard(
    "变更年级须保障完整接受九年义务教育：{sum}，不足九年，不能变更；请改选年级。",
    CLAUSE,
    "转入学校改选年级",
)
def nine_years(facts):
    """完整接受九年义务教育"""
    # In senior secondary compulsory schooling is done: there is no sum.
    if not facts.grade_changed or min(facts.grade, facts.grade_to) > YEARS:
        return None
    found = schooling(
        facts.student,
        facts.grade,
        facts.grade_to,
        done_now=stays(facts.student, facts.ruled_on, facts.sending_system),
    )
    return None if found.enough else {"sum": found.told(facts.receiving_system)}


def _may_cross(facts) -> bool:
    """Whether the receiving school's province lets another grade of 1–9 lead beyond the phase (四.2)."""
    if max(facts.grade, facts.grade_to) > YEARS:
        return False
    province = facts.receiving.province_id
    return not changed_grade_within_phase(facts.ruled_on, province, facts.book)


@guard(
    "所选{chosen}属于{phase}，该生在{own}：变更年级不得跨学段，升学须先毕业；请改选年级。",
    CLAUSE,
    "转入学校改选年级",
)
def phase_change(facts):
    """变更年级不跨学段"""
    own, chosen, at, student = facts.grade, facts.grade_to, facts.receiving_system, facts.student
    if not facts.grade_changed or chosen not in at.grades:
        return None
    phase = phase_of(chosen, at)
    if chosen < own:
        allowed = {phase_of(own, at)}
    elif student.graduated_on is None:
        allowed = {student.phase}
    else:
        allowed = {student.phase, next_phase(student.phase)}
    if phase in allowed or _may_cross(facts):
        return None
    return {
        "chosen": grade_label(chosen, at),
        "phase": dict(PHASES)[phase],
        "own": grade_name(own, student.phase),
    }


# Asked wherever a draft is sent.
GUARDS = (chosen_grade_offered, change_explained, nine_years, phase_change)


def authority_of(school) -> str:
    """What the authority that must consent is called."""
    return school.authority.name if school.authority_id else zh("主管部门")


def note(own: int, chosen: int, system: SystemOn, reason: str) -> NoteWanted:
    """The consent that the receiving authority must write itself."""
    labels = grade_label(own, system), grade_label(chosen, system)
    return NoteWanted(
        zh("同意变更年级的意见"),
        zh(
            "该生应读{part}，申请变更为{part2}入读（理由：{reason}）；变更年级须经转入学校主管部门同意。",
            part=labels[0],
            part2=labels[1],
            reason=reason,
        ),
        CLAUSE,
    )
