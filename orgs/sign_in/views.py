"""Signing in and out, the second factor, the password."""

from base64 import b32encode
from collections.abc import Callable
from typing import Any, cast

import django_otp
import segno
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_login_failed
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ledger import audit
from orgs.people.models import Account, own_password
from orgs.people.requests import SignedInRequest
from orgs.sign_in import one_time_codes
from orgs.sign_in import signing_in as signing
from orgs.sign_in.authenticator import Authenticator
from orgs.sign_in.forms import ChangePasswordForm, OneTimeCodeForm, SignInForm, TokenForm
from web import clock
from web.clock import local_date
from web.redirects import see_other
from web.words import zh

INVALID = 422
LOCKED = zh("这个账号在本机连续输错 5 次，已在本机锁定，请 15 分钟后再试；忘记密码请联系系统管理员重设。")
TOO_LATE = zh("请重新填写账号和密码，再在 10 分钟内完成第二步验证。")
WRONG_CODE = zh(
    "一次性码不对、已经用过，或已过 7 天有效期：请核对后重填；仍不行的，请向上级单位重新领取一份。连续输错 5 次会锁定 15 分钟。"
)
WRONG_TOKEN = zh("动态验证码不对或已过期，请等身份验证器显示下一个验证码后重填，并检查手机时间是否准确。")
BACKEND = "orgs.sign_in.signing_in.AccountBackend"
TRIAL = zh("试用环境：人员和学生均为虚构，请勿录入真实信息。")
GIVEN = zh("现在的密码由他人设置，只能用这一次：请先改成只有你自己知道的密码，再继续办理。")
form_page = require_http_methods(["GET", "HEAD", "POST"])


def _after(request: HttpRequest) -> str:
    """Where to go next: an address of our own that was asked for, else the worklist."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    known = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if known and wanted.isprintable() else "/worklist/"


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@form_page
def sign_in(request: HttpRequest) -> HttpResponse:
    """Account and password, then the worklist (or the page that was asked for)."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(_after(request))
        return _sign_in_page(request, SignInForm(request), error=request.session.pop(signing.ENDED, ""))
    form = SignInForm(request, data=request.POST)
    if not form.is_valid():
        return _sign_in_page(request, form, status=INVALID)
    account = form.get_user()
    if signing.more_is_due(account, local_date(clock.now())):
        signing.begin(request, account)
        return see_other(f"{reverse('second-factor')}?{urlencode({'next': _after(request)})}")
    _enter(request, account)
    return see_other(_after(request))


def _enter(request: HttpRequest, account: Account) -> None:
    """The session is the account's from here on; or, where the database cannot, it is nobody's and names nobody."""
    try:
        with transaction.atomic():
            login(request, account, backend=BACKEND)
            for name in (signing.PENDING, signing.CODE_TYPED):
                request.session.pop(name, None)
            audit.record("access", audit.actor_of(account), "account.sign_in", {"account": account.pk})
    except DatabaseError:
        request.session, request.user = type(request.session)(), AnonymousUser()
        raise


def _sign_in_page(request: HttpRequest, form: SignInForm, error: str = "", status: int = 200) -> HttpResponse:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    context = {"form": form, "next": wanted, "error": error, "trial": TRIAL if settings.TRIAL else ""}
    return render(request, "orgs/account_sign_in.html", context, status=status)


def locked_out(request: HttpRequest, response: HttpResponse, credentials: dict | None) -> HttpResponse:
    """What django-axes answers to one who mistyped too often; the account name stays in its field."""
    form = SignInForm(request, initial={"username": str((credentials or {}).get("username", ""))[:150]})
    return _sign_in_page(request, form, error=LOCKED, status=429)


@signing.before_second_factor
@signing.before_own_password
@require_POST
def sign_out(request: SignedInRequest) -> HttpResponse:
    """End the session."""
    audit.record("access", audit.actor_of(request.user), "account.sign_out", {"account": request.user.pk})
    signing.hold(request.user, "")
    logout(request)
    messages.success(request, zh("已退出登录。"))
    return see_other("/accounts/sign-in/")


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Asked by the page of one who is still typing: keeps the session, shows nothing."""
    return HttpResponse(status=204)


@signing.before_own_password
@never_cache
@sensitive_post_parameters()
@form_page
def change_password(request: SignedInRequest) -> HttpResponse:
    """A new password for oneself; every other session of the account ends."""
    form = ChangePasswordForm(request.user, request.POST or None)
    given = request.user.must_change
    if request.method == "POST" and form.is_valid():
        with own_password(request.user):
            account = form.save(commit=False)
            account.must_change = False
            account.save(update_fields=["password", "must_change"])
            update_session_auth_hash(request, account)
            signing.hold(account, request.session.session_key)
            audit.record("access", audit.actor_of(account), "account.password", {"account": account.pk})
        messages.success(request, zh("密码已修改，下次请用新密码登录。"))
        return see_other("/worklist/")
    context: dict[str, Any] = {
        "form": form,
        "must_change": GIVEN if given else "",
        "cancel_url": "" if given else "/worklist/",
    }
    if given:
        context["nav"] = []
    return render(request, "orgs/account_password.html", context, status=INVALID if form.errors else 200)


# ---------------------------------------------------------------- second factor


@login_not_required
@signing.before_own_password
@never_cache
@sensitive_post_parameters("otp_token", "code")
@form_page
def second_factor(request: HttpRequest) -> HttpResponse:
    """After the password: the one-time code where one is due, then six digits from the authenticator; the first time
    the code to scan stands above them. Nothing of the account changes before."""
    account = request.user if request.user.is_authenticated else signing.pending(request)
    if account is None:
        if signing.PENDING in request.session:
            request.session[signing.ENDED] = TOO_LATE
        return redirect("sign-in")
    device = Authenticator.objects.filter(user=account, confirmed=True).first()
    needed = signing.asked_at_sign_in(account, local_date(clock.now()))
    if signing.code_is_due(request, account, bound=device is not None or not needed):
        return _code(request, account, needed)
    if not needed:
        return see_other(_after(request)) if request.user.is_authenticated else _done(request, account)
    return _token(request, account, device or _unbound(account))


def _code(request: HttpRequest, account: Account, needed: bool) -> HttpResponse:
    """Ask for the one-time code."""
    form = OneTimeCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["code"]
        if _tried(request, account, lambda: one_time_codes.use(account, typed, clock.now())):
            request.session[signing.CODE_TYPED] = account.pk
            again = f"{reverse('second-factor')}?{urlencode({'next': _after(request)})}"
            return see_other(again) if needed else _done(request, account)
        form.add_error(None, WRONG_CODE)
    return _second_page(request, {"form": form, "asks_code": True})


def _token(request: HttpRequest, account: Account, device: Authenticator) -> HttpResponse:
    """Ask for six digits."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["otp_token"]
        if _tried(request, account, lambda: _verified(account, device, typed)):
            return _done(request, account, device)
        form.add_error(None, WRONG_TOKEN)
    return _second_page(request, {"form": form, "enrolment": _enrolment(device)})


def _second_page(request: HttpRequest, context: dict) -> HttpResponse:
    # No way on is shown before the second factor was given.
    context |= {"next": _after(request), "nav": []}
    status = INVALID if context["form"].errors else 200
    return render(request, "orgs/account_second_factor.html", context, status=status)


def _unbound(account: Account) -> Authenticator:
    """The one that waits to be confirmed."""
    device = Authenticator.objects.filter(user=account).order_by("pk").first()
    return device or Authenticator.objects.create(user=account, name=zh("身份验证器"), confirmed=False)


def _tried(request: HttpRequest, account: Account, right: Callable[[], bool]) -> bool:
    """Whether ``right()``, counted like a password by account and address (django-axes): one try at a time, so that
    tries side by side are counted one by one."""
    said = {"username": account.username}
    with transaction.atomic():
        Account.objects.select_for_update(of=("self",)).only("pk").get(pk=account.pk)
        if AxesProxyHandler.is_allowed(request, said) and right():
            return True
        user_login_failed.send(sender=__name__, credentials=said, request=request)
    return False


def _verified(account: Account, device: Authenticator, typed: str) -> bool:
    """The row is locked: a code counts once. The first right one binds the authenticator."""
    device = Authenticator.objects.select_for_update().get(pk=device.pk)
    if not device.verify_token(typed):
        return False
    if not device.confirmed:
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        audit.record("access", audit.actor_of(account), "account.second_factor", {"device": device.pk})
    return True


def _done(request: HttpRequest, account: Account, device: Authenticator | None = None) -> HttpResponse:
    """In: a new session, or a new key for the one that is now worth more."""
    wanted = _after(request)
    if not request.user.is_authenticated:
        _enter(request, account)
    if device is not None:
        django_otp.login(request, device)
    request.session.cycle_key()
    signing.hold(cast(Account, request.user), request.session.session_key)  # signed in just now, or before
    return see_other(wanted)


def _enrolment(device: Authenticator) -> dict | None:
    """The code to scan and the same as text, until the device is confirmed."""
    if device.confirmed:
        return None
    text = b32encode(device.bin_key).decode()
    return {
        "image": segno.make(device.config_url, error="m").svg_data_uri(scale=5, border=2, dark="#12263f"),
        "text": " ".join(text[at : at + 4] for at in range(0, len(text), 4)),
    }
