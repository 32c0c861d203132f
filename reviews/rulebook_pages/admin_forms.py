"""Forms of the rulebook's rows: closed lists where a row speaks of kinds and stages, and rows that cannot leave a gap."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q

from reviews.engine import procedures
from reviews.engine.procedures import kind_name
from reviews.refusal_rules.models import Verdict, WallWords
from reviews.refusal_rules.wall_values import POST_GRADUATION
from reviews.rulebook import year_words
from reviews.rulebook.notice_values import CROSS_PROVINCE, FILED_KINDS, IN_PROVINCE
from reviews.rulebook.year_values import DUE, MAY_BE_NOTHING
from reviews.vocabulary.relations import PHASES, ROUTE_RELATIONS, Relation
from reviews.vocabulary.states import OWN_SIDE, RUNNING, STAGES, Outcome, State
from web.words import zh

_LONGEST_VACATION = timedelta(days=120)
_KIND_NAMES = {
    IN_PROVINCE: zh("省内转学"),
    CROSS_PROVINCE: zh("跨省转学"),
    POST_GRADUATION: zh("毕业后跨省就学"),
}


def kind_choices() -> list[tuple[str, str]]:
    """Every kind of case a row may speak of, those of the notice first."""
    known = dict(_KIND_NAMES)
    known |= {procedure.kind: procedure.name for procedure in procedures.all_procedures()}
    return list(known.items())


def concept_choices() -> list[tuple[str, str]]:
    """Every meaning that has words, with the first of them."""
    rows = WallWords.objects.order_by("concept", "id").values_list("concept", "words")
    return list(
        {concept: (concept, f"{concept}：{words[:24]}…") for concept, words in reversed(rows)}.values()
    )[::-1]


def _several(label: str, choices: Any, empty: str, *, required: bool = True) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        required=required,
        choices=choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": empty},
    )


def _stage_choices(stages: Iterable[State]) -> list[tuple[str, str]]:
    return [(stage.value, stage.label) for stage in stages]


class VacationForm(forms.ModelForm):
    """A vacation lasts weeks; one of years would empty the bulletin (R3.7b)."""

    def clean(self) -> dict[str, Any]:
        """Refuse a vacation longer than 120 days."""
        super().clean()
        cleaned = self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last - first > _LONGEST_VACATION:
            self.add_error("ends_on", zh("一个寒假或暑假不会超过 120 天，请核对起止日期。"))
        return cleaned


class WindowForm(forms.ModelForm):
    """A window of R3.5: kinds from the list, edges that are days of a year."""

    kinds = _several(zh("业务类型"), kind_choices, zh("请至少选一种业务类型。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, told in (("starts", zh("如 07-15")), ("ends", zh("如 08-15，表示到 8月14日24时为止"))):
            if name in self.fields:
                self.fields[name].help_text = told

    def clean_starts(self) -> str:
        """A day that some year has."""
        return month_day(self.cleaned_data["starts"])

    def clean_ends(self) -> str:
        """A day that some year has."""
        return month_day(self.cleaned_data["ends"])

    def clean_valid_until(self) -> date | None:
        """The last days of a season are read by pages and lists: the nation always has one."""
        until = self.cleaned_data["valid_until"]
        return _followed(until, self.instance) if self.instance.key in DUE else until


def month_day(text: str) -> str:
    """``MM-DD`` as it was given, if a leap year has such a day. Raises ValidationError."""
    found = re.fullmatch(r"(\d{2})-(\d{2})", text, re.ASCII)
    try:
        if found is None:
            raise ValueError(text)
        date(2024, *(int(part) for part in found.groups()))
    except ValueError:
        raise forms.ValidationError(
            zh("请写成“月-日”，如 07-15，并且是日历上有的日子（附件1 三.5）。")
        ) from None
    return text


class LimitForm(forms.ModelForm):
    """A number of the notice (R3.7); the nation's row never leaves a day without one."""

    def clean_value(self) -> int:
        """At least 1, but for what may be nothing: a limit of nothing would make every case overdue at once."""
        value, key = self.cleaned_data["value"], self.instance.key or self.data.get("key")
        least = 0 if key in MAY_BE_NOTHING else 1
        if not least <= value <= 1000:
            raise forms.ValidationError(zh("数值须在 {least} 至 1000 之间。", least=least))
        return value

    def clean_valid_until(self) -> date | None:
        """A row of the nation may end only where the next one has begun."""
        return _followed(self.cleaned_data["valid_until"], self.instance)


def _followed(until: date | None, row: Any) -> date | None:
    """The end of a row, if it is a province's own or another of the nation's follows. Raises ValidationError."""
    if until is None or row.pk is None or row.province_id is not None:
        return until
    others = type(row).objects.filter(key=row.key, province=None, valid_from__lte=until).exclude(pk=row.pk)
    if not others.filter(Q(valid_until=None) | Q(valid_until__gt=until)).exists():
        raise forms.ValidationError(zh("这一天起没有接续的全国规定，业务将无从判断；请先添加接续的一行。"))
    return until


class YearRowForm(forms.ModelForm):
    """A word on the year's end (R0.7): written as people say it; the nation's row never leaves a day without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "value" in self.fields:
            self.fields["value"].help_text = year_words.HELP
        if self.instance.pk:
            self.initial["value"] = year_words.told(self.instance.key, self.instance.value, empty="")

    def clean(self) -> dict[str, Any]:
        """The word in the writing of its key, each mistake with what may be written."""
        super().clean()
        cleaned = self.cleaned_data
        key, value = cleaned.get("key", self.instance.key), cleaned.get("value")
        if key and value is not None:
            try:
                cleaned["value"] = year_words.read(key, value)
            except ValueError as error:
                self.add_error("value", str(error))
        return cleaned

    def clean_valid_until(self) -> date | None:
        """A row of the nation may end only where the next one has begun."""
        return _followed(self.cleaned_data["valid_until"], self.instance)


class RouteForm(forms.ModelForm):
    """The order of stages (R3.1): which units take part is chosen, their order is the notice's.

    A league or a province may have a stage of its own; 调档 follows by itself where the kind has it (R3.6).
    """

    kind = forms.ChoiceField(label=zh("业务类型"), choices=kind_choices)
    relation = forms.ChoiceField(label=zh("双方关系"), choices=ROUTE_RELATIONS)
    phase = forms.ChoiceField(label=zh("学段"), choices=[("", zh("不限")), *PHASES], required=False)
    stages = _several(zh("环节"), _stage_choices(STAGES), zh("请选择环节。"))

    def clean(self) -> dict[str, Any]:
        """In the notice's order, with the units in it that the kind cannot do without, and no other's."""
        super().clean()
        cleaned = self.cleaned_data
        kind, chosen = cleaned.get("kind"), set(cleaned.get("stages") or ())
        if not (kind and chosen):
            return cleaned
        if procedures.of_kind(kind).of_one_school:
            return self._of_one_school(cleaned, kind, chosen)
        # R3.3: the school of graduation takes no part, its authority does; in a transfer it is the other way round.
        ours, theirs, told = (
            State.SENDING_SCHOOL,
            State.GRADUATION_AUTHORITY,
            zh("转入学校和转出学校（附件1 三.1）"),
        )
        if kind == POST_GRADUATION:
            ours, theirs, told = theirs, ours, zh("招生（转入）学校和毕业学校主管部门（附件1 三.3）")
        if not {State.RECEIVING_SCHOOL, ours} <= chosen:
            self.add_error("stages", zh("流程须包含{told}。", told=told))
        elif theirs in chosen or chosen & set(OWN_SIDE):
            theirs = theirs if theirs in chosen else next(stage for stage in OWN_SIDE if stage in chosen)
            self.add_error(
                "stages",
                zh(
                    "{kind_name}没有“{theirs_label}”这个环节（附件1 三.1、三.3）。",
                    kind_name=kind_name(kind),
                    theirs_label=theirs.label,
                ),
            )
        elif (cleaned.get("relation") == Relation.CROSS_PROVINCE) != (kind in FILED_KINDS):
            self.add_error(
                "relation", zh("{kind_name}不能用于这种双方关系，请核对。", kind_name=kind_name(kind))
            )
        else:
            cleaned["stages"] = [stage.value for stage in STAGES if stage in chosen]
            if kind in FILED_KINDS:
                cleaned["stages"].append(State.AWAITING_FILE.value)
        return cleaned

    def _of_one_school(self, cleaned: dict, kind: str, chosen: set) -> dict:
        """What concerns one school goes up from it; above it may stand its authority, league, province, or nobody
        (R5.1)."""
        first = State(procedures.of_kind(kind).starts_at or State.SCHOOL)
        relation = Relation.SAME_AUTHORITY if first == State.SCHOOL else Relation.SAME_PROVINCE
        if first not in chosen or chosen - set(OWN_SIDE[OWN_SIDE.index(first) :]):
            told = zh(
                "{kind_name}只涉及一所学校：流程从“{first_label}”起，其上可有上级单位（附件1 五）。",
                kind_name=kind_name(kind),
                first_label=first.label,
            )
            self.add_error("stages", told)
        elif cleaned.get("relation") != relation:
            told = zh(
                "{kind_name}只涉及一所学校，双方关系请选“{relation_label}”。",
                kind_name=kind_name(kind),
                relation_label=relation.label,
            )
            self.add_error("relation", told)
        else:
            cleaned["stages"] = [stage.value for stage in OWN_SIDE if stage in chosen]
        return cleaned


class RefusalReasonForm(forms.ModelForm):
    """A reason of the closed list (R0.6, R3.1b)."""

    kinds = _several(zh("业务类型"), kind_choices, zh("请至少选一种业务类型。"))
    stages = _several(zh("可用环节"), _stage_choices(RUNNING), zh("请至少选一个环节。"))
    outcome = forms.ChoiceField(
        label=zh("用于"), choices=[(each.value, each.label) for each in (Outcome.REFUSE, Outcome.SEND_BACK)]
    )


class ForbiddenPhraseForm(forms.ModelForm):
    """What no opinion may rest on: a province adds its own beside the nation's (R3.4)."""

    kinds = _several(zh("业务类型（不选为不限）"), kind_choices, "", required=False)
    stages = _several(zh("环节（不选为不限）"), _stage_choices(RUNNING), "", required=False)
    concepts = _several(zh("同一句中相近的意思（不选则按用语本身）"), concept_choices, "", required=False)
    reach = forms.IntegerField(
        label=zh("相距字数以内"), required=False, min_value=1, max_value=40, initial=12
    )
    answer = forms.ChoiceField(
        label=zh("处理"), choices=Verdict.choices, required=False, initial=Verdict.STOP
    )

    def clean_reach(self) -> int:
        """Twelve characters where nothing is said."""
        return self.cleaned_data["reach"] or 12

    def clean_answer(self) -> str:
        """Words stop where nothing is said."""
        return self.cleaned_data["answer"] or Verdict.STOP


class WallWordsForm(forms.ModelForm):
    """Words of one meaning, beside the nation's."""

    concept = forms.CharField(
        label=zh("意思（代号）"),
        max_length=24,
        help_text=zh("与全国的代号相同即为它补充用语；另起代号用于本省的规则。"),
    )
