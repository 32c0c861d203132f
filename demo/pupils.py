"""Some five thousand invented pupils: of every grade, every letter of number, every status."""

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from demo import record_rows
from demo.loading import reserve, store
from demo.places import TOUR_SCHOOLS, School, begun
from students.pupil import sealing
from students.pupil.grades import cohort_of, nominal_grade, phase_of, school_year
from students.pupil.identity import FEMALE, MALE
from students.pupil.invented import MONGOL, RARE_CHARACTERS, InventedGuardian, InventedPupil, Inventor
from students.pupil.models import (
    Enrolment,
    Guardian,
    ProblemKind,
    ProblemRecord,
    RegistrationNumber,
    SchoolClass,
    Student,
)
from students.pupil.records import number_index
from students.pupil.statuses import StudentStatus
from web import pinyin
from web.clock import SHANGHAI, local_date

TOUR_CLASS, PLAIN_CLASS = 20, 12
_PROBLEMS = 26
# Names that test a page: the longest that the law's rolls hold, and characters that few fonts have.
_SHOWN_NAMES = [
    ("博尔济吉特·阿拉坦其其格·娜仁托娅高娃·敖登格日乐萨仁其木格", FEMALE, MONGOL),
    (f"王{RARE_CHARACTERS[0]}", MALE, "01"),
    (f"李雨{RARE_CHARACTERS[1]}", FEMALE, "01"),
    (f"张{RARE_CHARACTERS[2]}", MALE, "01"),
]
_RELATIONS = {"父亲": "51", "母亲": "52"}  # GB/T 4761
_CAREFUL = [("suspended", 14), ("abroad", 8), ("left_other", 10)]


@dataclass
class Pupil:
    """A pupil with the school the record stood at before any case of the demonstration."""

    student: Student
    school: School

    @property
    def free(self) -> bool:
        """True when a case may be told about this pupil."""
        return self.student.status == StudentStatus.ENROLLED


class Register:
    """Collects the rows of all pupils, then writes them table by table; all triggers are on."""

    def __init__(self, today: date, seed: int, inventor: Inventor):
        self.today, self.seed = today, seed
        self.random = random.Random(seed)  # noqa: S311 - nothing here is secret; it must repeat
        self.inventor = inventor
        self.pupils: list[Pupil] = []
        self.first_numbers: list[tuple[Student, str, datetime]] = []
        self.later_numbers: list[tuple[Student, str, datetime]] = []
        self.enrolments: list[Enrolment] = []
        self.guardians: list[tuple[Student, InventedGuardian]] = []
        # Of each pupil, before it has a key: the identity number, and the place of the first school.
        self.plain: dict[int, str] = {}
        self.places: dict[int, str] = {}

    def add(self, school: School, school_class: SchoolClass | None, cohort: int, *, named=None, status=""):
        """One pupil of ``school``; ``named`` is (name, sex, ethnic) where it is not left to chance."""
        born = self.inventor.birth_date(date(cohort - 7, 9, 1), date(cohort - 6, 8, 31))
        sex, ethnic = (named[1], named[2]) if named else ("", "")
        found = self.inventor.pupil(school.division, born, sex, ethnic)
        name = named[0] if named else found.name
        grade = min(nominal_grade(cohort, self.today), school.highest)
        phase = phase_of(grade, school.unit.school_system)
        entered = self._entered(school, cohort, phase)
        letter = self._letter(cohort)
        student = Student(
            name=name,
            pinyin=pinyin.readings(name),
            sex=found.sex,
            birth_date=born,
            ethnic=found.ethnic,
            id_type="Z" if letter == "J" else "1",
            status=status or self._status(school, cohort),
            phase=phase,
            cohort=cohort,
            school=school.unit,
            school_class=school_class,
            entered_on=local_date(entered),
            address=found.address,
            household_registration_place=found.address,
            left_behind_child=self.random.choices("012", (90, 6, 4))[0],
            migrant_worker_child=self.random.random() < 0.08,
        )
        if student.status == StudentStatus.GRADUATED:
            student.graduated_on = date(cohort + school.highest, 7, 10)
        self.places[id(student)] = school.division
        student.migrant_worker_child &= student.left_behind_child == "0"  # nobody is both
        if letter != "J":
            student.id_number_index = number_index(found.id_number)
            self.plain[id(student)] = found.id_number
        self._enrol(student, school, school_class, entered)
        self._number(student, found, letter, entered)
        parents = self.inventor.guardians(replace(found, name=name))
        self.guardians += [(student, guardian) for guardian in parents]
        self.pupils.append(Pupil(student, school))

    def _entered(self, school: School, cohort: int, phase: str) -> datetime:
        first = begun(school.lowest, phase, school.unit.school_system)
        day = date(cohort + first - 1, 9, 1)
        return datetime.combine(min(day, self.today - timedelta(days=1)), time(9), SHANGHAI)

    def _letter(self, cohort: int) -> str:
        """First-graders of this school year hold L until spring (R1.1); a few older ones still do (R1.8)."""
        if cohort >= school_year(self.today):
            return "L"
        return self.random.choices("GJL", (93, 3, 4))[0]

    def _status(self, school: School, cohort: int) -> str:
        chance = self.random.randrange(1000)
        for status, share in _CAREFUL:
            if chance < share:
                return status
            chance -= share
        # Nobody leaves compulsory education by 退学; in senior secondary a few do.
        if school_year(self.today) - cohort + 1 >= 10 and chance < 15:
            return StudentStatus.WITHDRAWN
        return StudentStatus.ENROLLED

    def _enrol(self, student, school, school_class, entered) -> None:
        self.enrolments.append(
            Enrolment(
                student=student,
                school=school.unit,
                phase=student.phase,
                period=DateTimeTZRange(entered, None),
                grade_in=begun(school.lowest, student.phase, school.unit.school_system),
                class_name=str(school_class or ""),
            )
        )

    def _number(self, student: Student, found: InventedPupil, letter: str, entered: datetime) -> None:
        text = self.inventor.l_number(found.division, found.birth_date)
        self.first_numbers.append((student, text, entered))
        if letter != "L":
            text = (
                f"G{found.id_number}"
                if letter == "G"
                else self.inventor.j_number(found.division, found.birth_date)
            )
            spring = datetime(student.cohort + 1, 4, 1, 10, tzinfo=SHANGHAI)
            self.later_numbers.append((student, text, max(spring, entered + timedelta(days=30))))

    # ------------------------------------------------------------ writing

    def write(self) -> list[Pupil]:
        """Write all rows; returns the pupils."""
        students = [pupil.student for pupil in self.pupils]
        sealer = sealing.sealer("students_student", "id_number_sealed")
        for pk, student in enumerate(students, reserve(Student, len(students))):
            student.pk = pk
            plain = self.plain.get(id(student), "")
            student.id_number_sealed = sealer.seal(plain, pk) if plain else None
        store(students)
        for pk, enrolment in enumerate(self.enrolments, reserve(Enrolment, len(self.enrolments))):
            enrolment.pk, enrolment.student_id = pk, enrolment.student.pk
        store(self.enrolments)
        self._write_numbers()
        self._write_guardians()
        store(record_rows.rows(self.pupils, self.seed))
        self._write_problems()
        return self.pupils

    def _write_numbers(self) -> None:
        closed = {student.pk: issued for student, _, issued in self.later_numbers}
        sealer = sealing.sealer("students_registrationnumber", "sealed")
        first = reserve(RegistrationNumber, len(self.first_numbers) + len(self.later_numbers))
        for numbers in (self.first_numbers, self.later_numbers):
            rows = []
            for student, text, issued in numbers:
                successor = closed.get(student.pk) if text[0] == "L" else None
                rows.append(
                    RegistrationNumber(
                        pk=first,
                        student=student,
                        kind=text[0],
                        sealed=sealer.seal(text, first),
                        index=number_index(text),
                        issued_at=issued,
                        closed_at=successor,
                        closed_reason="下发正式学籍号" if successor else "",
                    )
                )
                first += 1
            store(rows)

    def _write_guardians(self) -> None:
        sealer = sealing.sealer("students_guardian", "phone_sealed")
        first = reserve(Guardian, len(self.guardians))
        rows = [
            Guardian(
                pk=pk,
                student=student,
                place=1 if guardian.sex == MALE else 2,
                name=guardian.name,
                relation=_RELATIONS[guardian.relation],
                workplace=guardian.address,
                details=record_rows.of_guardian(guardian.address, self.places[id(student)], student.ethnic),
                phone_sealed=sealer.seal(guardian.phone, pk),
            )
            for pk, (student, guardian) in enumerate(self.guardians, first)
        ]
        store(rows)

    def _write_problems(self) -> None:
        """A few open problem records, one of them at each school of the tour, and some that are settled."""
        asked = [p for p in self.pupils if p.school.word in TOUR_SCHOOLS and p.free][5:400:120]
        asked += self.random.sample([p for p in self.pupils if p.free and p not in asked], _PROBLEMS)
        opened = datetime.combine(self.today - timedelta(days=40), time(3), SHANGHAI)
        rows = []
        for number, pupil in enumerate(asked):
            kind = ProblemKind.values[number % 5]
            settled = opened + timedelta(days=12) if number % 4 == 3 else None
            rows.append(ProblemRecord(student=pupil.student, kind=kind, opened_at=opened, closed_at=settled))
        ProblemRecord.objects.bulk_create(rows)
        self.troubled = {row.student_id for row in rows if row.closed_at is None}


def build(schools: list[School], today: date, seed: int, inventor: Inventor) -> Register:
    """Invent and write the pupils of all schools; returns the register with its pupils."""
    register = Register(today, seed, inventor)
    for school in schools:
        size = TOUR_CLASS if school.word in TOUR_SCHOOLS else PLAIN_CLASS
        for cohort, classes in school.classes.items():
            for school_class in classes:
                for _ in range(size + register.random.randint(-1, 2)):
                    register.add(school, school_class, cohort)
        if school.word == "aba1":
            for named, cohort in zip(_SHOWN_NAMES, sorted(school.classes)[1:5], strict=True):
                register.add(school, school.classes[cohort][0], cohort, named=named, status="enrolled")
        gone = cohort_of(school.highest + 1, today)
        for _ in range(4 if school.word in TOUR_SCHOOLS else 1):
            register.add(school, None, gone, status="graduated")
    register.write()
    return register
