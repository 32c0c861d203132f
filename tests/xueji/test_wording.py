"""Words that the interface must not use, because they say something else than is meant."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_WORDS = re.compile("届时|应届|原届|届 would be that of leaving")
PACKAGES = ("web", "ledger", "orgs", "reviews", "students", "transfers", "tickets", "xueji", "demo", "trial")


def sources():
    """Templates and product modules, migrations left out: they keep what was said when they were written."""
    yield from (ROOT / "templates").rglob("*.html")
    for package in PACKAGES:
        yield from (path for path in (ROOT / package).rglob("*.py") if path.parent.name != "migrations")


def test_a_class_is_called_by_its_year_of_entry():
    """级 is the year of entry, 届 that of leaving; 届时 (“then”), 应届 (“of this year”) and 按原届 (“with those whom it should
    have left with”) are other words."""
    wrong = []
    for path in sources():
        for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if "届" in _WORDS.sub("", line):
                wrong.append(f"{path.relative_to(ROOT)}:{at}")
    assert not wrong


def test_nobody_is_sent_for_a_password_to_one_who_cannot_set_it():
    """Only an administrator resets a password; another person confirms it (ADR 32)."""
    for path in sources():
        text = path.read_text(encoding="utf-8")
        assert "忘记密码请联系上级学籍管理员" not in text, path
    told = (ROOT / "templates/orgs/account_sign_in.html").read_text(encoding="utf-8")
    assert "忘记密码请联系系统管理员重设" in told
