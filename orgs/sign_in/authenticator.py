"""The second factor's secret, made from two halves: one in the database, one outside it (ADR 11).

django-otp keeps the secret of an authenticator in clear, so whoever reads a backup could make every head's codes.
Here the table holds only a random seed; the secret is computed from it, the row and a key that the settings derive
from FIELD_KEYS. Neither half is worth anything alone.
"""

import hmac
from hashlib import sha256

from django.conf import settings
from django_otp.plugins.otp_totp.models import TOTPDevice

from web.words import zh

_SECRET_BYTES = 20


class Authenticator(TOTPDevice):
    """An account's authenticator (TOTP); its column ``key`` is a seed, never the secret.

    A wrong try leaves nothing on it: whoever knows only the password must not be able to shut the owner out. Tries are
    counted by account and address, with those of the password (:mod:`orgs.sign_in.views`).
    """

    class Meta:
        proxy = True
        verbose_name = zh("身份验证器")
        verbose_name_plural = zh("身份验证器")

    def get_throttle_factor(self) -> int:
        """No waiting on the device itself."""
        return 0

    def throttle_increment(self, commit: bool = True) -> None:
        """Nothing is noted on the device either."""

    @property
    def bin_key(self) -> bytes:
        """The 20 bytes shared with the telephone; a seed copied to another account's row gives other ones."""
        bound = f"{self.pk}:{self.user_id}:{self.key}".encode()
        return hmac.digest(settings.SECOND_FACTOR_KEY, bound, sha256)[:_SECRET_BYTES]
