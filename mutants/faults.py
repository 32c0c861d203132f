"""One fault after the other: put into a copy, the chosen tests asked, what became of it kept in ``var/mutants/state.json``."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import Any

from mutants.copies import Copy
from mutants.drawing import Mutant

LONGEST = 60.0  # seconds on the clock for one fault
NEAR = 2  # files that are asked first
YOUNG = 40  # orders until the waiting process is started anew
CONTROL = 10  # after every so manieth kill, the same test is asked without the fault
# What a machine may do to a test; it says nothing of the fault.
TROUBLE = (
    "No space left",
    "MemoryError",
    "ServerTrouble",
    "too many clients",
    "the database system is",
    "Connection refused",
    "canceling statement due to",
)


class State:
    """What became of every fault asked so far, by its key. Written after each."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self.known: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def keep(self, key: str, answer: dict[str, Any]) -> None:
        with self._lock:
            self.known[key] = answer
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside = self._path.with_suffix(".new")
            beside.write_text(json.dumps(self.known, ensure_ascii=False, indent=1), encoding="utf-8")
            beside.replace(self._path)

    def forget(self, keys: Iterable[str]) -> None:
        """To be asked again; on disk only when the new answer is there."""
        for key in list(keys):
            self.known.pop(key, None)


def ask(copy: Copy, tests: list[str], seconds: float | None = LONGEST) -> dict[str, Any]:
    """What the tests say of the copy as its files are: ``killed`` or ``survived``, by which test and why."""
    if not tests:
        return {"verdict": "survived", "why": "no test reaches it", "passed": 0}
    arguments, environment, answered = _question(copy, tests)
    code, printed = copy.run(arguments, environment, seconds)
    return _answer(code, printed, answered)


def ask_waiting(copy: Copy, tests: list[str], mutant: Mutant) -> dict[str, Any]:
    """The same of a fault, by the process that waits; of one that it cannot take, by a new one that loads the changed file."""
    if not tests:
        return ask(copy, tests)
    before = (copy.folder / mutant.module).read_text(encoding="utf-8")
    since, passed = time.monotonic(), 0
    for part in _parts(tests):
        arguments, environment, answered = _question(copy, part)
        left = LONGEST - (time.monotonic() - since)
        code = copy.run_waiting(arguments, environment, left, (mutant.module, before, mutant.source))
        if code not in (0, 1, 5, None):
            with copy.put(mutant.module, mutant.source):
                return ask(copy, tests)
        answer = _answer(code, "", answered)
        answer["passed"] = passed = passed + answer["passed"]
        if code in (1, None):
            break
    return answer


def _parts(tests: list[str]) -> Iterator[list[str]]:
    """First those of the nearest files: most faults need no more, and files that are not asked need not be collected."""
    near = set(list(dict.fromkeys(test.partition("::")[0] for test in tests))[:NEAR])
    for part in (
        [each for each in tests if (each.partition("::")[0] in near) is wanted] for wanted in (True, False)
    ):
        if part:
            yield part


def _question(copy: Copy, tests: list[str]) -> tuple[list[str], dict[str, str], Path]:
    asked = copy.folder / "var" / "mutants" / "asked.json"
    asked.write_text(json.dumps({"tests": tests}))
    answered = asked.with_suffix(".answer")
    answered.unlink(missing_ok=True)
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    return ["-x", "-p", "mutants.chosen", *files], {"MUTANTS_CHOSEN": str(asked)}, answered


def _answer(code: int | None, printed: str, answered: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(answered.read_text()) if answered.exists() else {"passed": 0}
    if code is None:
        return {"verdict": "survived", "why": f"nothing red within {LONGEST:.0f} s"} | answer
    if code == 5:
        return {"verdict": "survived", "why": "no test reaches it"} | answer
    if code != 0 and "by" not in answer:
        last = next((line for line in reversed(printed.splitlines()) if line.strip()), "")
        answer |= {"by": "—", "why": f"does not load: {last[:200]}"}
    return {"verdict": "killed" if code else "survived"} | answer


def ask_all(
    copies: list[Copy],
    state: State,
    mutants: list[Mutant],
    tests: Callable[[Mutant], list[str]],
    say: Callable[[str], None] = print,
) -> None:
    """Every fault, on all copies at once. A fault that is known is not asked again."""
    free: Queue[Copy] = Queue()
    for copy in copies:
        free.put(copy)
    count = iter(range(1, len(mutants) + 1))

    def one(mutant: Mutant) -> None:
        copy = free.get()
        number = next(count)
        try:
            if number % YOUNG == 0:
                copy.open()
            chosen = tests(mutant)
            for _ in range(3):
                answer = ask_waiting(copy, chosen, mutant)
                if not any(each in answer.get("why", "") for each in TROUBLE):
                    break
            else:
                answer["verdict"] = "survived"
            if answer["verdict"] == "killed" and answer["by"] != "—" and number % CONTROL == 0:
                answer["control"] = ask(copy, [answer["by"]], None)["verdict"]
                if answer["control"] == "killed":
                    answer |= {"verdict": "survived", "why": "its test is red without the fault too"}
        finally:
            free.put(copy)
        state.keep(mutant.key, answer)
        where = f"{mutant.module}:{mutant.line}"
        say(
            f"{number}/{len(mutants)} {answer['verdict']} {where} {mutant.operator}: {mutant.was} → {mutant.became}"
        )

    with ThreadPoolExecutor(len(copies)) as pool:
        list(pool.map(one, [each for each in mutants if each.key not in state.known]))
