"""Forms of the public counter and of the administrator's calendar page."""

import datetime
from typing import Any

from django import forms

from reviews.rulebook.calendar_import import LARGEST_FILE, CalendarImport, CalendarRow, parse
from reviews.rulebook.models import FIRST_DAY, LAST_DAY, DayKind
from web.words import zh

MOST_DAYS = 250
_RANGE = zh("只能计算 2000 年至 2100 年之间的日期，请另填一个。")
_DATE_INVALID = zh("这个日期看不懂或不存在，请写成 2026-10-01 的样子。")
_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]


def date_field(label: str, help_text: str = "") -> forms.DateField:
    """A date, typed as people write it."""
    return forms.DateField(
        label=label,
        help_text=help_text,
        input_formats=_FORMATS,
        # A plain text field: it keeps what was typed, takes a pasted date, and looks the same in every browser.
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"placeholder": "2026-10-01", "autocomplete": "off"}),
        error_messages={"required": zh("请填写日期，如 2026-10-01。"), "invalid": _DATE_INVALID},
    )


def in_range(day: datetime.date) -> datetime.date:
    """``day``, if the calendar can hold it. Raises ValidationError."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise forms.ValidationError(_RANGE)
    return day


class CountForm(forms.Form):
    """From which day, how many working days."""

    start = date_field(
        zh("起算日期"), zh("写成 2026-10-01 或 2026年10月1日；当日不计，从次个工作日起算（附件1 三.7）")
    )
    days = forms.IntegerField(
        label=zh("工作日数"),
        min_value=1,
        max_value=MOST_DAYS,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            zh("工作日数请填 1 至 {most_days} 之间的整数。", most_days=MOST_DAYS),
        ),
    )

    def clean_start(self) -> datetime.date:
        """Within the years the calendar can hold."""
        return in_range(self.cleaned_data["start"])


class NoticeForm(forms.Form):
    """A year's arrangement as csv, pasted or as a file. What it holds is judged by :mod:`reviews.rulebook.calendar_import`."""

    text = forms.CharField(
        label=zh("粘贴安排表"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=zh("第一行为：日期,类型,名称,来源；类型填“放假”或“补班”。可直接从表格软件粘贴。"),
        error_messages={
            "null_characters_not_allowed": zh("粘贴的内容含有无法识别的字符，请重新复制后再试。")
        },
    )
    file = forms.FileField(
        label=zh("或者选择 csv 文件"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    found: CalendarImport | None = None

    def clean(self) -> dict[str, Any]:
        """Read the file, else the text, row by row; every wrong row is told (`found.errors`)."""
        super().clean()
        cleaned = self.cleaned_data
        upload, text = cleaned.get("file"), cleaned.get("text") or ""
        if upload is None and not text.strip():
            if not self.errors:
                self.add_error("text", zh("请粘贴放假安排表，或者选择 csv 文件。"))
            return cleaned
        # One byte more than allowed is enough to know that it is too much.
        self.found = parse(upload.read(LARGEST_FILE + 1) if upload is not None else text)
        return cleaned


class DayForm(forms.Form):
    """One single day: off, made up for, or plain again."""

    PLAIN = "plain"

    date = date_field(zh("日期"))
    kind = forms.ChoiceField(label=zh("类型"), choices=[*DayKind.choices, (PLAIN, zh("恢复为平常日"))])
    name = forms.CharField(
        label=zh("名称"), max_length=30, required=False, help_text=zh("节日名称，如“国庆节”")
    )
    source = forms.CharField(
        label=zh("依据"),
        max_length=200,
        error_messages={"required": zh("请填写依据，如国务院办公厅通知的文号。")},
    )
    confirmed = forms.BooleanField(
        label=zh("已由国务院办公厅公布（不勾选为暂定）"), required=False, initial=True
    )

    def clean_date(self) -> datetime.date:
        """Within the years the calendar can hold."""
        return in_range(self.cleaned_data["date"])

    def clean(self) -> dict[str, Any]:
        """A day off or made up for is called after its festival."""
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("kind") != self.PLAIN and not cleaned.get("name") and "name" not in self.errors:
            self.add_error("name", zh("请填写节日名称，如“国庆节”。"))
        return cleaned

    def rows(self) -> tuple[CalendarRow, ...]:
        """The row that will stand for the day; none for a plain day."""
        given = self.cleaned_data
        if given["kind"] == self.PLAIN:
            return ()
        return (CalendarRow(given["date"], given["kind"], given["name"], given["source"]),)
