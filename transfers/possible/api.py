"""The API of “现在能办什么”: the same question and the same answer as on the page (R3.1–R3.5)."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from reviews.case_page.api import Public
from reviews.desk import context as desk
from reviews.engine.procedures import kind_name
from reviews.vocabulary.states import State
from students.changes.kinds import RESUMPTION
from transfers.possible import checking as possible
from transfers.possible import pages as possible_pages
from transfers.possible.pages import PossibleForm


class PossibleQuery(serializers.Serializer):
    """What is chosen; everything but the provinces has a default."""

    on = serializers.DateField(required=False, label="发起日期", help_text="年-月-日，默认今天。")
    status = serializers.CharField(required=False, label="学籍状态", max_length=12)
    grade = serializers.IntegerField(required=False, label="现读年级（毕业生为毕业时的年级）")
    receiving = serializers.CharField(label="转入省代码", max_length=12)
    sending = serializers.CharField(required=False, label="转出省代码，默认与转入省相同", max_length=12)
    relation = serializers.CharField(
        required=False,
        max_length=20,
        label="两校关系（同省时）",
        help_text="same_authority、same_league 或 same_province。",
    )
    receiving_system = serializers.CharField(required=False, label="转入学校学制", max_length=8)
    sending_system = serializers.CharField(required=False, label="转出学校学制", max_length=8)
    stays = serializers.BooleanField(
        required=False, label="应毕业未毕业", help_text="在毕业年级，同级学生已毕业离校而本人没有毕业。"
    )
    born = serializers.DateField(required=False, label="出生日期", help_text="跨省入一年级时看是否足龄。")


class CheckedOut(serializers.Serializer):
    """One check."""

    code = serializers.CharField(help_text="通过的没有代号。")
    ok = serializers.BooleanField()
    warns = serializers.BooleanField(help_text="只提示，不阻止。")
    text = serializers.CharField()
    clause = serializers.CharField()


class StageDaysOut(serializers.Serializer):
    """One stage with its working days."""

    stage = serializers.ChoiceField(State.choices)
    label = serializers.SerializerMethodField()  # type: ignore[assignment]  # a field of that name, as DRF allows
    days = serializers.IntegerField()

    def get_label(self, row) -> str:
        """What the stage is called."""
        return State(row.stage).label


class OtherOut(serializers.Serializer):
    """Why it cannot be done by another kind of case, or what the pupil's own school cannot do."""

    kind = serializers.CharField()
    name = serializers.CharField()
    allowed = serializers.BooleanField()
    sentence = serializers.CharField()
    clause = serializers.CharField()


class PossibleOut(serializers.Serializer):
    """The answer."""

    kind = serializers.CharField()
    kind_name = serializers.CharField()
    allowed = serializers.BooleanField()
    sentence = serializers.CharField()
    checks = CheckedOut(many=True)
    stages = StageDaysOut(many=True)
    first_due = serializers.DateField(allow_null=True, help_text="第一个环节的时限；没有流程时为 null。")
    window = serializers.CharField(help_text="发起时段，一句话；没有限制时为空。")
    others = OtherOut(many=True, help_text="按其他业务为什么不能办。")
    changes = OtherOut(many=True, help_text="原学校能办和不能办的学籍异动。")


class Possible(Public):
    """现在能办什么."""

    serializer_class = PossibleOut

    @extend_schema(
        summary="某种情形能办什么、经过哪些单位、什么时候、依据哪一条",
        operation_id="possible_list",
        parameters=[PossibleQuery],
        responses=PossibleOut,
    )
    def list(self, request) -> Response:
        """The guards, windows and routes put before a stand-in pupil."""
        asked = self.query(PossibleQuery)
        known = desk.of(request)
        said = possible_pages.standard(asked["receiving"], known.today)
        said |= {name: str(value) for name, value in asked.items()}
        form = PossibleForm(said)
        if not form.is_valid():
            raise ValidationError({name: [str(one) for one in told] for name, told in form.errors.items()})
        question = form.question()
        found = possible.answer(question, known.book)
        return Response(PossibleOut(_shown(found, question)).data)


def _shown(found: possible.Answer, question: possible.Question) -> dict:
    return {
        "kind": found.kind,
        "kind_name": kind_name(found.kind),
        "allowed": found.allowed,
        "sentence": possible_pages.verdict(found, question),
        "checks": found.checks,
        "stages": found.stages,
        "first_due": found.first_due,
        "window": found.window.sentence,
        "others": [
            _other(kind, kind_name(kind), False, check.text, check.clause) for kind, check in found.others
        ],
        "changes": [
            _other(
                kind.kind,
                kind.name,
                why is None,
                why.sentence if why else resuming(kind, found),
                why.clause if why else "",
            )
            for kind, why in found.changes
        ],
    }


def resuming(kind, found: possible.Answer) -> str:
    """Of 复学 that may be had: what may be chosen."""
    return found.resuming if kind is RESUMPTION else ""


def _other(kind: str, name: str, allowed: bool, sentence: str, clause: str) -> dict:
    return {"kind": kind, "name": name, "allowed": allowed, "sentence": sentence, "clause": clause}
