"""Tokens for programs that call the API: kept as a digest, good for a while, gone with the password.

Why not a library: docs/adr/0010-api-tokens.md.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare

from orgs.people.models import Account
from web.words import zh

PREFIX = "xj_"
_BYTES = 32
LONGEST_DAYS = 90
MOST = 10


class Full(Exception):
    """The account has as many tokens as one may have."""

    sentence = zh("最多保留 {most} 个令牌，请先删除不用的。", most=MOST)


class ApiToken(models.Model):
    """One token of an account. The token itself is told once and stored nowhere.

    ``credential`` is a digest over the account's password hash: a new password ends every token. ``second_factor``
    tells whether the session that made it had given one; without it the token does not serve an account that needs it.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("账号"), on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField(zh("用途"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    credential = models.CharField(max_length=64, editable=False)
    second_factor = models.BooleanField(zh("已核验动态验证码"), default=False, editable=False)
    created_at = models.DateTimeField(zh("建立时间"), db_default=Now())
    expires_at = models.DateTimeField(zh("失效时间"))

    class Meta:
        verbose_name = verbose_name_plural = zh("接口令牌")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


@transaction.atomic
def issue(account: Account, name: str, now: datetime, days: int, second_factor: bool) -> tuple[ApiToken, str]:
    """A new token of ``account``, good for ``days``: its row, and the token in clear to be told once. Raises
    :class:`Full`; whoever asks at once waits until the other's token is counted."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=account.pk)
    if account.api_tokens.filter(expires_at__gt=now).count() >= MOST:
        raise Full
    text = PREFIX + secrets.token_hex(_BYTES)
    row = ApiToken.objects.create(
        account=account,
        name=name,
        digest=_digest(text),
        credential=account.get_session_auth_hash(),
        second_factor=second_factor,
        expires_at=now + timedelta(days=days),
    )
    return row, text


def found(text: str, now: datetime) -> ApiToken | None:
    """The token that is good now, with its account and person in one query; ``None`` says nothing more."""
    if not (text.startswith(PREFIX) and len(text) == len(PREFIX) + 2 * _BYTES and text.isascii()):
        return None
    rows = ApiToken.objects.select_related("account__person")
    row = rows.filter(digest=_digest(text), expires_at__gt=now, account__is_active=True).first()
    if row is None or not constant_time_compare(row.credential, row.account.get_session_auth_hash()):
        return None
    return row


def _digest(text: str) -> str:
    """256 random bits need no slow hash: there is nothing to guess."""
    return hashlib.sha256(text.encode()).hexdigest()
