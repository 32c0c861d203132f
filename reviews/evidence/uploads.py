"""Receiving a photograph over HTTP: reading stops at the limit, and every trouble has its sentence (R0.6).

What the picture itself must be is judged by :mod:`reviews.evidence.proofs`; here is only what arrives on the wire.
"""

from typing import Any

from django.core.exceptions import SuspiciousOperation, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler, MemoryFileUploadHandler, StopUpload
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from reviews.evidence.pictures import LARGEST
from reviews.evidence.proofs import CLAUSE
from web.refusals import Refusal
from web.words import zh

# Boundaries, names, the token: what a form carries beside its pictures.
FORM_OVERHEAD = 64 * 1024
# A telephone's photograph just over the limit is read to its end and thrown away, so that the browser hears the
# sentence; beyond this the connection is cut.
READ_AND_DROPPED = 16 * 1024 * 1024

TOO_LARGE = Refusal("proof_large", zh("照片超过 2 MB，没有收下；请缩小或重新拍摄后再传。"), CLAUSE)
TOO_MANY = Refusal("proof_count", zh("一次最多上传 6 张照片，请分次上传。"), CLAUSE)
BROKEN = Refusal("upload_broken", zh("照片没有传完整，请检查网络后重新上传。"), CLAUSE)


class WithinLimit(FileUploadHandler):
    """Stops the parser as soon as a file is larger than the limit; keeps nothing of it."""

    def __init__(self, request: HttpRequest, largest: int = LARGEST):
        super().__init__(request)
        self.largest = largest
        self.seen = 0
        self.exceeded = False
        self._cut = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803 - as Django names it
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Note how much is announced: what is far too much is not read to its end."""
        self._cut = content_length > READ_AND_DROPPED

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Count each file for itself."""
        super().new_file(*args, **kwargs)
        self.seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the chunk on to the handler that keeps it, unless the file has grown too large."""
        self.seen += len(raw_data)
        if self.seen > self.largest:
            self.exceeded = True
            raise StopUpload(connection_reset=self._cut)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The keeping handler makes the file."""
        return


def receive(
    request: HttpRequest, largest: int = LARGEST, too_large: Refusal = TOO_LARGE, broken: Refusal = BROKEN
) -> tuple[Refusal, int] | None:
    """Parse the request's form within the limit (in bytes); the refusal and its status when it cannot be taken, else
    ``None``.

    Must be the first to touch the body, before the check of the token that stands in it.
    """
    limit = WithinLimit(request, largest)
    request.upload_handlers = [limit, MemoryFileUploadHandler(request)]
    try:
        request.FILES  # noqa: B018 - reading it parses the body
    except TooManyFilesSent:
        return TOO_MANY, 413
    except (MultiPartParserError, UnreadablePostError, SuspiciousOperation):
        return broken, 400
    return (too_large, 413) if limit.exceeded else None
