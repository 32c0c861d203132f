"""Which tests reach a line. Every test file is watched once (mutants/watching.py) and again only when it has changed, or a
module that it reaches; what was seen is kept in ``var/mutants/reach``, so that a run broken off goes on where it was.
"""

import ast
import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from mutants.copies import Copy

AT_ONCE = 5  # test files watched by one start of pytest
LONGEST_WATCH = 420.0  # seconds for that start; files that take longer are too far from a line
FOR_ONE_FILE = 15.0  # seconds of one file's tests asked about one fault
FOR_ONE_FAULT = 80.0  # of all tests; the limit on the clock (60 s) is mutants/faults.py


class Reach:
    """What is known of the test files."""

    def __init__(self, root: Path, targets: list[str], left_out: Iterable[str] = ()) -> None:
        self.root, self.targets = root, targets
        self.folder = root / "var" / "mutants" / "reach"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._digests = {each: _digest(root / each) for each in targets}
        self._texts = {
            path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted((root / "tests").rglob("test_*.py"))
            if not path.relative_to(root).as_posix().startswith(tuple(left_out))
        }
        self.files: dict[str, dict] = {}

    def learn(self, copies: list[Copy], later: Iterable[str] = (), as_known: bool = False) -> None:
        """Read what is kept and watch the rest: the files that import a target first, those in ``later`` last."""
        wanted = []
        for file in self._texts:
            kept = self._kept(file)
            if kept is None:
                wanted.append(file)
            else:
                self.files[file] = kept
        late = tuple(later)
        wanted.sort(key=lambda file: (file.startswith(late) if late else False, self._remoteness(file)))
        if as_known or not wanted:
            return
        print(f"watching {len(wanted)} test files", flush=True)
        free: Queue[Copy] = Queue()
        for copy in copies:
            free.put(copy)
        lock = threading.Lock()

        def watch(batch: list[str]) -> None:
            copy = free.get()
            try:
                found = self._watch(copy, batch)
            finally:
                free.put(copy)
            with lock:
                self.files |= found
                print(f"  {len(self.files)} of {len(self._texts)} test files watched", flush=True)

        with ThreadPoolExecutor(len(copies)) as pool:
            list(pool.map(watch, [wanted[at : at + AT_ONCE] for at in range(0, len(wanted), AT_ONCE)]))

    def _remoteness(self, file: str) -> tuple[bool, int]:
        """Named after a target; and how many it imports."""
        after = any(Path(each).stem.rstrip("s") in Path(file).stem for each in self.targets)
        return not after, -sum(_from(each, self._texts[file]) for each in self.targets)

    def _kept(self, file: str) -> dict | None:
        place = self._place(file)
        if not place.exists():
            return None
        kept = json.loads(place.read_text(encoding="utf-8"))
        same = kept["digest"] == _digest(self.root / file)
        return kept if same and all(self._digests.get(m) == d for m, d in kept["modules"].items()) else None

    def _place(self, file: str) -> Path:
        return self.folder / (file.replace("/", "+") + ".json")

    def _watch(self, copy: Copy, batch: list[str]) -> dict[str, dict]:
        answer = copy.folder / "var" / "mutants" / "reach.json"
        answer.unlink(missing_ok=True)
        environment = {"MUTANTS_TARGETS": " ".join(self.targets), "MUTANTS_REACH": str(answer)}
        copy.run(["-p", "mutants.watching", *batch], environment, LONGEST_WATCH)
        seen = (
            json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else {"took": {}, "reached": {}}
        )
        found = {file: {"digest": _digest(self.root / file), "took": {}, "reached": {}} for file in batch}
        for test, seconds in seen["took"].items():
            found[test.partition("::")[0]]["took"][test] = round(seconds, 3)
        at = {test: place for kept in found.values() for place, test in enumerate(kept["took"])}
        for module, lines in seen["reached"].items():
            for line, tests in lines.items():
                for test in sorted(set(tests) & set(at), key=at.__getitem__):
                    own = found[test.partition("::")[0]]["reached"]
                    own.setdefault(module, {}).setdefault(line, []).append(at[test])
        for file, kept in found.items():
            kept["modules"] = {module: self._digests[module] for module in kept["reached"]}
            self._place(file).write_text(json.dumps(kept), encoding="utf-8")
        return found

    # ------------------------------------------------------------------ which of them to ask

    def tests(self, module: str, line: int) -> list[str]:
        """The tests to ask about a fault in that line, file by file, the most direct first."""
        tree = ast.parse((self.root / module).read_text(encoding="utf-8"))
        reaching = self._reaching({module: set(_lines(tree, line))})
        named = _named(tree, line)
        if named:
            # What stands outside of functions runs when the module is loaded: asked are the lines that use its name.
            using = {each: _uses(self.root / each, named) for each in self.targets}
            for file, tests in [*self._reaching(using).items(), *self._mentioning(module, named).items()]:
                reaching.setdefault(file, tests)
        if not reaching:
            reaching = {
                file: set(each["took"]) for file, each in self.files.items() if module in each["reached"]
            }
        if not reaching:
            reaching = {
                file: set(each["took"])
                for file, each in self.files.items()
                if _from(module, self._texts[file])
            }
        return list(self._within_time(module, reaching))

    def _reaching(self, lines: dict[str, set[int]]) -> dict[str, set[str]]:
        found = {}
        for file, kept in self.files.items():
            places = {
                place
                for module, numbers in lines.items()
                for number in numbers
                for place in kept["reached"].get(module, {}).get(str(number), ())
            }
            if places:
                names = list(kept["took"])
                found[file] = {names[place] for place in places}
        return found

    def _mentioning(self, module: str, names: set[str]) -> dict[str, set[str]]:
        word = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
        return {
            file: set(kept["took"])
            for file, kept in self.files.items()
            if _from(module, self._texts[file]) and word.search(self._texts[file])
        }

    def _within_time(self, module: str, reaching: dict[str, set[str]]) -> Iterator[str]:
        left = FOR_ONE_FAULT
        for file in sorted(reaching, key=lambda each: self._distance(module, each)):
            took, own = self.files[file]["took"], FOR_ONE_FILE
            breadth = self._breadth(file)
            chosen = set()
            for test in sorted(reaching[file], key=lambda each: (breadth[each], took[each])):
                if not chosen or own >= took[test]:
                    chosen.add(test)
                    own -= took[test]
            left -= sum(took[test] for test in chosen)
            yield from (test for test in took if test in chosen)
            if left <= 0:
                return

    def _distance(self, module: str, file: str) -> tuple:
        """Named after the module; importing it; and how much of what the file reaches lies in that module."""
        reached = self.files[file]["reached"]
        share = len(reached.get(module, ())) / max(1, sum(map(len, reached.values())))
        stem, name = Path(module).stem, Path(file).stem
        return stem.rstrip("s") not in name, not _from(module, self._texts[file]), -share, file

    def _breadth(self, file: str) -> dict[str, int]:
        """How many watched lines each test reaches: who reaches few looks closely."""
        counted: Counter[int] = Counter()
        for lines in self.files[file]["reached"].values():
            for places in lines.values():
                counted.update(places)
        return {test: counted[place] for place, test in enumerate(self.files[file]["took"])}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _dotted(module: str) -> str:
    return module.removesuffix(".py").replace("/", ".")


def _from(module: str, text: str) -> bool:
    package, _, name = _dotted(module).rpartition(".")
    return bool(
        re.search(
            rf"^\s*(?:from {re.escape(_dotted(module))} |import {re.escape(_dotted(module))}\b)", text, re.M
        )
        or re.search(rf"^\s*from {re.escape(package)} import (?:\([^)]*|[^(\n]*)\b{name}\b", text, re.M)
    )


def _around(tree: ast.Module, line: int) -> list[ast.stmt]:
    """The statements around a line, the outermost first."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and _first(node) <= line <= (node.end_lineno or node.lineno)
    ]
    return sorted(found, key=lambda node: (_first(node), -(node.end_lineno or 0)))


def _first(node: ast.stmt) -> int:
    return min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])


def _lines(tree: ast.Module, line: int) -> range:
    """The lines of the statement in which the line stands; of a function's head, those of its body; of a class's, all."""
    around = _around(tree, line)
    if not around:
        return range(line, line + 1)
    inner = around[-1]
    end = inner.end_lineno or inner.lineno
    body = getattr(inner, "body", None)
    if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
        return range(inner.body[0].lineno, end + 1)
    if isinstance(inner, ast.ClassDef):
        return range(inner.lineno, end + 1)
    if body:
        return range(inner.lineno, max(inner.lineno + 1, body[0].lineno))
    owner = next(
        (each for each in reversed(around) if isinstance(each, ast.FunctionDef | ast.ClassDef)), None
    )
    return (
        range(owner.lineno, (owner.end_lineno or 0) + 1)
        if isinstance(owner, ast.ClassDef)
        else range(inner.lineno, end + 1)
    )


def _named(tree: ast.Module, line: int) -> set[str]:
    """The names that a line outside of every function gives a value."""
    around = _around(tree, line)
    if any(
        isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and line >= each.lineno for each in around
    ):
        return set()
    names = set()
    for each in around:
        targets = each.targets if isinstance(each, ast.Assign) else [getattr(each, "target", None)]
        names |= {
            part.id for target in targets if target for part in ast.walk(target) if isinstance(part, ast.Name)
        }
        if isinstance(each, ast.ClassDef | ast.FunctionDef):
            names.add(each.name)
    return names


def _uses(path: Path, names: set[str]) -> set[int]:
    """The lines of a module where one of the names is read."""
    return {
        number
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name | ast.Attribute)
        and (node.id if isinstance(node, ast.Name) else node.attr) in names
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
