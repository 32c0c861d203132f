"""A small world for tests: two provinces, a league, two counties, a handful of schools, clerks and pupils."""

import itertools
from datetime import date, timedelta
from functools import cached_property

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F
from django.utils import timezone

from demo.loading import as_replica
from orgs.people.models import Account, Person, Post, PostRole, Unit, UnitLevel
from orgs.people.school_system import system_on
from orgs.staff.training_models import Training
from reviews.engine import door
from reviews.engine.models import Case
from reviews.evidence.proofs import take_in
from reviews.faults import announcing as faults
from reviews.rulebook.models import Route
from reviews.rulebook.notice_values import POST_GRADUATION
from students.changes import drafting as change_drafting
from students.changes import rules as change_rules
from students.changes.kinds import BY_KIND
from students.changes.models import ChangePolicy, ContactAttempt
from students.dropouts import marking
from students.pupil import sealing
from students.pupil.grades import bounds, cohort_of, grade_of, phase_of
from students.pupil.invented import Inventor
from students.pupil.models import CodeTable, Enrolment, RegistrationNumber, SchoolClass, Student
from students.pupil.records import number_index
from transfers.moving import drafting
from transfers.moving.models import Transfer, TransferReason
from transfers.offline import recording as offline
from web import clock, pinyin

PASSWORD = "Xueji-2026-demo"
_count = itertools.count(1)
# Every summer, long before and after any day on which a test stands (R8.1).
_TRAINED = range(2016, 2046)
_NEXT_KEYS = """SELECT nextval(pg_get_serial_sequence('orgs_unit', 'id')) FROM generate_series(1, %s)"""
# Short name, name, level, what stands above; from above to below.
_UNITS = (
    ("ministry", "教育部", UnitLevel.MINISTRY, None),
    ("im", "内蒙古自治区教育厅", UnitLevel.PROVINCE, "ministry"),
    ("league", "锡林郭勒盟教育局", UnitLevel.LEAGUE, "im"),
    ("east", "东乌珠穆沁旗教育局", UnitLevel.COUNTY, "league"),
    ("west", "阿巴嘎旗教育局", UnitLevel.COUNTY, "league"),
    ("first", "示例第一小学", UnitLevel.SCHOOL, "east"),
    ("second", "示例第二小学", UnitLevel.SCHOOL, "east"),
    ("third", "示例第三小学", UnitLevel.SCHOOL, "west"),
    ("league_school", "盟直属示例小学", UnitLevel.SCHOOL, "league"),
    ("hebei", "河北省教育厅", UnitLevel.PROVINCE, "ministry"),
    ("zhangbei", "张北县教育局", UnitLevel.COUNTY, "hebei"),
    ("abroad", "张北县示例小学", UnitLevel.SCHOOL, "zhangbei"),
)
_PRIMARY = {"lowest_grade": 1, "highest_grade": 6, "school_system": "6-3"}


def _told(name, level, authority):
    """A unit with a code of its own."""
    return {
        "code": f"T{next(_count):07d}",
        "name": name,
        "short_name": name[:30],
        "level": level,
        "authority": authority,
        "division_code": "152522",
    }


def _unsaved(pk, name, level, above):
    unit = Unit(pk=pk, **_told(name, level, above), **(_PRIMARY if level == UnitLevel.SCHOOL else {}))
    unit.path = f"{above.path if above else '/'}{pk}/"
    unit.province_id = pk if level == UnitLevel.PROVINCE else above.province_id if above else None
    unit.league_id = pk if level == UnitLevel.LEAGUE else above.league_id if above else None
    return unit


def rewritten(rows, **values) -> None:
    """Rows as a test needs them to have been, past the walls: as the demonstration's past gets in."""
    with transaction.atomic(), as_replica():
        rows.update(**values)


class World:
    """Units by short names: ``im`` (province), ``league``, ``east`` and ``west`` (counties), schools ``first``
    (east), ``second`` (east), ``third`` (west), ``league_school`` (run by the league), ``abroad`` (other province)."""

    def __init__(self, now=None, division="152522"):
        self.division = division
        self.now = now or timezone.now()
        self.today = timezone.localtime(self.now).date()
        self.inventor, self.born = Inventor(next(_count)), set()
        # There is one ministry, also for two worlds and beside the units of the seed.
        self.ministry = Unit.objects.filter(level=UnitLevel.MINISTRY).first()
        missing = [each for each in _UNITS if each[0] != "ministry" or self.ministry is None]
        with connection.cursor() as cursor:
            cursor.execute(_NEXT_KEYS, [len(missing)])
            for (pk,), (short, name, level, above) in zip(cursor.fetchall(), missing, strict=True):
                setattr(self, short, _unsaved(pk, name, level, above and getattr(self, above)))
        made = [getattr(self, short) for short, *_ in missing]
        # At once and as ``save`` would have kept them (tests/orgs/test_unit_tree.py): most tests begin with them.
        Unit.objects.bulk_create(made)
        classes = [each for unit in made if unit.is_school for each in self._classes(unit)]
        SchoolClass.objects.bulk_create(classes)

    def unit(self, name, level, authority, **more):
        """A unit with a code of its own."""
        return Unit.objects.create(**_told(name, level, authority), **more)

    def school(self, name, authority, lowest=1, highest=6, system="6-3"):
        """A school with one class in each of its grades."""
        school = self.unit(
            name,
            UnitLevel.SCHOOL,
            authority,
            lowest_grade=lowest,
            highest_grade=highest,
            school_system=system,
        )
        SchoolClass.objects.bulk_create(self._classes(school))
        return school

    def _classes(self, school):
        return [
            SchoolClass(
                school=school,
                phase=phase_of(grade, school.school_system),
                cohort=cohort_of(grade, self.today),
                number=1,
            )
            for grade in range(school.lowest_grade, school.highest_grade + 1)
        ]

    def closed(self, unit, successor=None, on=None):
        """The unit, closed from ``on`` (today) and merged into ``successor``."""
        unit.closed_on, unit.successor = on or clock.local_date(clock.now()), successor
        unit.save(update_fields=["closed_on", "successor"])
        return unit

    def person(self, name=None):
        """A member of staff."""
        number = next(_count)
        return Person.objects.create(name=name or f"职员{number}", staff_number=f"P{number:06d}")

    def account(self, unit, role, person=None):
        """An account that holds ``role`` at ``unit``."""
        account = Account.objects.create_user(
            username=f"u{next(_count)}", password=PASSWORD, person=person or self.person()
        )
        Post.objects.create(account=account, unit=unit, role=role, valid_from=date(2020, 1, 1))
        if not account.person.trainings.exists():
            Training.objects.bulk_create(
                Training(
                    person=account.person,
                    trained_on=date(year, 7, 1),
                    organiser="示例培训中心",
                    valid_until=date(year + 1, 7, 1),
                )
                for year in _TRAINED
            )
        return account

    def certified(self, account, until):
        """The account's person, with one certificate that holds until ``until`` and no other; ``None``: with none."""
        Training.objects.filter(person=account.person).delete()
        if until is not None:
            trained = min(until, self.today) - timedelta(days=100)
            Training.objects.create(
                person=account.person, trained_on=trained, organiser="示例培训中心", valid_until=until
            )
        return type(account).objects.select_related("person").get(pk=account.pk)

    def registrar(self, unit):
        """The unit's registrar (one for each unit, made on first use)."""
        return self._one(unit, PostRole.REGISTRAR)

    def head(self, unit):
        """The unit's head (one for each unit, made on first use)."""
        return self._one(unit, PostRole.HEAD)

    def _one(self, unit, role):
        post = Post.objects.filter(unit=unit, role=role).select_related("account__person").first()
        return post.account if post else self.account(unit, role)

    def pupil(self, school, grade=4, letter="L", status="enrolled", name=None, graduated_on=None):
        """A pupil enrolled at ``school`` with a valid number of the wanted letter."""
        cohort = cohort_of(grade, self.today) if graduated_on is None else graduated_on.year - grade
        phase = phase_of(grade, system_on(school, self.today))
        # Taken over with the phase it is in: what was before stands in no table.
        first = bounds(phase, system_on(school, self.today))[0]
        if status in ("graduated", "completed", "incomplete"):
            graduated_on = graduated_on or self.today
        born = self.birthday(cohort)
        made = self.inventor.pupil(self.division, born)
        student = Student.objects.create(
            name=name or made.name,
            pinyin=pinyin.readings(name or made.name),
            sex=made.sex,
            birth_date=born,
            ethnic=made.ethnic,
            status=status,
            phase=phase,
            cohort=cohort,
            graduated_on=graduated_on,
            school=school,
            school_class=SchoolClass.objects.filter(school=school, phase=phase, cohort=cohort).first(),
            entered_on=date(cohort, 9, 1),
            id_number_index=None if letter == "J" else number_index(made.id_number),
        )
        if letter != "J":
            student.id_number_sealed = sealing.seal(
                made.id_number, "students_student", "id_number_sealed", student.pk
            )
            rewritten(Student.objects.filter(pk=student.pk), id_number_sealed=student.id_number_sealed)
        Enrolment.objects.create(
            student=student,
            school=school,
            phase=phase,
            period=DateTimeTZRange(timezone.make_aware(timezone.datetime(cohort + first - 1, 9, 1)), None),
            grade_in=first,
        )
        self.number(student, self.inventor.l_number(self.division, born), close=letter != "L")
        if letter == "G":
            self.number(student, f"G{made.id_number}")
        elif letter == "J":
            self.number(student, self.inventor.j_number(self.division, born))
        return student

    def birthday(self, cohort):
        """Of nobody else here: who has the same name and sex would be taken for the same child (R1.7)."""
        first, last = date(cohort - 7, 9, 1), date(cohort - 6, 8, 31)
        free = {first + timedelta(n) for n in range((last - first).days + 1)} - self.born
        born = self.inventor.birth_date(first, last)
        while free and born not in free:
            born = self.inventor.birth_date(first, last)
        self.born.add(born)
        return born

    def graduate(self, school, grade=6, on=None, **more):
        """A pupil who graduated at ``school`` from ``grade``, by default on 10 July of this school year."""
        # Of this summer if it lies behind, so that the next grade is the one of this autumn.
        on = on or date(self.today.year - (self.today < date(self.today.year, 8, 11)), 7, 10)
        return self.pupil(school, grade=grade, status="graduated", graduated_on=on, **more)

    @cached_property
    def junior(self):
        """A junior middle school of the county ``east``: grades 7 to 9."""
        return self.school("示例初级中学", self.east, lowest=7, highest=9)

    def number(self, student, text, close=False):
        """Issue ``text`` to ``student``."""
        row = RegistrationNumber(student=student, kind=text[0], sealed=b"", index=number_index(text))
        row.save()
        sealed = sealing.seal(text, "students_registrationnumber", "sealed", row.pk)
        rewritten(RegistrationNumber.objects.filter(pk=row.pk), sealed=sealed)
        if close:
            RegistrationNumber.objects.filter(pk=row.pk).update(
                closed_at=F("issued_at"), closed_reason="下发正式学籍号"
            )
        return row

    def fault(self, unit, since=None, by=None, closed=False):
        """A fault of ``unit`` and all under it, announced by the unit's own registrar (or ``by``); ended if ``closed``."""
        now, by = clock.now(), by or self.registrar(unit)
        since = since or clock.local_date(now)
        fault = faults.open_fault(unit, by, now, since=since, reason="学籍系统无法登录")
        return faults.close_fault(fault, by, now) if closed else fault

    def taken_in(self, school, student, fault=None, paper_date=None, stated=None, confirmed=True):
        """An offline transfer recorded by the registrar of ``school``, under a fault of its authority, and confirmed by
        its head."""
        now = clock.now()
        day = clock.local_date(now)
        fault = fault or next(iter(faults.covering(school, day)), None) or self.fault(school.authority)
        made = offline.record(
            school,
            self.registrar(school),
            now,
            fault=fault,
            paper_date=paper_date or day,
            requester="mother",
            student=student,
            stated=stated,
        )
        return offline.confirm(made, self.head(school), now) if confirmed else made

    def enrolling(self, receiving, student, **chosen):
        """毕业后跨省就学 of ``receiving`` for a graduate, sent off by its registrar (R3.3)."""
        clerk = self.registrar(receiving)
        case = drafting.begin(student, receiving, clerk, clock.now(), kind=POST_GRADUATION)
        transfer = Transfer.objects.get(case=case)
        classes = SchoolClass.objects.filter(school=receiving)
        day = clock.local_date(clock.now())
        drafting.change(
            case,
            clerk,
            reason=TransferReason.objects.get(key="next_phase"),
            reason_note="",
            grade_to=transfer.grade_to,
            school_class=classes.get(cohort=cohort_of(transfer.grade_to, day)),
        )
        case = Case.objects.get(pk=case.pk)
        return door.perform(case, "submit", clerk, opinion="本校已录取，申请就学。")

    def awaited(self, case):
        """Agree at every stage until the file is awaited (R3.6)."""
        while case.state != "awaiting_file":
            case = self.decide(case)
        return case

    def filed(self, case, on=None):
        """The pupil reports, the receiving school requests the file."""
        clerk = self.registrar(case.receiving_unit)
        case = door.perform(self.awaited(case), "report", clerk, on=on or clock.local_date(clock.now()))
        return door.perform(case, "request_file", clerk)

    def draft(self, receiving, student, proofs=1, grade_to=None, grade_reason=""):
        """A draft of ``receiving`` for ``student``, ready to be sent; into another grade than its own if named."""
        clerk = self.registrar(receiving)
        case = drafting.begin(student, receiving, clerk, clock.now())
        transfer = Transfer.objects.get(case=case)
        drafting.change(
            case,
            clerk,
            reason=TransferReason.objects.get(key="house"),
            reason_note="",
            grade_to=grade_to or transfer.grade_from,
            grade_reason=grade_reason,
            school_class=SchoolClass.objects.get(
                school=receiving,
                cohort=student.cohort + transfer.grade_from - (grade_to or transfer.grade_from),
            ),
        )
        for _ in range(proofs):
            take_in(case, clerk, png())
        return Case.objects.get(pk=case.pk)

    def changing(self, student, kind, **said):
        """A draft of the pupil's school for a change of ``kind`` (R5.1–R5.3), with what the kind asks for unless said."""
        clerk, today = self.registrar(student.school), clock.local_date(clock.now())
        what = BY_KIND[kind]
        case = change_drafting.begin(student, what, clerk, clock.now())
        typed = {"on": today, "note": "家长到校说明情况。"}
        if what.reasons:
            typed["reason"], _ = CodeTable.objects.get_or_create(
                table=change_rules.REASONS_TABLE, code=what.reasons[0], defaults={"name": "所列原因"}
            )
        if "until" in what.asks:
            typed["until"] = today + timedelta(days=180)
        if "last_seen_on" in what.asks:
            typed["last_seen_on"] = today - timedelta(days=120)
            days = (today - timedelta(days=60), today - timedelta(days=20))
            typed["contacts"] = [ContactAttempt(on=day, way="telephone", result="无人接听") for day in days]
        if what.grades:
            grade = grade_of(student, today) + what.grades[0]
            classes = SchoolClass.objects.filter(
                school=student.school, phase=student.phase, cohort=cohort_of(grade, today)
            )
            typed |= {"grade_to": grade, "school_class": classes.first()}
        change_drafting.change(case, clerk, **(typed | said))
        return Case.objects.get(pk=case.pk)

    def reported(self, student):
        """The pupil marked as a drop-out, the written report signed (R5.2)."""
        now = clock.now()
        mark = marking.mark(
            student,
            self.registrar(student.school),
            now,
            last_seen_on=clock.local_date(now) - timedelta(days=120),
            reason="unwilling",
            efforts="班主任两次家访，家长同意返校但至今未返。",
        )
        marking.sign(mark, self.head(student.school), now)
        return mark

    def changed(self, student, kind, **said):
        """The change, sent off by the school's registrar; what has to be reported before has been."""
        if kind == "leaving_otherwise" and student.phase != "senior" and marking.live_mark(student) is None:
            self.reported(student)
        case = self.changing(student, kind, **said)
        return door.perform(case, "submit", self.registrar(student.school), opinion="情况属实，申请办理。")

    def policy(self, kind, province=None, **more):
        """The province's own rule for a kind of change, and the route that follows it (R5.1)."""
        row = {"valid_from": date(2020, 1, 1), "source": "省教育厅规定"}
        Route.objects.create(
            kind=kind,
            relation="same_authority",
            province=province or self.im,
            stages=more.pop("stages", ["school", "authority"]),
            **row,
        )
        return ChangePolicy.objects.create(kind=kind, province=province or self.im, **row, **more)

    def submitted(self, receiving, student, **chosen):
        """A case sent off by the registrar of ``receiving``."""
        case = self.draft(receiving, student, **chosen)
        return door.perform(case, "submit", self.registrar(receiving), opinion="情况属实，申请转入。")

    def decide(self, case, outcome="agree", reason="", opinion="情况属实，同意转入。"):
        """Both acts of the unit whose turn it is."""
        case = Case.objects.select_related("holder").get(pk=case.pk)
        unit = case.holder
        if case.awaiting == "handle":
            case = door.perform(
                case, "handle", self.registrar(unit), opinion=opinion, outcome=outcome, reason=reason
            )
        return door.perform(case, "sign", self.head(unit), opinion=opinion, outcome=outcome, reason=reason)

    def finish(self, case, opinion="情况属实，同意转入。"):
        """Agree at every stage to the end; across provinces the file is requested as well."""
        while case.is_live:
            case = self.filed(case) if case.state == "awaiting_file" else self.decide(case, opinion=opinion)
        return case


def png(size=(240, 160), colour=(200, 220, 240)):
    """A small real PNG as an upload."""
    import io

    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    return SimpleUploadedFile("proof.png", data.getvalue(), content_type="image/png")
