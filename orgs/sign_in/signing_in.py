"""Who is signed in: one session a person, the account read with its person, and the second factor asked where due."""

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar, cast

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import urlencode
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from ledger import tally
from orgs.people.models import Account, Post, PostRole, UnitLevel
from orgs.people.seats import not_over, seats_of
from orgs.sign_in.authenticator import Authenticator
from web import clock
from web.words import zh

# Left in the session for the sign-in page to tell why one has to sign in again.
_View = TypeVar("_View", bound=Callable[..., HttpResponse])

ENDED = "ended"
ELSEWHERE = zh("你的账号已在另一处登录，这里已自动退出；如不是你本人操作，请登录后立即修改密码。")


# Under which passwords that were tried for a name from an address are counted.
TRIED = "sign-in"


class AccountBackend(ModelBackend):
    """Django's own backend, reading the person with the account: every page shows the name."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> Account | None:
        """The account, or ``None``; a sixth try is not looked at, however many come in the same instant.

        django-axes, which locks and tells, reads its count before the password is tried and writes it afterwards.
        """
        if request is None or username is None:
            return super().authenticate(request, username, password, **more)
        name, address = attempted_name(request, {"username": username}), get_client_ip_address(request)
        limit, period = settings.AXES_FAILURE_LIMIT, settings.AXES_COOLOFF_TIME
        if tally.count(tally.key_of(TRIED, name, address), limit, period, clock.now()).exceeds:
            cast(Any, request).axes_locked_out = True  # read by its middleware
            raise PermissionDenied
        account = super().authenticate(request, username, password, **more)
        if account is not None:
            tally.forget(TRIED, name, address)
        return account

    def get_user(self, user_id: Any) -> Account | None:
        """The account of a session, or ``None``."""
        account = Account.objects.select_related("person").filter(pk=user_id).first()
        return account if account is not None and self.user_can_authenticate(account) else None


@receiver(user_logged_in, dispatch_uid="orgs.one_session")
def _signed_in(sender: Any, request: HttpRequest, user: Account, **kwargs: Any) -> None:
    if not request.session.session_key:
        request.session.create()
    hold(user, request.session.session_key)


def digest_of(session_key: str | None) -> str:
    """What the table keeps of a session's key: 160 random bits need no slow hash. Empty for none."""
    return hashlib.sha256(session_key.encode()).hexdigest() if session_key else ""


def hold(account: Account, session_key: str | None) -> None:
    """Make this the one session of the account's person; any other, under whatever account, ends at its next request."""
    if account.person_id:
        others = Account.objects.filter(person_id=account.person_id).exclude(pk=account.pk)
        others.exclude(session_digest="").update(session_digest="")
    account.session_digest = digest_of(session_key)
    Account.objects.filter(pk=account.pk).update(session_digest=account.session_digest)


class OneSession:
    """End a session that is no longer the one its account holds, and let nothing of one that is be kept.

    Costs no statement: the account is read anyway.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            account = request.user
            held = digest_of(request.session.session_key)
            if account.is_authenticated and account.session_digest != held:
                logout(request)
                request.session[ENDED] = ELSEWHERE
        response = self.get_response(request)
        # Every page names who is signed in, public ones and refusals too: none is kept on the way or on the machine.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def attempted_name(request: HttpRequest, credentials: dict | None = None) -> str:
    """Under which name a sign-in is counted by django-axes, which keeps it in a table.

    The name of an account as it is; whatever else was typed (a pupil's number in the wrong field) only as a digest.
    """
    name = str((credentials or {}).get("username") or request.POST.get("username") or "")
    if not name or ("\x00" not in name and Account.objects.filter(username=name).exists()):
        return name
    return f"?{salted_hmac('orgs.attempted_name', name).hexdigest()[:24]}"


# ---------------------------------------------------------------- second factor


# In the session of one who has shown the password and not yet the rest: whose, and of which password.
PENDING = "signing_in"
# The account whose one-time code was typed in this session.
CODE_TYPED = "code_typed"
PENDING_SECONDS = 600


def asked_at_sign_in(account: Account, day: date) -> bool:
    """Whether a second factor is asked for at signing in: also of who has one, and of whose post waits or is to come."""
    if not settings.SECOND_FACTOR:
        return False
    higher = Q(role=PostRole.HEAD) | ~Q(unit__level=UnitLevel.SCHOOL)
    return (
        needs_second_factor(account, day)
        or Authenticator.objects.filter(user=account, confirmed=True).exists()
        or Post.objects.filter(not_over(day), higher, account=account).exists()
    )


def more_is_due(account: Account, day: date) -> bool:
    """Whether the password alone opens nothing."""
    return settings.SECOND_FACTOR and (account.code_due or asked_at_sign_in(account, day))


def begin(request: HttpRequest, account: Account) -> None:
    """The password was right: kept in this visitor's session and nowhere else. Of the account, its session and its
    authenticator nothing changes before the rest was shown."""
    request.session.cycle_key()
    until = int(clock.now().timestamp()) + PENDING_SECONDS
    request.session[PENDING] = {"account": account.pk, "of": account.get_session_auth_hash(), "until": until}


def pending(request: HttpRequest) -> Account | None:
    """Who has shown the password in this session, some minutes ago at most."""
    kept = request.session.get(PENDING)
    if not kept or kept["until"] < clock.now().timestamp():
        return None
    account = AccountBackend().get_user(kept["account"])
    if account is None or not constant_time_compare(account.get_session_auth_hash(), kept["of"]):
        return None
    return account


def code_is_due(request: HttpRequest, account: Account, bound: bool) -> bool:
    """Whether the one-time code comes before anything else: of an account that is new or was reset, and of one that
    has no authenticator yet."""
    if request.session.get(CODE_TYPED) == account.pk:
        return False
    return account.code_due or not bound


def before_second_factor(view: _View) -> _View:
    """Mark a view that may be used between the password and the second factor."""
    cast(Any, view).before_second_factor = True
    return view


def before_own_password(view: _View) -> _View:
    """Mark a view that may be used with a password that another has set."""
    cast(Any, view).before_own_password = True
    return view


def needs_second_factor(account: Account, day: date) -> bool:
    """Heads, every account from county up, and whoever administers the program (security.md)."""
    if not settings.SECOND_FACTOR:
        return False
    return account.is_staff or any(
        seat.role == PostRole.HEAD or seat.unit.level != UnitLevel.SCHOOL for seat in seats_of(account, day)
    )


def second_factor_given(request: HttpRequest) -> bool:
    """Whether this session has shown its second factor.

    Nobody asks whether the device still exists: removing a device ends the session (below), which saves a statement
    at every page.
    """
    return DEVICE_ID_SESSION_KEY in request.session


@receiver(post_delete, sender=TOTPDevice, dispatch_uid="orgs.device_removed")
@receiver(post_delete, sender=Authenticator, dispatch_uid="orgs.authenticator_removed")
def _device_removed(sender: Any, instance: TOTPDevice, **kwargs: Any) -> None:
    Account.objects.filter(pk=instance.user_id).update(session_digest="")


class SecondFactor:
    """Lets nobody who needs a second factor past any page before it was given."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Send to the second factor's page instead of the one asked for."""
        if not settings.SECOND_FACTOR or not request.user.is_authenticated:
            return None
        open_to_all = not getattr(view, "login_required", True) or getattr(
            view, "before_second_factor", False
        )
        if open_to_all or second_factor_given(request):
            return None
        if not needs_second_factor(request.user, clock.local_date(clock.now())):
            return None
        asked = request.get_full_path() if request.method == "GET" else "/"
        return redirect(f"{reverse('second-factor')}?{urlencode({'next': asked})}")


class OwnPassword:
    """Whoever came in by a password that another has set chooses one before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Send to the password's page instead of the one asked for."""
        if not request.user.is_authenticated or not request.user.must_change:
            return None
        if not getattr(view, "login_required", True) or getattr(view, "before_own_password", False):
            return None
        return redirect("password")
