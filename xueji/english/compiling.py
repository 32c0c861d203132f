"""The English catalogue as the program loads it (``django.mo``), made from the one that is kept (``django.po``).

Not kept in the history: it is made where the program is installed, by bootstrap.py, by the image, and before tests.
"""

import io
import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PO = Path(__file__).resolve().parent.parent.parent / "locale" / "en" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")


def compiled(source: bytes) -> bytes:
    """What gettext loads, from what people read."""
    made = io.BytesIO()
    write_mo(made, read_po(io.BytesIO(source), locale="en"))
    return made.getvalue()


def is_current(po: Path = PO, mo: Path = MO) -> bool:
    """Whether the compiled file is there and not older than its source."""
    return mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns


def make(po: Path = PO, mo: Path = MO) -> None:
    """Write the compiled file, whole or not at all: several processes may do so at once."""
    content = compiled(po.read_bytes())
    number, aside = tempfile.mkstemp(dir=mo.parent, prefix=f".{mo.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        Path(aside).chmod(0o644)
        Path(aside).replace(mo)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


if __name__ == "__main__":
    make()
