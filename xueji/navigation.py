"""The main navigation: sections in the upper row, the pages of the open section in the lower one.

What an account cannot use is not offered. A section of which only one page is left is that page.
"""

from dataclasses import dataclass

from orgs.people.models import Account, PostRole, UnitLevel
from orgs.people.seats import Seat
from web.words import zh

# Offices that stand directly above schools and therefore have a counter (R8.4).
_DECIDES = {UnitLevel.COUNTY, UnitLevel.LEAGUE}
_PUPILS = ("/students/", "/untaught/", "/changes/", "/key-changes/")
_KEEPS_RECORDS = {PostRole.REGISTRAR, PostRole.HEAD}


@dataclass(frozen=True)
class _Page:
    """A page: its label, its address, the beginnings of the addresses that belong to it, whether it is offered."""

    label: str
    url: str
    under: tuple[str, ...]
    shown: bool


def sections(path: str, account: Account, seats: list[Seat], unread: int) -> list[dict]:
    """``[{label, url, current, unread, pages: [{label, url, current}]}]`` for the page at ``path``."""
    found = []
    for label, pages in _sections(account, seats):
        offered = [
            {"label": page.label, "url": page.url, "current": path.startswith(page.under)}
            for page in pages
            if page.shown
        ]
        if offered:
            found.append(
                {
                    "label": label if len(offered) > 1 else offered[0]["label"],
                    "url": offered[0]["url"],
                    "current": any(page["current"] for page in offered),
                    "unread": unread if offered[0]["url"] == "/notices/" else 0,
                    "pages": offered,
                }
            )
    return found


def _sections(account: Account, seats: list[Seat]) -> list[tuple[str, list[_Page]]]:
    keeping = [seat for seat in seats if seat.role in _KEEPS_RECORDS]
    keeps = bool(keeping)
    office = any(not seat.unit.is_school for seat in keeping)
    registrar = any(seat.unit.is_school and seat.role == PostRole.REGISTRAR for seat in keeping)
    teaches = any(seat.role == PostRole.CLASS_TEACHER for seat in seats)
    school = any(seat.unit.is_school for seat in keeping)
    technical = any(seat.role == PostRole.TECHNICIAN for seat in seats)
    counter = any(seat.unit.is_school or seat.unit.level in _DECIDES for seat in keeping)
    return [
        (zh("待办"), [_Page(zh("待办"), "/worklist/", ("/worklist/", "/cases/", "/search/"), keeps)]),
        (
            zh("转学"),
            [
                _Page(zh("发起转学"), "/transfers/new/", ("/transfers/",), registrar),
                _Page(zh("毕业后就学"), "/graduates/new/", ("/graduates/",), registrar),
                _Page(zh("人籍一致"), "/offline/", ("/offline/", "/faults/"), keeps),
                _Page(zh("驳回情况"), "/refusals/", ("/refusals/", "/appeals/"), office),
            ],
        ),
        (
            zh("学籍"),
            [
                _Page(zh("学生"), "/students/", _PUPILS, keeps),
                _Page(zh("班级变动"), "/classes/", ("/classes/",), school or teaches),
                _Page(zh("辍学标识"), "/dropouts/", ("/dropouts/",), keeps),
                _Page(zh("学期核查"), "/verification/", ("/verification/",), keeps),
                _Page(zh("新生建籍"), "/registration/", ("/registration/", "/imports/"), keeps),
                _Page(zh("补建学籍"), "/late/", ("/late/",), keeps),
                _Page(zh("问题学籍"), "/problems/", ("/problems/",), keeps),
                _Page(zh("毕业"), "/graduation/", ("/graduation/", "/graduating/"), keeps),
                _Page(zh("招生"), "/recruitment/", ("/recruitment/",), keeps),
                _Page(zh("学籍号"), "/numbers/", ("/numbers/",), office),
            ],
        ),
        (zh("三张单"), [_Page(zh("三张单"), "/tickets/", ("/tickets/",), keeps or technical)]),
        (zh("家长窗口"), [_Page(zh("家长窗口"), "/counter/", ("/counter/",), counter)]),
        (
            zh("统计"),
            [
                _Page(zh("办理情况"), "/dashboard/", ("/dashboard/",), office),
                _Page(zh("月度通报"), "/bulletins/", ("/bulletins/",), bool(seats)),
                _Page(zh("人数和居住证"), "/statistics/headcount/", ("/statistics/",), keeps),
                _Page(zh("名册导出"), "/exports/", ("/exports/",), keeps),
            ],
        ),
        (zh("通讯录"), [_Page(zh("通讯录"), "/directory/", ("/directory/", "/contacts/"), bool(seats))]),
        (zh("通知"), [_Page(zh("通知"), "/notices/", ("/notices/",), True)]),
        (
            zh("规则与假期"),
            [
                _Page(
                    zh("规则与假期"), "/calendar/", ("/calendar/", "/possible/", "/routes/", "/rules/"), True
                )
            ],
        ),
        (zh("系统管理"), [_Page(zh("系统管理"), "/admin/", ("/admin/",), account.is_staff)]),
    ]
