"""Secrets: from the environment in production, made once and kept in ``var/secrets.json`` in a trial."""

import base64
import binascii
import hmac
import json
import os
import secrets
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

NAMES = ("SECRET_KEY", "FIELD_KEYS", "AUDIT_SIGNING_KEY")
SHORTEST_SECRET = 50
KEY_BYTES = 32
# Words that stand in examples and compose files all over the world.
SAMPLES = ("django-insecure", "changeme", "change-me", "replace-me", "example", "secret-key", "password")


def load(var: Path, trial: bool) -> dict[str, str]:
    """The three secrets. Raises ImproperlyConfigured with one sentence when one is missing or too weak."""
    values = {name: os.environ.get(name, "") for name in NAMES}
    if trial:
        kept = _kept(var)
        values = {name: value or kept[name] for name, value in values.items()}
    _check_secret_key(values["SECRET_KEY"])
    _check_field_keys(values["FIELD_KEYS"])
    _check_key("AUDIT_SIGNING_KEY", values["AUDIT_SIGNING_KEY"])
    return values


def make() -> dict[str, str]:
    """Three new random secrets."""
    keys = {"active": "1", "keys": {"1": _random_key()}, "index": _random_key()}
    return {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "FIELD_KEYS": json.dumps(keys),
        "AUDIT_SIGNING_KEY": _random_key(),
    }


def second_factor_key(field_keys: str) -> bytes:
    """The outer half of every authenticator's secret: 32 bytes from the index key, the one key that is never rotated."""
    index = base64.b64decode(json.loads(field_keys)["index"])
    return hmac.digest(index, b"xueji second factor", "sha256")


def _kept(var: Path) -> dict[str, str]:
    path = var / "secrets.json"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        fresh = var / f"secrets.{os.getpid()}.{secrets.token_hex(4)}"
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(make(), file, indent=1)
        try:
            # A link fails where another process was first; its secrets then count, whole and at once.
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    try:
        kept = json.loads(path.read_text())
        return {name: kept[name] for name in NAMES}
    except (ValueError, KeyError, TypeError):
        raise ImproperlyConfigured(
            f"试用密钥文件 {path} 已损坏，请恢复它，或运行 make reset 重新开始。"
            "（The trial's secrets are damaged; restore the file or run make reset.）"
        ) from None
    except OSError as error:
        raise ImproperlyConfigured(
            f"无法读取试用密钥文件 {path}：{error.strerror}。（The trial's secrets cannot be read.）"
        ) from None


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _check_secret_key(value: str) -> None:
    weak = len(value) < SHORTEST_SECRET or len(set(value)) < 10
    if weak or any(sample in value.lower() for sample in SAMPLES):
        raise ImproperlyConfigured(
            f"SECRET_KEY 缺失、过短或是示例值，请设置至少 {SHORTEST_SECRET} 个字符的随机串。"
            f"（Set SECRET_KEY to at least {SHORTEST_SECRET} random characters.）"
        )


def _check_field_keys(value: str) -> None:
    try:
        keys = json.loads(value)
        for key in [*keys["keys"].values(), keys["index"]]:
            _check_key("FIELD_KEYS", key)
        known = keys["active"] in keys["keys"]
    except (ValueError, KeyError, TypeError, AttributeError):
        known = False
    if not known:
        raise ImproperlyConfigured(
            "FIELD_KEYS 缺失或格式不对，应为 "
            '{"active":"1","keys":{"1":"<32 字节的 base64>"},"index":"<32 字节的 base64>"}。'
            "（FIELD_KEYS is missing or malformed.）"
        )


def _check_key(name: str, value: str) -> None:
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raw = b""
    if len(raw) != KEY_BYTES or len(set(raw)) < 8:
        raise ImproperlyConfigured(
            f"{name} 中的密钥须是 {KEY_BYTES} 个随机字节的 base64，请用 openssl rand -base64 {KEY_BYTES} 生成。"
            f"（A key in {name} must be {KEY_BYTES} random bytes in base64.）"
        )


def main() -> None:
    """``python -m xueji.keys``: new secrets as lines of an environment file, for deploy/.env."""
    for name, value in make().items():
        sys.stdout.write(f"{name}='{value}'\n")
    for name in ("OWNER_DB_PASSWORD", "APP_DB_PASSWORD", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"):
        sys.stdout.write(f"{name}='{secrets.token_hex(24)}'\n")


if __name__ == "__main__":
    main()
