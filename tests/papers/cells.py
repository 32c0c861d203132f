"""What the table of papers is made of: the properties, what may stand in a cell, a paper, a paper that waits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from orgs.people.models import Account, Post, PostRole, Unit
from tests.world import World

# Each is a test of tests/papers over all papers, and a column of docs/papers.md.
PROPERTIES = {
    "same_person": "同一人不办两次",
    "second_account": "同一人换账号也不能",
    "untrained": "未持证不能办",
    "seat_lost": "失去岗位不能办",
    "lent_post": "受委托可办，仍是两人",
    "hand_over": "交接：接任人可办，前任不能",
    "foreign_unit": "外单位看不到（404）",
    "draft_hidden": "草稿别人看不到",
    "stale_view": "页面过期不能办",
    "double_click": "连点两次只办一次",
    "in_transaction": "不得在别的事务中办",
    "send_refused": "发起被拒不留记录",
    "killed": "中途断电不留半件",
    "unit_merged": "单位合并后由承接单位办",
    "pupil_left": "学生已转走",
    "pupil_graduated": "学生已毕业",
    "pupil_died": "学生已死亡",
    "calendar": "校历改了重算时限",
    "not_counted": "不计入不该计的地方",
    "audit": "记入审计",
    "notice": "通知相关人",
    "inbox": "待办列表有一行和期限",
    "found": "按编号查得到",
    "rest": "接口：列、查、办",
    "english": "英文页面",
    "printed": "打印件",
}


@dataclass(frozen=True)
class Held:
    """It holds: the test of the property runs for the paper."""

    sign = "✓"


@dataclass(frozen=True)
class Elsewhere:
    """It holds: a test of the paper's own goes deeper than the common one could. ``test``: its file and name."""

    test: str
    sign = "✓"


@dataclass(frozen=True)
class NotYet:
    """The paper cannot have it yet, and what is missing."""

    missing: str
    sign = "尚无"


@dataclass(frozen=True)
class NotApplicable:
    """By its nature the paper has no such thing: the clause, or why."""

    why: str
    sign = "不适用"


Cell = Held | Elsewhere | NotYet | NotApplicable
HELD = Held()


@dataclass(frozen=True)
class Act:
    """One act as a browser sends it."""

    url: str
    form: dict[str, Any]


@dataclass
class Waiting:
    """A paper that waits for an act. ``role`` at ``unit`` does it with ``act``, after ``first`` acted.

    ``change`` and ``wall``: the same act as plain SQL with the second's id, and the constraint that refuses it when both are
    one person; ``clerk``: brings the paper to an act of a registrar and returns who and what; ``url``: its page; ``either``:
    registrar and head alike may do it; ``asked_for``: it waits for somebody, and is not begun of one's own accord.
    """

    row: models.Model
    unit: Unit
    role: str
    url: str
    act: Act
    clerk: Callable[[], tuple[Account, Act]]
    first: Account | None = None
    change: str = ""
    wall: str = ""
    number: str = ""
    draft: Callable[[], tuple[Account, str]] | None = None
    printed: str = ""
    rest: tuple[str, str, str] | None = None
    either: bool = False
    asked_for: bool = True

    @property
    def body(self) -> dict:
        """The act as a program sends it."""
        return {name: value for name, value in self.act.form.items() if name != "key"}

    def stands(self) -> dict:
        """The row as it is now."""
        return type(self.row)._base_manager.filter(pk=self.row.pk).values().get()


@dataclass(frozen=True)
class Paper:
    """One paper: what it is called, what of the program it stands for, how it comes to wait, what holds of it."""

    name: str
    title: str
    waits: Callable[[World], Waiting] | None
    covers: tuple[str, ...]
    cells: Mapping[str, Cell] = field(default_factory=dict)

    def cell(self, name: str) -> Cell:
        """What stands in the column."""
        return self.cells[name]


def seated(world: World, account: Account, unit: Unit, role: str) -> Account:
    """``account`` in ``role`` at ``unit`` from today on, as another session reads it."""
    Post.objects.create(account=account, unit=unit, role=role, valid_from=world.today)
    return Account.objects.select_related("person").get(pk=account.pk)


def left(world: World, person, unit: Unit) -> None:
    """Whatever the person did at ``unit`` as registrar or head is over since yesterday."""
    posts = Post.objects.filter(person=person, unit=unit, role__in=(PostRole.REGISTRAR, PostRole.HEAD))
    posts.update(valid_until=world.today)
