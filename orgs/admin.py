"""Administrators' pages of units, persons, accounts, posts and delegations. Nothing here is deleted that was ever in
force: a unit is closed, an account is switched off, a post and a delegation end on a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from axes.utils import reset as unlock_sign_in
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import (
    AdminUserCreationForm,
    ReadOnlyPasswordHashField,
    ReadOnlyPasswordHashWidget,
    UserChangeForm,
)
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ledger import audit, tally
from ledger.administration import WalledAdmin, WalledInline
from orgs.confirmations import confirming as confirmations
from orgs.confirmations.confirming import asked_by
from orgs.confirmations.models import Confirmation
from orgs.people.models import Account, Delegation, Person, Post, Unit
from orgs.people.school_system import SchoolSystemPeriod
from orgs.sign_in import signing_in as sign_in
from orgs.sign_in.authenticator import Authenticator
from orgs.sign_in.tokens import ApiToken
from orgs.staff.training_models import Training
from web import clock
from web.refusals import Refused
from web.words import zh


def _today() -> date:
    return clock.local_date(clock.now())


def _me(request: HttpRequest) -> Account:
    """Who administers: the site's door lets in nobody who is not signed in."""
    return cast(Account, request.user)


class Given(WalledAdmin):
    """What is saved here is given by the administrator, and counts when another person has confirmed it (R0.5)."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The triggers are told who gives it."""
        with asked_by(_me(request)):
            return super().changeform_view(request, object_id, form_url, extra_context)


class UnitForm(forms.ModelForm):
    """A unit; the tree of authorities stays a tree."""

    def clean_authority(self) -> Unit | None:
        """No unit stands under itself: paths and routes would have no end."""
        above = self.cleaned_data["authority"]
        if above is not None and self.instance.pk and self.instance.stands_above(above):
            raise forms.ValidationError(zh("主管部门不能是本单位，也不能是本单位的下级，请另选。"))
        return above


class SystemRows(forms.BaseInlineFormSet):
    """The rows of a school's 学制; two for one day are told in the wall's own words."""

    def get_unique_error_message(self, unique_check: Sequence[str]) -> str:
        """What the constraint says."""
        return cast(str, SchoolSystemPeriod._meta.constraints[0].violation_error_message)


class SystemInline(WalledInline):
    """学制 of a school by periods: a change is a further row with its own day (R4.3)."""

    model = SchoolSystemPeriod
    formset = SystemRows
    fields = (
        "valid_from",
        "school_system",
        ("lowest_grade", "highest_grade"),
        ("last_primary", "from_cohort"),
        "source",
    )
    verbose_name = zh("学制")
    verbose_name_plural = zh("学制（学制变动时另加一行，从生效日期起算；上面显示的是今天的学制）")


@admin.register(Unit)
class UnitAdmin(WalledAdmin):
    """单位."""

    may_add = may_change = True
    chain = "orgs"
    form = UnitForm
    list_display = ("code", "name", "short_name", "level", "authority", "division_code", "closed_on")
    list_filter = ("level",)
    list_select_related = ("authority",)
    search_fields = ("code", "name", "short_name")
    search_help_text = zh("按代码、名称、简称查找")
    autocomplete_fields = ("authority", "successor")
    fieldsets = (
        (None, {"fields": ("code", "name", "short_name", "level", "authority", "division_code")}),
        (zh("学校"), {"fields": ("lowest_grade", "highest_grade", "school_system")}),
        (zh("投诉受理"), {"fields": ("phone", "email")}),
        (zh("撤销"), {"fields": ("closed_on", "successor")}),
    )

    def get_inlines(self, request: HttpRequest, obj: Unit | None) -> Any:
        """A school that stands has its systems by periods."""
        return (SystemInline,) if self._has_systems(obj) else ()

    @staticmethod
    def _has_systems(unit: Unit | None) -> bool:
        """Whether it stands as a school, whatever level was typed into the form just now."""
        return unit is not None and unit.system_periods.exists()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Of a school that stands, today's grades follow from its periods; a new one is entered with its first."""
        kept = ("lowest_grade", "highest_grade", "school_system")
        fixed = kept if self._has_systems(obj) else ()
        return (*super().get_readonly_fields(request, obj), *fixed)


class TrainingInline(WalledInline):
    """培训与证书: a training is added; what was entered wrongly is corrected, nothing is taken away (R8.1)."""

    model = Training
    fields = ("trained_on", "organiser", "certificate", "valid_until", "filed_on")
    verbose_name_plural = zh("培训与证书（学籍管理员须持证上岗，每年至少培训一次）")


@admin.register(Person)
class PersonAdmin(Given, WalledAdmin):
    """人员, with their trainings and certificates (R8.1)."""

    may_add = may_change = True
    chain = "orgs"
    private = ("name", "staff_number", "phone", "pinyin")
    fields = ("name", "staff_number", "phone")
    list_display = ("name", "staff_number", "phone")
    search_fields = ("name", "staff_number", "pinyin")
    search_help_text = zh("按姓名、拼音、人员编号查找")
    inlines = (TrainingInline,)
    ordering = ("staff_number",)


class PostInline(WalledInline):
    """The posts of an account; one that is over is ended, not removed."""

    model = Post
    autocomplete_fields = ("unit",)
    fields = ("unit", "role", "valid_from", "valid_until")
    verbose_name_plural = zh("岗位（同一人在同一单位不能既任学籍管理员又任负责人；由另一人确认后生效）")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A post that stands is ended on its own page, never rewritten; here one is added."""
        return False


class PasswordHidden(ReadOnlyPasswordHashWidget):
    """The button that sets a new password; of the present one not even its digest is shown."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Django's own, without the digest."""
        return super().get_context(name, value, attrs) | {"summary": []}


class AccountForm(UserChangeForm):
    """An account always belongs to a person: who acts must be known (R0.5)."""

    password = ReadOnlyPasswordHashField(
        label=zh("密码"), widget=PasswordHidden, help_text=zh("密码不会显示，只能重新设置。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "person" in self.fields:
            self.fields["person"].required = True


class NewAccountForm(AdminUserCreationForm):
    """A new account with its first password, told to the person by the administrator."""

    class Meta:
        model = Account
        fields = ("username", "person", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].required = True


@admin.register(Account)
class AccountAdmin(Given, WalledAdmin, UserAdmin):
    """账号: what it may do follows from its posts; staff may also open these pages."""

    may_add = may_change = True
    chain = "orgs"
    private = ("username", "email", "first_name", "last_name", "password", "session_digest")
    form = AccountForm
    add_form = NewAccountForm
    add_form_template = None
    inlines = (PostInline,)
    autocomplete_fields = ("person",)
    list_display = ("username", "person", "staff_number", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    list_select_related = ("person",)
    search_fields = ("username", "person__name", "person__staff_number")
    search_help_text = zh("按账号、姓名、人员编号查找")
    filter_horizontal = ()
    actions = ("unlock", "end_second_factor", "revoke_tokens")
    fieldsets = (
        (None, {"fields": ("username", "password", "person")}),
        (zh("通知"), {"fields": ("email", "email_notices", "sms_notices")}),
        (
            zh("权限"),
            {
                "fields": ("is_active", "is_staff"),
                "description": zh("办理和核办的权限来自下面的岗位；“工作人员状态”只决定能否进入系统管理。"),
            },
        ),
        (zh("日期"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "person", "email", "password1", "password2")}),
    )
    readonly_fields = ("last_login", "date_joined")

    @admin.display(description=zh("人员编号"))
    def staff_number(self, account: Account) -> str:
        """Which of two people of one name it is."""
        return account.person.staff_number if account.person else ""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The person behind an account never changes; a second account is made instead."""
        fixed = ("person",) if obj is not None and obj.person_id else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002 - Django names it
        """A new password set by the administrator, for one sign-in; recorded, without the password."""
        if str(id) == str(request.user.pk):
            return redirect("password")  # the own one is changed like everybody's, by who knows the old one
        with asked_by(_me(request)):
            before = (
                Account.objects.filter(pk=id).first() if str(id).isdecimal() and len(str(id)) < 19 else None
            )
            answer = super().user_change_password(request, id, form_url)
            after = Account.objects.filter(pk=before.pk).first() if before else None
            if after is not None and before is not None and after.password != before.password:
                self._record(request, "account.password_set", after)
                # Django gave the administrator's session a new key.
                sign_in.hold(_me(request), request.session.session_key)
        return answer

    @admin.action(description=zh("解除登录锁定"))
    def unlock(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        """Let accounts locked after mistyped passwords try again at once."""
        for account in accounts:
            unlock_sign_in(username=account.username)
            tally.forget(sign_in.TRIED, account.username)
            self._record(request, "account.unlocked", account)
        messages.success(request, zh("已解除 {count} 个账号的登录锁定。", count=len(accounts)))

    @admin.action(description=zh("重置第二验证（下次登录重新绑定）"))
    def end_second_factor(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        """Forget the authenticator, e.g. when a telephone was lost; the session ends with it."""
        with asked_by(_me(request)):
            for account in accounts:
                Authenticator.objects.filter(user=account).delete()
                self._record(request, "account.second_factor_reset", account)
        messages.success(
            request, zh("已重置 {count} 个账号的第二验证，下次登录时重新绑定。", count=len(accounts))
        )

    @admin.action(description=zh("收回接口令牌"))
    def revoke_tokens(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        """Take the API token away."""
        for account in accounts:
            ApiToken.objects.filter(account=account).delete()
            self._record(request, "account.token_revoked", account)
        messages.success(request, zh("已收回 {count} 个账号的接口令牌。", count=len(accounts)))

    def _record(self, request: HttpRequest, action: str, account: Account) -> None:
        audit.record("orgs", audit.actor_of(request.user), action, {}, f"account:{account.pk}")


class NotYetBegun(WalledAdmin):
    """Only what has not begun may be deleted: a slip of the pen. What was in force is ended by its date."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """True for a row that begins after today."""
        return obj is not None and obj.valid_from > _today() and self.admin_site.has_permission(request)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """With a post or loan that never began goes what had to be confirmed of it."""
        found, count, needed, kept = super().get_deleted_objects(objs, request)
        return found, count, needed - {Confirmation._meta.verbose_name}, kept


@admin.register(SchoolSystemPeriod)
class SchoolSystemAdmin(NotYetBegun, WalledAdmin):
    """学校学制: for all schools at once, and to take back a row that has not begun."""

    may_add = may_change = True
    chain = "orgs"
    list_display = ("school", "school_system", "lowest_grade", "highest_grade", "valid_from", "source")
    list_filter = ("school_system",)
    list_select_related = ("school",)
    search_fields = ("school__name",)
    search_help_text = zh("按学校名称查找")
    autocomplete_fields = ("school",)
    ordering = ("-valid_from", "school")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A row stays its school's."""
        return ("school",) if obj is not None else ()


@admin.register(Post)
class PostAdmin(Given, NotYetBegun, WalledAdmin):
    """岗位."""

    may_add = may_change = True
    chain = "orgs"
    list_display = ("unit", "role", "account", "username", "valid_from", "valid_until")
    list_filter = ("role",)
    list_select_related = ("unit", "account__person")
    search_fields = ("unit__name", "account__username", "account__person__name")
    search_help_text = zh("按单位、账号、姓名查找")
    autocomplete_fields = ("account", "unit")
    fields = ("account", "unit", "role", "valid_from", "valid_until")
    ordering = ("-id",)

    @admin.display(description=zh("用户名"))
    def username(self, post: Post) -> str:
        """Which of a person's accounts it is."""
        return post.account.username

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A post is ended, never rewritten; whoever does something else gets a post of its own."""
        return ("account", "unit", "role", "valid_from") if obj is not None else ()


@admin.register(Delegation)
class DelegationAdmin(Given, NotYetBegun, WalledAdmin):
    """委托."""

    may_add = may_change = True
    chain = "orgs"
    private = ("reason",)
    list_display = ("post", "account", "valid_from", "valid_until", "reason")
    list_select_related = ("post__unit", "account__person")
    search_fields = ("post__unit__name", "account__person__name")
    search_help_text = zh("按单位、受托人姓名查找")
    autocomplete_fields = ("post", "account")
    ordering = ("-id",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What was lent to whom from when stays; it ends by its date."""
        return ("post", "account", "valid_from") if obj is not None else ()


@admin.register(Confirmation)
class ConfirmationAdmin(WalledAdmin):
    """待确认事项: to look at, and the same button as on the page of the unit's staff; who administers confirms nothing."""

    chain = "orgs"
    list_display = ("kind", "person", "unit", "asked_by", "asked_at", "confirmed_by", "confirmed_at", "basis")
    list_filter = ("kind", "basis")
    list_select_related = ("person", "unit", "asked_by__person", "confirmed_by__person")
    search_fields = ("person__name", "unit__name")
    search_help_text = zh("按姓名、单位名称查找")
    fields = (*list_display, "post", "loan")
    actions = ("confirm",)

    @admin.action(description=zh("确认所选事项"))
    def confirm(self, request: HttpRequest, facts: QuerySet[Confirmation]) -> None:
        """All or none."""
        try:
            done = confirmations.confirm(list(facts.values_list("pk", flat=True)), _me(request))
        except Refused as error:
            messages.error(request, error.args[0])
        else:
            messages.success(request, zh("已确认 {count} 项，即时生效。", count=len(done)))
