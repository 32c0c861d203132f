"""Log lines without persons: whatever looks like a number of a child is struck out before it is written."""

import logging
import re

# Identity numbers (15 or 18 places), registration numbers (a letter before one), mobile numbers.
NUMBERS = re.compile(r"(?<![0-9A-Za-z])[GLJglj]?(?:\d{17}[\dXx]|\d{15}|1[3-9]\d{9})(?![0-9A-Za-z])")


class Impersonal(logging.Filter):
    """Replace numbers of persons in the finished message and in the text of an exception."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = strike(record.getMessage()), None
        if record.exc_info:
            record.exc_text = strike(record.exc_text or logging.Formatter().formatException(record.exc_info))
        return True


def strike(text: str) -> str:
    """The text with every personal number replaced by a mark."""
    return NUMBERS.sub("[号码]", text)
