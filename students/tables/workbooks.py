"""Reading an xlsx file in a process of its own, within limits of memory, time and size: one table kills nobody.

Every table that the product reads comes this way. What the file is refused for is one sentence; the process that read it
is gone in any case when :func:`read` returns.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGXCPU
from typing import IO, cast

from web.words import zh

_CHILD = Path(__file__).resolve().parent / "workbook_child.py"
# Sheets of our own template beside the one that is filled in.
OWN_SHEETS = ("选项", "填写说明")
MEMORY = 384 * 1024 * 1024
# No table of the product has as many columns; what stands beyond is no part of a list.
COLUMNS = 200
# Lines above the heads, empty ones between, a sum below.
_SPARE_LINES = 1000
_LONGEST_LINE = 16 * 1024 * 1024


class TableRefused(Exception):
    """The file is no table of this kind; ``sentence`` says what to do."""

    def __init__(self, sentence: str):
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True)
class Limits:
    """How much is read: filled lines, bytes that the parts unpack to, seconds of processor time and of waiting."""

    rows: int
    unpacked: int
    seconds: int
    patience: float


# A table of 20,000 rows with every item filled unpacks to some 60 MB.
JOB = Limits(20_000, 300 * 1024 * 1024, 60, 180)
"""For the worker."""
PAGE = Limits(200, 8 * 1024 * 1024, 2, 2.0)
"""For a page that somebody waits for: a class, no more."""

Cell = str | list[str]


@dataclass(frozen=True)
class Book:
    """What is known when all lines were read; see :mod:`students.tables.workbook_child`."""

    sheet: str
    others: list[str] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    merged: list[list[int]] = field(default_factory=list)
    blank: str = ""
    look: list[list] = field(default_factory=list)


def read(data: bytes, limits: Limits, take: Callable[[int, dict[int, Cell]], None]) -> Book:
    """Call ``take(line, cells by column from 0)`` for each line of the first visible sheet that holds anything.

    Raises :class:`TableRefused`; ``take`` may raise it too.
    """
    return _read(
        data,
        _asked(limits),
        limits,
        lambda said: take(said[0], dict(zip(said[1::2], said[2::2], strict=True))),
    )


def read_with_look(
    data: bytes, limits: Limits, take: Callable[[int, dict[int, Cell], dict[int, str]], None]
) -> Book:
    """The same, also with each cell's style, those of empty cells among them; ``Book.look`` says what the styles are."""

    def both(said: list) -> None:
        cells = dict(zip(said[1::3], said[2::3], strict=True))
        take(
            said[0],
            {at: value for at, value in cells.items() if value != ""},
            dict(zip(said[1::3], said[3::3], strict=True)),
        )

    return _read(data, _asked(limits) | {"look": True}, limits, both)


def _read(data: bytes, asked: dict, limits: Limits, take: Callable[[list], None]) -> Book:
    argv = [sys.executable, "-I", "-S", str(_CHILD), json.dumps(asked)]
    child = subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
    )
    # The child is begun with both pipes.
    to_child, from_child = cast("IO[bytes]", child.stdin), cast("IO[bytes]", child.stdout)
    feeder = threading.Thread(target=_feed, args=(to_child, data), daemon=True)
    timer = threading.Timer(limits.patience, child.kill)
    feeder.start()
    timer.start()
    end: dict = {}
    try:
        while raw := from_child.readline(_LONGEST_LINE):
            said = _said(raw)
            if isinstance(said, dict):
                end = said
            else:
                take(said)
    finally:
        late = not timer.is_alive()
        timer.cancel()
        child.kill()
        child.wait()
        feeder.join()
        from_child.close()
    if "sheet" in end:
        return Book(**end)
    raise TableRefused(
        _sentence(end.get("refused") or _ended(child.returncode, late), end.get("at", ""), limits)
    )


def _asked(limits: Limits) -> dict:
    return {
        "memory": MEMORY,
        "seconds": limits.seconds,
        "unpacked": limits.unpacked,
        "columns": COLUMNS,
        "rows": limits.rows,
        "lines": limits.rows + _SPARE_LINES,
        "cells": limits.rows * 128,
        "characters": limits.rows * 4_000,
        "own_sheets": OWN_SHEETS,
    }


def _feed(to_child: IO[bytes], data: bytes) -> None:
    with suppress(OSError):
        to_child.write(data)
    with suppress(OSError):
        to_child.close()


def _said(raw: bytes):
    try:
        return json.loads(raw)
    except ValueError:  # cut off: the process was ended while it wrote
        return {}


def _ended(returncode: int, late: bool) -> str:
    return "time" if late or returncode in (-SIGKILL, -SIGXCPU) else "memory"


def _sentence(code: str, at: object, limits: Limits) -> str:
    at = str(at)
    if code == "far":
        return zh(
            "{at} 单元格里有内容，离名单很远，不像名单的一部分：请清除这个单元格（或把名单复制到新下载的模板里）后再上传。",
            at=at,
        )
    if code == "rows":
        return zh("一个文件最多 {most_rows} 行，这个文件更多，请分成几个上传。", most_rows=limits.rows)
    if code == "long_cell":
        return zh("{at} 单元格的内容太长，不是名单里的项目，请改短后再上传。", at=at or zh("有一个"))
    return _SENTENCES.get(code, _SENTENCES["damaged"])


_SENTENCES = {
    "no_xlsx": zh("这不是 xlsx 文件：请用模板填写，另存为“Excel 工作簿（.xlsx）”后再上传。"),
    "old_xls": zh(
        "这是旧版的 xls 文件（改文件名不算转换）：请在表格程序中打开，另存为“Excel 工作簿（.xlsx）”后再上传。"
    ),
    "encrypted": zh("这份表格设有打开密码，读不了：请在表格程序中打开并取消密码，保存后再上传。"),
    "damaged": zh("xlsx 文件打不开，可能没有保存完整；请重新另存后再上传。"),
    "no_sheet": zh("工作簿里没有可见的工作表：请取消隐藏名单所在的工作表，保存后再上传。"),
    **dict.fromkeys(("unpacked", "cells", "memory"), zh("文件解开后过大，不像学生名单；请用模板重新填写。")),
    "time": zh("这份表格读了很久还没有读完，没有收下：请把名单复制到新下载的模板里，只留名单，再上传。"),
}
