"""A process that has the whole program loaded and waits: a fault is put into a fork of it, which is at its tests at once.

``python -m mutants.waiting`` in a copy of the tree reads orders, one JSON a line: ``{"arguments", "environment", "printed",
"fault"}``. It answers with the fork's process id and, when that has ended, its exit code: pytest's, or ``NOT_HERE`` for a fault
that is not in the body of a function, in a module that is not loaded, or in one that was called while the program was loaded: it has done its work already.
Such a fault is asked by a process that loads the changed file (mutants/faults.py).
"""

import gc
import importlib
import json
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType, FunctionType

NOT_HERE = 99
_OPTIMIZED = 1  # of a function's code; a class' body has it not


class NotHere(Exception):
    """The fault is in what runs while a module is loaded."""


_called: set[tuple[str, str]] = set()


def _note(frame: FrameType, event: str, _: object) -> None:
    if event == "call":
        _called.add((frame.f_code.co_filename, frame.f_code.co_qualname))


def main() -> None:
    sys.setprofile(_note)
    _load(os.environ["MUTANTS_LOAD"].split())
    sys.setprofile(None)
    for order in sys.stdin:
        child = os.fork()
        if child == 0:
            _run(json.loads(order))
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _load(names: list[str]) -> None:
    if os.environ.get("DJANGO_SETTINGS_MODULE"):
        import django

        django.setup()
    for name in names:
        importlib.import_module(name)


def _run(order: dict) -> None:
    os.setsid()
    into = os.open(order["printed"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for each in (1, 2):
        os.dup2(into, each)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(order["environment"])
    code = 3
    try:
        import pytest

        if order["fault"]:
            put(*order["fault"])
        sys.argv = ["pytest", *order["arguments"]]
        code = int(pytest.main(order["arguments"]))
    except NotHere:
        code = NOT_HERE
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def put(module: str, before: str, after: str) -> None:
    """Every function made of the old source gets the code of the new one, wherever it is already held."""
    path = str(Path.cwd() / module)
    changed = {
        (old.co_qualname, old.co_firstlineno): new
        for old, new in _changed(compile(before, path, "exec"), compile(after, path, "exec"))
    }
    loaded = any(getattr(each, "__file__", None) == path for each in list(sys.modules.values()))
    if not loaded or any((path, name) in _called for name, _ in changed):
        raise NotHere
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_filename == path:
            new = changed.get((each.__code__.co_qualname, each.__code__.co_firstlineno))
            if new is not None:
                try:
                    each.__code__ = new
                except ValueError:  # another number of variables from around it
                    raise NotHere from None


def _changed(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """(old, new) for every function whose code is not the same, the functions within it too."""
    inner, other = _within(old), _within(new)
    if _own(old) != _own(new):
        if not old.co_flags & _OPTIMIZED:
            raise NotHere
        yield old, new
    elif old.co_flags & _OPTIMIZED and inner != other:
        yield old, new
    if [each.co_qualname for each in inner] == [each.co_qualname for each in other]:
        for one, two in zip(inner, other, strict=True):
            yield from _changed(one, two)


def _within(code: CodeType) -> list[CodeType]:
    return [each for each in code.co_consts if isinstance(each, CodeType)]


def _own(code: CodeType) -> tuple:
    """What a code does itself, without what the functions in it do."""
    constants = [None if isinstance(each, CodeType) else repr(each) for each in code.co_consts]
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, constants


if __name__ == "__main__":
    main()
