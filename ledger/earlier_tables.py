"""Tables made by an earlier version whose migrations this one does not have: one sentence in place of a half-made change."""

from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.recorder import MigrationRecorder

from ledger import triggers

SENTENCE = (
    "这里的数据由较早的版本建立，现在的版本不能接着使用，什么也没有改动。试用数据请运行 make reset 清空后重新启动；"
    "要保留其中的数据，请换回原来的版本。（The data were made by an earlier version that cannot be carried on: run make reset.）"
)


def before_migrate(using: str = DEFAULT_DB_ALIAS, **_: object) -> None:
    """The receiver of ``pre_migrate``: CommandError when a migration was applied that is not there any more."""
    applied = MigrationRecorder(connections[using]).applied_migrations()
    for path in triggers.files():
        app = path.parents[1]
        there = {each.stem for each in (app / "migrations").glob("*.py")}
        if any(label == app.name and name not in there for label, name in applied):
            raise CommandError(SENTENCE)
