"""SMS through a gateway that answers HTTP: one POST for each, ``{"to": …, "text": …, "key": …}`` (settings ``SMS_URL``,
``SMS_TOKEN``). Off without an address. Nothing of number or text is logged."""

import json
import re

from django.conf import settings

from ledger import outgoing
from orgs.people.models import Account

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_TIMEOUT = 10


def number_of(account: Account) -> str:
    """The mobile number of an account that asked for SMS, or an empty text."""
    phone = account.person.phone if account.person and account.sms_notices else ""
    return phone if _MOBILE.fullmatch(phone) else ""


def send(to: str, text: str, key: str) -> None:
    """Hand one SMS to the gateway. ``key``: the same for a repeat, so that the gateway sends it once. Raises OSError when
    the gateway is away or does not take it."""
    url = outgoing.checked("SMS_URL")
    body = json.dumps({"to": to, "text": text, "key": key}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if settings.SMS_TOKEN:
        headers["Authorization"] = f"Bearer {settings.SMS_TOKEN}"
    outgoing.post(url, body, headers, seconds=_TIMEOUT, largest=4096)
