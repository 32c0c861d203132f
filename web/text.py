"""How typed text is made comparable before anything else looks at it.

The lowest module of the app: numbers, names, indexes and search all start from these functions, so that two
spellings of one thing never lead to two records.  Knows neither Django nor the database.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from opencc import OpenCC

_SIMPLIFIED, _JAPANESE = OpenCC("t2s"), OpenCC("jp2t")
MIDDLE_DOT = "\u00b7"
# An identity or registration number inside other text: as Python and as PostgreSQL read it.
NUMBER_IN_TEXT = (
    r"([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]"
)
NUMBER_IN_TEXT_RE = re.compile(NUMBER_IN_TEXT, re.IGNORECASE)

# Zero-width characters that pasting from office programs and web pages leaves behind.  The direction
# overrides (U+202A–202E) are deliberately absent: U+202E shows digits in another order than they are stored,
# so whoever typed it must see a refusal and not a silent repair.
_ZERO_WIDTH = "\u00ad\u180e\u200b\u200c\u200d\u200e\u2060\ufeff"
_DROP_ZERO_WIDTH = str.maketrans("", "", _ZERO_WIDTH)

# What the spelling of other scripts is made with, though it cannot be seen: the Mongolian vowel separator and the narrow
# space before a suffix between Mongolian letters, variants behind one, joiners within Mongolian, Uyghur and Tibetan words.
# Anywhere else they are what pasting left behind.
_MONGOLIAN, _VARIANTS = "\u1820-\u18aa", "\u180b\u180c\u180d\u180f"
_JOINED = rf"{_MONGOLIAN}{_VARIANTS}\u0620-\u064a\u066e-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff\u0f40-\u0fbc"
_SPELLED = re.compile(
    rf"(?<=[{_MONGOLIAN}{_VARIANTS}])[\u180e\u202f](?=[{_MONGOLIAN}])|(?<=[{_MONGOLIAN}])[{_VARIANTS}]"
    rf"|(?<=[{_JOINED}])[\u200c\u200d](?=[{_JOINED}])"
)
# Stand in for those while a name is put into one form; no text has these, which are no characters.
_HELD = {
    ord(sign): chr(0xFDD0 + at)
    for at, sign in enumerate(("\u180e", "\u202f", *_VARIANTS, "\u200c", "\u200d"))
}
_NO_CHARACTERS = dict.fromkeys(map(ord, _HELD.values()), "\ufffd")
_LET_GO = str.maketrans({held: chr(sign) for sign, held in _HELD.items()})
_DROP_UNSPELLED = _DROP_ZERO_WIDTH | dict.fromkeys(map(ord, _VARIANTS))
# Names that differ in these alone are one name to whoever looks for it: some keyboards write them, others do not.
_FOLDED = {ord("\u202f"): " ", **dict.fromkeys(map(ord, ("\u180e", *_VARIANTS, "\u200c", "\u200d")))}
FOLDED_SIGNS = "\u202f" + "".join(chr(sign) for sign in _FOLDED if sign != 0x202F)

# Dots that input methods produce for the one in “博尔济吉特·阿拉坦”.
_DOTS = str.maketrans(
    dict.fromkeys(
        "\u2022\u2027\u2219\u22c5\u30fb\uff65\u0387\u2024\ua78f\u1427\u16eb\u2e30\u2e31\u2e33\u318d\u119e\u02d9\u2218"
        "\u2981\u25cf\u26ab\u2b24\u25e6\ufe45\U00010101\U000100f2",
        MIDDLE_DOT,
    )
)
_AROUND_DOT = re.compile(rf"\s*{MIDDLE_DOT}\s*")
_SPACES = re.compile(r"\s+")
# Normalising would put another Chinese character, or one for a sign, in the place of these.
_AS_WRITTEN = re.compile(
    r"([\u2e80-\u2fdf\u3038-\u303a\u3190-\u319f\u3200-\u33ff\uf900-\ufaff\U0002f800-\U0002fa1f]+)"
)
_HAN = r"[\u2e80-\u2fdf\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_FULL_STOP_IN_HAN = re.compile(rf"(?<={_HAN})\s*\.\s*(?={_HAN})")
_SPACE_IN_HAN = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")


def normalised(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """:func:`unicodedata.normalize`, but every Chinese character stays as written: a name is what the paper says."""
    if text.isascii():
        return text
    parts = _AS_WRITTEN.split(text)
    return "".join(part if at % 2 else unicodedata.normalize(form, part) for at, part in enumerate(parts))


def unreadable(text: str) -> str:
    """The first character that cannot be seen, or that other machines cannot show, or nothing.

    A space of any width can be read; so can a Chinese character that is newer than our tables, and what a Mongolian,
    Uyghur or Tibetan word is spelled with.
    """
    for character in _SPELLED.sub("", text):
        readable = character.isprintable() or is_han(character) or unicodedata.category(character) == "Zs"
        if not readable:
            return character
    return ""


def plain_characters(text: str) -> str:
    """Full-width letters and digits made ASCII (NFKC), every space and zero-width character dropped."""
    if text.isascii() and text.isalnum():
        return text
    kept = "".join(unicodedata.normalize("NFKC", text).translate(_DROP_ZERO_WIDTH).split())
    # A dropped space may have stood between a letter and its mark, which now make one character.
    return unicodedata.normalize("NFKC", kept)


def holds_number(text: str) -> bool:
    """Whether an identity or registration number stands in a text, however it is written: in full width, in groups, small
    letters. What the database refuses of itself is the number as it is kept."""
    return NUMBER_IN_TEXT_RE.search(plain_characters(text).replace("-", "")) is not None


def plain_name(text: str) -> str:
    """A person's name as it is stored and compared.

    One form for every middle dot; no space between Chinese characters (“王　伟” is 王伟), one between foreign
    words; nothing at the ends.  Every Chinese character stays as written: those outside the basic plane (𠅤),
    compatibility characters (凞) and variation selectors.  So does what a Mongolian, Uyghur or Tibetan name is spelled
    with; compare such names by :func:`folded`.
    """
    text = _SPELLED.sub(lambda sign: _HELD[ord(sign[0])], text.translate(_NO_CHARACTERS))
    text = normalised("NFKC", text.translate(_DOTS)).translate(_DROP_UNSPELLED).translate(_DOTS)
    text = _SPACE_IN_HAN.sub("", _SPACES.sub(" ", text.strip()))
    text = _AROUND_DOT.sub(MIDDLE_DOT, _FULL_STOP_IN_HAN.sub(MIDDLE_DOT, text)).strip(MIDDLE_DOT + " ")
    return text.translate(_LET_GO)


def folded(name: str) -> str:
    """A stored name as it is compared and looked for: without what only the spelling of its script is made with."""
    return name if name.isascii() else name.translate(_FOLDED)


def folded_in_sql(column: str) -> str:
    """The same of a column, for PostgreSQL; the index of pupils by name is over this very expression."""
    return f"translate({column}, '{FOLDED_SIGNS}', ' ')"


@lru_cache(4096)
def simplified(text: str) -> str:
    """Traditional and Japanese forms of characters as the simplified ones: 漢 and 満 as 汉 and 满. For comparing with a
    closed list only: names stay as they are written."""
    return _SIMPLIFIED.convert(_JAPANESE.convert(text))


def written_characters(text: str) -> list[str]:
    """The characters a reader counts: a base with its combining marks and variation selectors is one."""
    characters: list[str] = []
    for character in text:
        if characters and is_mark(character):
            characters[-1] += character
        else:
            characters.append(character)
    return characters


def is_mark(character: str) -> bool:
    """Whether this only changes the character before it: combining marks, variation selectors, and what a Mongolian,
    Uyghur or Tibetan word is spelled with."""
    return character in "\u180e\u200c\u200d" or unicodedata.category(character) in ("Mn", "Me", "Mc")


def is_han(character: str) -> bool:
    """Whether this is a Chinese character, rare ones outside the basic plane and 〇 included."""
    return re.fullmatch(_HAN, character) is not None


# What a spreadsheet program takes for the beginning of a formula, in either width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def no_formula(text: str) -> str:
    """A text that no spreadsheet program takes for a formula; for csv, where a cell cannot be said to be text."""
    return f"'{text}" if text.startswith(_FORMULA) else text


# Letters and characters of a language; not marks, digits, signs or pictures.
_LETTERS = ("Lu", "Ll", "Lt", "Lo")


def says(text: str, least: int = 2) -> bool:
    """Whether a typed text says something: so many characters, two of them letters of some language (R0.3). “。。”, “11”
    and a picture say nothing."""
    text = text.strip()
    if len(text) < least:
        return False
    return sum(unicodedata.category(one) in _LETTERS for one in unicodedata.normalize("NFKC", text)) >= 2
