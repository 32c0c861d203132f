"""Unit codes as people and programs type them."""

import re
import unicodedata
from typing import Any

from rest_framework import serializers

_CODE = re.compile(r"[0-9A-Za-z]{1,12}")
# Longer cannot be a code, whatever width it is written in.
_LONGEST = 200


def plain_code(text: str) -> str:
    """A typed code as it is stored: full-width letters and digits made ASCII (NFKC), spaces dropped."""
    return "".join(unicodedata.normalize("NFKC", text[:_LONGEST]).split())


class UnitCode(serializers.CharField):
    """The code of a unit, 1–12 letters and digits, typed in either width."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=_LONGEST, **options)

    def to_internal_value(self, data: Any) -> str:
        """The plain code. Raises ValidationError for what cannot be one."""
        code = plain_code(super().to_internal_value(data))
        if not _CODE.fullmatch(code):
            raise serializers.ValidationError("单位代码是 1–12 位数字或字母，请核对后重填。")
        return code
