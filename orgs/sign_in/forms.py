"""Forms of signing in. Every error is one sentence that says what to do."""

from typing import Any, cast

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.validators import MaxLengthValidator

from orgs.people.models import Account
from web.words import zh

SEALED = zh("这个账号 90 天没有使用，已经封存；请联系上级单位的学籍管理员或负责人启封（正文 二.2）。")


class SignInForm(AuthenticationForm):
    """Account and password. The same sentence for an unknown account and a wrong password."""

    error_messages = {
        "invalid_login": zh("账号或密码不对，请核对后重试；连续输错 5 次，账号会锁定 15 分钟。"),
        "inactive": zh("账号或密码不对，请核对后重试；连续输错 5 次，账号会锁定 15 分钟。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = zh("账号")
        self.fields["username"].error_messages["required"] = zh("请填写账号。")
        # Django limits only what the browser lets one type; the lockout's table holds no more than 255 either.
        self.fields["username"].validators.append(
            MaxLengthValidator(150, zh("账号没有这么长，请核对后重填。"))
        )
        self.fields["password"].label = zh("密码")
        self.fields["password"].error_messages["required"] = zh("请填写密码。")

    def get_invalid_login_error(self) -> forms.ValidationError:
        """Who knows the password of a sealed account is told that it is sealed; nobody else."""
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        account = Account.objects.filter(username=name, sealed_on__isnull=False).first() if name else None
        if account is not None and account.check_password(password or ""):
            return forms.ValidationError(SEALED, code="sealed")
        return super().get_invalid_login_error()


class ChangePasswordForm(PasswordChangeForm):
    """The old password, and the new one twice."""

    error_messages = {
        "password_mismatch": zh("两次填写的新密码不一致，请重新填写。"),
        "password_incorrect": zh("原密码不对，请重新填写。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (
            ("old_password", zh("原密码")),
            ("new_password1", zh("新密码")),
            ("new_password2", zh("再填一次新密码")),
        ):
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = zh(
                "请填写{removeprefix}。", removeprefix=label.removeprefix("再填一次")
            )
        self.fields["new_password1"].help_text = zh(
            "至少 10 位，不能全是数字，不能与账号、姓名相近，也不能是常见密码。"
        )
        self.fields["new_password2"].help_text = ""

    def clean(self) -> dict[str, Any]:
        """A new password is another one."""
        cleaned = cast(dict[str, Any], super().clean())
        new = cleaned.get("new_password1")
        if new and new == cleaned.get("old_password") and "old_password" not in self.errors:
            self.add_error("new_password1", zh("新密码须与原密码不同，请另选一个。"))
        return cleaned


class OneTimeCodeForm(forms.Form):
    """The ten characters that the unit above gave out on paper."""

    code = forms.CharField(
        label=zh("一次性码"),
        max_length=30,
        error_messages={"required": zh("请填写上级单位发给你的一次性码（10 位）。")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "maxlength": "30",
                "autofocus": True,
            }
        ),
    )


class TokenForm(forms.Form):
    """The six digits that the authenticator shows."""

    otp_token = forms.RegexField(
        r"^\d{6}$",
        label=zh("动态验证码"),
        strip=True,
        error_messages={
            "required": zh("请填写 6 位动态验证码。"),
            "invalid": zh("动态验证码是 6 位数字，请核对后重填。"),
        },
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "maxlength": "6",
                "autofocus": True,
            }
        ),
    )
