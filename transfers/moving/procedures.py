"""The kinds of transfer, as procedures of the one engine."""

from datetime import date
from typing import cast

from orgs.people.models import Unit
from orgs.people.school_system import system_on
from reviews.engine import procedures
from reviews.engine.models import Case
from reviews.engine.own_words import NoteWanted
from reviews.rulebook.notice_values import CROSS_PROVINCE, IN_PROVINCE, POST_GRADUATION
from reviews.vocabulary.states import Verb
from students.changes.procedures import AboutPupil
from students.onward import one_way
from students.pupil.grades import Entering, clamp, cohort_of, entering_grade, nominal_grade, phase_of
from students.pupil.models import SchoolClass, Student
from students.pupil.statuses import StudentStatus
from students.pupil.year_rows import entering_cohort
from students.record import moving
from transfers.moving import case_page, last_grade, rules, under_age
from transfers.moving.models import Transfer
from web.clock import local_date
from web.refusals import Guard
from web.words import zh


class SchoolMove(AboutPupil):
    """What all kinds of moving a record from one school to another have in common."""

    brings = zh("学籍已转入新学校")
    # R0.1, R0.6 where a registrar would be tempted to refuse.
    rule_note = zh("不得以学籍状态、学籍是否已转到为由拒绝入学，也不得要求家长另交其他材料。")
    review_scope = zh("只核对两项：学籍信息准确，转学原因证明已上传。")
    # Told before a draft is made, of pupil and schools (R3.1b); all that is asked before sending; what the case page
    # tells while a case runs.
    preflight: tuple[Guard, ...] = rules.PREFLIGHT
    told: tuple[Guard, ...] = (*rules.COMPLETE, rules.proof_attached, last_grade.not_graduating)
    edit_path = "/transfers/{number}/edit/"
    # The status after the move: the pupil's own (R3.2).
    status_after = ""

    def facts(self, case: Case, subject: Student | None, now, book) -> rules.Facts:
        """Facts of the case's transfer; the locked pupil stands in for the one read with it."""
        transfer = transfer_of(case)
        if subject is not None:
            transfer.student = subject
        transfer.case = case
        return rules.facts_of_transfer(transfer, now, book)

    def phase(self, case: Case, subject: Student, day) -> str:
        """学段 by the grade the pupil enters, in the receiving school's system."""
        return phase_of(entering_grade(subject, day), system_on(case.receiving_unit, day))

    def complete(self, case: Case, subject: Student, now) -> dict:
        """The record moves (R3.1, R3.6); the status stays as it was (R3.2)."""
        transfer, into = transfer_of(case), self.entering(case, local_date(now))
        return moving.move(
            subject,
            case.receiving_unit,
            into,
            transfer.school_class,
            now,
            case_number=case.number,
            how=self.name,
            status=self.status_after,
        )

    def entering(self, case: Case, day: date) -> Entering:
        """Where the pupil comes: the grade chosen, by the day of the submission; pupils are matched by the number of the
        grade, so in grade 6 the receiving school's 学制 says the phase (R4.3)."""
        ruled_on, grade = (
            case.ruled_on(day),
            cast("int", case.transfer.grade_to),
        )  # asked for before it is sent
        cohort = cohort_of(grade, ruled_on)
        system = system_on(case.receiving_unit, ruled_on, cohort)
        phase = phase_of(grade, system)
        # A case that runs over the promotion brings the pupil into its class, which is a grade higher by then.
        return Entering(phase, cohort, clamp(nominal_grade(cohort, day), phase, system))

    def note_wanted(self, case: Case) -> NoteWanted | None:
        """The receiving authority's word on a changed grade (R4.3) and on a child under age (R3.8)."""
        return case_page.note_wanted(case, Transfer.objects.select_related("student").get(case=case))

    def reported(self, case: Case, by, on) -> None:
        """Keep the day of reporting, or that the pupil did not report (R3.6)."""
        Transfer.objects.filter(case=case).update(reported_on=on, did_not_report=on is None, reporting_by=by)

    def no_show(self, case: Case) -> bool:
        """未报到 is registered (R3.6)."""
        return Transfer.objects.filter(case=case, did_not_report=True).exists()

    def succeeded(self, case: Case) -> None:
        """The successor receives or sends in its place. A class of the closed school becomes that of the same year
        and number, where the successor has one; both schools one: the row stays as it was."""
        if case.receiving_unit_id == case.sending_unit_id:
            return
        transfer = Transfer.objects.select_related("school_class").get(case=case)
        transfer.receiving_school, transfer.sending_school = case.receiving_unit, case.sending_unit
        old = transfer.school_class
        if old is not None and old.school_id != case.receiving_unit_id:
            same = SchoolClass.objects.filter(
                school=case.receiving_unit, phase=old.phase, cohort=old.cohort, number=old.number
            )
            transfer.school_class = same.first()
        transfer.save(update_fields=["receiving_school", "sending_school", "school_class"])

    def clearing_unit(self, case: Case, code: str, now, book) -> Unit | None:
        """Who can clear an obstacle: the school that has the record, or the one whose case is in the way."""
        facts = self.facts(case, None, now, book)
        check = next((guard for guard in self.guards.get("leave", ()) if guard.__name__ == code), None)
        if check is None or check(facts) is None:
            return None
        if check is rules.no_other_case:
            return facts.other.receiving_unit if facts.other else None
        return rules.sending_school(facts.student, facts.day) if check in rules.CLEARED_BY_SCHOOL else None

    def ending(self, case: Case) -> str:
        """Where the record goes."""
        return zh("学籍转入{school}", school=case.receiving_unit.short_name)

    def page(self, case: Case, account, now, book, *, proofs: int = 0, full: bool = False):
        """The pupil masked, what the rules find, and where the record went."""
        return case_page.of_transfer(self, case, account, now, book, proofs=proofs, full=full)


def move_of(kind: str) -> SchoolMove:
    """The procedure of a kind that moves a record."""
    return cast("SchoolMove", procedures.of_kind(kind))


class InProvinceTransfer(SchoolMove):
    """省内转学: in-school → in-authority → out-school → out-authority; the record moves at the last sign-off (R3.1)."""

    kind = IN_PROVINCE
    name = zh("省内转学")
    guards = {Verb.SUBMIT: rules.SUBMIT, "complete": rules.COMPLETE}
    clause = zh("教基一厅〔2016〕2号 附件1 三.1；内教基函〔2018〕6号 一")


class CrossProvinceTransfer(SchoolMove):
    """跨省转学: as within a province; checked again before it leaves, and after the last sign-off 调档 (R3.1, R3.6)."""

    kind = CROSS_PROVINCE
    name = zh("跨省转学")
    preflight = rules.CROSS_PREFLIGHT
    told = (*SchoolMove.told, under_age.of_age)
    guards = {
        Verb.SUBMIT: rules.CROSS_SUBMIT,
        "leave": rules.LEAVE,
        "complete": rules.COMPLETE,
        Verb.REQUEST_FILE: (rules.has_reported, *rules.COMPLETE),
    }
    clause = zh("教基一厅〔2016〕2号 附件1 三.1、三.6；内教基函〔2018〕6号 一")


class PostGraduationEnrolment(SchoolMove):
    """毕业后跨省就学: recruiting school → its authority → authority of the school of graduation → 调档 (R3.3)."""

    kind = POST_GRADUATION
    name = zh("毕业后跨省就学")
    guards = {
        Verb.SUBMIT: rules.GRADUATE_SUBMIT,
        "leave": rules.GRADUATE_LEAVE,
        "complete": rules.GRADUATE_COMPLETE,
        Verb.REQUEST_FILE: (rules.has_reported, *rules.GRADUATE_COMPLETE),
    }
    clause = zh("教基一厅〔2016〕2号 附件1 三.3、三.4")
    rule_note = zh("毕业学校主管部门应及时核办，不得以接收省可能违规招生、分数可能未达录取线等为由拒绝。")
    review_scope = zh("只核对：该生是本地毕业生，学籍信息准确。")
    preflight = rules.GRADUATE_PREFLIGHT
    told = (*rules.GRADUATE_COMPLETE, rules.problem_moves_along)
    proof_name = zh("证明材料")
    no_proof = zh("没有上传证明材料（选填，不得要求家长提供）。")
    fewest_proofs = 0
    # The pupil has reported at the next school and belongs to it (R4.5).
    status_after = StudentStatus.ENROLLED

    def entering(self, case: Case, day: date) -> Entering:
        """By the day of reporting: who reports two years after the graduation begins in the same grade, with those who
        are in it then (四.2)."""
        transfer = case.transfer
        grade, on = cast("int", transfer.grade_to), transfer.reported_on or day
        province, ruled_on = case.receiving_unit.province_id, case.ruled_on(on)
        cohort = entering_cohort(grade, on, province, ruled_on=ruled_on)
        return Entering(phase_of(grade, system_on(case.receiving_unit, on, cohort)), cohort, grade)

    def complete(self, case: Case, subject: Student, now) -> dict:
        """What a roll-back puts back is kept; a class chosen before another school year began becomes that of the same
        number. On a list of recruited graduates the pupil stands no longer."""
        into, row = self.entering(case, local_date(now)), case.transfer
        kept = {
            "phase_was": subject.phase,
            "cohort_was": subject.cohort,
            "class_was": subject.school_class,
            "graduated_on": subject.graduated_on,
        }
        if row.school_class and (row.school_class.phase, row.school_class.cohort) != into[:2]:
            same = SchoolClass.objects.filter(
                school=case.receiving_unit,
                phase=into.phase,
                cohort=into.cohort,
                number=row.school_class.number,
            )
            kept["school_class"] = same.first()
        Transfer.objects.filter(pk=row.pk).update(**kept)
        why = zh(
            "该生已由{school}按毕业后跨省就学（{number}）调档，学籍转入该校",
            school=case.receiving_unit.name,
            number=case.number,
        )
        one_way.leave_lists([subject.pk], why, case)
        return super().complete(case, subject, now)


def transfer_of(case: Case) -> Transfer:
    """The transfer of a case with all the rules ask for, in one query."""
    return Transfer.objects.select_related(
        "student__school",
        "reason",
        "school_class",
        "receiving_school",
        "receiving_school__successor",
        "sending_school__province",
        "sending_school__successor",
        "case",
    ).get(case_id=case.pk)


for _kind in (InProvinceTransfer, CrossProvinceTransfer, PostGraduationEnrolment):
    procedures.register(_kind())


def kind_for(student: Student, receiving: Unit, day: date) -> str:
    """The kind by which a pupil comes to ``receiving``: a graduate of another province by 毕业后跨省就学 (R3.3)."""
    kind = kind_between(receiving, rules.sending_school(student, day) or receiving)
    graduated = student.status == StudentStatus.GRADUATED
    return POST_GRADUATION if graduated and kind == CROSS_PROVINCE else kind


def kind_between(receiving: Unit, sending: Unit) -> str:
    """省内转学 or 跨省转学, by the provinces of the two schools (R3.1)."""
    return IN_PROVINCE if receiving.province_id == sending.province_id else CROSS_PROVINCE
