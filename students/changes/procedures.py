"""What all cases about a pupil have in common, and 学籍异动 as procedures of the one engine (R5.1–R5.3)."""

from typing import cast

from django.db.models import F, Q, Value
from django.db.models.functions import Replace
from django.db.models.lookups import Contains

from reviews.engine import procedures
from reviews.engine.models import Case
from reviews.vocabulary.states import Verb
from students.changes import page as change_page
from students.changes import rules as change_rules
from students.changes.kinds import GRADE, KINDS, ChangeKind
from students.changes.models import StatusChange
from students.onward import one_way
from students.pupil import records
from students.pupil.grades import cohort_of
from students.pupil.models import Student
from students.pupil.statuses import StudentStatus
from students.pupil.subjects import subject_of
from web import pinyin
from web.clock import local_date
from web.text import is_han
from web.words import zh


class AboutPupil(procedures.Procedure):
    """A case whose subject is one pupil."""

    def lock_subject(self, case: Case) -> Student:
        """The pupil's row, locked: student before case, always."""
        return (
            Student.objects.select_for_update(no_key=True, of=("self",))
            .select_related("school_class")
            .get(pk=int(case.subject.partition(":")[2]))
        )

    def named(self, text: str) -> Q:
        """Cases of pupils so called: any part of the name, “·” or not; or the beginning of a spelling or of the
        initials (``atqqg``)."""
        wanted = pinyin.query(text)
        if not wanted:
            return Q(pk__in=[])
        if any(is_han(character) for character in wanted):
            return Q(Contains(Replace(F("search_text"), Value("·"), Value("")), wanted))
        return Q(search_text__startswith=wanted) | Q(search_text__contains=f" {wanted}")

    def matching_subjects(self, query: str, account, now) -> list[str]:
        """Pupils with exactly this registration or identity number."""
        return [subject_of(pk) for pk in records.ids_by_number(query, local_date(now))]


class StatusChanging(AboutPupil):
    """学籍异动 of one kind: school → its authority, or as the province's route says (R5.1, R5.3)."""

    guards = {Verb.SUBMIT: change_rules.SUBMIT, "complete": change_rules.COMPLETE}
    beginner = zh("学校")
    of_one_school = True
    edit_path = "/changes/{number}/edit/"
    proof_name = zh("佐证材料")
    no_proof = zh("没有上传佐证材料（选填）。")
    fewest_proofs = 0
    rule_note = zh("只办理学籍状态的变更；不得以此为由拒绝学生就读，也不得要求家长提交规定之外的材料。")
    review_scope = zh("核对：日期、原因与说明一致，符合本省（自治区）的规定。")

    def __init__(self, what: ChangeKind):
        self.what, self.kind, self.name, self.clause = what, what.kind, what.name, what.clause
        self.brings, self.ends = zh("已办理{kind}", kind=what.name), zh("办结{kind}", kind=what.name)

    def facts(self, case: Case, subject: Student | None, now, book) -> change_rules.ChangeFacts:
        """Facts of the case's change; the locked pupil stands in for the one read with it."""
        change = change_of(case)
        return change_rules.facts_of(change, case, subject or change.student, now)

    def phase(self, case: Case, subject: Student, day) -> str:
        """学段 that the pupil is registered in."""
        return subject.phase

    def complete(self, case: Case, subject: Student, now) -> dict:
        """The status changes, or the grade; what was before is kept with the case (R5.1–R5.3)."""
        change = change_of(case)
        moved = {"student": subject.pk, "status_was": str(subject.status)}
        StatusChange.objects.filter(pk=change.pk).update(status_was=subject.status)
        if subject.status == StudentStatus.GRADUATED:
            # Of a graduate nothing but its death is registered.
            told = zh("该生已登记死亡（{number}）", number=case.number)
            one_way.leave_lists([subject.pk], told, case)
        getattr(subject, self.what.does)()
        fields = ["status"]
        if change.own_cohort:
            moved["own_cohort"] = subject.cohort
        elif GRADE in self.what.asks:
            day = case.ruled_on(local_date(now))
            cohort = cohort_of(cast("int", change.grade_to), day)  # asked for by its guard
            moved |= {"cohort_was": subject.cohort, "cohort": cohort}
            subject.cohort, subject.school_class = cohort, change.school_class
            fields += ["cohort", "school_class"]
        subject.save(update_fields=fields)
        return moved | {"status": str(subject.status)}

    def page(self, case: Case, account, now, book, *, proofs: int = 0, full: bool = False):
        """The pupil masked, what changes from when and why, and what the rules find."""
        return change_page.of_change(self, case, change_of(case), account, now, full=full)


def change_of(case: Case) -> StatusChange:
    """The change of a case with all the rules ask for."""
    return (
        StatusChange.objects.select_related(
            "student__school", "student__school_class", "reason", "school_class"
        )
        .prefetch_related("contacts")
        .get(case_id=case.pk)
    )


for _kind in KINDS:
    procedures.register(StatusChanging(_kind))
