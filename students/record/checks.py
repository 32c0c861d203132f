"""What an item of the record may hold, and how items must agree. A refusal is one sentence at the item it is about."""

import re
from collections.abc import Container
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from students.pupil import identity
from students.record.fields import BY_KEY, RecordField
from web.clock import spoken
from web.text import holds_number, normalised, plain_characters, unreadable
from web.words import zh

PERMIT_CLAUSE = zh("附件1 七")
GUARDIAN_CLAUSE = zh("采集表填表说明：学生无身份证号时监护人证件必填")
_OLDER = {"51", "52", "57", "58", "61", "62", "63", "64"}  # parents and grandparents
_SEX_OF_RELATION = {"51": "1", "52": "2", "57": "1", "58": "2", "61": "1", "62": "2", "63": "1", "64": "2"}
_EARLIEST = date(1900, 1, 1)


class ItemRefused(ValueError):
    """This item cannot be so; ``sentence`` is what the registrar reads beside it."""

    def __init__(self, sentence: str):
        self.sentence = sentence
        super().__init__(sentence)


def cleaned(item: RecordField, typed: str, codes: dict[str, dict[str, str]], today: date) -> str:
    """A typed text as the item holds it; empty for nothing. Raises :class:`ItemRefused`."""
    text = normalised("NFC", typed).strip()
    if not text:
        return ""
    if unreadable(text):
        raise ItemRefused(
            zh("{item_label}中有看不见的或别处显示不了的字符，请清空后重新输入。", item_label=item.label)
        )
    try:
        value = _KINDS[item.kind](item, text, codes, today)
    except identity.IdentityError as error:
        raise ItemRefused(error.sentence) from None
    if len(value) > item.longest + {"date": 2, "month": 4}.get(item.kind, 0):
        raise ItemRefused(
            zh(
                "{item_label}最长{item_longest}个字，现在是{count}个，请缩短。",
                item_label=item.label,
                item_longest=item.longest,
                count=len(value),
            )
        )
    if not item.secret and holds_number(value):
        raise ItemRefused(
            zh("{item_label}里不能写身份证号或学籍号，号码请填在证件号一栏。", item_label=item.label)
        )
    return value


def _as_text(item, text, codes, today) -> str:
    return re.sub(r"\s", " ", text)


def _name(item, text, codes, today) -> str:
    return identity.check_name(text, item.label)


def _code(item, text, codes, today) -> str:
    code = text.upper()
    if code not in codes.get(item.table, {}) or (item.offered and code not in item.offered):
        raise ItemRefused(zh("{item_label}请从所列的选项中选择。", item_label=item.label))
    return code


def _yes_no(item, text, codes, today) -> str:
    if text not in ("0", "1"):
        raise ItemRefused(zh("{item_label}请选择是或否。", item_label=item.label))
    return text


# A day as people write it; without separators it has eight digits, or nobody knows which are the month's.
_DAY = r"([0-9]{4})(?:[-./年]([0-9]{1,2})(?:[-./月]([0-9]{1,2})[日号]?|月)?|([0-9]{2})([0-9]{2})?)"
_TIME = re.compile(r"(?<=[0-9日号])[T\s]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$")


def _parts(text: str) -> list[int] | None:
    """Year, month and, where it was written, day; a time of day behind it says nothing more."""
    found = re.fullmatch(_DAY, plain_characters(_TIME.sub("", text)))
    return [int(part) for part in found.groups() if part] if found else None


def _day(item, text, codes, today) -> str:
    try:
        day = date(*(_parts(text) or ()))
    except (TypeError, ValueError):
        raise ItemRefused(
            zh("{item_label}应为真实的日期，如2020年3月5日或20200305。", item_label=item.label)
        ) from None
    if not _EARLIEST <= day <= today:
        raise ItemRefused(zh("{item_label}不能早于1900年，也不能晚于今天，请核对。", item_label=item.label))
    return day.isoformat()


def _month(item, text, codes, today) -> str:
    parts = _parts(text)
    try:
        year, month, *days = parts or [0, 0]  # no year, as no text of a month gives one
        day = date(year, month, *(days or [1]))
    except (TypeError, ValueError):
        day = date.max
    if not _EARLIEST <= day.replace(day=1) <= today:
        raise ItemRefused(
            zh("{item_label}应为年和月，如202409或2024-9，不能晚于本月。", item_label=item.label)
        )
    return day.replace(day=1).isoformat()


def _division(item, text, codes, today) -> str:
    code = plain_characters(text)
    if not re.fullmatch(r"[1-8][0-9]{5}([0-9]{6})?", code):
        raise ItemRefused(
            zh("{item_label}应为6位或12位区划代码，如152522，请查区划表后填写。", item_label=item.label)
        )
    return code


def _country(item, text, codes, today) -> str:
    code = plain_characters(text).upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ItemRefused(zh("{item_label}应为三位字母代码，中国为CHN。", item_label=item.label))
    return code


def _spelling(item, text, codes, today) -> str:
    spelled = " ".join(text.lower().split())
    if not re.fullmatch(r"[a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹê'’·. -]+", spelled):
        raise ItemRefused(
            zh("{item_label}只能用拼音字母、空格和“·”，如 shan yu tong。", item_label=item.label)
        )
    return spelled


_SPAN = re.compile(r"(.{8,11}?)(?:[-—–~]|至|到)+(.{8,11}|长期)")


def _span(item, text, codes, today) -> str:
    found = _SPAN.fullmatch(plain_characters(text))
    try:
        begins = date(*(_parts(found[1]) or ()))  # type: ignore[index]  # none: caught below
        ends = date.max if found[2] == "长期" else date(*(_parts(found[2]) or ()))  # type: ignore[index]  # none: caught below
    except (AttributeError, ValueError, TypeError):
        raise ItemRefused(
            zh(
                "{item_label}应写作2010.06.01-2020.06.01，长期有效的写2010.06.01-长期。",
                item_label=item.label,
            )
        ) from None
    if ends <= begins:
        raise ItemRefused(zh("{item_label}的止期应晚于起期，请核对。", item_label=item.label))
    return f"{begins:%Y.%m.%d}-" + (zh("长期") if ends == date.max else f"{ends:%Y.%m.%d}")


def _decimal(item, text, codes, today) -> str:
    try:
        number = Decimal(plain_characters(text))
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number < 1000 or number != round(number, 2):
        raise ItemRefused(
            zh("{item_label}应为公里数，0至999.99，最多两位小数，如1.5。", item_label=item.label)
        )
    return format(number.normalize(), "f")


def _phone(item, text, codes, today) -> str:
    return identity.check_phone(text, item.label)


def _postcode(item, text, codes, today) -> str:
    code = plain_characters(text)
    if not re.fullmatch(r"[0-9]{6}", code):
        raise ItemRefused(zh("{item_label}应为6位数字，请核对后重填。", item_label=item.label))
    return code


def _email(item, text, codes, today) -> str:
    try:
        validate_email(plain_characters(text))
    except ValidationError:
        raise ItemRefused(
            zh("{item_label}不是完整的邮箱地址，应如 name@example.cn。", item_label=item.label)
        ) from None
    return plain_characters(text)


def _url(item, text, codes, today) -> str:
    address = plain_characters(text)
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^\s<>\"']*)?", address):
        raise ItemRefused(zh("{item_label}应以 http:// 或 https:// 开头。", item_label=item.label))
    return address


def _number(item, text, codes, today) -> str:
    return identity.check_paper_number(text, item.label)


_KINDS = {
    "text": _as_text,
    "name": _name,
    "code": _code,
    "yes_no": _yes_no,
    "date": _day,
    "month": _month,
    "division": _division,
    "country": _country,
    "spelling": _spelling,
    "span": _span,
    "decimal": _decimal,
    "phone": _phone,
    "postcode": _postcode,
    "email": _email,
    "url": _url,
    "id_number": _number,
}


# ---------------------------------------------------------------- how items agree


# What is told at an item because of others; it is not told while one of these is wrong itself: one cause, one fault.
_RESTS_ON = {
    "permit_issuer": ("permit_held",),
    "permit_issued_on": ("permit_held",),
    "guardian1.id_number": ("id_number", "id_type", "guardian1.id_type"),
    "guardian2.id_number": ("id_number", "id_type", "guardian2.id_type"),
    "guardian1.relation_note": ("guardian1.relation",),
    "guardian2.relation_note": ("guardian2.relation",),
    "guardian1.id_type": ("guardian1.id_number",),
    "guardian2.id_type": ("guardian2.id_number",),
    "school_bus": ("commute_mode",),
}


def contradictions(values: dict[str, str], today: date, wrong: Container[str] = ()) -> dict[str, str]:
    """Where items of a whole record contradict one another: the item → a sentence. Empty items contradict nothing;
    ``wrong`` are items that were given, but cannot be read."""
    found: dict[str, str] = {}
    for check in (_own_number, _permit, _guardians, _school_way, _help):
        for key, sentence in check(values, today):
            if not any(other in wrong for other in _RESTS_ON.get(key, ())):
                found.setdefault(key, sentence)
    return found


def _own_number(values, today):
    get = values.get
    number, kind = get("id_number", ""), get("id_type", "")
    if number and kind == "1":
        try:
            parsed = identity.check_id_number(number, today, BY_KEY["id_number"].label)
        except identity.IdentityError as error:
            yield "id_number", error.sentence
        else:
            born = get("birth_date", "")
            told = identity.cross_check(parsed, date.fromisoformat(born) if born else None, get("sex", ""))
            yield from (("id_number", sentence) for sentence in told)
    entered, born = get("entered_on", ""), get("birth_date", "")
    if entered and born and entered <= born:
        yield "entered_on", zh("入学年月不能早于出生日期，请核对。")


def _permit(values, today):
    get = values.get
    if get("permit_held") == "1":
        for key, label in (("permit_issuer", zh("签发机关")), ("permit_issued_on", zh("签发日期"))):
            if not get(key):
                yield (
                    key,
                    zh(
                        "持有居住证的，请填写{label}（{permit_clause}）。",
                        label=label,
                        permit_clause=PERMIT_CLAUSE,
                    ),
                )
        issued, born = get("permit_issued_on", ""), get("birth_date", "")
        if issued and born and issued < born:
            yield (
                "permit_issued_on",
                zh("签发日期不能早于出生日期，请核对（{permit_clause}）。", permit_clause=PERMIT_CLAUSE),
            )
    else:
        for key, label in (("permit_issuer", zh("签发机关")), ("permit_issued_on", zh("签发日期"))):
            if get(key):
                yield (
                    key,
                    zh(
                        "没有居住证的不填{label}；持有的请先把“是否持有居住证”选为是（{permit_clause}）。",
                        label=label,
                        permit_clause=PERMIT_CLAUSE,
                    ),
                )


def _guardians(values, today):
    get = values.get
    named = [who for who in ("guardian1", "guardian2") if get(f"{who}.name")]
    if len(named) == 2 and get("guardian1.name") == get("guardian2.name"):
        same = get("guardian1.relation") == get("guardian2.relation")
        numbers = {get(f"{who}.id_number", "") for who in named}
        if same or (len(numbers) == 1 and numbers != {""}):
            yield "guardian2.name", zh("两位家庭成员或监护人不能是同一个人，请填写另一位。")
    for who in named:
        yield from _one_guardian(values, who, today)
    if get("id_number") or not named:
        return
    guardians = [who for who in named if get(f"{who}.is_guardian") == "1"]
    if guardians and not any(get(f"{who}.id_number") for who in guardians):
        yield (
            f"{guardians[0]}.id_number",
            zh(
                "学生没有身份证件号，请填写监护人的证件号（{guardian_clause}）。",
                guardian_clause=GUARDIAN_CLAUSE,
            ),
        )


def _one_guardian(values, who, today):
    get, relation = values.get, values.get(f"{who}.relation", "")
    if relation in ("97", "99") and not get(f"{who}.relation_note"):
        yield f"{who}.relation_note", zh("关系为其他亲属或非亲属的，请在关系说明中写明。")
    number = get(f"{who}.id_number", "")
    if not number:
        return
    kind = get(f"{who}.id_type", "")
    if not kind:
        yield f"{who}.id_type", zh("填写了证件号，请选择身份证件类型。")
    if kind != "1":
        return
    try:
        parsed = identity.check_id_number(number, today, BY_KEY[f"{who}.id_number"].label)
    except identity.IdentityError as error:
        yield f"{who}.id_number", error.sentence
        return
    if _SEX_OF_RELATION.get(relation, parsed.sex) != parsed.sex:
        yield f"{who}.id_number", zh("证件号表示的性别与所填关系不符，请按证件核对后改正其中一处。")
    born = get("birth_date", "")
    if relation in _OLDER and born and parsed.birth_date >= date.fromisoformat(born):
        yield (
            f"{who}.id_number",
            zh("证件号表示{day}出生，不早于学生，请按证件核对。", day=spoken(parsed.birth_date)),
        )


def _school_way(values, today):
    if values.get("commute_mode") == "5" and values.get("school_bus") == "0":
        yield "school_bus", zh("上下学交通方式为校车的，是否需要乘坐校车应为是。")


def _help(values, today):
    get = values.get
    if get("left_behind_child", "0") != "0" and get("migrant_worker_child") == "1":
        yield "left_behind_child", zh("留守儿童留在户籍地，不会同时是随迁子女，请改正其中一处（附件1 六）。")
    if get("inclusive_class", "1") not in ("", "1") and get("disability") == "1":
        yield "inclusive_class", zh("随班就读的，残疾人类型不能是无残疾，请改正其中一处。")


def remarks(values: dict[str, str], today: date, known: set[str]) -> list[str]:
    """What is told and stops nothing: area codes that no table has, an expired paper, a long way without a bus.

    ``known``: the six-digit area codes that a table has.
    """
    told = []
    for key, label in (
        ("id_number", zh("身份证号")),
        ("guardian1.id_number", zh("监护人一证件号")),
        ("guardian2.id_number", zh("监护人二证件号")),
    ):
        kind, number = values.get(key.replace("id_number", "id_type")), values.get(key, "")
        hint = identity.division_hint(number[:6], known) if kind == "1" and number else ""
        if hint:
            told.append(zh("{label}{hint}", label=label, hint=hint))
    for key, label in (
        ("birth_place", zh("出生地")),
        ("native_place", zh("籍贯")),
        ("household_division", zh("户口所在地")),
    ):
        code = values.get(key, "")
        if code and code[:6] not in known:
            told.append(
                zh(
                    "{label}的区划代码不在区划表中，可能是已撤销或新设的区划；请核对一次，不影响办理。",
                    label=label,
                )
            )
    ends = values.get("id_valid", "").rpartition("-")[2].replace(".", "-")
    if ends[:1].isdigit() and ends < today.isoformat():
        told.append(zh("身份证件已过有效期，换证后请更新有效期。"))
    if Decimal(values.get("commute_distance") or 0) > 2 and values.get("school_bus") == "0":
        told.append(zh("上下学距离超过2公里的，一般应选需要乘坐校车。"))
    return told
