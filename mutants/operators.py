"""What is done to a line: cosmic-ray's operators that change a decision, and five of our own beside them.

Of cosmic-ray's replacements of one operator by any other only those are taken that leave the line meaningful: ``a - b`` for
``a + b`` and ``<`` for ``<=``, never ``a << b`` for ``a | b``, which stops at once and flatters the tests.
"""

from collections.abc import Iterator
from typing import Any

import parso
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import get_operator
from parso.python.tree import IfStmt, Keyword

_BINARY = "Add_Sub Sub_Add Mul_Add Div_Mul FloorDiv_Add Mod_Add BitOr_BitAnd BitAnd_BitOr"
_COMPARISON = "Eq_NotEq NotEq_Eq Lt_LtE Lt_GtE LtE_Lt LtE_Gt Gt_GtE Gt_LtE GtE_Gt GtE_Lt Is_IsNot IsNot_Is"
_UNARY = "Delete_Not Delete_Invert USub_UAdd"
_WHOLE = (
    "AddNot ReplaceTrueWithFalse ReplaceFalseWithTrue ReplaceAndWithOr ReplaceOrWithAnd ReplaceBreakWithContinue"
    " ReplaceContinueWithBreak ExceptionReplacer NumberReplacer RemoveDecorator ZeroIterationForLoop"
)


class DropStatement(Operator):
    """A call, a ``raise`` or a ``yield`` that stands alone is left out: what it did does not happen."""

    def mutation_positions(self, node: Any) -> Iterator[tuple]:
        if node.type == "simple_stmt" and _happens(node.children[0]):
            yield (node.start_pos, node.children[0].end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        first = node.get_first_leaf()
        node.children[0] = Keyword("pass", first.start_pos, first.prefix)
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example("f(x)\n", "pass\n"), Example("raise No\n", "pass\n"), Example("yield x\n", "pass\n"))


class ReturnNone(Operator):
    """The answer is kept back."""

    def mutation_positions(self, node: Any) -> Iterator[tuple]:
        if node.type == "return_stmt" and node.children[1].get_code().strip() != "None":
            yield (node.start_pos, node.end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        node.children[1] = Keyword("None", node.children[1].start_pos, " ")
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example("def f(): return 1", "def f(): return None"),)


class DropKeyword(Operator):
    """An argument given by name is left out."""

    def mutation_positions(self, node: Any) -> Iterator[tuple]:
        for place in _named(node):
            yield (node.children[place].start_pos, node.children[place].end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        place = list(_named(node))[index]
        after = node.children[place + 1 :]
        if after and after[0].type == "operator" and after[0].value == ",":
            after[1:2] = after[1:2] and [_with_prefix(after[1], node.children[place].get_first_leaf().prefix)]
            after = after[1:]
            node.children[place:] = after
        elif place and node.children[place - 1].get_code().strip() == ",":
            node.children[place - 1 :] = after
        else:
            node.children[place:] = after
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example("f(a, b=1)", "f(a)"),
            Example("f(b=1, c=2)", "f(c=2)"),
            Example("f(b=1, c=2)", "f(b=1)", occurrence=1),
            Example("f(b=1)", "f()"),
        )


class SwapIn(Operator):
    """``in`` for ``not in``, and the other way round."""

    def mutation_positions(self, node: Any) -> Iterator[tuple]:
        if node.type == "comparison":
            for place in _membership(node):
                yield (node.children[place].start_pos, node.children[place].end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        place = list(_membership(node))[index]
        other = " not in" if node.children[place].get_code().strip() == "in" else " in"
        node.children[place] = parso.parse(other)
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example("a in b", "a not in b"), Example("a not in b", "a in b"))


class TurnCondition(Operator):
    """An ``elif`` or the ``if`` of a comprehension is turned; cosmic-ray's AddNot turns the others."""

    def mutation_positions(self, node: Any) -> Iterator[tuple]:
        for place in _conditions(node):
            yield (node.children[place].start_pos, node.children[place].end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        place = list(_conditions(node))[index]
        node.children[place] = parso.parse(f" not ({node.children[place].get_code().strip()})")
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example("[x for x in y if x]", "[x for x in y if not (x)]"),
            Example("if a: pass\nelif b: pass", "if a: pass\nelif not (b): pass"),
        )


def _happens(node: Any) -> bool:
    if node.type in {"raise_stmt", "yield_expr"}:
        return True
    last = node.children[-1] if node.type in {"atom_expr", "power"} else None
    return last is not None and last.type == "trailer" and last.children[0].value == "("


def _named(node: Any) -> Iterator[int]:
    if node.type not in {"arglist", "trailer", "decorator"}:
        return
    for place, child in enumerate(node.children):
        if (
            child.type == "argument"
            and len(child.children) == 3
            and child.children[1].get_code().strip() == "="
        ):
            yield place


def _with_prefix(node: Any, prefix: str) -> Any:
    node.get_first_leaf().prefix = prefix
    return node


def _membership(node: Any) -> Iterator[int]:
    for place in range(1, len(node.children), 2):
        if node.children[place].get_code().split() in (["in"], ["not", "in"]):
            yield place


def _conditions(node: Any) -> Iterator[int]:
    if node.type == "comp_if":
        yield 1
    elif isinstance(node, IfStmt):
        for place, child in enumerate(node.children):
            if child.type == "keyword" and child.value == "elif":
                yield place + 1


OWN = (DropStatement, ReturnNone, DropKeyword, SwapIn, TurnCondition)


def operators() -> dict[str, Operator]:
    """Every operator, by its name."""
    names = [f"ReplaceBinaryOperator_{each}" for each in _BINARY.split()]
    names += [f"ReplaceComparisonOperator_{each}" for each in _COMPARISON.split()]
    names += [f"ReplaceUnaryOperator_{each}" for each in _UNARY.split()]
    found = {name: get_operator(f"core/{name}")() for name in [*names, *_WHOLE.split()]}
    return found | {each.__name__: each() for each in OWN}
