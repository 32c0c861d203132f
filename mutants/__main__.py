"""``python -m mutants``: draw, ask, write docs/mutants.md. Broken off, it goes on where it was.

``--only survivors`` asks again what survived; any other word asks only modules whose path contains it.
"""

import argparse
import os
from pathlib import Path

from mutants import page
from mutants.copies import copies
from mutants.drawing import TARGETS, draw, modules
from mutants.faults import State, ask, ask_all
from mutants.reach import Reach

ROOT = Path(__file__).resolve().parent.parent
SEED, NUMBER = 20261201, 520


def main(arguments: list[str] | None = None, root: Path = ROOT, targets: list[str] = TARGETS) -> int:
    parser = argparse.ArgumentParser(prog="mutants")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--number", type=int, default=NUMBER)
    parser.add_argument("--only", default="")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 2)
    parser.add_argument(
        "--as-known", action="store_true", help="ask only test files that are watched already"
    )
    asked = parser.parse_args(arguments)
    drawn = draw(root, asked.seed, asked.number, targets)
    print(f"seed {asked.seed}: {len(drawn)} drawn", flush=True)
    state = State(root / "mutants" / "results.json")
    chosen = drawn
    if asked.only == "survivors":
        chosen = [each for each in drawn if state.known.get(each.key, {}).get("verdict") == "survived"]
        state.forget(each.key for each in chosen)
    elif asked.only:
        chosen = [each for each in drawn if asked.only in each.module]
    slow = root / "tests" / "slow.txt"
    with copies(root, asked.cores, with_servers=(root / "trial").exists()) as made:
        reach = Reach(root, modules(root, targets), ["tests/browser"])
        reach.learn(made, slow.read_text().split() if slow.exists() else (), asked.as_known)
        if not _green(made, reach):
            return 1
        for copy in made:
            copy.open()
        ask_all(made, state, chosen, lambda each: reach.tests(each.module, each.line))
    why = page.reasons(root / "mutants" / "reasons.toml")
    page.write(root / "docs" / "mutants.md", asked.seed, drawn, state.known, why)
    alive = sum(state.known[each.key]["verdict"] != "killed" for each in drawn if each.key in state.known)
    print(f"seed {asked.seed}: {len(drawn)} drawn, {alive} survived; docs/mutants.md")
    return 0


def _green(made: list, reach: Reach) -> bool:
    """Without a fault every copy passes its tests; this also migrates the template that all faults then meet."""
    first = next((list(kept["took"])[:1] for kept in reach.files.values() if kept["took"]), [])
    for copy in made:
        answer = ask(copy, first, None)
        if answer["verdict"] != "survived":
            print(f"red without any fault: {answer}")
            return False
    return True


if __name__ == "__main__":
    os.nice(10)
    raise SystemExit(main())
