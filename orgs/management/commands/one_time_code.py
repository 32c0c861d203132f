"""``manage.py one_time_code ACCOUNT``: for whom no unit stands above: the administrator, the first people."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orgs.people.models import Account
from orgs.sign_in import one_time_codes
from web import clock


class Command(BaseCommand):
    """Prints a code once; every other is given out by the unit above, on its page of the staff."""

    help = "在服务器上给一个账号发放一次性码（7 天内有效，只能用一次）；平时由上级单位在“本单位人员”页发放。"

    def add_arguments(self, parser: CommandParser) -> None:
        """A name of an account."""
        parser.add_argument("account", help="登录名")

    def handle(self, *args: Any, **options: Any) -> None:
        """One account."""
        account = Account.objects.filter(username=options["account"], is_active=True).first()
        if account is None:
            raise CommandError(f"没有在用的账号 {options['account']}，请核对登录名。")
        code, row = one_time_codes.give(account, None, clock.now())
        self.stdout.write(f"{code}（有效至 {clock.moment(row.expires_at)}，只能用一次）")
