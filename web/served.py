"""How a file leaves the program: of its one type, kept nowhere on the way, unable to run or load anything.

Every address that answers with a file does it through here, so that tests/security/test_file_addresses.py finds them all
and asks each who may fetch from it: at the moment of fetching, not when the file was asked for.
"""

from django.http import HttpResponse

# Opened on its own, a picture can neither run nor load anything.
_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


def inert(data: bytes | str, media_type: str, name: str, *, saved: bool = False) -> HttpResponse:
    """The answer that carries a file; ``saved``: to be kept under its name, not opened in the browser."""
    answer = HttpResponse(data, content_type=media_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = _POLICY
    answer["Content-Disposition"] = f'{"attachment" if saved else "inline"}; filename="{name}"'
    return answer
