"""Who may use the API: by session or by token, and with the second factor wherever the pages ask for one.

The framework is told of these classes by its settings, so nothing here may import its views.
"""

from typing import TYPE_CHECKING, Any, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from orgs.people.models import Account
from orgs.sign_in import tokens
from orgs.sign_in.signing_in import needs_second_factor, second_factor_given
from web import clock

if TYPE_CHECKING:
    from rest_framework.views import APIView


class ByToken(BaseAuthentication):
    """``Authorization: Token xj_…``."""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[Account, tokens.ApiToken] | None:
        """The account and its token; ``None`` when no token is offered. Raises AuthenticationFailed."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword.lower().encode():
            return None
        token = tokens.found(parts[1].decode("latin-1"), clock.now()) if len(parts) == 2 else None
        if token is None:
            raise AuthenticationFailed("令牌无效、已过期或已删除，请登录后在 /api/v1/tokens/ 重新建立。")
        return token.account, token

    def authenticate_header(self, request: Request) -> str:
        """What makes the answer 401 and not 403."""
        return self.keyword


class ByTokenScheme(OpenApiAuthenticationExtension):
    """``ByToken`` in the documentation."""

    target_class = ByToken
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """A header, since the keyword is not Bearer."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "填写“Token xj_…”；令牌登录后在 /api/v1/tokens/ 建立，只显示一次。",
        }


class SignedIn(IsAuthenticated):
    """Signed in, and with the second factor wherever the pages ask for one (security.md)."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Default deny. Raises PermissionDenied when only the second factor is missing."""
        if not super().has_permission(request, view):
            return False
        given = (
            request.auth.second_factor
            if isinstance(request.auth, tokens.ApiToken)
            else second_factor_given(request)
        )
        account = cast(Account, request.user)  # signed in, see above
        if not given and needs_second_factor(account, clock.local_date(clock.now())):
            raise PermissionDenied("这个账号须先在网页登录并核验动态验证码，再使用接口。", "second_factor")
        if account.must_change:
            raise PermissionDenied("密码由他人设置，请先在网页登录并修改密码，再使用接口。", "own_password")
        return True
