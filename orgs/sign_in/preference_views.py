"""How an account wants to be told outside the program: by mail, by SMS, once a day each (R3.7)."""

import re
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ledger import audit
from orgs.people.models import Account
from orgs.people.requests import SignedInRequest
from web.redirects import see_other
from web.words import joined, zh

_MOBILE = r"^1[3-9][0-9]{9}$"


class PreferenceForm(forms.Form):
    """Address and number, and whether they are to be used."""

    email = forms.EmailField(
        label=zh("邮箱"),
        required=False,
        max_length=254,
        error_messages={"invalid": zh("请填写完整的邮箱地址，如 name@example.gov.cn。")},
    )
    email_notices = forms.BooleanField(label=zh("每天一封邮件，列出未读通知"), required=False)
    phone = forms.CharField(
        label=zh("手机或办公电话"), required=False, max_length=30, help_text=zh("同事在通讯录里看得到。")
    )
    sms_notices = forms.BooleanField(label=zh("每天一条短信，告知未读条数"), required=False)

    def clean(self) -> dict[str, Any]:
        """What is to be used has to be there."""
        found = cast(dict[str, Any], super().clean())
        if found.get("email_notices") and not found.get("email") and "email" not in self.errors:
            self.add_error("email", zh("要收邮件，请填写邮箱。"))
        phone = (found.get("phone") or "").strip()
        if found.get("sms_notices") and not re.fullmatch(_MOBILE, phone):
            self.add_error("phone", zh("要收短信，请填写 11 位手机号。"))
        found["phone"] = phone
        return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: SignedInRequest) -> HttpResponse:
    """The form; POST keeps what was chosen."""
    account: Account = request.user
    person = account.person
    if request.method != "POST":
        initial = {name: getattr(account, name) for name in ("email", "email_notices", "sms_notices")}
        form = PreferenceForm(initial=initial | {"phone": person.phone if person else ""})
        return _page(request, form)
    form = PreferenceForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    said = form.cleaned_data
    with transaction.atomic():
        for name in ("email", "email_notices", "sms_notices"):
            setattr(account, name, said[name])
        account.save(update_fields=["email", "email_notices", "sms_notices"])
        if person is not None:
            person.phone = said["phone"]
            person.save(update_fields=["phone"])
        body = {"mail": said["email_notices"], "sms": said["sms_notices"]}
        audit.record(
            "orgs", audit.actor_of(account), "account.preferences", body, subject=f"account:{account.pk}"
        )
    messages.success(request, zh("已保存。"))
    return see_other(reverse("preferences"))


def _page(request: HttpRequest, form: PreferenceForm, status: int = 200) -> HttpResponse:
    off = [
        name for name, on in ((zh("邮件"), settings.NOTICE_EMAIL), (zh("短信"), settings.SMS_URL)) if not on
    ]
    shown = {
        "heading": zh("通知方式"),
        "lead": zh(
            "通知总能在系统内看到；每天 {settings_notice_digest_at} 汇总一次未读的发到系统之外。",
            settings_notice_digest_at=settings.NOTICE_DIGEST_AT,
        )
        + (zh("本系统尚未开通{names}。", names=joined("、", off)) if off else ""),
        "form": form,
        "submit_label": zh("保存"),
        "cancel_url": "/notices/",
    }
    return render(request, "_form_page.html", shown, status=status)
