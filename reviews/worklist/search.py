"""The search box: a case number, a registration or identity number, a name, its sound or its initials.

Only within what the account may see. What was typed is kept nowhere: a list of results is remembered by its ids.
"""

import re
import unicodedata
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from orgs.people.models import Account
from reviews.desk.context import Desk
from reviews.engine import procedures
from reviews.engine.models import Case
from reviews.engine.opinions import cleaned
from reviews.vocabulary.public_numbers import typed_number
from web.text import normalised

LONGEST = 60
MOST = 100
_CASE_NUMBER = re.compile(r"ZX-[0-9]{4}-[0-9A-HJKMNP-TV-Z]{8}")
# Five digits in a row belong to a number, never to a name: such a text is not shown again on the page.
_NUMBER_LIKE = re.compile(r"\d{5}")


@dataclass(frozen=True)
class Found:
    """The cases found, those that run first. ``exact`` when a number named them; ``more`` when some were left out."""

    ids: list[int]
    exact: bool = False
    more: bool = False
    number: str = ""


def find(text: str, account: Account, desk: Desk) -> Found:
    """Cases of the account's own scope that ``text`` means: exactly by a number, otherwise by name or sound."""
    text = cleaned(normalised("NFKC", text or ""))
    if not text or len(text) > LONGEST:
        return Found([])
    visible = Case.objects.visible_to(account, desk.today)
    number = typed_number(text)
    if _CASE_NUMBER.fullmatch(number):
        return _found(visible.filter(number=number), exact=True)
    subjects = {
        subject
        for kinds in procedures.alike()
        for subject in kinds[0].matching_subjects(text, account, desk.now)
    }
    if subjects:
        return _found(visible.filter(subject__in=subjects), exact=True)
    if _NUMBER_LIKE.search(text):
        return Found([])
    named = Q(pk__in=[])
    for kinds in procedures.alike():
        named |= Q(kind__in=[procedure.kind for procedure in kinds]) & kinds[0].named(text)
    return _found(visible.filter(named))


def _found(rows: QuerySet[Case], exact: bool = False) -> Found:
    listed = list(
        rows.order_by(F("closed_at").desc(nulls_first=True), "-id").values_list("pk", "number")[: MOST + 1]
    )
    only = listed[0][1] if len(listed) == 1 and exact else ""
    return Found([pk for pk, _ in listed[:MOST]], exact, len(listed) > MOST, only)


def may_be_shown(text: str) -> str:
    """The text for the search box again, unless it holds a number of a person."""
    text = cleaned(text or "")[:LONGEST]
    return "" if _NUMBER_LIKE.search(unicodedata.normalize("NFKC", text)) else text
