"""One-time codes: given out on paper by the unit above, so that a password alone opens nothing (ADR 32).

Asked where ``SECOND_FACTOR`` is on: of an account that is new or whose password or second factor another has reset, and
before an authenticator is bound for the first time. Ten characters, kept as a digest, good for seven days and one use.
"""

import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length

from ledger import audit
from orgs.people.models import Account, Delegation, Post, PostRole, UnitLevel
from orgs.people.seats import not_over, seats_of
from orgs.sign_in.authenticator import Authenticator
from orgs.sign_in.models import OneTimeCode
from web import clock
from web.refusals import refuse
from web.words import zh

CHAIN = "orgs"
# Neither 0 and O nor 1, I and L: it is read from paper.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 10
DAYS = 7
_DECIDE = (PostRole.REGISTRAR, PostRole.HEAD)


def _digest(account_id: int, text: str) -> str:
    """Under the key that stands outside the database: fifty bits alone could be tried out."""
    return hmac.digest(settings.SECOND_FACTOR_KEY, f"code:{account_id}:{text}".encode(), sha256).hex()


def give(account: Account, by: Account | None, now: datetime) -> tuple[str, OneTimeCode]:
    """A new code, to be told once; any before it is void. ``by``: nobody for a command on the server."""
    text = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    said: dict[str, Any] = {"digest": _digest(account.pk, text), "given_by": by, "used_at": None}
    said |= {"given_at": now, "expires_at": now + timedelta(days=DAYS)}
    with transaction.atomic():
        row, _ = OneTimeCode.objects.update_or_create(account=account, defaults=said)
        actor = audit.actor_of(by) if by else "system"
        audit.record(CHAIN, actor, "account.code_given", {}, subject=f"account:{account.pk}")
    return f"{text[:5]}-{text[5:]}", row


def use(account: Account, typed: str, now: datetime) -> bool:
    """Whether it is the code that was given and not used; then it is used up and the account is the person's."""
    text = "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c.isalnum())
    with transaction.atomic():
        row = OneTimeCode.objects.select_for_update().filter(account=account).first()
        good = row if row is not None and row.used_at is None and row.expires_at > now else None
        if not hmac.compare_digest(good.digest if good else "", _digest(account.pk, text)) or good is None:
            return False
        good.used_at = now
        good.save(update_fields=["used_at"])
        Account.objects.filter(pk=account.pk).update(code_due=False)
        # What somebody began to bind before is forgotten.
        Authenticator.objects.filter(user=account, confirmed=False).delete()
        audit.record(
            "access", audit.actor_of(account), "account.code_used", {}, subject=f"account:{account.pk}"
        )
    account.code_due = False
    return True


def lacking(by: Account, now: datetime) -> QuerySet[Post]:
    """Posts directly below the account's own units whose holders cannot sign in without a code: theirs to give out."""
    day = clock.local_date(now)
    offices = {seat.unit.pk for seat in seats_of(by, day) if seat.role in _DECIDE}
    # Above the ministry stands nobody: there the colleague gives it out.
    below = Q(unit__authority__in=offices) | Q(unit__in=offices, unit__authority=None)
    bound = Authenticator.objects.filter(user=OuterRef("account"), confirmed=True)
    lent = Delegation.objects.filter(not_over(day), account=OuterRef("account"))
    lent = lent.filter(Q(post__role=PostRole.HEAD) | ~Q(post__unit__level=UnitLevel.SCHOOL))
    needs = Q(role=PostRole.HEAD) | ~Q(unit__level=UnitLevel.SCHOOL) | Exists(lent)
    rows = Post.objects.filter(not_over(day), below, account__is_active=True).exclude(person=by.person_id)
    rows = rows.filter(Q(account__code_due=True) | needs & ~Exists(bound))
    # Who holds posts at several units gets it from above the highest.
    higher = Post.objects.filter(not_over(day), account=OuterRef("account")).annotate(
        deep=Length("unit__path")
    )
    rows = rows.annotate(deep=Length("unit__path"))
    rows = rows.exclude(Exists(higher.filter(deep__lt=OuterRef("deep"))))
    return rows.select_related("account__person", "unit").order_by("unit__path", "role", "pk")


def give_out(account_id: int, by: Account, now: datetime) -> tuple[Post, str, OneTimeCode]:
    """A code for an account below, on paper. Raises Refused."""
    post = lacking(by, now).filter(account=account_id).first()
    if post is None:
        refuse(
            "not_given",
            zh(
                "一次性码由上级单位的学籍管理员、负责人发给新设、重设密码或尚未绑定第二验证的账号，这个账号不由你发放或不需要。"
            ),
        )
    return post, *give(post.account, by, now)
