"""Identity and registration numbers, names and phones: what is accepted, what is refused with which sentence."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from students.pupil import identity
from students.pupil.identity import IdentityError

TODAY = date(2026, 11, 23)
DIGITS = "0123456789"


def by_the_recursive_definition(first_17: str) -> str:
    """ISO 7064's other, recursive definition of MOD 11-2; shares nothing with the weights."""
    remainder = 0
    for digit in first_17:
        remainder = (remainder + int(digit)) * 2 % 11
    return DIGITS[value] if (value := (1 - remainder) % 11) < 10 else "X"


@st.composite
def id_numbers(draw):
    division = f"{draw(st.integers(110000, 799999))}"
    born = draw(st.dates(date(1900, 1, 1), TODAY))
    first_17 = f"{division}{born:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return first_17 + by_the_recursive_definition(first_17)


def sentence_of(check, text, today=TODAY) -> str:
    with pytest.raises(IdentityError) as caught:
        check(text, today)
    return caught.value.sentence


def answer_of(check, text) -> str:
    """The accepted number, or the sentence of the refusal; anything else that is raised fails the test."""
    try:
        return check(text, TODAY).text
    except IdentityError as refused:
        return refused.sentence


# ---------------------------------------------------------------- identity numbers


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014", "360426199101010071"])
def test_the_check_character_agrees_with_the_standards_own_examples(number):
    assert identity.check_character(number[:17]) == number[17]


@given(st.text(DIGITS, min_size=17, max_size=17))
def test_the_check_character_agrees_with_the_recursive_definition_of_iso_7064(first_17):
    assert identity.check_character(first_17) == by_the_recursive_definition(first_17)


@given(id_numbers())
def test_a_valid_number_is_accepted_and_says_division_birth_date_and_sex(number):
    parsed = identity.check_id_number(number, TODAY)
    assert parsed.text == number
    assert parsed.division == number[:6]
    assert f"{parsed.birth_date:%Y%m%d}" == number[6:14]
    assert parsed.sex == ("1" if number[16] in "13579" else "2")


@given(id_numbers(), st.integers(0, 17), st.sampled_from(DIGITS + "X"))
@example("11010519491231002X", 17, "0")
def test_every_single_wrong_character_is_detected(number, position, character):
    assume(number[position] != character)
    sentence_of(identity.check_id_number, number[:position] + character + number[position + 1 :])


@given(id_numbers(), st.integers(0, 16))
@example("11010519491231002X", 16)
def test_every_swap_of_two_neighbouring_characters_is_detected(number, position):
    swapped = number[:position] + number[position + 1] + number[position] + number[position + 2 :]
    assume(swapped != number)
    sentence_of(identity.check_id_number, swapped)


@given(id_numbers(), st.data())
def test_full_width_spaces_zero_width_and_small_x_are_understood(number, data):
    typed = "".join(
        data.draw(st.sampled_from(["", " ", "\u3000", "\u200b", "\ufeff", "\t", "\u00a0"]))
        + (chr(ord(character) + 0xFEE0) if data.draw(st.booleans()) else character)
        for character in number.lower()
    )
    assert identity.check_id_number(typed, TODAY).text == number


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("110105194912310020", "第18位校验码不对，请核对是否录错一位"),
        ("1101051949123100", "应为18位，现在是16位"),
        ("1101051949123100222", "应为18位，现在是19位"),
        ("110105491231002", "15位身份证号已停止使用"),
        ("1101051949O231002X", "第11位应为数字，不能是“O”"),
        ("11010519491231002×", "第18位请用英文字母X"),
        ("11010519491231002Х", "第18位请用英文字母X"),  # Cyrillic
        ("11010519491231002*", "第18位请用英文字母X"),
        ("11010519491231002A", "第18位应为数字或字母X，不能是“A”"),
        ("११०१०५१९४९१२३१००२X", "第1位应为数字"),  # another script's digits
        ("152522201502290011", "第7至14位不是真实存在的日期"),
        ("152522201513010011", "第7至14位不是真实存在的日期"),
        ("440524188001010014", "早于1900年"),
        ("152522202611240011", "晚于今天"),
        ("", "请填写身份证号"),
        (" \u3000\u200b", "请填写身份证号"),
        (None, "请填写身份证号"),
        (True, "请填写身份证号"),
        (b"11010519491231002X", "请填写身份证号"),
        (152522201503120000, "单元格是数字格式"),
        (1.5252220150312e17, "单元格是数字格式"),
        ("1.52522E+17", "科学计数法"),
        ("1" * 100_000, "过长"),
        ("11010519491231\u202e002X", "看不见的特殊字符"),
        ("1101051949123100\x002X", "看不见的特殊字符"),
        ("11010519491231002\ud800", "看不见的特殊字符"),
        ("152522********0028", "第7位应为数字"),
    ],
)
def test_a_wrong_number_is_refused_with_one_sentence_that_says_why(typed, says):
    sentence = sentence_of(identity.check_id_number, typed)
    assert says in sentence
    assert sentence.endswith("（GB 11643—1999）。")
    assert sentence.count("。") == 1


@given(st.one_of(st.text(), st.text(DIGITS + "Xx ０\u202e\ud800", max_size=20), st.integers(), st.floats()))
def test_whatever_is_typed_the_answer_is_a_number_or_one_printable_sentence(typed):
    for check in (identity.check_id_number, identity.check_registration_number):
        answer = answer_of(check, typed)
        if not re.fullmatch(r"[GLJ]?\d{17}[\dX]", answer, re.ASCII):
            assert answer.isprintable()
            assert answer.encode().endswith("）。".encode())


@given(id_numbers(), st.sampled_from(["", "G", "J", "L"]))
def test_neither_a_refusal_nor_a_printed_result_repeats_the_number(number, letter):
    wrong = number[:17] + ("0" if number[17] != "0" else "1")
    for check in (identity.check_id_number, identity.check_registration_number):
        for text in (letter + wrong, letter + number):
            refusal = answer_of(check, text)
            shown = refusal if refusal.endswith("。") else repr(check(text, TODAY))
            assert number[6:17] not in shown


def test_a_birth_date_is_future_only_against_the_day_that_is_passed_in():
    first_17 = "15252220261123001"
    number = first_17 + by_the_recursive_definition(first_17)
    assert identity.check_id_number(number, TODAY).birth_date == TODAY
    assert "晚于今天" in sentence_of(identity.check_id_number, number, TODAY - timedelta(days=1))


def test_an_unknown_or_abolished_division_is_a_hint_and_never_a_refusal():
    for division in ("152622", "653228", "699999"):
        first_17 = f"{division}20140311001"
        number = first_17 + by_the_recursive_definition(first_17)
        assert identity.check_id_number(number, TODAY).division == division
        assert "不影响办理" in identity.division_hint(division, {"152522"})
    assert identity.division_hint("152522", {"152522"}) == ""


@pytest.mark.rule("R1.6")
def test_birth_date_and_sex_that_contradict_the_number_are_named_each():
    parsed = identity.check_id_number("11010519491231002X", TODAY)
    assert identity.cross_check(parsed, date(1949, 12, 31), "2") == []
    assert identity.cross_check(parsed, None, "") == []
    birth, sex = identity.cross_check(parsed, date(1949, 12, 30), "1")
    assert "1949年12月30日" in birth
    assert "1949年12月31日" in birth
    assert "填的是男" in sex
    assert "表示女" in sex


# ---------------------------------------------------------------- registration numbers


@pytest.mark.rule("R1.2")
@pytest.mark.parametrize(
    ("number", "division", "born", "sequence"),
    [
        ("J150102201805120010", "150102", date(2018, 5, 12), 1),
        ("J150702201511030020", "150702", date(2015, 11, 3), 2),
        ("J15042820130606005X", "150428", date(2013, 6, 6), 5),
    ],
)
def test_a_j_number_is_composed_of_division_birth_date_sequence_and_check_character(
    number, division, born, sequence
):
    assert identity.compose_j(division, born, sequence) == number
    parsed = identity.check_registration_number(number, TODAY)
    assert (parsed.kind, parsed.division, parsed.birth_date, parsed.sex) == ("J", division, born, None)


@pytest.mark.rule("R1.1")
@given(id_numbers())
def test_a_g_number_is_the_letter_and_the_identity_number(number):
    composed = identity.compose_g(identity.check_id_number(number, TODAY))
    assert composed == f"G{number}"
    parsed = identity.check_registration_number(composed, TODAY)
    assert parsed.body == number
    assert parsed.sex == identity.check_id_number(number, TODAY).sex


@pytest.mark.rule("R1.8")
@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 9999))
def test_an_l_number_is_accepted_whatever_its_last_four_digits(born, code):
    number = identity.compose_l("150428", born, code)
    parsed = identity.check_registration_number(number, TODAY)
    assert (parsed.kind, parsed.division, parsed.birth_date) == ("L", "150428", born)
    assert number == f"L150428{born:%Y%m%d}{code:04d}"
    assert identity.check_registration_number(number[:-1] + "X", TODAY).kind == "L"


@given(id_numbers(), st.sampled_from("GJ"), st.sampled_from(DIGITS + "X"))
def test_g_and_j_with_another_check_character_are_refused(number, letter, character):
    assume(number[17] != character)
    assert "第19位校验码不对" in sentence_of(
        identity.check_registration_number, letter + number[:17] + character
    )


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("11010519491231002X", "这是18位号码，学籍号为19位"),
        ("X11010519491231002X", "应以G、J或L开头"),
        ("G11010519491231002", "应为19位，现在是18位"),
        ("G110105-19491231002X", "应为19位，现在是20位"),
        ("L15042820130230123X", "第8至15位不是真实存在的日期"),
        ("L15042820270101123X", "晚于今天"),
        ("L1504281899123112345", "应为19位"),
        ("L150428189912311234", "早于1900年"),
        ("J15042820130606A05X", "第16位应为数字，不能是“A”"),
        ("L15042820130606123Y", "第19位应为数字或字母X"),
        ("", "请填写学籍号"),
    ],
)
def test_a_wrong_registration_number_is_refused_with_its_clause(typed, says):
    sentence = sentence_of(identity.check_registration_number, typed)
    assert says in sentence
    assert "教基一厅〔2016〕2号附件1第一条" in sentence


def test_full_width_and_small_letters_of_a_registration_number_are_understood():
    typed = "ｊ１５０４２８ 20130606\u200b005ｘ"
    assert identity.check_registration_number(typed, TODAY).text == "J15042820130606005X"


@pytest.mark.parametrize("sequence", [-1, 1000])
def test_a_used_up_sequence_is_refused_and_never_composed_longer(sequence):
    with pytest.raises(IdentityError, match="顺序码"):
        identity.compose_j("150428", TODAY, sequence)
    with pytest.raises(IdentityError, match="后4位"):
        identity.compose_l("150428", TODAY, sequence * 10)


@pytest.mark.parametrize("division", ["", "15042", "1504280", "15042a", "050428", "１５０４２８"])
def test_a_school_without_a_proper_division_code_gets_no_number(division):
    with pytest.raises(IdentityError, match="区划码"):
        identity.compose_j(division, TODAY, 1)
    with pytest.raises(IdentityError, match="区划码"):
        identity.compose_l(division, TODAY, 1)


# ---------------------------------------------------------------- names and phones


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("王　伟", "王伟"),
        (" 王 小 明 ", "王小明"),
        ("博尔济吉特•阿拉坦", "博尔济吉特·阿拉坦"),
        ("博尔济吉特 ・ 阿拉坦", "博尔济吉特·阿拉坦"),
        ("博尔济吉特．阿拉坦", "博尔济吉特·阿拉坦"),
        ("𠅤㐆䶮", "𠅤㐆䶮"),
        ("Ａｎｎａ  Smith-O'Neil", "Anna Smith-O'Neil"),
        ("ᠰᠤᠳᠤ", "ᠰᠤᠳᠤ"),
        ("葛\U000e0100城", "葛\U000e0100城"),
    ],
)
def test_a_name_is_stored_in_one_form_whatever_the_input_method_made_of_it(typed, stored):
    assert identity.check_name(typed) == stored
    assert identity.check_name(stored) == stored


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "请填写姓名"),
        (" \u200b ", "请填写姓名"),
        (None, "请填写姓名"),
        ("·", "请填写姓名"),
        ("王2", "不能有“2”"),
        ("=HYPERLINK(1)", "不能有“=”"),
        ("王<b>", "不能有“<”"),
        ("王\x00伟", "看不见的特殊字符"),
        ("王\u202e伟", "看不见的特殊字符"),
        ("王\ud83d", "看不见的特殊字符"),
        ("王😀", "不能有“😀”"),
        ("王\ue000", "自造字"),
        ("王" * 51, "最长50个字"),
        ("王" * 100_000, "最长50个字"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused_with_a_sentence(typed, says):
    with pytest.raises(IdentityError) as caught:
        identity.check_name(typed)
    assert says in caught.value.sentence
    assert caught.value.sentence.isprintable()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("１３９ 0000 0000", "13900000000"),
        ("+86 139-0000-0000", "13900000000"),
        ("0479-2221234", "0479-2221234"),
        ("（0479）2221234", "0479-2221234"),
        ("(0479)-2221234", "0479-2221234"),
        ("0479—2221234—801", "0479-2221234-801"),
        ("2221234", "2221234"),
    ],
)
def test_a_phone_is_stored_without_decoration(typed, stored):
    assert identity.check_phone(typed) == stored


@pytest.mark.parametrize(
    "typed", ["", None, "12900000000", "1390000000", "139000000000", "暂无", "13900000000;1", 139]
)
def test_a_phone_that_cannot_be_dialled_is_refused_with_a_sentence(typed):
    with pytest.raises(IdentityError) as caught:
        identity.check_phone(typed)
    assert "联系电话" in caught.value.sentence


# ---------------------------------------------------------------- masks


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王伟", "王*"),
        ("李明轩", "李*轩"),
        ("阿拉坦", "阿*坦"),
        ("乌云其其格", "乌*其其格"),
        ("阿拉坦·其其格", "阿*坦·其*格"),
        ("博尔济吉特·阿拉坦乌拉", "博*济吉特·阿*坦乌拉"),
        ("博尔济吉特•花", "博*济吉特·*"),
        ("𠅤㐆", "𠅤*"),
        ("𠅤㐆䶮", "𠅤*䶮"),
        ("葛\U000e0100城", "葛\U000e0100*"),
        ("王　伟", "王*"),
        ("Anna Smith", "A*na S*ith"),
        ("那", "*"),
        ("", ""),
    ],
)
def test_a_masked_name_hides_one_character_of_every_part(name, masked):
    assert identity.mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("G130722201603120016", "G1307**********0016"),
        ("152522201503120028", "152522********0028"),
        ("15252220150312002x", "152522********002X"),
        ("E12345678", "E1*****78"),
        ("H1234", "H***4"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_a_masked_number_keeps_its_ends(number, masked):
    assert identity.mask_number(number) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13900000000", "139****0000"), ("2221234", "***1234"), ("110", "***"), ("", "")],
)
def test_a_masked_phone_keeps_at_most_three_and_four(phone, masked):
    assert identity.mask_phone(phone) == masked


@given(st.text())
def test_masks_take_any_text_and_masking_twice_hides_nothing_less(text):
    for mask in (identity.mask_name, identity.mask_number, identity.mask_phone):
        once = mask(text)
        assert mask(once) == once


@pytest.mark.parametrize(
    "name", ["·王伟", "王伟·", " ·王伟", "•王伟", "-王伟", "'王伟", ".王伟", "王伟-", "\u200b·王伟"]
)
def test_a_name_begins_and_ends_with_a_letter(name):
    with pytest.raises(identity.IdentityError, match=r"姓名不能以“.”开头或结尾，请按证件填写"):
        identity.check_name(name)


@pytest.mark.parametrize("name", ["阿拉坦·其其格", "阿拉坦 · 其其格", "Smith Jr.", "O’Neill", "Anna-Lena"])
def test_signs_within_a_name_and_the_full_stop_of_a_foreign_one_stay(name):
    assert identity.check_name(name)
