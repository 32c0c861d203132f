"""What people fill into a table is read as it was meant, or told at its cell with what is probably meant (R2.1)."""

import io
from datetime import date

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from students.admission.registration import actions as registration
from students.pupil import identity
from students.pupil.models import Guardian, SchoolClass, Student
from students.record import checks as record_checks
from students.record import values as record_values
from students.record.fields import BY_KEY
from students.tables import columns as tables
from students.tables import imports
from students.tables import reading as table_reading
from students.tables.columns import Column
from students.tables.models import ImportState
from tests import workbook
from tests.students.test_registration import child, written
from web import clock
from web.text import no_formula

TODAY = date(2026, 12, 1)
HEADS = [
    "姓名",
    "性别",
    "民族",
    "身份证件类型",
    "身份证件号",
    "班级",
    "监护人一姓名",
    "监护人一关系",
    "监护人一联系电话",
]


@pytest.fixture
def clerk(world):
    return world.registrar(world.first)


def number(world, born=date(2019, 9, 5)) -> str:
    return world.inventor.id_number("152522", born, "1")


def lines(world, *changed: dict, heads=HEADS, more=()) -> list:
    """Filled lines; what is changed replaces or takes away (``None``) a cell."""
    found = []
    for change in changed:
        said = dict(
            zip(
                HEADS,
                ["王伟", None, "汉族", "居民身份证", number(world), "1", "家长甲", "母亲", "13800000000"],
                strict=True,
            )
        )
        said |= change
        found.append([said.get(head) for head in [*heads, *more]])
    return found


def checked(world, clerk, rows, *, heads=HEADS, more=(), after="", above=()):
    data = workbook.table([*above, [*heads, *more], *rows], after)
    batch = imports.ask(imports.of("registration"), world.first, clerk, data, clock.now())
    imports.carry_on(clock.now())
    batch.refresh_from_db()
    return batch


def faults(batch) -> list[tuple[int, str, str]]:
    return [(line, label, sentence) for line, _, label, sentence in batch.faults]


# ---------------------------------------------------------------- dates (H02, H14)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2026-10-1", "2026-10-01"),
        ("2026/11/1", "2026-11-01"),
        ("2026.9", "2026-09-01"),
        ("2026年9月", "2026-09-01"),
        ("202609", "2026-09-01"),
        ("20260901", "2026-09-01"),
        ("2026-09-01 00:00:00", "2026-09-01"),
    ],
)
def test_a_month_is_read_with_its_separators(text, month):
    assert record_checks.cleaned(BY_KEY["entered_on"], text, {}, TODAY) == month


@pytest.mark.parametrize("text", ["2026101", "20261", "2026-13", "2026-12-32", "2027-01", "26-9"])
def test_a_month_that_cannot_be_told_is_refused(text):
    with pytest.raises(record_checks.ItemRefused, match="应为年和月"):
        record_checks.cleaned(BY_KEY["entered_on"], text, {}, TODAY)


@pytest.mark.parametrize(
    "text", ["2020-05-21 00:00:00", "2020/5/21 0:00", "2020-05-21T00:00:00.000", "2020年5月21日", "20200521"]
)
def test_a_day_with_a_time_is_the_day(text):
    assert record_checks.cleaned(BY_KEY["birth_date"], text, {}, TODAY) == "2020-05-21"


def test_a_day_whose_month_nobody_can_tell_is_refused():
    with pytest.raises(record_checks.ItemRefused, match="真实的日期"):
        record_checks.cleaned(BY_KEY["birth_date"], "2020115", {}, TODAY)


@pytest.mark.parametrize(
    "text", ["2024.06.01-2034.06.01", "2024-6-1至2034-6-1", "20240601-20340601", "2024/06/01—2034/06/01"]
)
def test_a_span_is_two_days_however_they_are_separated(text):
    assert record_checks.cleaned(BY_KEY["id_valid"], text, {}, TODAY) == "2024.06.01-2034.06.01"


@pytest.mark.rule("R2.1")
@pytest.mark.parametrize(
    ("value", "guess"), [(2026.1, "2026年1月或2026年10月"), (2026.09, "2026年9月"), (2025.11, "2025年11月")]
)
def test_a_number_with_a_fraction_is_no_month_and_the_near_guesses_are_named(world, clerk, value, guess):
    batch = checked(world, clerk, lines(world, {"入学年月": value}, more=["入学年月"]), more=["入学年月"])
    ((line, label, sentence),) = faults(batch)
    assert (line, label) == (2, "入学年月")
    assert f"可能是{guess}；" in sentence


def test_the_number_of_a_day_is_told_as_the_day_it_may_be(world, clerk):
    batch = checked(world, clerk, lines(world, {"出生日期": 43895}, more=["出生日期"]), more=["出生日期"])
    assert "可能是 2020-03-05" in faults(batch)[0][2]


def test_a_cell_with_the_format_of_a_date_is_the_day():
    styles = (
        f'<styleSheet xmlns="{workbook.MAIN}"><numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>'
        '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="176"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    )
    cells = ['<c r="{at}" s="1"><v>43895</v></c>', '<c r="{at}" s="2"><v>43895</v></c>']
    part = workbook.sheet(workbook.line(1, ["甲", "乙"]) + workbook.line(2, cells))
    table = table_reading.read(
        workbook.book(("名单", "visible", part), styles=styles),
        [Column("a", "甲", kind="date"), Column("b", "乙", kind="date")],
    )
    assert table.rows[0].cells == {"a": "2020-03-05", "b": "2020-03-05"}


# ---------------------------------------------------------------- sheets and lines (H03, H08, H16)


@pytest.mark.rule("R2.1")
def test_the_first_visible_sheet_is_read_and_other_filled_sheets_and_hidden_lines_are_remarked(world, clerk):
    old, new = (
        workbook.sheet(workbook.line(1, HEADS) + workbook.line(2, row, 'hidden="1"'))
        for row in lines(world, {"姓名": "旧生"}, {"姓名": "新生"})
    )
    data = workbook.book(("旧名单", "hidden", old), ("新生", "visible", new), ("填写说明", "visible", old))
    batch = imports.ask(imports.of("registration"), world.first, clerk, data, clock.now())
    imports.carry_on(clock.now())
    batch.refresh_from_db()
    assert "只读了工作表“新生”；“旧名单”里也有内容，没有读。" in batch.told
    assert "第 2 行在表格中是隐藏的，也当作名单读了；不要的请删去。" in batch.told
    written(batch, clerk)
    assert [one.name for one in Student.objects.all()] == ["新生"]


def test_an_empty_first_sheet_names_the_sheet_that_is_filled(world):
    data = workbook.book(
        ("空", "visible", workbook.sheet("")), ("名单", "visible", workbook.sheet(workbook.line(1, HEADS)))
    )
    with pytest.raises(table_reading.TableRefused) as error:
        table_reading.read(data, registration.columns({}))
    assert error.value.sentence == "工作表“空”是空的；名单在“名单”的，请把它移到最前面再上传。"


@pytest.mark.rule("R2.1")
def test_a_class_merged_over_lines_is_that_of_each_and_who_has_none_is_counted(world, clerk):
    rows = lines(world, {"班级": "2"}, {"班级": None}, {"班级": None}, {"班级": None})
    merged = '<mergeCells count="1"><mergeCell ref="F2:F4"/></mergeCells>'
    batch = checked(world, clerk, rows, after=merged)
    assert batch.state == ImportState.READY, batch.faults
    assert "未编班 1 人：没有填班级，写入后再编班。" in batch.told
    assert "一年级（2）班在本校还没有，写入时新建（第 2、3、4 行）；写错了的请改正。" in batch.told
    written(batch, clerk)
    assert Student.objects.filter(school_class__number=2).count() == 3
    SchoolClass.objects.get(number=2)


def test_what_tells_children_apart_may_not_be_merged(world, clerk):
    merged = '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
    batch = checked(world, clerk, lines(world, {}, {"姓名": None}), after=merged)
    assert faults(batch) == [
        (2, "姓名", "单元格 A2:A3 合并了，分不清各行各列填的是什么：请取消合并，逐格填写。")
    ]


@pytest.mark.rule("R2.1")
def test_heads_are_found_below_a_title_and_written_with_spaces(world, clerk):
    heads = ["*姓 名", "性　别", *HEADS[2:5], "班级：", *HEADS[6:]]
    rows = [[*row] for row in lines(world, {}, {})]
    data = workbook.table(
        [["示例学校2026级新生名单"], ["填表日期", "2026-09-01"], heads, *rows, ["合计", "2人"]]
    )
    table = table_reading.read(data, registration.columns(record_values.code_names()))
    assert (table.head_line, [row.line for row in table.rows], table.faults) == (3, [4, 5], [])
    assert table.told == ["第 6 行是合计或备注，没有当作名单。"]


@pytest.mark.parametrize("above", [[["某表"]] * 5, []])
def test_a_table_without_heads_is_told_so_in_one_sentence(world, clerk, above):
    data = workbook.table([*above, *lines(world, {}, {})])
    batch = imports.ask(imports.of("registration"), world.first, clerk, data, clock.now())
    imports.carry_on(clock.now())
    batch.refresh_from_db()
    assert len(batch.faults) == 1
    assert (
        batch.faults[0][3].startswith("前 5 行里没有找到列名（应有“姓名”“民族”")
        or "前 5 行里没有找到列名" in batch.faults[0][3]
    )


def test_a_head_that_is_nearly_one_is_named_and_one_that_comes_twice_too(world, clerk):
    heads = [head if head != "身份证件类型" else "身份证类型" for head in [*HEADS, "班级"]]
    batch = checked(world, clerk, lines(world, {}), heads=heads)
    assert [sentence for _, _, sentence in faults(batch)] == [
        "列名“身份证类型”不在模板中，是不是“身份证件类型”？请改正列名，或删去这一列。",
        "列名“班级”出现了两次，请只留一列。",
    ]


# ---------------------------------------------------------------- one meaning is taken, else the near choice (H15)


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("ethnic", "汉", "01"),
        ("ethnic", "蒙古", "02"),
        ("ethnic", "1", "01"),
        ("ethnic", " 回 族 ", "03"),
        ("ethnic", "漢", "01"),
        ("ethnic", "満族", "11"),
        ("health", "健康", "10"),
        ("household_type", "农业", "1"),
        ("household_type", "非农业", "2"),
        ("left_behind_child", "否", "0"),
        ("sex", "女", "2"),
        ("only_child", "否", "0"),
        ("only_child", "√", "1"),
        ("migrant_worker_child", "无", "0"),
        ("guardian1.relation", "母", "52"),
        ("disability", "无", "1"),
        ("id_type", "身份证", "1"),
        ("id_type", "台胞证", "8"),
        ("id_type", "外国人永久居留身份证", "9"),
        ("blood_type", "A", "A"),
    ],
)
def test_a_short_form_with_one_meaning_is_taken(world, key, text, code):
    column = next((one for one in registration.columns() if one.key == key), None)
    if column is None:
        column = Column(key, "血型", choices={"1": "A型", "3": "AB型"})
        code = "1"
    assert table_reading.chosen(column, text) == (code, "")


@pytest.mark.parametrize(
    ("key", "text", "near"),
    [
        ("left_behind_child", "是", "“单亲留守儿童”或“双亲留守儿童”"),
        ("health", "慢性病", "“有慢性病”"),
        ("id_type", "港澳居民来往内地通行证", "“香港特区护照/身份证明”或“澳门特区护照/身份证明”"),
        ("id_type", "居民身分证", "“居民身份证”"),
        ("ethnic", "蒙", "“蒙古族”"),
        ("ethnic", "布", "“布依族”或“布朗族”"),
    ],
)
def test_a_form_with_several_meanings_names_the_near_choices(world, key, text, near):
    column = next(one for one in registration.columns() if one.key == key)
    assert (
        table_reading.chosen(column, text)[1] == f"{column.label}请从所列的选项中选择；“{text}”是不是{near}？"
    )


def test_a_sentence_never_quotes_a_number_of_a_person(world):
    column = next(one for one in registration.columns() if one.key == "id_type")
    told = table_reading.chosen(column, "居民身份证152522201909036023")[1]
    assert told == f"{column.label}请从所列的选项中选择；“居民身份证…”是不是“居民身份证”？"


# ---------------------------------------------------------------- names (H07, H10, H11)


@pytest.mark.rule("R1.6")
@pytest.mark.parametrize("dot", "ꞏ•‧∙⋅・･·․ᐧ᛫⸱●ㆍ˙")
def test_every_dot_that_looks_like_one_is_the_middle_dot(dot):
    assert identity.check_name(f"阿拉坦{dot}其其格") == "阿拉坦·其其格"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("王　伟", "王伟"),
        ("李\U00031350", "李\U00031350"),
        ("李\U000323b0", "李\U000323b0"),
        ("李\U00033480", "李\U00033480"),
        ("杨\U0002ceae", "杨\U0002ceae"),
        ("Anna\u3000Maria", "Anna Maria"),
        ("李\u00a0娜", "李娜"),
    ],
)
def test_spaces_between_chinese_characters_are_dropped_and_rare_characters_taken(typed, name):
    assert record_checks.cleaned(BY_KEY["name"], typed, {}, TODAY) == name


@pytest.mark.parametrize("character", "凞神\U0002f80a﨑㐂𠮷")
def test_normalising_changes_no_chinese_character_of_a_name(character):
    name = f"王{character}"
    assert record_checks.cleaned(BY_KEY["name"], name, {}, TODAY) == name
    assert identity.check_name(name) == name


def test_a_radical_in_the_place_of_a_character_is_asked_about():
    with pytest.raises(identity.IdentityError, match="“⽯”是部首符号，不是汉字“石”"):
        identity.check_name("王⽯")


@pytest.mark.parametrize("hidden", ["\u200e", "\ue000", "\ud800", "\x07"])
def test_what_cannot_be_seen_is_still_refused(hidden):
    with pytest.raises(record_checks.ItemRefused, match="看不见的"):
        record_checks.cleaned(BY_KEY["name"], f"王{hidden}伟", {}, TODAY)


# ---------------------------------------------------------------- ages and telephones (H09, H12)


@pytest.mark.rule("R0.1", "R2.1")
def test_an_age_far_from_the_usual_is_remarked_at_its_line_and_refuses_nobody(world, clerk):
    year = registration.entering(world.first, world.today).cohort
    rows = lines(
        world,
        {"身份证件号": number(world, date(year - 21, 9, 3))},
        {"身份证件号": number(world, date(year - 5, 9, 3))},
        {"身份证件号": number(world, date(year - 6, 8, 31))},
    )
    batch = checked(world, clerk, rows)
    assert batch.state == ImportState.READY, batch.faults
    ages = [told for told in batch.told if "周岁" in told]
    assert [told.split("：")[0] for told in ages] == ["第 2 行", "第 3 行"]
    assert "不影响登记" in ages[0]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("+976 99112233", "+97699112233"),
        ("00976-99112233", "+97699112233"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("+86 139 0000 0001", "13900000001"),
        ("＋７ 9161234567", "+79161234567"),
    ],
)
def test_a_foreign_telephone_is_taken_with_its_country(typed, stored):
    assert identity.check_phone(typed) == stored


@pytest.mark.parametrize("typed", ["+976 12345", "+0 123456789", "+976 1234567890123456"])
def test_a_foreign_telephone_has_six_to_fifteen_digits(typed):
    with pytest.raises(identity.IdentityError, match="境外电话应为"):
        identity.check_phone(typed)


@pytest.mark.rule("R2.1")
def test_a_foreign_telephone_stands_in_the_record(world, clerk):
    written(checked(world, clerk, lines(world, {"监护人一联系电话": "+976 99112233"})), clerk)
    record = record_values.record_of(Guardian.objects.get().student)
    assert record.plain(BY_KEY["guardian1.phone"]) == "+97699112233"


# ---------------------------------------------------------------- one cause, one fault (H17, H18, H19)


@pytest.mark.rule("R2.1")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("152522202003053032\u200e", "看不见的"),
        ("1.52522E+17", "科学计数法"),
        ("15252220200305107Х", "请用英文字母X"),
        ("152522202003053011", "校验码不对"),
        ("15252220200305301", "应为18位"),
    ],
)
def test_a_wrong_number_is_one_fault_at_the_number(world, clerk, text, sentence):
    ((line, label, told),) = faults(checked(world, clerk, lines(world, {"身份证件号": text})))
    assert (line, label) == (2, "身份证件号")
    assert sentence in told


@pytest.mark.rule("R2.1")
def test_an_error_value_is_told_as_what_it_is(world, clerk):
    error = '<c r="{at}" t="e"><f>VLOOKUP(1,A:B,2,0)</f><v>#N/A</v></c>'
    batch = checked(
        world, clerk, lines(world, {"民族": error}, {"身份证件类型": error.replace("#N/A", "#REF!")})
    )
    assert faults(batch) == [
        (2, "民族", "单元格是错误值 #N/A，请改成应填的内容。"),
        (3, "身份证件类型", "单元格是错误值 #REF!，请改成应填的内容。"),
    ]


def test_a_wrong_item_contradicts_nothing(world):
    codes = record_values.code_names()
    said = child(world) | {
        "permit_held": "或许",
        "permit_issuer": "示例派出所",
        "id_number": "",
        "id_type": "Q",
    }
    one = registration.read(said, codes, world.today)
    assert set(one.errors) == {"permit_held", "id_type"}


# ---------------------------------------------------------------- papers that are no resident card


@pytest.mark.rule("R1.1")
@pytest.mark.parametrize(
    ("first", "paper"),
    [("810000", "港澳台居民居住证"), ("830000", "港澳台居民居住证"), ("911156", "外国人永久居留身份证")],
)
def test_a_number_of_another_paper_is_never_that_of_a_resident_card(first, paper):
    body = f"{first}20200305001"
    with pytest.raises(identity.IdentityError, match=paper):
        identity.check_id_number(body + identity.check_character(body), TODAY)


@pytest.mark.rule("R4.5")
@pytest.mark.parametrize("number", ["E70000018", "G12345678", "08123456", "H12345678"])
def test_a_pupil_with_a_passport_or_a_permit_is_found_by_its_number(number):
    assert identity.check_any_number(number, TODAY) == (number, False)


# ---------------------------------------------------------------- to take away


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "＝1+1", "\n=1"])
def test_no_csv_cell_begins_a_formula(text):
    assert no_formula(text) == f"'{text}"


def test_counts_and_shares_are_numbers_and_texts_that_look_like_formulas_are_texts():
    data = tables.xlsx("题", ["甲"], [[3, tables.Share(0.974), "=1+1", "97.4%"]])
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert [sheet.cell(3, at).value for at in (1, 2, 3, 4)] == [3, 0.974, "=1+1", "97.4%"]
    assert [sheet.cell(3, at).data_type for at in (1, 2, 3, 4)] == ["n", "n", "s", "s"]
    assert sheet.cell(3, 2).number_format == "0.0%"


@pytest.mark.rule("R0.1", "R2.1", "R2.2")
@pytest.mark.parametrize(
    ("address", "more"), [("registration-new", {}), ("late-new", {"grade": "3", "why": "abroad"})]
)
def test_the_forms_remark_an_age_far_from_the_usual_too(world, clerk, address, more):
    browser = Client()
    browser.force_login(clerk)
    why = next(one for one in imports.of("late").columns() if one.key == "why").choices
    more = more | ({"why": next(code for code in why if code != "other")} if more else {})
    said = child(world, id_number=number(world, date(world.today.year - 21, 9, 3))) | more
    page = browser.post(reverse(address), said, follow=True).content.decode()
    assert "的一般年龄" in page
    assert "不影响登记" in page


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("", 0),
        ("　", 0),
        ("1", 1),
        ("１", 1),
        ("１班", 1),
        ("1 班", 1),
        ("（１）班", 1),
        ("(2)", 2),
        ("第3班", 3),
        ("一班", 1),
        ("十班", 10),
        ("1.0", 1),
        ("01", 1),
        ("99", 99),
        ("0", None),
        ("100", None),
        ("1.5", None),
        ("-1", None),
        ("1班级", None),
        ("二十班", None),
        ("甲班", None),
    ],
)
def test_the_number_of_a_class_is_taken_as_people_write_it(typed, number):
    assert tables.class_number(typed) == number


@pytest.mark.parametrize(
    "below",
    [
        "合计",
        "合 计",
        "本页小计：2",
        "合计（人）",
        "总数 2",
        "全班总人数:2",
        "人数合计",
        "以上共２人",
        "共 2 名",
        "——以下空白——",
        "填表人：某某",
        "制表日期：2026-9-1",
        "（盖章）",
        "班主任签字：",
        "备注：均已核对",
        "审核人:某某 2026年9月1日",
    ],
)
def test_what_stands_below_a_list_is_one_remark_and_no_pupil(world, clerk, below):
    data = workbook.table([HEADS, *lines(world, {}), [below]])
    table = table_reading.read(data, registration.columns(record_values.code_names()))
    assert (len(table.rows), table.faults) == (1, [])
    assert table.told == ["第 3 行是合计或备注，没有当作名单。"]


@pytest.mark.parametrize("name", ["合晓明", "共青", "总云龙", "班主任", "盖章子", "注音", "人力"])
def test_a_child_is_not_taken_for_a_sum(world, clerk, name):
    data = workbook.table([HEADS, *lines(world, {"姓名": name})])
    table = table_reading.read(data, registration.columns(record_values.code_names()))
    assert [row.cells["name"] for row in table.rows] == [name]
