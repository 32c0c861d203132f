"""Django finds this app's tables here; everyone else imports them from where they stand."""

# ruff: noqa: F401
from students.admission.late.models import LateChild, MonthlyCheck
from students.bulletins.models import Bulletin, BulletinLine
from students.changes.key.models import KeyInformationChange
from students.changes.models import ChangePolicy, ContactAttempt, StatusChange
from students.classes.models import ChangeSheet, ChangeSheetLine, ClassCharge
from students.counter.models import PrintBatch, PupilPhoto, SheetPrint
from students.dropouts.models import DropoutMark
from students.duplicates.models import KnownTwins
from students.numbers.models import IssuingBatch, IssuingLine, PopulationPerson
from students.onward.models import RecruitedPupil, RecruitmentReturn
from students.problems.models import NumberDeletion, ProblemAnswer, RecordRemoval, TwinDecision
from students.pupil.models import (
    CodeTable,
    Enrolment,
    FieldChange,
    Guardian,
    ProblemRecord,
    PupilRecord,
    RegistrationNumber,
    SchoolClass,
    Student,
)
from students.roster.models import RosterExport
from students.statistics.models import HeadcountCell
from students.tables.models import ImportBatch
from students.verification.models import SampledPupil, SchoolVerification, VerificationRound
from students.year_end.models import (
    GraduationCorrection,
    GraduationLine,
    GraduationRun,
    PromotionCount,
    TakenBack,
)
