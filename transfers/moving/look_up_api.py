"""The API of the look-up: a pupil by number and name, masked, with every obstacle in words (R3.1b)."""

from django.core import signing
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from ledger.api import Choice, Endpoint, Strict, problem, told
from ledger.tally import Counted
from orgs.people.models import Unit, UnitLevel
from orgs.people.unit_codes import UnitCode
from reviews.engine import book as rulebook
from reviews.engine import seating
from reviews.engine.procedures import kind_name
from reviews.rulebook.notice_values import POST_GRADUATION
from students.pupil import records
from students.pupil.models import Student
from transfers.moving import pages, preflight, rules
from transfers.moving.views import NO_MATCH, NO_SEAT
from web import clock
from web.refusals import Refused

# How long a look-up may be built upon.
_LOOK_UP_SECONDS = 1800
_SALT = "transfers.look_up"
NO_SCHOOL = "没有这个学校代码，请核对后重填；可用的代码见 /api/v1/units/?level=school。"


class ByAccount(Counted):
    """So many look-ups an account."""

    scope = "look-up account"

    def subjects(self, request) -> tuple | None:
        """The account."""
        return (request.user.pk,) if request.user.is_authenticated else None


class ByAddress(Counted):
    """So many look-ups an address, whatever accounts are behind it."""

    scope = "look-up address"

    def subjects(self, request) -> tuple:
        """The visitor's address, as our own proxies saw it."""
        return (self.get_ident(request),)


NAMED_AT_LOOK_UP = [(POST_GRADUATION, kind_name(POST_GRADUATION))]


class Begun(Choice):
    """What is begun: a transfer, in or across provinces by the two schools, or 毕业后跨省就学 (R3.3)."""

    def __init__(self):
        super().__init__(
            NAMED_AT_LOOK_UP,
            required=False,
            default="",
            allow_blank=True,
            label="业务种类",
            help_text="为本校招收的外省毕业生办理时写明；空为转学（三.1、三.3）。",
        )


class LookUpIn(Strict):
    """What the parents state."""

    number = serializers.CharField(max_length=200, label="学籍号或身份证号")
    name = serializers.CharField(max_length=200, label="学生姓名")
    school = UnitCode(required=False, label="转入学校代码", help_text="只任职一所学校时不必写。")
    kind = Begun()


class CardOut(serializers.Serializer):
    """A pupil, masked."""

    name = serializers.CharField()
    sex = serializers.CharField()
    birth_year = serializers.IntegerField()
    number = serializers.CharField()
    status = serializers.CharField()
    school = serializers.CharField()
    grade = serializers.CharField()
    class_name = serializers.CharField()


class CheckOut(serializers.Serializer):
    """One line of the pre-flight."""

    ok = serializers.BooleanField()
    warns = serializers.BooleanField(help_text="只提醒，不妨碍发起。")
    code = serializers.CharField(help_text="通过时为空。")
    text = serializers.CharField()
    clause = serializers.CharField()
    remover = serializers.CharField(help_text="由谁解除。")


class FoundOut(serializers.Serializer):
    """The pupil that was found."""

    key = serializers.CharField(help_text="建立草稿时用；30 分钟内、只由本账号可用。")
    school = serializers.CharField(help_text="转入学校代码")
    pupil = CardOut()
    stopped = serializers.BooleanField(help_text="有妨碍建立草稿的情形。")
    checks = CheckOut(many=True)


class LookUp(Endpoint):
    """核对学生: number and name together; a miss says one sentence and nothing more."""

    serializer_class = FoundOut
    throttle_classes = (ByAccount, ByAddress)

    @extend_schema(
        summary="按号码和姓名核对学生",
        description="号码和姓名都相符才有结果。每次核对都有记录；一小时内多次核对不上须等待。号码只在请求内容里，不进网址。",
        operation_id="look_up",
        request=LookUpIn,
        responses={
            200: FoundOut,
            404: told("没有号码与姓名都相符的学生。"),
            409: told("没有转入学校学籍管理员的岗位。"),
        },
    )
    def create(self, request) -> Response:
        """The masked card with every obstacle in words (R3.1b)."""
        typed, now = self.read(LookUpIn), clock.now()
        school = school_of(request.user, typed.get("school"), now)
        student = records.find(typed["number"], typed["name"], request.user, now)
        if student is None:
            return problem("no_match", NO_MATCH, 404, "附件1 三.1")
        checks = preflight.of_pupil(student, school, now, rulebook.current(), typed["kind"])
        found = {
            "key": signing.dumps([str(student.key), request.user.pk], salt=_SALT),
            "school": school.code,
            "pupil": records.card(student, clock.local_date(now)),
            "stopped": pages.hard_stop(checks),
            "checks": checks,
        }
        return Response(FoundOut(found).data)


def school_of(account, code: str | None, now) -> Unit:
    """The school for which the account starts a transfer. Raises Refused, or ValidationError for a doubt.

    A code that is no school's is told as such, and a closed school's with the school that succeeds it: both are
    public facts. A school that stands but is not the account's own says nothing but that.
    """
    day = clock.local_date(now)
    schools = pages.schools_of(account, day)
    if code:
        rows = Unit.objects.filter(code=code, level=UnitLevel.SCHOOL).select_related("authority")
        named = rows.first()
        if named is None:
            raise ValidationError({"school": [NO_SCHOOL]})
        closed = rules.closed_refusal(named, day)
        if closed is not None:
            raise Refused(closed)
        schools = [school for school in schools if school.pk == named.pk]
    if not schools:
        raise Refused(seating.no_seat(account, day, NO_SEAT))
    if len(schools) > 1:
        raise ValidationError({"school": ["你在多所学校任学籍管理员，请写明转入学校代码。"]})
    return schools[0]


def looked_up(key: str, account) -> Student:
    """The pupil of the account's own look-up. Raises ValidationError."""
    try:
        pupil, account_id = signing.loads(key, salt=_SALT, max_age=_LOOK_UP_SECONDS)
    except signing.BadSignature:
        pupil, account_id = None, None
    if account_id != account.pk:
        raise ValidationError(
            {"pupil": ["请先在 /api/v1/look-up/ 核对学生；结果 30 分钟内、只由本账号可用。"]}
        )
    rows = Student.objects.select_related("school__authority", "school__province", "school_class")
    return rows.get(key=pupil)
