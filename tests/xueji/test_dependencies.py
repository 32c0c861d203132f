"""docs/dependencies.md names every distribution asked for, at the version that is locked, with date, licence and reason."""

import re

import pytest

from tests.xueji.test_settings import ROOT

PAGE = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
REQUIREMENTS = sorted(path.stem for path in (ROOT / "requirements").glob("*.in"))
ROW = re.compile(
    r"^\| (?P<name>[\w.-]+) \| (?P<version>\S+) \| (?P<released>\S+) \| (?P<licence>.+?) \| (?P<reason>.+?) \|$",
    re.M,
)


def rows(name: str) -> list[dict]:
    """The rows of the section about ``requirements/NAME.in``."""
    section = PAGE.partition(f"`requirements/{name}.in`\n")[2].partition("\n## ")[0]
    found = [match.groupdict() for match in ROW.finditer(section)]
    # The head of the table matches too, its rule is the only line that does not.
    assert len(found) == len(re.findall(r"^\|", section, re.M)) - 1
    return found[1:]


def asked(name: str) -> list[str]:
    text = (ROOT / "requirements" / f"{name}.in").read_text()
    return [found.lower() for found in re.findall(r"^([A-Za-z][\w.-]*)", text, re.M)]


def test_every_list_of_requirements_has_its_section():
    assert re.findall(r"^## .*`requirements/(\w+)\.in`$", PAGE, re.M) == ["base", "trial", "dev"]
    assert REQUIREMENTS == ["base", "dev", "trial"]


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_the_page_names_what_is_asked_for_and_nothing_else(name):
    assert [row["name"] for row in rows(name)] == asked(name)


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_the_page_tells_the_version_that_is_locked(name):
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements" / f"{name}.txt").read_text(), re.M))
    assert {row["name"]: row["version"] for row in rows(name)} == {each: locked[each] for each in asked(name)}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_row_has_a_month_a_licence_and_a_reason(name):
    for row in rows(name):
        assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", row["released"]), row
        assert re.search(r"MIT|BSD|Apache|LGPL|MPL|OFL|ZPL|Unlicense", row["licence"]), row
        assert len(row["reason"]) >= 2, row


def test_the_map_of_the_documentation_leads_to_the_page():
    assert "(dependencies.md)" in (ROOT / "docs" / "README.md").read_text("utf-8")
