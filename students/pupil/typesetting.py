"""typst in a process of its own, which ends after so many pages.

typst remembers every layout it has made, for a person who edits one document all day; a server that prints hundreds of
different sheets only grows by it, about 5 MB a page, and nothing gives the memory back (messense/typst-py#104). So the
remembering happens in a child process that is replaced before it is large. Run as a program this file is that child: it
reads one job a line and answers with one line, and ends with its parent.
"""

import atexit
import json
import select
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, cast

# A child holds 100–150 MB of fonts and learns the template with its first page; then it grows by 5 MB a page.
PAGES = 60
# The longest that one job (at most :data:`PAGES` pages) may take, in seconds.
PATIENCE = 120


class TypesettingFailed(Exception):
    """typst said no; ``diagnostic`` is what it said."""

    def __init__(self, diagnostic: str):
        self.diagnostic = diagnostic
        super().__init__(diagnostic[:300])


class Typesetter:
    """The child of this process, begun when first asked and again when it is used up; one job at a time."""

    def __init__(self, fonts: list[str]):
        self._fonts = fonts
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._pages = 0

    def compile(self, folder: Path, pages: int) -> bytes:
        """The PDF (PDF/A-2b) of ``main.typ`` in ``folder``. Raises :class:`TypesettingFailed`."""
        with self._lock:
            child = self._child
            if child is None or child.poll() is not None or self._pages + pages > PAGES:
                child = self._begin()
            self._pages += pages
            answer = self._asked(child, {"folder": str(folder)})
        if "wrong" in answer:
            raise TypesettingFailed(answer["wrong"])
        return (folder / "out.pdf").read_bytes()

    def end(self) -> None:
        """Let the child go."""
        child, self._child, self._pages = self._child, None, 0
        if child is not None:
            child.kill()
            child.wait()
            for pipe in _pipes(child):
                pipe.close()

    def _begin(self) -> "subprocess.Popen[str]":
        self.end()
        self._child = subprocess.Popen(
            [sys.executable, "-I", __file__, *self._fonts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        return self._child

    def _asked(self, child: "subprocess.Popen[str]", job: dict) -> dict:
        to_child, from_child = _pipes(child)
        try:
            to_child.write(json.dumps(job) + "\n")
            to_child.flush()
            ready, _, _ = select.select([from_child], [], [], PATIENCE)
            line = from_child.readline() if ready else ""
        except OSError:
            line = ""
        if not line:
            self.end()
            raise TypesettingFailed("the typesetting process ended or did not answer in time")
        return json.loads(line)


def _pipes(child: "subprocess.Popen[str]") -> tuple[IO[str], IO[str]]:
    """To the child and from it; it is begun with both."""
    return cast("IO[str]", child.stdin), cast("IO[str]", child.stdout)


def _serve(fonts: list[str]) -> None:
    import typst  # only the child needs it

    known = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=fonts)
    compiler = typst.Compiler(font_paths=known, ignore_system_fonts=True)
    for line in sys.stdin:
        folder = Path(json.loads(line)["folder"])
        answer = {}
        try:
            data = compiler.compile(
                input=str(folder / "main.typ"), root=str(folder), format="pdf", pdf_standards=["a-2b"]
            )
            # One file in memory: PDF has no pages of their own, and no output path was named.
            (folder / "out.pdf").write_bytes(cast("bytes", data))
        except typst.TypstError as error:
            answer["wrong"] = error.diagnostic or error.message
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


_of_process: dict[tuple[str, ...], Typesetter] = {}


def typesetter(fonts: list[str]) -> Typesetter:
    """The typesetter of this process for these folders of fonts."""
    key = tuple(fonts)
    if key not in _of_process:
        _of_process[key] = Typesetter(fonts)
        atexit.register(_of_process[key].end)
    return _of_process[key]


if __name__ == "__main__":
    _serve(sys.argv[1:])
