"""What a page posts to a case. The forms read and clean; every rule is the door's (R0.3, R0.6)."""

import re
from typing import Any

from django import forms

from reviews.engine.opinions import cleaned
from reviews.vocabulary.states import Outcome
from web.words import zh

_KEY = re.compile(r"^[A-Za-z0-9_-]{8,80}$")
_NUMBER = re.compile(r"^[A-Z]{2}-\d{4}-[0-9A-Z]{8}$")
_LARGEST_REVISION = 2**31 - 1
STALE_FORM = zh("页面已经过期或不完整，请核对后重新提交；你填写的内容还在。")
# So much typed text is kept on the page; the door's own limit is told in its sentence.
_KEPT = 4000


class PlainText(forms.CharField):
    """Text as the record keeps it, without characters that show nothing; how long it must be is said elsewhere."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, strip=False, **more)

    def to_python(self, value: Any) -> str:
        """The cleaned text, cut where nobody types so much by hand."""
        return cleaned(super().to_python(value))[:_KEPT]


class ActForm(forms.Form):
    """The part of every act: the revision the page was shown with, its idempotency key, the opinion; the day a pupil
    reported (R3.6); the obstacle a message is about (R3.1b)."""

    revision = forms.IntegerField(
        min_value=0,
        max_value=_LARGEST_REVISION,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), STALE_FORM),
    )
    key = PlainText()
    opinion = PlainText()
    facts = PlainText()
    on = forms.DateField(
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": zh("请按 年-月-日 填写学生报到的日期，如 2026-09-01（附件1 三.6）。")},
    )
    about = PlainText()

    def clean_key(self) -> str:
        """The idempotency key; a form without one is not ours."""
        if not _KEY.match(self.cleaned_data["key"]):
            raise forms.ValidationError(STALE_FORM)
        return self.cleaned_data["key"]

    def sentence(self) -> str:
        """What is wrong with the form, as one sentence."""
        return next((str(error) for errors in self.errors.values() for error in errors), STALE_FORM)

    def decided(self) -> dict:
        """Outcome and reason as the door takes them: here there are none."""
        return {}

    def typed(self) -> dict:
        """What was typed, whether the form is valid or not, to be shown again."""
        return {
            name: PlainText().to_python(self.data.get(name, ""))
            for name in ("opinion", "facts", "on", "about")
        }


class DecisionForm(ActForm):
    """A handling or a signing: outcome, and the coded reason that goes with it."""

    outcome = PlainText()
    reason_refuse = PlainText()
    reason_send_back = PlainText()
    next = PlainText()

    def clean_next(self) -> str:
        """The number of the case to go on with; whatever is no case number leads to the worklist."""
        number = self.cleaned_data["next"]
        return number if _NUMBER.match(number) else ""

    def typed(self) -> dict:
        """Outcome and reason too."""
        outcome = PlainText().to_python(self.data.get("outcome", ""))
        outcome = outcome if outcome in (Outcome.REFUSE, Outcome.SEND_BACK) else ""
        reason = PlainText().to_python(self.data.get(f"reason_{outcome}", "")) if outcome else ""
        return {**super().typed(), "outcome": outcome, "reason": reason}

    def decided(self) -> dict:
        """Outcome and reason as the door takes them."""
        outcome = self.cleaned_data["outcome"]
        return {"outcome": outcome, "reason": self.cleaned_data.get(f"reason_{outcome}", "")}


class AppealForm(DecisionForm):
    """The decision that was stopped, sent up with an explanation instead of to the door (R3.4)."""

    explanation = PlainText()

    def typed(self) -> dict:
        """The explanation too."""
        return {**super().typed(), "explanation": PlainText().to_python(self.data.get("explanation", ""))}


class RulingForm(forms.Form):
    """What the unit above finds."""

    ruling = PlainText()
    opinion = PlainText()


class RevealForm(forms.Form):
    """Why somebody needs to see the full number: chosen from a list, so that nobody writes a child's data into the
    trail."""

    PURPOSES = (
        ("papers", zh("与家长提供的学籍信息核对")),
        ("roster", zh("抄录到本校名册")),
        ("parents", zh("家长查询学籍号")),
        ("superior", zh("上级核查")),
    )
    reason = forms.ChoiceField(
        choices=PURPOSES,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), zh("请从所列用途中选择查看完整学籍号的原因，查看会记入审计。")
        ),
    )
