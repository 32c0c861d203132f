"""``manage.py appoint_first UNIT REGISTRAR HEAD``: the first two people of an installation, named on the server."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, transaction

from orgs.confirmations import confirming as confirmations
from orgs.people.models import Account, Post, PostRole, Unit
from orgs.people.seats import not_over
from web import clock


class Command(BaseCommand):
    """Confirms the posts of two people where nobody is there yet who could: all others are confirmed by people."""

    help = (
        "确认一个单位最初的两个人（学籍管理员、负责人各一人，岗位须先由系统管理员录入）。只在该单位和上级单位都还没有人可以"
        "确认时使用，须以表的所有者（迁移用的角色）运行。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Code of the unit, and two names of accounts."""
        parser.add_argument("unit", help="单位代码")
        parser.add_argument("registrar", help="学籍管理员的登录名")
        parser.add_argument("head", help="负责人的登录名")

    def handle(self, *args: Any, **options: Any) -> None:
        """Both or neither."""
        unit = Unit.objects.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(f"没有代码为 {options['unit']} 的单位，请核对后再运行。")
        day = clock.local_date(clock.now())
        pair = [self._holder(unit, role, options[role], day) for role in (PostRole.REGISTRAR, PostRole.HEAD)]
        if pair[0].person_id == pair[1].person_id:
            raise CommandError("学籍管理员和负责人须为两人（附件1 三.1）。")
        others = Post.objects.filter(
            not_over(day), role__in=[PostRole.REGISTRAR, PostRole.HEAD], confirmed_at__isnull=False
        ).filter(unit__in=[unit.pk, unit.authority_id])
        others = others.exclude(person__in=[account.person_id for account in pair])
        if names := sorted(others.values_list("person__name", flat=True)[:3]):
            raise CommandError(
                f"这里已有人可以确认（{'、'.join(names)}），请由他们登录后在“本单位人员”页确认。"
            )
        try:
            with transaction.atomic():
                done = [fact for account in pair for fact in confirmations.confirm_on_server(account, unit)]
        except DatabaseError as error:
            raise CommandError("没有确认：须以表的所有者（迁移用的角色）在服务器上运行。") from error
        self.stdout.write(f"已确认 {unit.name} 的 {len(done)} 项，即时生效。")

    def _holder(self, unit: Unit, role: str, name: str, day: date) -> Account:
        posts = Post.objects.filter(not_over(day), unit=unit, role=role, account__username=name)
        post = posts.select_related("account").first()
        if post is None:
            label = PostRole(role).label
            raise CommandError(f"{name} 在{unit.name}没有{label}的岗位，请先在系统管理中录入。")
        return post.account
