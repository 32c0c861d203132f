"""受理投诉的电话和邮箱: what every unit below the province makes public, kept by the unit itself (R8.5)."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet

from ledger import audit
from orgs.people.models import Account, Unit, UnitLevel
from orgs.people.successors import not_closed
from web.refusals import Refusal, Refused, refuse
from web.words import zh

CLAUSE = zh("正文 三.2")
_PHONE = re.compile(r"(1[3-9][0-9]{9}|(0[0-9]{2,3}-?)?[2-9][0-9]{6,7}(-[0-9]{1,6})?|12345)")


def published(day: date, text: str = "", above: Unit | None = None) -> QuerySet[Unit]:
    """Units that take complaints: offices below the ministry; with a search text schools as well."""
    rows = Unit.objects.filter(not_closed(day)).exclude(level=UnitLevel.MINISTRY)
    if above is not None:
        rows = rows.filter(path__startswith=above.path)
    if text:
        rows = rows.filter(Q(name__contains=text) | Q(short_name__contains=text) | Q(code=text))
    else:
        rows = rows.exclude(level=UnitLevel.SCHOOL)
    return rows.order_by("path", "code")


def unpublished(above: Unit, day: date) -> QuerySet[Unit]:
    """Units under ``above`` whose phone or e-mail is still lacking."""
    rows = Unit.objects.filter(not_closed(day), path__startswith=above.path).exclude(pk=above.pk)
    return rows.filter(Q(phone="") | Q(email="")).order_by("path", "code")


def publish(unit: Unit, by: Account, phone: str, email: str) -> None:
    """Keep what the unit makes public. Raises Refused."""
    phone, email = phone.strip().replace("—", "-").replace(" ", ""), email.strip()
    if not _PHONE.fullmatch(phone):
        refuse(
            "phone", zh("请填写受理投诉的电话：11 位手机号或带区号的固定电话，如 0479-8210001（正文 三.2）。")
        )
    try:
        validate_email(email)
    except ValidationError as error:
        raise Refused(
            Refusal("email", zh("请填写受理投诉的邮箱，如 xueji@example.gov.cn（正文 三.2）。"))
        ) from error
    with transaction.atomic():
        Unit.objects.filter(pk=unit.pk).update(phone=phone, email=email)
        body = {"unit": unit.pk, "phone": phone, "email": email}
        audit.record("orgs", audit.actor_of(by), "unit.contact", body, subject=f"unit:{unit.code}")
