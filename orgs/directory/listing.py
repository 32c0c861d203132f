"""通讯录 (R8.2): everyone who keeps or signs records, in the whole country, by unit, post, name and sound."""

import csv
import io
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet

from ledger import audit
from orgs.people.models import Account, Post, PostRole, Unit
from orgs.people.seats import in_force
from orgs.people.successors import not_closed
from orgs.staff.training_models import last_day
from web import pinyin
from web.text import no_formula
from web.words import zh

if TYPE_CHECKING:
    from orgs.staff.training_models import CertifiedPost

CLAUSE = zh("正文 二.1")
ROLES = (PostRole.REGISTRAR, PostRole.HEAD, PostRole.TECHNICIAN)
# A directory is looked things up in; who takes away more asks the administrator.
MOST = 5000
SHORTEST_REASON = 5
HEAD = (
    zh("姓名"),
    zh("岗位"),
    zh("单位"),
    zh("单位代码"),
    zh("办公电话"),
    zh("单位投诉电话"),
    zh("单位邮箱"),
    zh("证书有效期至"),
)


def posts(day: date, *, text: str = "", role: str = "", unit: str = "") -> "QuerySet[CertifiedPost]":
    """Posts in force, those of a unit and all under it when one is asked for."""
    rows = Post.objects.filter(in_force(day), role__in=ROLES, account__is_active=True)
    rows = rows.filter(not_closed(day, "unit__"))
    if role in ROLES:
        rows = rows.filter(role=role)
    if unit:
        rows = rows.filter(_under(unit))
    if text:
        rows = rows.filter(_called(text))
    related = ("person", "unit__province")
    trained = last_day(day)
    return rows.select_related(*related).annotate(trained_until=trained).order_by("unit__path", "role", "pk")


def _under(text: str) -> Q:
    """Units whose name or code is meant, with all that stands under them."""
    found = Unit.objects.filter(Q(code=text) | Q(name__contains=text) | Q(short_name__contains=text))
    condition = Q(pk__in=[])
    for path in found.order_by("path").values_list("path", flat=True)[:50]:
        condition |= Q(unit__path__startswith=path)
    return condition


def _called(text: str) -> Q:
    """Part of the name, or the beginning of its spelling or its initials."""
    wanted = pinyin.query(text)
    by_name = Q(person__name__contains=text)
    if not wanted or not wanted.isascii():
        return by_name
    return by_name | Q(person__pinyin__startswith=wanted) | Q(person__pinyin__contains=f" {wanted}")


def row_of(post: "CertifiedPost") -> dict:
    """What is told of a post."""
    return {
        "name": post.person.name,
        "role": post.get_role_display(),
        "unit": post.unit.name,
        "code": post.unit.code,
        "phone": post.person.phone,
        "unit_phone": post.unit.phone,
        "email": post.unit.email,
        "trained_until": post.trained_until,
    }


def export(rows: "QuerySet[CertifiedPost]", by: Account, reason: str) -> str:
    """The contacts as csv text; who took how many away, and why, is on record."""
    found = [row_of(post) for post in rows[:MOST]]
    with transaction.atomic():
        audit.record(
            "access",
            audit.actor_of(by),
            "directory.exported",
            {"rows": len(found), "reason": reason},
            subject=f"account:{by.pk}",
        )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for row in found:
        until = row["trained_until"].isoformat() if row["trained_until"] else ""
        cells = [row[name] for name in ("name", "role", "unit", "code", "phone", "unit_phone", "email")]
        writer.writerow([no_formula(str(cell)) for cell in (*cells, until)])
    return "\ufeff" + out.getvalue()
