"""``manage.py import_population FILE``: the population register's table, from a csv (R1.7)."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from students.numbers.population import ImportRefused, import_csv
from web import clock


class Command(BaseCommand):
    """Takes in a whole file or nothing of it; numbers and names are kept as blind indexes only."""

    help = "导入人口信息比对数据（csv，UTF-8，列：身份证号,姓名，可加“原身份证号”）；有一行不对就整份不导入。"
    requires_system_checks = []  # no page is served here

    def add_arguments(self, parser):
        """The file."""
        parser.add_argument("file", type=Path, help="csv 文件")

    def handle(self, *args, **options):
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                rows = import_csv(file, clock.local_date(clock.now()), "system")
        except OSError as error:
            raise CommandError("文件打不开，请核对路径和权限。") from error
        except ImportRefused as error:
            raise CommandError("未导入任何数据：\n" + "\n".join(error.sentences)) from None
        self.stdout.write(f"已导入 {rows} 条。")
