"""docs/walls.md: what the database refuses, from the trigger files and the tests as they stand. Run by ``make docs``."""

import re
from pathlib import Path

from docs import measures

ROOT = Path(__file__).resolve().parent.parent
APPS = tuple(app for app in measures.APPS if app not in ("web", "xueji"))
_FUNCTION = re.compile(
    r"((?:^--[^\n]*\n)*)^CREATE OR REPLACE FUNCTION (\w+)\(.*?(\$\w*\$)(.*?)\3[^;]*;",
    re.DOTALL | re.MULTILINE,
)
_TRIGGER = re.compile(
    r"((?:^--[^\n]*\n)*)(?:^DROP TRIGGER[^\n]*\n)?^CREATE (?:OR REPLACE |CONSTRAINT )TRIGGER (\w+)\s+"
    r"((?:BEFORE|AFTER)[^;]*?)\s+ON (\w+)([^;]*?)EXECUTE (?:FUNCTION|PROCEDURE) (\w+)\(([^;]*)\);",
    re.DOTALL | re.MULTILINE,
)
_TEXT = re.compile(r"'((?:[^']|'')*[\u4e00-\u9fff](?:[^']|'')*)'")
_NAMED = re.compile(r"(?:CONSTRAINT = |',\s*)'([a-z0-9_]+)'")
_RULE = re.compile(r"\bR\d+\.\d+[a-z]?\b")
_CLAUSE = re.compile(r"（((?:正文|附件|函|内教基函|教基一厅)[^（）]*)）")


def functions() -> dict[str, tuple[str, str]]:
    """Of every function the comment above it and its body."""
    found: dict[str, tuple[str, str]] = {}
    for app in APPS:
        text = (ROOT / app / "sql" / "triggers.sql").read_text(encoding="utf-8")
        found |= {name: (comment, body) for comment, name, _, body in _FUNCTION.findall(text)}
    return found


def tests() -> dict[str, str]:
    """The tests' text by file."""
    return {
        path.relative_to(ROOT / "tests").as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
    }


def rows() -> list[tuple[str, str, str, list[str], list[str], list[str]]]:
    """Table, trigger, when, sentences, rules and clauses, tests that name the wall or its sentence."""
    known, texts, found = functions(), tests(), []
    for app in APPS:
        text = (ROOT / app / "sql" / "triggers.sql").read_text(encoding="utf-8")
        for comment, trigger, when, table, _, function, arguments in _TRIGGER.findall(text):
            about, body = known[function]
            said = list(dict.fromkeys(_TEXT.findall(body) + _TEXT.findall(arguments)))
            said = [sentence for sentence in said if len(sentence) > 3 and '"' not in sentence]
            names = set(_NAMED.findall(body)) | set(re.findall(r"'(\w+)'", arguments))
            rules = sorted({*_RULE.findall(comment + about), *_CLAUSE.findall("".join(said))})
            proving = _proving(texts, said, names, (trigger, table))
            found.append((table, trigger, _when(when), said, rules, proving))
    return sorted(found)


def _when(text: str) -> str:
    return " ".join(text.split()).lower()


def _proving(texts: dict[str, str], said: list[str], names: set[str], own: tuple[str, str]) -> list[str]:
    # A sentence is quoted in part: by what stands before its first placeholder or mark.
    parts = {
        part
        for sentence in said
        for part in re.split(r"[%，；（）。：]", sentence)
        if len(part) >= 6 and not part.startswith(("附件", "正文"))
    }
    words = {*parts, *(f'"{name}"' for name in names if len(name) > 5)}
    return [
        name
        for name, text in texts.items()
        if any(word in text for word in words) or (f'"{own[0]}"' in text and own[1] in text)
    ]


def page() -> str:
    """The whole page."""
    lines = [
        "# 数据库拒绝什么 / What the database refuses",
        "",
        "由 `make docs` 从各层的 `sql/triggers.sql` 和测试生成，请勿手改。一行一个触发器；“测试”是写出了它的名称或语句的测试文件。",
        "没有语句的触发器不拒绝什么，只是由数据库自己写下（名称、时间、版次）。",
        "",
        "| 表 | 触发器 | 何时 | 语句 | 条款 | 测试 |",
        "|---|---|---|---|---|---|",
    ]
    for table, trigger, when, said, rules, proving in rows():
        sentences = "<br>".join(sentence.replace("|", "\\|").replace("''", "'") for sentence in said)
        lines.append(
            f"| {table} | {trigger} | {when} | {sentences} | {'、'.join(rules)} | {'<br>'.join(proving[:4])} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "walls.md").write_text(page(), encoding="utf-8")
