"""The kinds of transfer, as procedures of the one engine."""

from django.db.models import F, Q, Value
from django.db.models.functions import Replace
from django.db.models.lookups import Contains

from ledger.clock import local_date
from orgs.school_system import system_on
from reviews import procedures
from reviews.models import Case
from reviews.notice_values import IN_PROVINCE
from reviews.own_words import NoteWanted
from reviews.states import Verb
from students import pinyin, records
from students.grades import cohort_of, grade_on, phase_of
from students.models import Student
from students.text import is_han
from transfers import case_page, rules
from transfers.models import Transfer


def subject_of(student_id: int) -> str:
    """How a case names its pupil."""
    return f"student:{student_id}"


class InProvinceTransfer(procedures.Procedure):
    """省内转学: in-school → in-authority → out-school → out-authority; the record moves at the last sign-off (R3.1)."""

    kind = IN_PROVINCE
    name = "省内转学"
    guards = {Verb.SUBMIT: rules.SUBMIT, Verb.HANDLE: (), "complete": rules.COMPLETE}
    clause = "教基一厅〔2016〕2号 附件1 三.1；内教基函〔2018〕6号 一"
    # R0.1, R0.6 where a registrar would be tempted to refuse.
    rule_note = "不得以学籍状态、学籍是否已转到为由拒绝入学，也不得要求家长另交其他材料。"
    review_scope = "只核对两项：学籍信息准确，转学原因证明已上传。"

    def lock_subject(self, case: Case) -> Student:
        """The pupil's row, locked: student before case, always."""
        return (
            Student.objects.select_for_update(no_key=True, of=("self",))
            .select_related("school_class")
            .get(pk=int(case.subject.partition(":")[2]))
        )

    def facts(self, case: Case, subject: Student | None, now, book) -> rules.Facts:
        """Facts of the case's transfer; the locked pupil stands in for the one read with it."""
        transfer = transfer_of(case)
        if subject is not None:
            transfer.student = subject
        transfer.case = case
        return rules.facts_of_transfer(transfer, now, book)

    def phase(self, case: Case, subject: Student, day) -> str:
        """学段 by the pupil's grade in the receiving school's system."""
        return phase_of(grade_on(subject.cohort, day), system_on(case.receiving_unit, day).system)

    def complete(self, case: Case, subject: Student, now) -> dict:
        """The record moves at once (R3.1); the status stays as it was (R3.2)."""
        transfer = transfer_of(case)
        return records.move(
            subject,
            case.receiving_unit,
            transfer.school_class,
            now,
            case_number=case.number,
            how=self.name,
            cohort=cohort_of(transfer.grade_to, case.ruled_on(local_date(now))),
        )

    def note_wanted(self, case: Case) -> NoteWanted | None:
        """The receiving authority's consent to a changed grade (R4.3)."""
        transfer = Transfer.objects.get(case=case)
        return case_page.note_wanted(case, transfer)

    def named(self, text: str) -> Q:
        """Cases of pupils so called: any part of the name, “·” or not; or the beginning of a spelling or of the
        initials (``atqqg``)."""
        wanted = pinyin.query(text)
        if not wanted:
            return Q(pk__in=[])
        if any(is_han(character) for character in wanted):
            return Q(Contains(Replace(F("search_text"), Value("·"), Value("")), wanted))
        return Q(search_text__startswith=wanted) | Q(search_text__contains=f" {wanted}")

    def page(self, case: Case, account, now, book, *, proofs: int = 0, full: bool = False):
        """The pupil masked, what the rules find, and where the record went."""
        return case_page.of_transfer(case, account, now, book, proofs=proofs, full=full)

    def matching_subjects(self, query: str, account, now) -> list[str]:
        """Pupils with exactly this registration or identity number."""
        return [subject_of(pk) for pk in records.ids_by_number(query, local_date(now))]


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


IN_PROVINCE_TRANSFER = procedures.register(InProvinceTransfer())
