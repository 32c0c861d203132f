"""Personal numbers at rest: encrypted, bound to their place, findable only through a keyed index.

A sealed value is: 1 byte format and suite · 1 byte key id · 12 bytes nonce · ciphertext with its 16-byte tag.
The two header bytes and "table.column:row" are authenticated with it, so a value copied to another row or
column, or a header turned to another suite, does not open.  Suites: AES-256-GCM (default) and SM4-GCM; every
suite and every key named in FIELD_KEYS can be read, only the active ones write.

Keys come from settings (FIELD_KEYS, CRYPTO_SUITE), never from the database.  Nonces are random: one key is
good for some 2**32 values, far beyond one province; rotate with a new key id and `reseal`.
"""

import base64
import binascii
import hmac
import json
import os
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from web.text import plain_characters

AES_256_GCM = "aes-256-gcm"
SM4_GCM = "sm4-gcm"

INDEX_BYTES = 16
_SUITE_BYTES = {AES_256_GCM: 0x11, SM4_GCM: 0x12}  # high half: format 1, low half: suite
_NONCE = 12
_TAG = 16
_HEADER = 2


class KeyringError(ValueError):
    """FIELD_KEYS or CRYPTO_SUITE cannot be used; the text says which part."""


class SealBroken(Exception):
    """A sealed value does not open at this place: changed, moved, cut, or its key is not in FIELD_KEYS."""

    sentence = "这一项的加密内容校验不通过，可能被改动过或不属于这条记录，请报技术部门核查，不要重新录入。"

    def __init__(self, place: str, why: str):
        super().__init__(f"{place}: {why}")


class Sm4Gcm:
    """SM4-GCM with the interface of `AESGCM` (the library offers SM4 only as a cipher and a mode)."""

    def __init__(self, key: bytes):
        self._cipher = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        encryptor = Cipher(self._cipher, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        decryptor = Cipher(self._cipher, modes.GCM(nonce, data[-_TAG:])).decryptor()
        decryptor.authenticate_additional_data(associated_data)
        return decryptor.update(data[:-_TAG]) + decryptor.finalize()


@dataclass(frozen=True)
class Keyring:
    """The keys in use.  `keys`: key id 1–255 → 32 bytes; `index`: the blind index's own 32-byte key."""

    active: int
    keys: dict[int, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    suite: str = AES_256_GCM
    _ciphers: dict = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        _refuse_bad_keys(self)
        # One cipher object per header: building one costs more than sealing with it.
        ciphers = {
            bytes([suite_byte, key_id]): _cipher(suite, key)
            for key_id, key in self.keys.items()
            for suite, suite_byte in _SUITE_BYTES.items()
        }
        object.__setattr__(self, "_ciphers", ciphers)

    @classmethod
    def parse(cls, field_keys: str | dict, suite: str = AES_256_GCM) -> "Keyring":
        """Read `{"active":"1","keys":{"1":"<base64>"},"index":"<base64>"}`, or raise `KeyringError`."""
        try:
            found = json.loads(field_keys) if isinstance(field_keys, str) else field_keys
            keys = {int(key_id): _decoded(key) for key_id, key in found["keys"].items()}
            return cls(int(found["active"]), keys, _decoded(found["index"]), suite.lower())
        except KeyringError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError):
            # The original error may quote the keys, so it is not chained.
            raise KeyringError(
                'FIELD_KEYS 应为 {"active":"1","keys":{"1":"<base64，32字节>"},"index":"<base64，32字节>"} 形式的 JSON。'
            ) from None

    @property
    def header(self) -> bytes:
        """The first two bytes of everything this ring writes; other rows are due for `reseal`."""
        return bytes([_SUITE_BYTES[self.suite], self.active])

    def column(self, table: str, column: str) -> "Sealer":
        return Sealer(self, table, column)

    def blind_index(self, text: str, domain: str = "number") -> bytes:
        """16 bytes that are equal for equal texts and tell nothing without the key.

        The text is normalised first (full-width, spaces, case), so a search finds what was stored.  `domain`
        keeps kinds of values apart: the index of a phone never equals that of a number.  Changing the index
        key means rebuilding every index column.
        """
        canonical = f"{domain}\x00{plain_characters(text).upper()}".encode("utf-8", "surrogatepass")
        return hmac.digest(self.index, canonical, sha256)[:INDEX_BYTES]


class Sealer:
    """Seals and opens one column; keep one for a bulk run."""

    def __init__(self, keyring: Keyring, table: str, column: str):
        if not (table.isidentifier() and column.isidentifier()):
            # A dot or colon inside a name would let two places share one binding.
            raise ValueError(f"not a plain table and column name: {table!r}, {column!r}")
        self.place = f"{table}.{column}"
        self._bound = f"{self.place}:".encode()
        self._header = keyring.header
        self._ciphers = keyring._ciphers
        self._cipher = self._ciphers[self._header]

    def seal(self, plain: str, row: object) -> bytes:
        """Encrypt for `row` (whatever names the row for good, as str).  Equal texts never look equal."""
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, plain.encode(), self._bind(self._header, row))
        return self._header + nonce + sealed

    def unseal(self, sealed: bytes | memoryview, row: object) -> str:
        """The text sealed for this row of this column, or `SealBroken`."""
        sealed = bytes(sealed)
        header, nonce, body = sealed[:_HEADER], sealed[_HEADER : _HEADER + _NONCE], sealed[_HEADER + _NONCE :]
        if len(body) < _TAG or header[0] not in _SUITE_BYTES.values():
            raise SealBroken(f"{self.place}:{row}", "not a sealed value")
        cipher = self._ciphers.get(header)
        if cipher is None:
            raise SealBroken(f"{self.place}:{row}", f"key {header[1]} is not in FIELD_KEYS")
        try:
            return cipher.decrypt(nonce, body, self._bind(header, row)).decode()
        except InvalidTag:
            raise SealBroken(f"{self.place}:{row}", "changed, or sealed for another place or key") from None

    def is_current(self, sealed: bytes | memoryview) -> bool:
        """Whether it was written with the active key and suite."""
        return bytes(sealed[:_HEADER]) == self._header

    def reseal(self, sealed: bytes | memoryview, row: object) -> bytes:
        """The same text under the active key and suite; a value that already is comes back unchanged."""
        if self.is_current(sealed):
            self.unseal(sealed, row)  # a rotation run must not pass over a broken value
            return bytes(sealed)
        return self.seal(self.unseal(sealed, row), row)

    def _bind(self, header: bytes, row: object) -> bytes:
        return header + self._bound + str(row).encode()


def keyring() -> Keyring:
    """The ring of the settings (read each time, built once per value)."""
    from django.conf import settings

    keys = settings.FIELD_KEYS
    text = keys if isinstance(keys, str) else json.dumps(keys, sort_keys=True)
    return _keyring(text, getattr(settings, "CRYPTO_SUITE", AES_256_GCM))


def sealer(table: str, column: str) -> Sealer:
    """A `Sealer` with the keys of the settings."""
    return keyring().column(table, column)


def seal(plain: str, table: str, column: str, row: object) -> bytes:
    """Encrypt one value for its place.  For many, take a `sealer` once."""
    return sealer(table, column).seal(plain, row)


def unseal(sealed: bytes | memoryview, table: str, column: str, row: object) -> str:
    """Open one value at its place, or raise `SealBroken`."""
    return sealer(table, column).unseal(sealed, row)


def reseal(sealed: bytes | memoryview, table: str, column: str, row: object) -> bytes:
    """Bring one value under the active key and suite (key rotation)."""
    return sealer(table, column).reseal(sealed, row)


def blind_index(text: str, domain: str = "number") -> bytes:
    """The 16-byte equality index of a text; see `Keyring.blind_index`."""
    return keyring().blind_index(text, domain)


@lru_cache(maxsize=8)
def _keyring(field_keys: str, suite: str) -> Keyring:
    return Keyring.parse(field_keys, suite)


def _decoded(key: str) -> bytes:
    try:
        return base64.b64decode(key, validate=True)
    except binascii.Error:
        raise KeyringError("FIELD_KEYS 中的密钥应为 base64 文本。") from None


def _cipher(suite: str, key: bytes) -> AESGCM | Sm4Gcm:
    """The suite's own key is derived from the ring's, so no key ever serves two algorithms."""
    length = {AES_256_GCM: 32, SM4_GCM: 16}[suite]
    own = HKDF(SHA256(), length, salt=None, info=f"xueji field {suite}".encode()).derive(key)
    ciphers: dict[str, type[AESGCM] | type[Sm4Gcm]] = {AES_256_GCM: AESGCM, SM4_GCM: Sm4Gcm}
    return ciphers[suite](own)


def _refuse_bad_keys(ring: Keyring) -> None:
    if ring.suite not in _SUITE_BYTES:
        raise KeyringError(f"CRYPTO_SUITE 应为 {AES_256_GCM} 或 {SM4_GCM}。")
    if ring.active not in ring.keys:
        raise KeyringError("FIELD_KEYS 的 active 应是 keys 中的一个编号。")
    if any(not 1 <= key_id <= 255 for key_id in ring.keys):
        raise KeyringError("FIELD_KEYS 的密钥编号应为1至255。")
    if any(len(key) != 32 for key in (*ring.keys.values(), ring.index)):
        raise KeyringError("FIELD_KEYS 的每个密钥都应为32字节（base64）。")
    if len({ring.index, *ring.keys.values()}) != len(ring.keys) + 1:
        raise KeyringError("FIELD_KEYS 的每个密钥（包括 index）应各不相同。")
    if ring.suite == SM4_GCM:
        try:
            Sm4Gcm(bytes(16)).encrypt(bytes(_NONCE), b"", b"")
        except UnsupportedAlgorithm:
            raise KeyringError("本机的加密库不支持 SM4-GCM，请改用 aes-256-gcm 或更换加密库。") from None
