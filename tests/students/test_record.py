"""The pupil's record: the dictionary, what an item may hold, how items agree, the history (R6.1, R7.1, R1.6)."""

import csv
from collections import Counter
from datetime import date

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from ledger.models import AuditEntry
from students.pupil import identity, records
from students.pupil.models import FieldChange, Guardian, PupilRecord, Student
from students.record import changes as record_changes
from students.record import checks as record_checks
from students.record import fields as record_fields
from students.record import values as record_values
from students.record.fields import BY_KEY, EDITABLE, FIELDS
from tests.refusals import refused, refused_by_database, sql_refused
from web import pinyin
from web.text import NUMBER_IN_TEXT

TODAY = date(2026, 11, 26)
PHONE = "13900010002"
CODES = {item.table: {"0", "1", "2", "01", "51", "52", "99", "13"} for item in FIELDS if item.table}


def change(world, pupil, **typed):
    typed = {key.replace("__", "."): text for key, text in typed.items()}
    return record_changes.change(pupil, world.registrar(pupil.school), typed)


def errors_of(world, pupil, **typed):
    with pytest.raises(record_changes.ItemsRefused) as refused:
        change(world, pupil, **typed)
    assert all(told.endswith("。") for told in refused.value.errors.values())
    return refused.value.errors


# ---------------------------------------------------------------- the dictionary


@pytest.mark.rule("R6.1")
@pytest.mark.rule("R7.1")
def test_the_dictionary_has_72_items_in_8_blocks_three_of_the_permit_and_the_volatile_ones_of_the_notice():
    numbers = [item for item in FIELDS if item.no.isdigit()]
    assert [int(item.no) for item in numbers] == list(range(1, 73))
    assert len({item.block for item in numbers}) == 8
    assert [item.key for item in record_fields.of_block("permit")] == [
        "permit_held",
        "permit_issuer",
        "permit_issued_on",
    ]
    volatile = Counter(item.label for item in FIELDS if item.volatile and "区划" not in item.label)
    assert sum(volatile.values()) == 13
    assert volatile["联系电话"] == 3  # the pupil's and both guardians'
    assert len(BY_KEY) == len(FIELDS)


def test_every_code_of_the_dictionary_has_its_table():
    for item in FIELDS:
        if item.kind == "code":
            with (record_fields.DATA / f"{item.table}.csv").open(encoding="utf-8", newline="") as file:
                assert len(list(csv.DictReader(file))) > 1, item.key


# ---------------------------------------------------------------- what an item may hold

WRONG = (
    "王" * 51,
    "x" * 201,
    "·王伟",
    "王\ue000",
    "⼀二三",
    "王伟１",
    "1.2E+17",
    "12",
    "+97699",
    "15252219990101001Х",
    "\u202e王",
    "，",
)


@pytest.mark.rule("R1.6")
@pytest.mark.parametrize("key", sorted(k for k, item in BY_KEY.items() if item.kind in record_checks._KINDS))
def test_what_is_wrong_with_an_item_is_told_of_that_item(key):
    """曾用名 that is too long is no wrong 姓名."""
    item, told = BY_KEY[key], []
    for text in WRONG:
        try:
            record_checks.cleaned(item, text, CODES, TODAY)
        except record_checks.ItemRefused as refused:
            told.append(refused.sentence)
    assert told
    assert [sentence for sentence in told if item.label not in sentence] == []


def test_what_is_wrong_with_a_guardians_number_is_told_of_that_item():
    values = {"guardian2.name": "王芳", "guardian2.id_type": "1", "guardian2.id_number": "152522199901010010"}
    found = record_checks.contradictions(values, TODAY)
    assert found["guardian2.id_number"].startswith(BY_KEY["guardian2.id_number"].label)


@given(st.sampled_from(sorted(EDITABLE)), st.text(max_size=60))
def test_any_text_is_either_held_in_a_settled_form_or_refused_in_one_sentence(key, text):
    item = EDITABLE[key]
    try:
        value = record_checks.cleaned(item, text, CODES, TODAY)
    except record_checks.ItemRefused as refused:
        sentence = refused.sentence
    else:
        assert record_checks.cleaned(item, value, CODES, TODAY) == value
        assert value.isprintable()
        return
    assert sentence.endswith("。")


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), st.sampled_from("GLJ "))
def test_no_free_text_takes_an_identity_or_registration_number(born, sequence, letter):
    number = f"{letter.strip()}{identity.compose_j('152522', born, sequence)[1:]}"
    for key in ("address", "talents", "guardian1.workplace"):
        with pytest.raises(record_checks.ItemRefused, match="不能写身份证号或学籍号"):
            record_checks.cleaned(EDITABLE[key], f"示例镇{number}号", CODES, TODAY)


@pytest.mark.parametrize(
    ("key", "typed", "held"),
    [
        ("former_name", "博尔济吉特・阿拉坦", "博尔济吉特·阿拉坦"),
        ("former_name", "张𠅤", "张𠅤"),
        ("name_pinyin", "Shan  Yu Tong", "shan yu tong"),
        ("entered_on", "202409", "2024-09-01"),
        ("entered_on", "2024年9月", "2024-09-01"),
        ("permit_issued_on", "20200305", "2020-03-05"),
        ("permit_issued_on", "2020年3月5日", "2020-03-05"),
        ("commute_distance", "1.50", "1.5"),
        ("phone", "139 0001 0002", PHONE),
        ("birth_place", "１５２５２２", "152522"),
        ("id_valid", "2010.06.01-长期", "2010.06.01-长期"),
        ("nationality", "chn", "CHN"),
    ],
)
def test_what_is_typed_is_held_in_one_form(key, typed, held):
    assert record_checks.cleaned(EDITABLE[key], typed, CODES, TODAY) == held


@pytest.mark.parametrize(
    ("key", "typed", "told"),
    [
        ("permit_issued_on", "20200230", "应为真实的日期"),
        ("permit_issued_on", "20991231", "不能晚于今天"),
        ("entered_on", "202613", "应为年和月"),
        ("postcode", "02610", "应为6位数字"),
        ("email", "name@", "不是完整的邮箱地址"),
        ("homepage", "javascript:alert(1)", "http:// 或 https://"),
        ("commute_distance", "-1", "应为公里数"),
        ("commute_distance", "NaN", "应为公里数"),
        ("id_valid", "2020.06.01-2010.06.01", "止期应晚于起期"),
        ("boarding", "3x", "从所列的选项中选择"),
        ("former_name", "王\x00", "看不见的"),
        ("former_name", "长" * 51, "最长50个字"),
        ("school_bus", "是的", "请选择是或否"),
        ("nationality", "中国", "应为三位字母代码"),
    ],
)
def test_what_cannot_be_so_is_refused(key, typed, told):
    with pytest.raises(record_checks.ItemRefused, match=told):
        record_checks.cleaned(EDITABLE[key], typed, CODES, TODAY)


# ---------------------------------------------------------------- how items agree


@given(
    st.dates(date(2008, 1, 1), TODAY),
    st.integers(0, 998),
    st.dates(date(2008, 1, 1), TODAY),
    st.sampled_from("12"),
)
def test_number_sex_and_birth_date_contradict_exactly_where_they_differ(born, sequence, stated, sex):
    number = identity.compose_j("152522", born, sequence)[1:]
    values = {"id_type": "1", "id_number": number, "birth_date": stated.isoformat(), "sex": sex}
    agree = born == stated and sex == ("1" if sequence % 2 else "2")
    assert ("id_number" not in record_checks.contradictions(values, TODAY)) == agree


@pytest.mark.rule("R7.1")
def test_a_permit_has_issuer_and_date_and_without_one_there_are_none(world):
    pupil = world.pupil(world.third)
    told = errors_of(world, pupil, permit_held="1")
    assert set(told) == {"permit_issuer", "permit_issued_on"}
    assert set(errors_of(world, pupil, permit_held="0", permit_issuer="示例公安局")) == {"permit_issuer"}
    change(world, pupil, permit_held="1", permit_issuer="示例公安局", permit_issued_on="20240305")
    row = PupilRecord.objects.get(student=pupil)
    assert (row.permit_held, row.permit_issuer, row.permit_issued_on) == (
        True,
        "示例公安局",
        date(2024, 3, 5),
    )
    with refused_by_database("record_permit_whole"):
        PupilRecord.objects.filter(pk=pupil.pk).update(permit_issuer="")


def test_a_pupil_without_number_needs_the_guardians(world):
    pupil = world.pupil(world.third, letter="J")
    parent = {"guardian1__name": "王建国", "guardian1__relation": "51", "guardian1__is_guardian": "1"}
    assert "guardian1.id_number" in errors_of(world, pupil, **parent)
    number = identity.compose_j("152522", date(1985, 5, 6), 911)[1:]
    change(world, pupil, **parent, guardian1__id_type="1", guardian1__id_number=number)
    row = Guardian.objects.get(student=pupil)
    assert number.encode() not in bytes(row.id_number_sealed)
    assert record_values.record_of(pupil).complete()["guardian1.id_number"] == number
    other = world.pupil(world.third, letter="G")
    change(world, other, **parent)
    mother = errors_of(
        world, other, guardian1__relation="52", guardian1__id_type="1", guardian1__id_number=number
    )
    assert "性别" in mother["guardian1.id_number"]


def test_the_two_guardians_are_two_people(world):
    pupil = world.pupil(world.third, letter="G")
    one = {"name": "王建国", "relation": "51"}
    told = errors_of(
        world,
        pupil,
        **{f"{who}__{key}": text for who in ("guardian1", "guardian2") for key, text in one.items()},
    )
    assert set(told) == {"guardian2.name"}


def test_an_old_or_unknown_area_code_is_told_and_refused_nowhere(world):
    pupil = world.pupil(world.third, letter="G")
    change(world, pupil, birth_place="159999")
    told = record_checks.remarks(record_values.record_of(pupil).complete(), TODAY, set())
    assert any("出生地" in text for text in told)
    assert any("身份证号" in text for text in told)
    assert all("不影响办理" in text for text in told)


# ---------------------------------------------------------------- changing, and the history


@pytest.mark.rule("R6.1")
def test_each_changed_item_is_on_the_history_with_who_when_and_what_it_was(world):
    pupil, clerk = world.pupil(world.third), world.registrar(world.third)
    assert change(world, pupil, address="示例镇2号", political_status="13", commute_distance="1.5") == [
        "address",
        "commute_distance",
        "political_status",
    ]
    change(world, pupil, address="示例镇3号", political_status="13")
    rows = list(FieldChange.objects.filter(student=pupil, field="address").order_by("id"))
    assert [(row.old, row.new) for row in rows] == [("", "示例镇2号"), ("示例镇2号", "示例镇3号")]
    assert {row.by for row in rows} == {clerk}
    assert FieldChange.objects.filter(student=pupil, field="political_status").count() == 1
    entry = AuditEntry.objects.filter(action="student.record_changed").latest("id")
    assert entry.body == {"student": pupil.pk, "fields": ["address"], "source": "registrar"}
    pupil.refresh_from_db()
    assert pupil.address == "示例镇3号"


@pytest.mark.rule("R6.1")
def test_of_a_telephone_only_that_it_changed_is_kept(world):
    pupil = world.pupil(world.third)
    change(world, pupil, phone=PHONE)
    row = FieldChange.objects.get(student=pupil, field="phone")
    assert (row.secret, row.old, row.new) == (True, "", "")
    assert record_values.record_of(pupil).masked(BY_KEY["phone"]) == "139****0002"
    assert PHONE.encode() not in bytes(PupilRecord.objects.get(student=pupil).phone_sealed)
    assert PHONE not in str(list(AuditEntry.objects.values_list("body", flat=True)))


@pytest.mark.rule("R6.1")
def test_the_database_changes_and_removes_no_line_of_the_history_and_takes_no_number_into_it(world):
    pupil = world.pupil(world.third, letter="G")
    change(world, pupil, address="示例镇2号")
    row = FieldChange.objects.get()
    number = records.id_number(pupil)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for wall, sql in (
        ("append_only", "UPDATE students_fieldchange SET new = 'x'"),
        ("append_only", "DELETE FROM students_fieldchange"),
        ("append_only", "TRUNCATE students_fieldchange"),
        ("no_delete", "DELETE FROM students_pupilrecord"),
    ):
        sql_refused(wall, sql)
    for wall, wrong in (
        ("change_secret_hidden", {"field": "phone", "secret": True, "new": PHONE}),
        ("change_without_numbers", {"field": "talents", "new": f"号码{number}"}),
        ("change_without_numbers", {"field": "talents", "old": records.current_number(pupil)}),
    ):
        with refused_by_database(wall):
            FieldChange.objects.create(student=pupil, source="registrar", **wrong)
    backdated = FieldChange.objects.create(
        student=pupil, field="talents", source="registrar", at=row.at.replace(year=2020)
    )
    backdated.refresh_from_db()
    assert backdated.at.year == row.at.year
    assert NUMBER_IN_TEXT in str(FieldChange._meta.constraints)


@pytest.mark.rule("R1.6")
@pytest.mark.parametrize("key", ["name", "sex", "birth_date", "id_type", "id_number"])
def test_key_information_is_not_changed_here(world, key):
    pupil = world.pupil(world.third)
    before = Student.objects.values().get(pk=pupil.pk)
    with refused("key_information"):
        change(world, pupil, **{key: "1"}, address="示例镇2号")
    assert Student.objects.values().get(pk=pupil.pk) == before


@pytest.mark.rule("R6.1")
def test_only_the_schools_own_registrar_changes_a_record(world):
    pupil = world.pupil(world.third)
    for by in (world.head(world.third), world.registrar(world.west), world.registrar(world.first)):
        with refused("no_seat"):
            record_changes.change(pupil, by, {"address": "示例镇2号"})
    assert not FieldChange.objects.exists()


def test_one_wrong_item_and_nothing_is_written_and_another_clerk_is_not_overwritten(world):
    pupil, clerk = world.pupil(world.third), world.registrar(world.third)
    assert set(errors_of(world, pupil, address="示例镇2号", postcode="12")) == {"postcode"}
    assert not PupilRecord.objects.exists()
    record_changes.change(pupil, clerk, {"address": "示例镇2号"}, revision=0)
    with refused("stale"):
        record_changes.change(pupil, clerk, {"address": "示例镇4号"}, revision=0)
    assert "address" in errors_of(world, pupil, address="")
    assert set(errors_of(world, pupil, nonsense="1")) == {"nonsense"}


def test_an_old_gap_stops_no_update_and_stays_on_the_list_of_what_is_missing(world):
    pupil = world.pupil(world.third)
    change(world, pupil, commute_mode="1")
    lacking = {item.key for item in record_fields.missing(record_values.record_of(pupil).complete())}
    assert {"birth_place", "phone", "guardian1.name"} <= lacking
    assert "name" not in lacking


def test_the_spelling_is_filled_in_and_an_own_one_is_found_by_search(world):
    pupil = world.pupil(world.third, name="单雨桐")
    assert record_values.record_of(pupil).values["name_pinyin"] == "shan yu tong"
    change(world, pupil, name_pinyin="dan yu tong")
    pupil.refresh_from_db()
    assert pupil.pinyin.startswith("danyutong dyt ")
    assert pinyin.matches("shan", pupil.pinyin)


@given(st.text(max_size=60), st.text(max_size=100))
def test_the_search_text_fits_its_column(name, spelling):
    assert len(pinyin.search_text(name, spelling)) <= pinyin.LONGEST
