"""Finding a name by its sound.

`readings` gives the text that search looks into: full spellings and initials of every way the name may be
read (单 is shan as a surname, dan elsewhere; 曾 zeng or ceng).  `main_reading` gives the one spelling for lists
and the form field 姓名拼音.  `query` puts what a user types into the same form.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations, islice, product

from web.text import MIDDLE_DOT, folded, is_han, plain_name, written_characters

# A name with many readings keeps its likeliest sixteen: the main one first, then those that differ in one
# character (surname first), then in two.  Names of two or three characters nearly always keep all.
MOST = 16
# The text fits a column of 300 characters whatever the name: so much for spellings, so much for initials.
_ROOM_FULL = 219
_ROOM_INITIALS = 80
LONGEST = _ROOM_FULL + 1 + _ROOM_INITIALS

_SURNAMES_OF_TWO = {
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "长孙": "zhang sun",
    "澹台": "tan tai",
    "令狐": "ling hu",
    "鲜于": "xian yu",
    "单于": "chan yu",
    "宇文": "yu wen",
    "呼延": "hu yan",
    "夏侯": "xia hou",
}
# Surnames read otherwise than the character alone.
_SURNAME_READINGS = (
    "单shan 曾zeng 仇qiu 解xie 查zha 区ou 乐yue 翟zhai 朴piao 盖ge 覃qin 缪miao 卜bu 薄bo 种chong 召shao 秘bi "
    "员yun 折she 繁po 褚chu 祭zhai 阚kan 佴nai 会gui 句gou 能nai 都du 洗xian"
)
_SURNAMES = {one[0]: one[1:] for one in _SURNAME_READINGS.split()}
# Transliterated Mongolian: 呼格吉勒图 is hugejiletu, 满都拉 mandula.
_IN_NAMES = {"勒": "le", "都": "du"}


def readings(name: str) -> str:
    """Search text: full spellings, then initials, each once, lower case, separated by one space.

    “·” and everything without a sound is dropped.  At most 2 × `MOST` words and `LONGEST` characters however
    long the name is.
    """
    sounds = _sounds(name)
    if not sounds:
        return ""
    full = _spellings(sounds, _ROOM_FULL)
    initials = _spellings([tuple(dict.fromkeys(sound[0] for sound in one)) for one in sounds], _ROOM_INITIALS)
    return " ".join(dict.fromkeys(full + initials))


def main_reading(name: str) -> str:
    """The likeliest reading without tones, syllables separated by a space: 单雨桐 → shan yu tong."""
    return " ".join(sound[0] for sound in _sounds(name))


def query(text: str) -> str:
    """What a user typed, in the form of `readings`: lower case, ü as v; no tones, spaces, apostrophes, “·”."""
    return "".join(character for character in _toneless(plain_name(text)) if character.isalnum())


def matches(text: str, search_text: str) -> bool:
    """Whether a typed text is the beginning of a spelling or of the initials in a text made by `readings`."""
    wanted = query(text)
    return bool(wanted) and f" {wanted}" in f" {search_text}"


def _sounds(name: str) -> list[tuple[str, ...]]:
    """Per sounding character its readings, the likeliest first; a foreign word is one sound."""
    characters = [character[0] for character in written_characters(folded(plain_name(name)))]
    expected = dict(enumerate(_surname(characters)))
    sounds: list[tuple[str, ...]] = []
    in_word = False
    for position, character in enumerate(characters):
        known = _readings_of(character)
        if known and is_han(character):
            known = _with_first(expected.get(position) or _IN_NAMES.get(character), known)
        elif known and in_word:
            known = (sounds.pop()[0] + known[0],)
        in_word = bool(known) and not is_han(character)
        if known:
            sounds.append(known)
    return sounds


def _with_first(first: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    return (first, *(one for one in known if one != first)) if first else known


def _surname(characters: Sequence[str]) -> list[str]:
    """The readings of the surname's characters where they differ from the characters' own.

    In a name of several parts only the part before “·” can be a clan name; the rule is the same.
    """
    two = "".join(characters[:2])
    if two in _SURNAMES_OF_TWO and len(characters) > 2 and characters[2] != MIDDLE_DOT:
        return _SURNAMES_OF_TWO[two].split()
    return [_SURNAMES[characters[0]]] if characters and characters[0] in _SURNAMES else []


@lru_cache(maxsize=16384)
def _readings_of(character: str) -> tuple[str, ...]:
    """All readings of one character without tones; a letter or digit is its own; () when it has no sound.

    Asked character by character, because the dictionary's phrases would drop readings.
    """
    if not is_han(character):
        plain = "".join(c for c in _toneless(character) if c.isascii() and c.isalnum())
        return (plain,) if plain else ()
    # Imported on first use: its dictionary costs every process 0.4 s at start, and most never spell a name.
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    spelled = ("".join(c for c in _toneless(one) if "a" <= c <= "z") for one in (found[0] if found else ()))
    return tuple(dict.fromkeys(one for one in spelled if one))


def _toneless(text: str) -> str:
    """Lower case; ü and u: as v; tone marks and other accents off."""
    spelled = unicodedata.normalize("NFC", text.lower()).translate(_UMLAUT).replace("u:", "v")
    return "".join(c for c in unicodedata.normalize("NFD", spelled) if not unicodedata.combining(c))


_UMLAUT = str.maketrans(dict.fromkeys("üǖǘǚǜ", "v"))


def _spellings(sounds: Sequence[tuple[str, ...]], room: int) -> list[str]:
    """At most `MOST` different joined readings that fit the room together, nearest to the main one first."""
    kept: list[str] = []
    for word in islice(_distinct(_nearest_first(sounds)), MOST):
        if kept and room < len(word) + 1:
            break
        kept.append(
            word[:room]
        )  # only a name beyond any law's length is cut, and its beginning still finds it
        room -= len(word) + 1
    return kept


def _distinct(words: Iterator[str]) -> Iterator[str]:
    seen: set[str] = set()
    # Two readings may spell alike (xi'an, xian): bound the walk, not only what it yields.
    for word in islice(words, 8 * MOST):
        if word not in seen:
            seen.add(word)
            yield word


def _nearest_first(sounds: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Every joined reading: the main one, then all that differ from it in one character, in two, …"""
    open_positions = [position for position, one in enumerate(sounds) if len(one) > 1]
    main = [one[0] for one in sounds]
    for count in range(len(open_positions) + 1):
        for changed in combinations(open_positions, count):
            for others in product(*(sounds[position][1:] for position in changed)):
                spelled = main.copy()
                for position, reading in zip(changed, others, strict=True):
                    spelled[position] = reading
                yield "".join(spelled)


def search_text(name: str, spelling: str) -> str:
    """`readings` with the spelling that the pupil's own record gives (shan yu tong) and its initials in front."""
    words = spelling.lower().replace(MIDDLE_DOT, " ").split()
    own = [query("".join(words)), "".join(query(word)[:1] for word in words)]
    text = ""
    for word in dict.fromkeys([*(one for one in own if one), *readings(name).split()]):
        if len(text) + len(word) + 1 <= LONGEST:
            text = f"{text} {word}" if text else word
    return text
