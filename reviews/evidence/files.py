"""Sealed files: AES-256-GCM under a key derived from the field keys, bound to the file's own random key (a UUID), which
is also its name on disk. A copied disk shows no child's papers.

Floor 3 cannot ask floor 4's sealing of fields; a file needs neither an index nor a second suite.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Cipher:
    """Seals and opens files; every key of the ring opens, the active one seals."""

    def __init__(self, active: int, keys: dict[int, bytes]):
        self._active = active
        self._keys = {number: AESGCM(_derived(key)) for number, key in keys.items()}

    def seal(self, data: bytes, name: str) -> bytes:
        """Key number (one byte), nonce (12), sealed data with its tag; bound to ``name``."""
        nonce = os.urandom(12)
        return bytes([self._active]) + nonce + self._keys[self._active].encrypt(nonce, data, name.encode())

    def open(self, sealed: bytes, name: str) -> bytes:
        """The data. Raises ValueError when the file was changed, cut, or belongs to another name."""
        try:
            return self._keys[sealed[0]].decrypt(sealed[1:13], sealed[13:], name.encode())
        except (InvalidTag, IndexError, KeyError) as error:
            raise ValueError("sealed file does not open") from error


def path_of(key: UUID | str) -> Path:
    """Where the sealed file of a key stands."""
    text = str(key)
    return Path(settings.EVIDENCE_ROOT) / text[:2] / text[2:4] / f"{text}.sealed"


def store(key: UUID | str, data: bytes) -> None:
    """Write the sealed file, whole or not at all."""
    path = path_of(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(cipher().seal(data, str(key)))
    part.replace(path)


@contextmanager
def stored(key: UUID | str, data: bytes) -> Iterator[None]:
    """The sealed file stands before its row is written (no I/O under a lock); it goes again when the block fails."""
    store(key, data)
    try:
        yield
    except BaseException:
        path_of(key).unlink(missing_ok=True)
        raise


def read(key: UUID | str, sha256: str) -> bytes:
    """What the sealed file of a key holds. Raises ValueError when it is missing or does not fit its digest."""
    try:
        data = cipher().open(path_of(key).read_bytes(), str(key))
    except OSError as error:
        raise ValueError("sealed file is missing") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError("sealed file does not fit its digest")
    return data


def cipher() -> Cipher:
    """The cipher of the present settings."""
    keys = settings.FIELD_KEYS
    return _cipher(keys if isinstance(keys, str) else json.dumps(keys))


@lru_cache(maxsize=4)
def _cipher(field_keys: str) -> Cipher:
    ring = json.loads(field_keys)
    keys = {int(number): base64.b64decode(key) for number, key in ring["keys"].items()}
    return Cipher(int(ring["active"]), keys)


def _derived(key: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"xueji evidence files").derive(key)
