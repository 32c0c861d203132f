"""Who a pupil is, in numbers and in what a page may show of them.

Identity numbers follow GB 11643-1999 (check character: ISO 7064 MOD 11-2).  Registration numbers are one
letter and 18 characters: G + identity number, J + division + birth date + 3-digit sequence + check character,
L + division + birth date + 4 free digits (R1.1, R1.2, R1.8).

Pure functions: no database, no clock (today is passed in).  A refusal is an `IdentityError` carrying one
Chinese sentence; the sentence never repeats the number, because sentences end up in logs.
"""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date
from operator import mul

from web.clock import spoken
from web.text import MIDDLE_DOT, is_han, is_mark, plain_characters, plain_name, written_characters
from web.words import zh

MALE = "1"  # GB/T 2261.1
FEMALE = "2"
SEX_WORDS = {MALE: zh("男"), FEMALE: zh("女")}

STANDARD = "GB 11643—1999"
NUMBER_CLAUSE = zh("教基一厅〔2016〕2号附件1第一条")
PHONE_CLAUSE = zh("教基一厅〔2016〕2号附件1第六条")
KEY_CLAUSE = zh("教基一厅〔2016〕2号附件1第一条第3款")

NAME_LENGTH = 50
_TYPED_LENGTH = 200  # nothing longer can be a number or a name; stops normalising a megabyte
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_VALUE = {digit: int(digit) for digit in "0123456789"}
_EARLIEST = date(1900, 1, 1)
_LOOKS_LIKE_X = "×✕✖╳χΧхХ*"
# Papers whose numbers are built like a resident identity number.
_OTHER_PAPER = {"8": zh("港澳台居民居住证"), "9": zh("外国人永久居留身份证")}
# Country codes of one, two and three digits (ITU-T E.164), then the number.
_FOREIGN = re.compile(
    r"\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[124]|9[0-58]|[2-9][0-9]{2})[0-9]{6,15}"
)
_SHORTEST_PAPER, _LONGEST_PASSPORT = 7, 12
_PAPER = re.compile(r"[0-9A-Z()-]{1,20}")
_SCIENTIFIC = re.compile(r"[0-9.]+E\+?[0-9]+")


class IdentityError(ValueError):
    """A number or name that cannot be right: `sentence` is what the user reads, `clause` the source in it."""

    def __init__(self, what: str, clause: str):
        self.clause = clause
        self.sentence = zh("{what}（{clause}）。", what=what, clause=clause)
        super().__init__(self.sentence)


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A valid resident identity number and what it says."""

    text: str = field(repr=False)
    division: str
    birth_date: date
    sex: str


@dataclass(frozen=True, slots=True)
class ParsedNumber:
    """A valid registration number.  `sex` is known for G only; `body`: the 18 characters after the letter."""

    text: str = field(repr=False)
    kind: str
    division: str
    birth_date: date
    sex: str | None = None

    @property
    def body(self) -> str:
        return self.text[1:]


# ---------------------------------------------------------------- identity numbers


def normalise_number(text: str) -> str:
    """A typed number as it is stored: NFKC, no spaces or zero-width characters, upper-case X."""
    number = plain_characters(text).upper()
    return number if number.isascii() else unicodedata.normalize("NFKC", number)


def check_character(first_17: str) -> str:
    """The 18th character for 17 ASCII digits (ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(map(mul, _WEIGHTS, map(_VALUE.__getitem__, first_17))) % 11]


def check_id_number(text: object, today: date, label: str = zh("身份证号")) -> IdNumber:
    """Parse a resident identity number, or raise `IdentityError`. ``label``: what the field is called that it stands in.

    `text` may be a spreadsheet cell; a cell that is a number is refused, its last digits are gone.  The
    division is not looked up: it may be abolished or newer than our table (see `division_hint`).
    """
    number = _typed(text, label, STANDARD)
    if len(number) == 15 and number.isascii() and number.isdigit():
        raise IdentityError(zh("15位身份证号已停止使用，请填写18位公民身份号码"), STANDARD)
    birth_date = _body(number, label, 0, today, STANDARD)
    if number[0] in _OTHER_PAPER:
        raise IdentityError(
            zh(
                "以{number_1}开头的18位号码是{paper}的号码，不是居民身份证号，请核对证件，在身份证件类型中选对应的一种",
                number_1=number[0],
                paper=_OTHER_PAPER[number[0]],
            ),
            STANDARD,
        )
    _checked(number, label, 0, STANDARD)
    return IdNumber(number, number[:6], birth_date, _sex(number))


def check_paper_number(text: object, label: str) -> str:
    """The number of any identity paper as it is stored, or `IdentityError`: its characters, not what it says."""
    number = _typed(text, label, KEY_CLAUSE)
    if len(number) in (18, 19) and number[:-1].isalnum() and number[-1] in _LOOKS_LIKE_X:
        raise IdentityError(
            zh("{label}最后一位请用英文字母X填写，不要用乘号、俄文字母或其他符号", label=label), KEY_CLAUSE
        )
    if not _PAPER.fullmatch(number):
        raise IdentityError(zh("{label}只能有字母和数字，最长20位，请核对后重填", label=label), KEY_CLAUSE)
    return number


def check_any_number(text: object, today: date) -> tuple[str, bool]:
    """A registration number, or the number of whichever identity paper, as stored; and whether it is the former.

    Judged by form only so far as the form is one's own: a passport may begin with G, a permit has eight digits.
    """
    number = check_paper_number(text, zh("学籍号或身份证号"))
    if len(number) <= _LONGEST_PASSPORT:
        if len(number) < _SHORTEST_PAPER or not any(map(str.isdigit, number)):
            raise IdentityError(zh("这不是完整的学籍号或身份证件号，请按证件填写全部号码"), KEY_CLAUSE)
        return number, False
    if len(number) == 18 and number[0] in _OTHER_PAPER:
        return number, False
    if len(number) == 19 or number[0] in "GJL":
        return check_registration_number(number, today).text, True
    return check_id_number(number, today).text, False


def division_hint(division: str, known: Container[str]) -> str:
    """A remark when the first six digits are in no table we have, else "".

    Never a reason to refuse: a number keeps the code of its first household registration, which may be
    abolished since or newer than the table.
    """
    if division in known:
        return ""
    return zh(
        "前6位{division}不在区划表中，可能是已撤销或新设的区划；请与证件核对一次，不影响办理。",
        division=division,
    )


def cross_check(number: IdNumber | ParsedNumber, birth_date: date | None, sex: str) -> list[str]:
    """Where a number contradicts the entered birth date and sex: a sentence each, [] when they agree.

    Nothing entered, or a kind of number that says nothing about the sex, is no contradiction.
    """
    problems = []
    if birth_date is not None and birth_date != number.birth_date:
        problems.append(
            zh(
                "出生日期填的是{day}，证件号中是{day2}，请按证件核对后改正其中一处（{key_clause}）。",
                day=spoken(birth_date),
                day2=spoken(number.birth_date),
                key_clause=KEY_CLAUSE,
            )
        )
    if sex in SEX_WORDS and number.sex is not None and sex != number.sex:
        problems.append(
            zh(
                "性别填的是{part}，证件号第17位表示{part2}，请按证件核对后改正其中一处（{key_clause}）。",
                part=SEX_WORDS[sex],
                part2=SEX_WORDS[number.sex],
                key_clause=KEY_CLAUSE,
            )
        )
    return problems


# ---------------------------------------------------------------- registration numbers (R1.1, R1.2, R1.8)


def check_registration_number(text: object, today: date) -> ParsedNumber:
    """Parse a registration number, or raise `IdentityError`.

    G and J must carry the right check character.  The last four of L are free, so only format and birth date
    are looked at; nothing else may treat an L differently (R1.8).
    """
    number = _typed(text, zh("学籍号"), NUMBER_CLAUSE)
    kind = number[0]
    if kind not in "GJL":
        if len(number) == 18 and number[:17].isascii() and number[:17].isdigit():
            raise IdentityError(
                zh("这是18位号码，学籍号为19位，以G、J或L开头；请在前面补上字母，或改在身份证号一栏填写"),
                NUMBER_CLAUSE,
            )
        raise IdentityError(zh("学籍号应以G、J或L开头，共19位，请核对第1位字母"), NUMBER_CLAUSE)
    birth_date = _body(number, zh("学籍号"), 1, today, NUMBER_CLAUSE)
    if kind != "L":
        _checked(number, zh("学籍号"), 1, NUMBER_CLAUSE)
    return ParsedNumber(number, kind, number[1:7], birth_date, _sex(number[1:]) if kind == "G" else None)


def compose_g(id_number: IdNumber) -> str:
    """The G number of a checked identity number (R1.1)."""
    return f"G{id_number.text}"


def compose_j(division: str, birth_date: date, sequence: int) -> str:
    """A J number for a pupil without identity number (R1.2).  `division`: the school's; `sequence`: 0–999."""
    if not 0 <= sequence <= 999:
        raise IdentityError(
            zh("同一区划、同一出生日期的J字头顺序码（3位）已用完，请报自治区处理"), NUMBER_CLAUSE
        )
    first_17 = f"{_division(division)}{_compact(birth_date)}{sequence:03d}"
    return f"J{first_17}{check_character(first_17)}"


def compose_l(division: str, birth_date: date, code: int) -> str:
    """A temporary L number (R1.8).  `division`: of the school; `code`: 0–9999, chosen by the caller."""
    if not 0 <= code <= 9999:
        raise IdentityError(zh("同一区划、同一出生日期的L字头后4位已用完，请报自治区处理"), NUMBER_CLAUSE)
    return f"L{_division(division)}{_compact(birth_date)}{code:04d}"


# ---------------------------------------------------------------- names and phones


def check_name(text: object, label: str = zh("姓名")) -> str:
    """A person's name as stored, or `IdentityError`.  No length rule but the field's own; any script. ``label``: what the
    field is called, as 曾用名 or a guardian's name: the sentence names it and no other."""
    if not isinstance(text, str) or not (name := plain_name(text[: _TYPED_LENGTH + 1])):
        raise IdentityError(zh("请填写{label}", label=label), KEY_CLAUSE)
    if len(text) > _TYPED_LENGTH or len(written_characters(name)) > NAME_LENGTH:
        raise IdentityError(
            zh("{label}最长{name_length}个字，请按证件填写", label=label, name_length=NAME_LENGTH), KEY_CLAUSE
        )
    if sign := _edge_sign(text):
        raise IdentityError(
            zh("{label}不能以“{sign}”开头或结尾，请按证件填写", label=label, sign=sign), KEY_CLAUSE
        )
    for character in name:
        if "\u2e80" <= character <= "\u2fdf":
            raise IdentityError(
                zh(
                    "{label}中的“{character}”是部首符号，不是汉字“{han}”，请按证件重新输入这个字",
                    label=label,
                    character=character,
                    han=unicodedata.normalize("NFKC", character),
                ),
                KEY_CLAUSE,
            )
        if "\ue000" <= character <= "\uf8ff" or ord(character) >= 0xF0000:
            raise IdentityError(
                zh("{label}中有自造字，别的电脑上看不到，请改用国家标准字库中的字", label=label), KEY_CLAUSE
            )
        if not (
            character.isalpha() or is_han(character) or character in "·'’-. \u202f" or is_mark(character)
        ):
            raise IdentityError(
                zh("{label}中不能有{shown}，请按证件填写", label=label, shown=_shown(character)), KEY_CLAUSE
            )
    return name


def _edge_sign(text: str) -> str:
    """The sign with which a name begins or ends though none can: a dot, a hyphen, an apostrophe; a full stop may end one."""
    written = plain_characters(text)
    for character, more in ((written[0], "."), (written[-1], "")):
        if character in "'’-" + more or (MIDDLE_DOT in plain_name(f"王{character}王") and character != "."):
            return character
    return ""


def check_phone(text: object, label: str = zh("联系电话")) -> str:
    """A mobile or fixed number as stored (digits, the area code's hyphen kept; a foreign one as + and digits), or
    `IdentityError`. ``label``: what the field is called."""
    number = re.sub("[()‐-―−-]+", "-", _typed(text, label, PHONE_CLAUSE)).strip("-")
    number = re.sub("^00(?=[1-9])", "+", number).removeprefix("+86").lstrip("-")
    if number.startswith("+"):
        number = number.replace("-", "")
        if not _FOREIGN.fullmatch(number):
            raise IdentityError(
                zh(
                    "{label}：境外电话应为+和国家（地区）代码，再接6–15位号码（如+976 99112233），请核对后重填",
                    label=label,
                ),
                PHONE_CLAUSE,
            )
        return number
    if number.startswith("1"):
        number = number.replace("-", "")
    if not re.fullmatch(r"1[3-9][0-9]{9}|(0[0-9]{2,3}-?)?[2-9][0-9]{6,7}(-[0-9]{1,6})?", number, re.ASCII):
        raise IdentityError(
            zh(
                "{label}应为11位手机号，或带区号的固定电话（如0479-2221234），境外电话前加+和国家代码，请核对后重填",
                label=label,
            ),
            PHONE_CLAUSE,
        )
    return number


# ---------------------------------------------------------------- masks: what a page shows before a reveal


def mask_name(name: str) -> str:
    """王伟 → 王*, 李明轩 → 李*轩, 乌云其其格 → 乌*其其格: two characters hide the last, more hide the second.

    Each part around “·” or a space is masked by that rule on its own (阿拉坦·其其格 → 阿*坦·其*格), and a
    part of one character is hidden whole.  A character outside the basic plane counts as one.  Any text.
    """
    return "".join(
        part if part in (MIDDLE_DOT, " ") else _mask_part(part)
        for part in re.split(f"([{MIDDLE_DOT} ])", plain_name(name))
        if part
    )


def mask_number(text: str) -> str:
    """Registration number G1307**********0016, identity number 152522********0028.

    Other papers (passport, permit) show a quarter at each end; up to four characters show nothing.  Any text.
    """
    number = normalise_number(text)
    edge = len(number) // 4
    head, tail = {19: (5, 4), 18: (6, 4)}.get(len(number), (edge, edge) if len(number) > 4 else (0, 0))
    return _keep_ends(number, head, tail)


def mask_phone(text: str) -> str:
    """139****0000; a shorter fixed number shows its last four only, fewer than seven characters nothing."""
    number = normalise_number(text)
    return _keep_ends(number, 3 if len(number) >= 11 else 0, 4 if len(number) >= 7 else 0)


# ---------------------------------------------------------------- inside


def _typed(text: object, label: str, clause: str) -> str:
    """The normalised input; refuses what is no text, empty, absurdly long or a spoiled spreadsheet cell."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        raise IdentityError(
            zh("{label}单元格是数字格式，末几位可能已丢失，请把该列设为文本后按证件重新填写", label=label),
            clause,
        )
    if not isinstance(text, str) or not text:
        raise IdentityError(zh("请填写{label}", label=label), clause)
    if len(text) > _TYPED_LENGTH:
        raise IdentityError(zh("{label}过长，请只填号码本身", label=label), clause)
    number = normalise_number(text)
    if not number:
        raise IdentityError(zh("请填写{label}", label=label), clause)
    if not number.isprintable():
        raise IdentityError(zh("{label}中有看不见的特殊字符，请清空后手工重新输入", label=label), clause)
    if _SCIENTIFIC.fullmatch(number):
        raise IdentityError(
            zh(
                "{label}被表格软件改成了科学计数法，末几位已丢失，请把该列设为文本后按证件重新填写",
                label=label,
            ),
            clause,
        )
    return number


def _body(number: str, label: str, start: int, today: date, clause: str) -> date:
    """Length, characters and birth date of the 18 characters from `start`; the birth date."""
    length = start + 18
    if len(number) != length:
        raise IdentityError(
            zh(
                "{label}应为{length}位，现在是{count}位，请核对后重填",
                label=label,
                length=length,
                count=len(number),
            ),
            clause,
        )
    digits = number[start:-1]
    for position, character in enumerate("" if digits.isascii() and digits.isdigit() else digits, start + 1):
        if character not in _VALUE:
            raise IdentityError(
                zh(
                    "{label}第{position}位应为数字，不能是{shown}，请核对后重填",
                    label=label,
                    position=position,
                    shown=_shown(character),
                ),
                clause,
            )
    last = number[-1]
    if last in _LOOKS_LIKE_X:
        raise IdentityError(
            zh("{label}第{length}位请用英文字母X填写，不要用乘号或其他符号", label=label, length=length),
            clause,
        )
    if last not in _VALUE and last != "X":
        raise IdentityError(
            zh(
                "{label}第{length}位应为数字或字母X，不能是{shown}，请核对后重填",
                label=label,
                length=length,
                shown=_shown(last),
            ),
            clause,
        )
    return _birth_date(number[start + 6 : start + 14], label, start + 7, today, clause)


def _birth_date(digits: str, label: str, position: int, today: date, clause: str) -> date:
    where = zh("{label}第{position}至{count}位", label=label, position=position, count=position + 7)
    try:
        birth_date = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise IdentityError(
            zh("{where}不是真实存在的日期，请核对出生日期是否录错", where=where), clause
        ) from None
    if birth_date < _EARLIEST:
        raise IdentityError(zh("{where}的出生日期早于1900年，请核对是否录错", where=where), clause)
    if birth_date > today:
        raise IdentityError(zh("{where}的出生日期晚于今天，请核对是否录错", where=where), clause)
    return birth_date


def _checked(number: str, label: str, start: int, clause: str) -> None:
    if check_character(number[start:-1]) != number[-1]:
        raise IdentityError(
            zh("{label}第{count}位校验码不对，请核对是否录错一位或前后颠倒", label=label, count=len(number)),
            clause,
        )


def _sex(id_number: str) -> str:
    return MALE if int(id_number[16]) % 2 else FEMALE


def _division(division: str) -> str:
    if not (len(division) == 6 and division.isascii() and division.isdigit() and division[0] != "0"):
        raise IdentityError(zh("学校所在地区划码应为6位数字，请先在学校资料中补正"), NUMBER_CLAUSE)
    return division


def _compact(day: date) -> str:
    return day.isoformat().replace(
        "-", ""
    )  # several times faster than strftime, and numbers come in millions


def _shown(character: str) -> str:
    """A character as a sentence may name it: invisible and unpaired ones are described, not printed."""
    return (
        zh("“{character}”", character=character)
        if character.isprintable() and character != " "
        else zh("看不见的特殊字符")
    )


def _mask_part(part: str) -> str:
    characters = written_characters(part)
    characters[0 if len(characters) == 1 else 1] = "*"
    return "".join(characters)


def _keep_ends(text: str, head: int, tail: int) -> str:
    return text[:head] + "*" * (len(text) - head - tail) + (text[-tail:] if tail else "")
