"""Signing in and out, the second factor, the password."""

from base64 import b32encode

import django_otp
import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ledger import audit
from ledger.redirects import see_other
from ledger.words import zh
from orgs import sign_in as signing
from orgs.authenticator import Authenticator
from orgs.forms import ChangePasswordForm, SignInForm, TokenForm

INVALID = 422
LOCKED = zh("这个账号连续输错 5 次密码，已在本机锁定，请 15 分钟后再试；忘记密码请联系上级学籍管理员重置。")
TRIAL = zh("试用环境：人员和学生均为虚构，请勿录入真实信息。")
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
    login(request, form.get_user())
    audit.record("access", audit.actor_of(request.user), "account.sign_in", {"account": request.user.pk})
    return see_other(_after(request))


def _sign_in_page(request, form, error: str = "", status: int = 200) -> HttpResponse:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    context = {"form": form, "next": wanted, "error": error, "trial": TRIAL if settings.TRIAL else ""}
    return render(request, "orgs/account_sign_in.html", context, status=status)


def locked_out(request: HttpRequest, response: HttpResponse, credentials: dict | None) -> HttpResponse:
    """What django-axes answers to one who mistyped too often; the account name stays in its field."""
    form = SignInForm(request, initial={"username": str((credentials or {}).get("username", ""))[:150]})
    return _sign_in_page(request, form, error=LOCKED, status=429)


@signing.before_second_factor
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
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


@signing.before_second_factor
@never_cache
@sensitive_post_parameters()
@form_page
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password for oneself; every other session of the account ends."""
    form = ChangePasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            account = form.save()
            update_session_auth_hash(request, account)
            signing.hold(account, request.session.session_key)
            audit.record("access", audit.actor_of(account), "account.password", {"account": account.pk})
        messages.success(request, zh("密码已修改，下次请用新密码登录。"))
        return see_other("/worklist/")
    context = {"form": form, "must_change": "", "cancel_url": "/worklist/"}
    return render(request, "orgs/account_password.html", context, status=INVALID if form.errors else 200)


# ---------------------------------------------------------------- second factor


@signing.before_second_factor
@never_cache
@sensitive_post_parameters("otp_token")
@form_page
def second_factor(request: HttpRequest) -> HttpResponse:
    """Six digits from the authenticator; the first time the code to scan stands above them."""
    device = _device(request.user)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refused = _try_token(request, device, form.cleaned_data["otp_token"])
        if not refused:
            return see_other(_after(request))
        form.add_error(None, refused)
    # No way on is shown before the second factor was given; the menu still lets one sign out.
    context = {"form": form, "next": _after(request), "enrolment": _enrolment(device)}
    if not signing.second_factor_given(request):
        context["nav"] = []
    return render(request, "orgs/account_second_factor.html", context, status=INVALID if form.errors else 200)


def _device(account) -> Authenticator:
    """The account's authenticator, or one waiting to be confirmed; a confirmed one goes first."""
    device = Authenticator.objects.filter(user=account).order_by("-confirmed", "pk").first()
    return device or Authenticator.objects.create(user=account, name=zh("身份验证器"), confirmed=False)


def _try_token(request: HttpRequest, device: Authenticator, token: str) -> str:
    """Try the six digits; why they were not taken, or an empty string. The row is locked: a code counts once."""
    with transaction.atomic():
        device = Authenticator.objects.select_for_update().get(pk=device.pk)
        allowed, _ = device.verify_is_allowed()
        if not allowed:
            return zh("验证码连续输错，请稍等片刻再试。")
        if not device.verify_token(token):
            return zh(
                "动态验证码不对或已过期，请等身份验证器显示下一个验证码后重填，并检查手机时间是否准确。"
            )
        if not device.confirmed:
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            audit.record(
                "access", audit.actor_of(request.user), "account.second_factor", {"device": device.pk}
            )
        django_otp.login(request, device)
    # A new key for the session that is now worth more (and the account holds the new one).
    request.session.cycle_key()
    signing.hold(request.user, request.session.session_key)
    return ""


def _enrolment(device: Authenticator) -> dict | None:
    """The code to scan and the same as text, until the device is confirmed."""
    if device.confirmed:
        return None
    text = b32encode(device.bin_key).decode()
    return {
        "image": segno.make(device.config_url, error="m").svg_data_uri(scale=5, border=2, dark="#12263f"),
        "text": " ".join(text[at : at + 4] for at in range(0, len(text), 4)),
    }
