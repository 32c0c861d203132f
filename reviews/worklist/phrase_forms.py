"""The form of a quick phrase."""

from typing import Any

from django import forms

from reviews.engine.grounds import answer_to
from reviews.engine.opinions import SHORTEST, cleaned
from reviews.refusal_rules import wall
from reviews.rulebook.models import QuickPhrase
from reviews.vocabulary.states import DECISIONS, Outcome
from web.text import says
from web.words import zh

# Nine keys, nine phrases of a kind; more than a few dozen in all is a mistake or worse.
MOST_PHRASES = 40


class PhraseForm(forms.ModelForm):
    """A quick phrase: what for, the words, where it stands."""

    class Meta:
        model = QuickPhrase
        fields = ["outcome", "text", "position"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"] = forms.ChoiceField(
            label=zh("用于"),
            choices=[(str(o), Outcome(o).label) for o in DECISIONS],
            error_messages={
                "required": zh("请选择短语用于哪种结论。"),
                "invalid_choice": zh("请从同意、不同意、退回补正中选择一种。"),
            },
        )
        self.fields["text"].error_messages["required"] = zh("请填写短语内容。")
        self.fields["text"].error_messages["max_length"] = zh("短语最多 100 字，请精简。")
        self.fields["position"] = forms.IntegerField(
            label=zh("次序"),
            min_value=1,
            max_value=99,
            initial=1,
            help_text=zh("1–99，小的在前；办理时前九条可用数字键 1–9 点选。"),
            error_messages={
                "required": zh("请填写次序（1–99）。"),
                "invalid": zh("次序须是 1–99 的数字。"),
                "min_value": zh("次序须在 1–99 之间。"),
                "max_value": zh("次序须在 1–99 之间。"),
            },
        )

    def clean_text(self) -> str:
        """The words as they would stand in an opinion."""
        text = cleaned(self.cleaned_data["text"])
        if not says(text, SHORTEST):
            raise forms.ValidationError(
                zh("短语至少 {shortest} 个字，否则不能单独作为审核补充意见（函 一）。", shortest=SHORTEST)
            )
        answer = answer_to(text)
        if answer.verdict == wall.STOP:
            row = answer.hits[0].rule.row
            raise forms.ValidationError(
                zh(
                    "短语中写有“{named}”，不得使用：“{quoted}”（{clause}）。{instead}",
                    named=answer.hits[0].words(text),
                    quoted=row.quoted,
                    clause=row.clause,
                    instead=row.instead,
                )
            )
        return text
