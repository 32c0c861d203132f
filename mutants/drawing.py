"""Which faults there are, and which of them are drawn: the same for the same seed and the same source."""

import ast
import difflib
import hashlib
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from mutants.operators import operators

# What decides, and stays: rules, grades, calendar, deadlines, seats, scope, masking, sealing, tables, paging, the door.
TARGETS = [
    "students/pupil/grades.py",
    "students/pupil/identity.py",
    "students/pupil/schooling.py",
    "students/pupil/sealing.py",
    "students/pupil/records.py",
    "students/pupil/access.py",
    "students/pupil/statuses.py",
    "students/year_end/promotion.py",
    "reviews/rulebook/calendar.py",
    "reviews/rulebook/windows.py",
    "reviews/rulebook/countdown.py",
    "reviews/engine/deadlines.py",
    "reviews/engine/seating.py",
    "reviews/engine/one_unit.py",
    "reviews/engine/send_backs.py",
    "reviews/engine/routing.py",
    "reviews/engine/door.py",
    "reviews/engine/asking.py",
    "reviews/engine/grounds.py",
    "reviews/engine/opinions.py",
    "reviews/engine/own_words.py",
    "orgs/people/scope.py",
    "orgs/people/seats.py",
    "orgs/people/persons.py",
    "orgs/people/successors.py",
    "students/changes/rules.py",
    "transfers/moving/rules.py",
    "students/tables/reading.py",
    "students/tables/verdict.py",
    "web/paging.py",
    "web/text.py",
    "web/clock.py",
    "web/redirects.py",
    "web/refusals.py",
    "ledger/audit.py",
    "ledger/idempotency.py",
    "ledger/outbox.py",
    "reviews/refusal_rules/wall.py",
    "reviews/vocabulary/*.py",
]
# Words and annotations decide nothing: what stands in these calls is left alone.
SAID = {"zh", "gettext", "gettext_lazy", "getLogger"}
LOGS = {"debug", "info", "warning", "error", "exception", "critical"}


@dataclass(frozen=True)
class Mutant:
    """One fault: a module's source with one place changed."""

    module: str
    operator: str
    line: int
    was: str
    became: str
    source: str

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.module}\0{self.source}".encode()).hexdigest()[:20]


def modules(root: Path, targets: Iterable[str] = TARGETS) -> list[str]:
    """The modules that are mutated, as paths below ``root``."""
    found = [path.relative_to(root).as_posix() for each in targets for path in sorted(root.glob(each))]
    return [each for each in found if (root / each).read_bytes().strip()]


def draw(root: Path, seed: int, number: int, targets: Iterable[str] = TARGETS) -> list[Mutant]:
    """``number`` faults, one module after the other in turn, so that a short one is asked as closely as a long one."""
    piles = [_shuffled(root, module, seed) for module in modules(root, targets)]
    drawn: list[Mutant] = []
    while piles and len(drawn) < number:
        turn = [(pile, next(pile, None)) for pile in piles]
        drawn += [mutant for _, mutant in turn if mutant]
        piles = [pile for pile, mutant in turn if mutant]
    return drawn[:number]


def places(source: str) -> list[tuple[str, int, int]]:
    """(operator, its how-manieth place, line) for every place where something can be changed."""
    nodes = list(ast_nodes(get_ast(source)))
    left_alone = list(_left_alone(ast.parse(source)))
    return [
        (name, occurrence, start[0])
        for name, operator in operators().items()
        for occurrence, (start, end) in enumerate(
            place for node in nodes for place in operator.mutation_positions(node)
        )
        if not any(low <= start and end <= high for low, high in left_alone)
    ]


def _shuffled(root: Path, module: str, seed: int) -> Iterator[Mutant]:
    """A module's faults in the order of the draw; what changes nothing or is no Python is passed over."""
    source = (root / module).read_text(encoding="utf-8")
    pile = places(source)
    random.Random(f"{seed}:{module}").shuffle(pile)  # noqa: S311 - a draw to be repeated, no secret
    seen, known = {_meaning(source)}, operators()
    for name, occurrence, line in pile:
        changed = mutate_code(source, known[name], occurrence) or ""
        meaning = _meaning(changed)
        if meaning and meaning not in seen:
            seen.add(meaning)
            yield Mutant(module, name, line, *_difference(source, changed), changed)


def _meaning(source: str) -> str:
    try:
        return ast.dump(ast.parse(source)) if source else ""
    except SyntaxError:
        return ""


def _difference(source: str, changed: str) -> tuple[str, str]:
    lines = list(difflib.unified_diff(source.splitlines(), changed.splitlines(), n=0, lineterm=""))[2:]
    was = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
    became = " ".join(line[1:].strip() for line in lines if line.startswith("+"))
    return was, became


def _left_alone(tree: ast.Module) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """From where to where nothing is changed: annotations, sentences, log lines, what is imported for types only."""
    for node in ast.walk(tree):
        part: ast.AST | None = None
        if isinstance(node, ast.AnnAssign | ast.arg):
            part = node.annotation
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            part = node.returns
        elif isinstance(node, ast.Call | ast.If) and _decides_nothing(node):
            part = node
        if part is not None:
            yield (part.lineno, part.col_offset), (part.end_lineno, part.end_col_offset + 1)


def _decides_nothing(node: ast.Call | ast.If) -> bool:
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr in LOGS and ast.unparse(function.value) in {"log", "logger", "logging"}
    return isinstance(function, ast.Name) and function.id in SAID
