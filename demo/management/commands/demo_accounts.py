"""``manage.py demo_accounts``: who can sign in to the demonstration, and which pupils to try a transfer with."""

import unicodedata

from django.conf import settings
from django.core.management.base import BaseCommand

from demo import people, seeding
from orgs.people.models import Account, Post
from students.pupil import records
from students.pupil.models import Student

# Schools whose pupils are shown for trying a new transfer at aba1: one of another county, one of the same.
_FROM = ("dongwu1", "aba2")


class Command(BaseCommand):
    """Prints a table; in the trial only, where all persons are invented."""

    help = "列出演示账号（单位、岗位、姓名、登录名、口令）和可用来试办转学的虚构学生。"
    requires_system_checks = []  # no page is served here

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="列出全部演示账号，而不只是导览所用的")

    def handle(self, *args, **options):
        if not settings.TRIAL or not seeding.seeded():
            self.stdout.write("这里没有演示数据；试用环境请先运行 make run 或 manage.py seed_demo。")
            return
        posts = Post.objects.select_related("unit", "account__person")
        if not options["all"]:
            posts = posts.filter(account__username__in=people.TOUR)
        order = {name: place for place, name in enumerate(people.TOUR)}
        posts = sorted(posts, key=lambda post: (order.get(post.account.username, len(order)), post.unit.code))
        rows = [
            (post.unit.short_name, post.get_role_display(), post.person.name, post.account.username)
            for post in posts
        ]
        self._table(("单位", "岗位", "姓名", "登录名"), rows)
        self.stdout.write(f"口令都是 {people.PASSWORD} （全部账号：manage.py demo_accounts --all）\n")
        self.stdout.write("可用来试办转学的学生（均为虚构，用 aba1-registrar 登录后发起）：")
        self._table(("姓名", "学籍号", "现在学校"), list(self._pupils()))

    def _pupils(self):
        for word in _FROM:
            account = Account.objects.get(username=f"{word}-registrar")
            school = account.posts.select_related("unit").first().unit
            free = Student.objects.filter(
                school=school, status="enrolled", transfers__isnull=True, problems__isnull=True
            )
            for student in free.filter(cohort__lt=_newest(school)).order_by("pk")[:2]:
                yield student.name, records.current_number(student), school.name

    def _table(self, heads: tuple, rows: list[tuple]) -> None:
        widths = [max(_width(row[n]) for row in [heads, *rows]) for n in range(len(heads))]
        for row in [heads, *rows]:
            cells = (text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True))
            self.stdout.write("  " + "  ".join(cells).rstrip())


def _newest(school) -> int:
    """The youngest cohort of a school: pupils above it fit any school that begins with the same grade."""
    return Student.objects.filter(school=school).order_by("-cohort").values_list("cohort", flat=True)[0]


def _width(text: str) -> int:
    """Columns a terminal gives to ``text``: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
