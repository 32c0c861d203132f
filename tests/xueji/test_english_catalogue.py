"""The English catalogue is complete: every sentence of the interface has its line, and nothing readable is unmarked."""

import ast
import gettext
import os
import re
import subprocess
from collections import Counter

import pytest

from docs import catalogue
from xueji.english import compiling

HAN = re.compile("[\u4e00-\u9fff]")
CHINESE = re.compile("[\u4e00-\u9fff\u3000-\u303f\uff01-\uff5e]")
VARIABLE = re.compile(r"{{ .*?}}")
LITERAL = re.compile(r'"[^"]*"|\'[^\']*\'')
# What stays Chinese: the record and the official papers, what other machines read, what operators and developers read
# in a terminal, rows for tables that a province keeps, invented samples.
IN_CHINESE = re.compile(
    r"/migrations/|/management/|^demo/|^trial/|(^|/|_)api[a-z_]*\.py|(_|/)values\.py|/notice_rows\.py|/earlier_tables\.py"
    r"|(_|/)notices\.py|(_|/)reminders\.py|/(report|paper)\.py|(_|/)table\.py|students/counter/sheet"
    r"|reviews/(notices/(digests|sms|sending)|clock/sweeps|vocabulary/(clauses|case_number)|engine/wall_rows)\.py"
    r"|reviews/refusal_rules/(phrases_in_text|contradictions|wall[a-z_]*)\.py"
    r"|orgs/people/(reference|unit_codes)\.py|students/pupil/(invented|sealing)\.py|students/numbers/population\.py"
    r"|students/tables/(look|reading|workbook_child|workbooks)\.py|ledger/(heads|audit|outgoing|idempotency)\.py"
    r"|web/(pinyin|clock|words)\.py|xueji/(errors|settings|keys|health|logs|addresses)\.py"
)
# Words that a program compares or takes apart and nobody reads.
UNREAD_CALLS = {
    "replace",
    "removeprefix",
    "removesuffix",
    "lstrip",
    "strip",
    "compile",
    "sub",
    "split",
    "enumerate",
    "fullmatch",
}
UNREAD = {
    ("orgs/people/school_system.py", "起）"),
    ("reviews/rulebook_pages/calendar_forms.py", "%Y年%m月%d日"),
    ("students/changes/models.py", "不限学段"),
    ("students/pupil/identity.py", "王"),
    ("students/admission/late/actions.py", "一年级"),
    ("students/admission/late/actions.py", "一年级（小学）"),
    (
        "students/record/checks.py",
        "([0-9]{4})(?:[-./年]([0-9]{1,2})(?:[-./月]([0-9]{1,2})[日号]?|月)?|([0-9]{2})([0-9]{2})?)",
    ),
}


@pytest.fixture(scope="module")
def lines():
    return [line for line in catalogue.read() if line.id]


def test_the_files_of_the_catalogue_are_those_of_the_sources_as_they_are():
    found = catalogue.renewed(catalogue.read(), catalogue.sentences())
    stale = [path.name for path, content in catalogue.written(found).items() if path.read_bytes() != content]
    assert not stale, "wording has changed: run make catalogue and write the English of what is new"


def test_the_compiled_catalogue_is_no_part_of_the_history():
    kept = subprocess.run(
        ["git", "ls-files", "*.mo"], cwd=catalogue.ROOT, capture_output=True, text=True, check=True
    )
    assert kept.stdout == ""


def test_the_compiled_catalogue_says_what_the_kept_one_does(lines, tmp_path):
    made = tmp_path / "django.mo"
    assert not compiling.is_current(mo=made)
    compiling.make(mo=made)
    assert compiling.is_current(mo=made)
    with made.open("rb") as file:
        loaded = gettext.GNUTranslations(file)
    assert not [line.id for line in lines if loaded.gettext(line.id) != line.string]
    assert os.listdir(tmp_path) == ["django.mo"]


def test_a_compiled_catalogue_older_than_the_kept_one_is_not_current(tmp_path):
    made = tmp_path / "django.mo"
    compiling.make(mo=made)
    os.utime(made, ns=(0, compiling.PO.stat().st_mtime_ns - 1))
    assert not compiling.is_current(mo=made)


def test_every_sentence_has_its_english(lines):
    assert len(lines) > 3000
    assert not [line.id for line in lines if not line.string]


def test_the_english_has_the_variables_holes_and_marks_of_the_chinese(lines):
    wrong = [(line.id, line.string) for line in lines if marks(line.id) != marks(line.string)]
    assert not wrong


def test_no_chinese_is_left_in_the_english(lines):
    assert not [line.string for line in lines if CHINESE.search(line.string)]


def test_no_sentence_of_the_english_could_end_an_attribute(lines):
    assert not [line.string for line in lines if '"' in VARIABLE.sub("", line.string)]


def test_every_sentence_that_python_says_is_marked():
    unmarked = []
    for package in catalogue.PACKAGES:
        for path in sorted((catalogue.ROOT / package).rglob("*.py")):
            name = str(path.relative_to(catalogue.ROOT))
            if not IN_CHINESE.search(name):
                unmarked += [(name, text) for text in left(path.read_text(encoding="utf-8"))]
    assert set(unmarked) == UNREAD


def test_the_search_for_unmarked_sentences_finds_what_was_planted_for_it():
    assert left('x = "没有标记"') == ["没有标记"]
    assert left('x = f"共 {n} 件"') == ["共 ", " 件"]
    assert left('"""文档"""\nx = zh("有标记")\ny = zh("共 {n} 件", n=n)\nz = t == "比较"') == []


def test_every_script_says_its_sentences_through_the_list():
    for path in sorted((catalogue.ROOT / "static/xueji/js").glob("*.js")):
        if path != catalogue.SCRIPT:
            code = re.sub(r"/\*.*?\*/|^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
            said = re.sub(r'\bwords\("(?:[^"\\]|\\.)*"', "", code)
            assert not HAN.search(said), f"{path.name}: {HAN.search(said)}"


def marks(text: str):
    """What both languages of a line must have alike."""
    rest = VARIABLE.sub("", text)
    variables = Counter(LITERAL.sub('""', each) for each in VARIABLE.findall(text))
    return variables, set(re.findall(r"{[^{}]*}", rest)), Counter(re.findall(r"</?\d+/?>", rest))


def left(source: str) -> list[str]:
    """Chinese texts of a module that are neither marked nor documentation nor compared."""
    tree = ast.parse(source)
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and HAN.search(node.value)
        and not isinstance(above[node], ast.Expr | ast.Compare)
        and called(above[node]) not in {"zh", "joined", "guard", *UNREAD_CALLS}
    ]


def called(node: ast.AST) -> str:
    """The name of what is called, empty where nothing is."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
