"""The page “现在能办什么”: what is asked for, and the answer in words (R3.1–R3.5)."""

from datetime import datetime, time

from django import forms

from orgs.people.models import Unit, UnitLevel
from orgs.people.school_system import SchoolSystem
from reviews.engine.book import Rulebook
from reviews.engine.procedures import kind_name, of_kind
from reviews.rulebook_pages.calendar_forms import date_field, in_range
from reviews.vocabulary.states import SENDING_SIDE, State
from students.changes.kinds import RESUMPTION, ChangeKind
from students.pupil.grades import grade_label, is_graduating
from students.pupil.statuses import StudentStatus
from students.year_end.graduation import LEFT
from transfers.moving.preflight import Check
from transfers.possible import checking as possible
from web.clock import SHANGHAI, spoken
from web.words import zh

RELATIONS = [
    (possible.SAME_AUTHORITY, zh("同一主管部门（同旗县）")),
    (possible.SAME_LEAGUE, zh("同一盟市、不同主管部门")),
    (possible.SAME_PROVINCE, zh("不同盟市")),
]
GRADES = [(grade, grade_label(grade)) for grade in range(1, 13)]
_CHOOSE = {"invalid_choice": zh("请从列表中选择。"), "required": zh("请从列表中选择。")}


class PossibleForm(forms.Form):
    """Who, from where to where, on which day. Nothing of a person is asked for."""

    on = date_field(zh("发起日期"))
    status = forms.ChoiceField(label=zh("学籍状态"), choices=StudentStatus.choices, error_messages=_CHOOSE)
    grade = forms.TypedChoiceField(
        label=zh("现读年级"),
        help_text=zh("毕业生填毕业时的年级"),
        coerce=int,
        choices=GRADES,
        error_messages=_CHOOSE,
    )
    receiving = forms.ModelChoiceField(
        label=zh("转入省"), queryset=Unit.objects.none(), to_field_name="code", error_messages=_CHOOSE
    )
    sending = forms.ModelChoiceField(
        label=zh("转出省"), queryset=Unit.objects.none(), to_field_name="code", error_messages=_CHOOSE
    )
    relation = forms.ChoiceField(label=zh("两校（同省时）"), choices=RELATIONS, error_messages=_CHOOSE)
    receiving_system = forms.ChoiceField(
        label=zh("转入学校学制"), choices=SchoolSystem.choices, error_messages=_CHOOSE
    )
    sending_system = forms.ChoiceField(
        label=zh("转出学校学制"), choices=SchoolSystem.choices, error_messages=_CHOOSE
    )
    stays = forms.BooleanField(
        label=zh("应毕业未毕业（在毕业年级，同级学生已毕业离校）"), required=False, widget=forms.CheckboxInput
    )
    born = date_field(zh("出生日期（选填）"), zh("跨省入一年级时看是否足龄（附件1 三.8）"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        provinces = Unit.objects.filter(level=UnitLevel.PROVINCE).order_by("code")
        self.fields["receiving"].queryset = self.fields["sending"].queryset = provinces
        self.fields["born"].required = False

    def clean_on(self):
        """Within the years the calendar can hold."""
        return in_range(self.cleaned_data["on"])

    def clean(self):
        """Who stays is in the last grade of a phase and has not left it."""
        said = super().clean()
        at = said.get("grade"), said.get("sending_system", "")
        if said.get("stays") and at[0] and not (is_graduating(*at) and said.get("status") not in LEFT):
            self.add_error(
                "stays", zh("应毕业未毕业的学生在小学、初中或高中的最高年级，还没有毕业；请核对年级和状态。")
            )
        return said

    def question(self) -> possible.Question:
        """What was asked, at noon of the day: windows open and close at midnight."""
        said = dict(self.cleaned_data)
        at = datetime.combine(said.pop("on"), time(12), SHANGHAI)
        return possible.Question(at, **said)


def standard(province: str, today) -> dict:
    """What is shown before anything was chosen: an enrolled pupil between two counties of one's own province."""
    return {
        "on": today.isoformat(),
        "status": StudentStatus.ENROLLED.value,
        "grade": "4",
        "receiving": province,
        "sending": province,
        "relation": possible.SAME_LEAGUE,
        "receiving_system": SchoolSystem.SIX_THREE.value,
        "sending_system": SchoolSystem.SIX_THREE.value,
        "born": "",
        "stays": "",
    }


def page(asked: possible.Question | None, book: Rulebook) -> dict:
    """The answer as strings; nothing where the question is not whole."""
    if asked is None:
        return {"answer": None}
    found = possible.answer(asked, book)
    procedure = of_kind(found.kind)
    return {
        "answer": {
            "allowed": found.allowed,
            "kind": procedure.name,
            "clause": procedure.clause,
            "day": spoken(asked.day),
            "verdict": verdict(found, asked),
            "checklist": [line(check) for check in found.checks],
            "stages": [
                {
                    "label": State(stage.stage).label,
                    "sending": stage.stage in SENDING_SIDE,
                    "days": zh("{stage_days} 个工作日", stage_days=stage.days),
                }
                for stage in found.stages
            ],
            "ends": zh("学籍转入"),
            "dates": dates(found, asked),
            "others": [
                {"kind": kind_name(kind), "text": check.text, "clause": check.clause}
                for kind, check in found.others
            ],
            "changes": [
                {"name": kind.name, "ok": why is None, "text": why.sentence if why else _told(kind, found)}
                for kind, why in sorted(found.changes, key=lambda row: row[1] is not None)
            ],
        }
    }


def _told(kind: ChangeKind, found: possible.Answer) -> str:
    return found.resuming if kind is RESUMPTION else kind.hint


def verdict(found: possible.Answer, asked: possible.Question) -> str:
    """The whole answer in one sentence."""
    name = of_kind(found.kind).name
    if found.allowed:
        return zh("{day}可以由转入学校发起{name}。", day=spoken(asked.day), name=name)
    if not found.stages:
        return zh("{day}没有在行的{name}流程，不能发起。", day=spoken(asked.day), name=name)
    return zh("{day}不能发起{name}，原因见下。", day=spoken(asked.day), name=name)


def line(check: Check) -> dict:
    """One check of the list."""
    remover = check.remover if check.remover not in ("", "—") else ""
    return {
        "ok": True if check.ok else (None if check.warns else False),
        "text": check.text,
        "why": zh("由谁解除：{remover}", remover=remover) if remover and not check.ok else "",
        "clause": "" if check.ok else check.clause,
    }


def dates(found: possible.Answer, asked: possible.Question) -> list[tuple[str, str]]:
    """When it may be sent, until when the first unit decides, when it is cleared."""
    rows = [(zh("发起时段"), found.window.sentence or zh("没有限制发起的时段"))]
    if found.first_due is not None and found.allowed:
        rows.append(
            (zh("第一个环节"), zh("{day}前办结（次个工作日起算，附件1 三.7）", day=spoken(found.first_due)))
        )
        rows.append(
            (
                zh("全程"),
                zh(
                    "发起后满 {found_expire_days} 天未办结的自动清理（附件1 三.7）",
                    found_expire_days=found.expire_days,
                ),
            )
        )
        filed = next((stage for stage in found.stages if stage.stage == State.AWAITING_FILE), None)
        if filed is not None:
            rows.append(
                (
                    zh("调档"),
                    zh(
                        "各方同意后 {filed_days} 个工作日内报到并调档，逾期自动取消（附件1 三.6）",
                        filed_days=filed.days,
                    ),
                )
            )
    return rows
