"""The two Chinese faces that all papers are set in: those of the wheel, or the same design from Debian's fonts-noto-cjk.

The wheel is pinned by hash and comes with the program. A machine that installs without it, because its index no longer has
it, prints with Debian's package and needs no other change.
"""

from importlib.util import find_spec
from pathlib import Path

WHEEL = "pylopdf_fonts_zh_cn"
PACKAGE = "fonts-noto-cjk"
DEBIAN = Path("/usr/share/fonts/opentype/noto")
# As the wheel and as Debian name them; the templates of papers name all four.
FAMILIES = ("Noto Sans SC", "Noto Serif SC", "Noto Sans CJK SC", "Noto Serif CJK SC")
# The simplified Chinese face of Debian's collection of five.
_SIMPLIFIED = 2


def folder() -> Path | None:
    """Where the faces lie; None where neither source is installed."""
    wheel = find_spec(WHEEL)
    if wheel is not None and wheel.origin:
        return Path(wheel.origin).parent
    return DEBIAN if (DEBIAN / "NotoSansCJK-Regular.ttc").exists() else None


def serif() -> tuple[Path, int]:
    """The file of the serif face and the number of the face in it. Raises FileNotFoundError."""
    found = folder()
    if found is None:
        raise FileNotFoundError(f"neither {WHEEL} nor {PACKAGE} is installed")
    return (
        (found / "NotoSerifCJK-Regular.ttc", _SIMPLIFIED)
        if found == DEBIAN
        else (found / "NotoSerifSC-Regular.otf", 0)
    )
