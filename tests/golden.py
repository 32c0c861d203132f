"""Reviewed facts in ``tests/golden/``: what a page may ask of the database, what the state graph is.

A golden file is changed by hand, after a look; ``GOLDEN=write`` writes what was measured, for the review.
"""

import json
import os
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image, ImageChops

FOLDER = Path(__file__).resolve().parent / "golden"


@contextmanager
def assert_queries(name: str, most: int | None = None):
    """The block makes exactly as many statements as the golden file says for ``name``, and at most ``most``."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        yield captured
    found = len([q for q in captured.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))])
    told = "\n".join(q["sql"][:200] for q in captured.captured_queries)
    if most is not None:
        assert found <= most, f"{name}: {found} statements, at most {most}\n{told}"
    same("query_counts.json", name, found, told)


def same(file: str, name: str, found, told: str = "") -> None:
    """``found`` equals what the golden ``file`` holds under ``name``."""
    path = FOLDER / file
    golden = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if os.environ.get("GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        golden[name] = found
        path.write_text(
            json.dumps(golden, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )
        return
    assert name in golden, (
        f"{name} is not in tests/golden/{file}; look at it, then run with GOLDEN=write\n{told}"
    )
    assert golden[name] == found, f"{name}: {found} instead of {golden[name]}\n{told}"


def looks(name: str, picture: Image.Image, share: float = 0.002) -> None:
    """Hold a drawn paper to its reviewed picture; ``GOLDEN=write`` keeps the new one, to be looked at."""
    path = FOLDER / f"{name}.png"
    if os.environ.get("GOLDEN") == "write":
        picture.quantize(16).save(path, optimize=True)
    reviewed = Image.open(path).convert("L")
    assert picture.size == reviewed.size
    differing = ImageChops.difference(picture, reviewed).point(lambda value: 255 if value > 60 else 0)
    found = sum(differing.histogram()[1:]) / (picture.width * picture.height)
    assert found < share, f"{name}: {found:.2%} of the paper looks different; GOLDEN=write, and look"
