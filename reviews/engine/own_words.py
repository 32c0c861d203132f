"""Where the receiving authority must say so itself (R4.3, R3.8): an opinion in its own words, no quick phrase.

Which cases, and what the opinion must speak of, is said by the kind of case (:meth:`Procedure.note_wanted`); form,
API and bulk sign-off ask here through the door.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from orgs.people.models import Account
from reviews.engine.models import Case
from reviews.rulebook.models import QuickPhrase
from web.refusals import Refusal
from web.words import zh

if TYPE_CHECKING:
    from reviews.engine.procedures import Procedure

SHORTEST = 10
# What makes no word: spaces, points, brackets, the ornaments of a phrase.
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class NoteWanted:
    """What the opinion must speak of (``about``), why (``why``), and the clause."""

    about: str
    why: str
    clause: str

    @property
    def sentence(self) -> str:
        """What is to be written, for the box above the opinion and for a refusal."""
        return zh(
            "同意时须用自己的话写明{about}，不少于 {shortest} 字，常用短语不算",
            about=self.about,
            shortest=SHORTEST,
        )

    def __add__(self, other: "NoteWanted") -> "NoteWanted":
        """Two reasons for one note: the opinion speaks of both."""
        return NoteWanted(
            zh("{about}，以及{other_about}", about=self.about, other_about=other.about),
            f"{self.why}{other.why}",
            zh("{clause}；{other_clause}", clause=self.clause, other_clause=other.clause),
        )


def refusal(wanted: NoteWanted, opinion: str, account: Account, unit_id: int) -> Refusal | None:
    """Why ``opinion`` is not the note that is wanted, or ``None``."""
    words = own_words(opinion, account, unit_id)
    if len(words) >= SHORTEST:
        return None
    told = zh(
        "{wanted_why}{wanted_sentence}（现有 {count} 字）。",
        wanted_why=wanted.why,
        wanted_sentence=wanted.sentence,
        count=len(words),
    )
    return Refusal("note_wanted", told, wanted.clause)


def left_out(wanted: NoteWanted) -> Refusal:
    """Why such a case is not signed with others."""
    return Refusal(
        "note_wanted",
        zh(
            "{wanted_why}{wanted_sentence}，请打开单独核办。",
            wanted_why=wanted.why,
            wanted_sentence=wanted.sentence,
        ),
        wanted.clause,
    )


def own_words(opinion: str, account: Account, unit_id: int) -> str:
    """What is left of an opinion without points and without everyone's, the unit's and one's own quick phrases."""
    text = plain(opinion)
    phrases = QuickPhrase.objects.filter(
        Q(account_id=account.pk)
        | Q(account__isnull=True, unit_id=unit_id)
        | Q(account__isnull=True, unit__isnull=True)
    )
    for phrase in sorted(map(plain, phrases.values_list("text", flat=True)), key=len, reverse=True):
        text = text.replace(phrase, "") if phrase else text
    return text


def plain(text: str) -> str:
    """The words alone: full-width and half-width the same, nothing between them."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text))


def wanted_of(procedure: "Procedure", case: Case, stage: str) -> NoteWanted | None:
    """The note wanted of the unit whose turn ``stage`` is: only of the receiving school's authority, at whatever stage
    it stands (same authority on both sides: where it decides for both, R3.1)."""
    return procedure.note_wanted(case) if is_asked(procedure, case, stage) else None


def is_asked(procedure: "Procedure", case: Case, stage: str) -> bool:
    """Whether the unit whose turn ``stage`` is stands above the receiving school and decides for it."""
    return bool(stage) and procedure.unit_of(case, stage) == case.receiving_unit.authority_id
