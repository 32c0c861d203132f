"""No test is content with something being refused: it names the refusal of the door, the constraint or the sentence of the
database, the code or the words of an answer (tests/refusals.py)."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
FILES = sorted(path for path in TESTS.rglob("*.py") if path != TESTS / "refusals.py")
DATABASE = {
    "DatabaseError", "DataError", "Error", "IntegrityError", "InternalError", "NotSupportedError", "OperationalError",
    "ProgrammingError", "ProtectedError", "RestrictedError",
}  # fmt: skip


def bare(source: str) -> list[int]:
    """The lines on which something is expected to be refused and nothing says by what."""
    tree = ast.parse(source)
    kept = {
        id(item.context_expr)
        for node in ast.walk(tree)
        if isinstance(node, ast.With | ast.AsyncWith)
        for item in node.items
        if item.optional_vars is not None
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.raises" and node.args
        if any(_says_nothing(ast.unparse(one), node, id(node) in kept) for one in _kinds(node.args[0]))
    ]


def _kinds(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _says_nothing(kind: str, call: ast.Call, kept: bool) -> bool:
    """``kept``: the exception is looked at afterwards, which will do where it is no ``Refused`` and not the database's."""
    matched = any(
        word.arg == "match" and not (isinstance(word.value, ast.Constant) and not word.value.value)
        for word in call.keywords
    )
    name = kind.split(".")[-1]
    if name == "Refused":
        return True
    if name in DATABASE or kind.startswith("psycopg"):
        return not matched
    return name.endswith("Refused") and not matched and not kept


STATUSES = {400, 403, 409, 422}
# What tells why: of an answer that a test also looks at by one of these it is known which refusal it is.
TELLING = (
    "content",
    "context",
    "json",
    "['code']",
    "text",
    "says",
    "words",
    "main_of",
    "sentence",
    "refusal_of",
    "lines(",
)


def unsaid(source: str) -> list[int]:
    """The lines on which an answer's status alone tells that something was refused."""
    return sorted(
        node.lineno
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Assert) and _status_alone(node.test)
        if not _looked_at(node.test.left.value, node, function)
    )


def _status_alone(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Attribute)
        and test.left.attr == "status_code"
        and isinstance(test.ops[0], ast.Eq)
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value in STATUSES
    )


def _looked_at(answer: ast.expr, status: ast.Assert, function: ast.FunctionDef) -> bool:
    if not isinstance(answer, ast.Name):
        return False
    others = (
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Assert | ast.Assign | ast.Return) and node is not status
        if any(isinstance(part, ast.Name) and part.id == answer.id for part in ast.walk(node))
    )
    return any(word in ast.unparse(node) for node in others for word in TELLING)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TESTS)))
def test_a_refusal_is_named(path):
    source = path.read_text(encoding="utf-8")
    assert bare(source) == [], "say which: tests/refusals.py"
    assert unsaid(source) == [], "say why: refuses(answer, status, code or words), tests/refusals.py"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("with pytest.raises(Refused): act()", True),
        ("with pytest.raises(door.Refused, match='已办结') as caught: act()", True),
        ("with pytest.raises(IntegrityError) as caught, transaction.atomic(): act()", True),
        ("with pytest.raises((ValueError, DatabaseError)): act()", True),
        ("with pytest.raises(psycopg.errors.InsufficientPrivilege): act()", True),
        ("with pytest.raises(IntegrityError, match=''): act()", True),
        ("stopped = pytest.raises(IntegrityError)", True),
        ("with pytest.raises(ItemsRefused): act()", True),
        ("with pytest.raises(IntegrityError, match='case_closed'): act()", False),
        ("with pytest.raises(ItemsRefused, match='两人'): act()", False),
        ("with pytest.raises(ItemsRefused) as caught: act()", False),
        ("with pytest.raises(ValueError): act()", False),
        ("with refused('no_seat'): act()", False),
    ],
)
def test_what_counts_as_bare(line, found):
    assert bool(bare(line)) == found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("assert client.post(url).status_code == 409", True),
        ("answer = client.post(url); assert answer.status_code == 422", True),
        ("answer = client.get(url); assert answer.status_code == 403, who; assert not answer.cookies", True),
        (
            "answer = client.post(url); assert answer.status_code == 409; assert '已办结' in text(answer)",
            False,
        ),
        (
            "answer = client.post(url); assert answer.status_code == 409; assert answer.json()['code'] == 'stale'",
            False,
        ),
        ("assert client.get(url).status_code == 404", False),
        ("refuses(client.post(url), 409, 'stale')", False),
    ],
)
def test_what_counts_as_said_by_the_status_alone(lines, found):
    assert bool(unsaid(f"def test_it(client):\n    {lines}")) == found
