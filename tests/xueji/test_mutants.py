"""``make mutants`` itself: a fault that tests notice is killed, one that changes nothing survives, none is asked twice."""

from types import SimpleNamespace

import pytest
from cosmic_ray.mutating import mutate_code

from mutants import page
from mutants.copies import copies
from mutants.drawing import draw, modules, places
from mutants.faults import State, ask, ask_all
from mutants.operators import OWN
from mutants.reach import Reach
from tests.xueji.test_settings import ROOT

RULE = """
def may(age: int | None, log=None) -> bool:
    if log:
        log.info("asked", age - 1)
    return age >= 6


def at_least_three(age):
    return age if age > 3 else 3


def nobody_asks(age):
    return age + 1


LIMIT = 7


def over(age):
    return age > LIMIT
"""
TESTS = """
from tiny import rule


def test_slow_walk():
    assert rule.at_least_three(2) == rule.at_least_three(3) == 3


def test_may():
    assert rule.may(6) and not rule.may(5)
    assert rule.at_least_three(4) == 4


def test_over():
    assert rule.over(8) and not rule.over(7)
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A program of one module, a copy of it with a process waiting, and what its tests reach."""
    root = tmp_path_factory.mktemp("tiny")
    for name, text in {
        "tiny/__init__.py": "",
        "tiny/rule.py": RULE,
        "tests/test_rule.py": TESTS,
        "pytest.ini": "[pytest]\n",
    }.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    with pytest.MonkeyPatch.context() as patch, copies(root, 1, with_servers=False) as made:
        # Without this program's plugins pytest is at the tests sooner.
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        reach = Reach(root, ["tiny/rule.py"])
        reach.learn(made)
        made[0].loads = {"MUTANTS_LOAD": "tiny.rule"}
        made[0].open()
        yield SimpleNamespace(root=root, copies=made, reach=reach, drawn=draw(root, 1, 99, ["tiny/*.py"]))


def asked(tiny, state, mutants) -> list[str]:
    said: list[str] = []
    ask_all(
        tiny.copies,
        state,
        mutants,
        lambda each: tiny.reach.tests(each.module, each.line),
        said.append,
    )
    return said


def fault(tiny, operator, line) -> object:
    return next(each for each in tiny.drawn if each.operator == operator and each.was == line)


def test_what_is_killed_what_survives_and_nothing_is_asked_twice(tiny):
    killed = fault(tiny, "ReplaceComparisonOperator_GtE_Gt", "return age >= 6")
    loaded = next(each for each in tiny.drawn if each.was == "LIMIT = 7" and each.became.split()[-1] == "8")
    same = fault(tiny, "ReplaceComparisonOperator_Gt_GtE", "return age if age > 3 else 3")
    alone = fault(tiny, "ReplaceBinaryOperator_Add_Sub", "return age + 1")
    place = tiny.root / "state.json"
    assert len(asked(tiny, State(place), [killed, loaded, same, alone])) == 4
    known = State(place).known
    assert {each.key: known[each.key]["verdict"] for each in (killed, loaded, same, alone)} == {
        killed.key: "killed",
        loaded.key: "killed",
        same.key: "survived",
        alone.key: "survived",
    }
    assert known[killed.key]["by"] == "tests/test_rule.py::test_may"
    assert known[loaded.key]["by"] == "tests/test_rule.py::test_over"
    assert known[same.key]["passed"] == 2
    # Broken off and begun again: nothing is left to ask. What survived may be asked again.
    again = State(place)
    assert asked(tiny, again, [killed, loaded, same, alone]) == []
    again.forget([same.key])
    assert len(asked(tiny, again, [killed, loaded, same, alone])) == 1
    # The tree itself was never changed, and the copy is as it was.
    assert (tiny.root / "tiny" / "rule.py").read_text() == RULE
    assert (tiny.copies[0].folder / "tiny" / "rule.py").read_text() == RULE

    page.write(tiny.root / "mutants.md", 1, [killed, loaded, same, alone], again.known, {})
    written = (tiny.root / "mutants.md").read_text()
    assert "种子 **1**，抽取 **4** 个，发现 **2** 个，存活 **2** 个：**50.0 %**" in written
    why = {(same.module, same.was, same.became): "三岁时两边都是三"}
    page.write(tiny.root / "mutants.md", 1, [killed, loaded, same, alone], again.known, why)
    rows = (tiny.root / "mutants.md").read_text().splitlines()[-2:]
    assert rows[0].endswith(
        "| `return age if age > 3 else 3` → `return age if age >= 3 else 3` | 三岁时两边都是三 |"
    )
    assert rows[1].endswith(f"| `return age + 1` → `return age - 1` | {page.NO_REASON} |")


def test_what_does_not_end_or_does_not_load_is_noticed_and_a_red_tree_is_told(tiny):
    copy, test = tiny.copies[0], ["tests/test_rule.py::test_may"]
    with copy.put("tiny/rule.py", RULE + "\nimport no_such_module\n"):
        assert ask(copy, test)["verdict"] == "killed"
    with copy.put("tiny/rule.py", RULE.replace("age >= 6", "age > 6")):
        answer = ask(copy, test)
    assert (answer["verdict"], answer["by"]) == ("killed", test[0])
    assert ask(copy, test) == {"verdict": "survived", "passed": 1}
    assert ask(copy, [])["verdict"] == "survived"
    with copy.put("tiny/rule.py", "import time\ntime.sleep(60)\n"):
        assert ask(copy, test, 3)["verdict"] == "survived"


def test_the_same_seed_draws_the_same(tiny):
    keys = [each.key for each in tiny.drawn]
    assert [each.key for each in draw(tiny.root, 1, 99, ["tiny/*.py"])] == keys
    assert [each.key for each in draw(tiny.root, 1, 3, ["tiny/*.py"])] == keys[:3]
    assert [each.key for each in draw(tiny.root, 2, 99, ["tiny/*.py"])] != keys
    assert len(set(keys)) == len(keys)


def test_annotations_sentences_and_log_lines_are_left_alone():
    source = 'def f(a: int | None) -> int | None:\n    log.info(a - 1)\n    return zh("{n}", n=a + 1)\n'
    assert {name for name, *_ in places(source)} == {"ReturnNone"}


@pytest.mark.parametrize("operator", OWN)
def test_an_operator_does_as_its_examples_say(operator):
    for each in operator.examples():
        assert mutate_code(each.pre_mutation_code, operator(), each.occurrence) == each.post_mutation_code


def test_every_module_named_exists_and_no_line_is_excused():
    found = modules(ROOT)
    assert len(found) > 40
    assert not [each for each in found if "no mutate" in (ROOT / each).read_text()]
