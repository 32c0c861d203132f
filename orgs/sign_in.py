"""Who is signed in: one session a person, the account read with its person, and the second factor asked where due."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from ledger import clock
from ledger.words import zh
from orgs.authenticator import Authenticator
from orgs.models import Account, PostRole, UnitLevel
from orgs.seats import seats_of

# Left in the session for the sign-in page to tell why one has to sign in again.
ENDED = "ended"
ELSEWHERE = zh("你的账号已在另一处登录，这里已自动退出；如不是你本人操作，请登录后立即修改密码。")


class AccountBackend(ModelBackend):
    """Django's own backend, reading the person with the account: every page shows the name."""

    def get_user(self, user_id):
        """The account of a session, or ``None``."""
        account = Account.objects.select_related("person").filter(pk=user_id).first()
        return account if account is not None and self.user_can_authenticate(account) else None


@receiver(user_logged_in, dispatch_uid="orgs.one_session")
def _signed_in(sender, request, user, **kwargs):
    if not request.session.session_key:
        request.session.create()
    hold(user, request.session.session_key)


def hold(account: Account, session_key: str) -> None:
    """Make this the one session of the account's person; any other, under whatever account, ends at its next request."""
    if account.person_id:
        others = Account.objects.filter(person_id=account.person_id).exclude(pk=account.pk)
        others.exclude(session_key="").update(session_key="")
    Account.objects.filter(pk=account.pk).update(session_key=session_key)
    account.session_key = session_key


class OneSession:
    """End a session that is no longer the one its account holds. Costs no statement: the account is read anyway."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            account = request.user
            if account.is_authenticated and account.session_key != request.session.session_key:
                logout(request)
                request.session[ENDED] = ELSEWHERE
        return self.get_response(request)


def attempted_name(request: HttpRequest, credentials: dict | None = None) -> str:
    """Under which name a sign-in is counted by django-axes, which keeps it in a table.

    The name of an account as it is; whatever else was typed (a pupil's number in the wrong field) only as a digest.
    """
    name = str((credentials or {}).get("username") or request.POST.get("username") or "")
    if not name or ("\x00" not in name and Account.objects.filter(username=name).exists()):
        return name
    return f"?{salted_hmac('orgs.attempted_name', name).hexdigest()[:24]}"


# ---------------------------------------------------------------- second factor


def before_second_factor(view):
    """Mark a view that may be used between the password and the second factor."""
    view.before_second_factor = True
    return view


def needs_second_factor(account: Account, day) -> bool:
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
def _device_removed(sender, instance, **kwargs):
    Account.objects.filter(pk=instance.user_id).update(session_key="")


class SecondFactor:
    """Lets nobody who needs a second factor past any page before it was given."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
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
