"""A bulletin in words, tables and bars: the same for page, paper, xlsx and API (R3.7b)."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from orgs.people.models import UnitLevel
from reviews.vocabulary.shares import percent
from students.bulletins.counting import KINDS
from students.bulletins.models import Bulletin, BulletinLine, BulletinState
from web.clock import local_date, spoken
from web.words import beside, joined, zh

HEAD = (
    zh("单位"),
    zh("收到"),
    zh("按时办结"),
    zh("逾期办结"),
    zh("仍在逾期"),
    zh("按时率"),
    zh("中位用时"),
    zh("九成用时"),
    zh("最长"),
    zh("调档率"),
    zh("超期清理"),
    zh("逾期未调档"),
    zh("未登录"),
)
HINTS = zh(
    "时间单位为工作日，寒暑假不计；按时率＝按时办结÷（按时办结＋逾期办结＋仍在逾期）；"
    "未登录为学校和旗县区人员整周未登录的人次；上级单位的数字含其下级。"
)
SECTIONS = (
    (UnitLevel.LEAGUE, zh("盟市")),
    (UnitLevel.COUNTY, zh("旗县区")),
    (UnitLevel.SCHOOL, zh("被通报学校")),
)
_LONGEST_BAR = 260


def days(value: int | None) -> str:
    """So many working days, or a dash."""
    return "—" if value is None else f"{value}"


def cells(line: BulletinLine, share: Callable = percent, time: Callable = days) -> list:
    """The row of a unit, under :data:`HEAD`. ``share`` and ``time`` say how shares per thousand and days are shown."""
    told = line.figures
    longest = (
        zh("{part}（{part2}）", part=told["longest"], part2=told["longest_case"])
        if told["longest_case"]
        else "—"
    )
    return [
        line.unit_name,
        told["received"],
        told["in_time"],
        told["late"],
        told["open_late"],
        share(told["rate"]),
        time(told["median"]),
        time(told["p90"]),
        longest,
        share(told["filed_rate"]),
        told["expired"],
        told["lapsed"],
        told["logins"],
    ]


def paragraphs(bulletin: Bulletin, whole: BulletinLine | None) -> list[str]:
    """What stands above the tables."""
    if whole is None:
        return [zh("本月没有业务。")]
    told, month = (
        whole.figures,
        zh("{month_year}年{month_month}月", month_year=bulletin.month.year, month_month=bulletin.month.month),
    )
    found = [
        (
            zh(
                (
                    "{month}，{province_name}各单位共收到待办环节 {part} 个，按时办结 {part2} 个，逾期办结 {part3} 个，"
                    "月末仍在逾期 {part4} 个，按时率 {percent}；办理用时中位数 {days} 个工作日，九成在 {days2} 个工作日内办结。"
                ),
                month=month,
                province_name=bulletin.province_name,
                part=told["received"],
                part2=told["in_time"],
                part3=told["late"],
                part4=told["open_late"],
                percent=percent(told["rate"]),
                days=days(told["median"]),
                days2=days(told["p90"]),
            )
        ),
        (
            zh(
                "调档 {part} 件，逾期未调档自动取消 {part2} 件，调档率 {percent}；满 90 天自动清理 {part3} 件。",
                part=told["filed"],
                part2=told["lapsed"],
                percent=percent(told["filed_rate"]),
                part3=told["expired"],
            )
        ),
        zh(
            "学校和旗县区人员整周未登录 {part} 人次（本月计 {part2} 周）。",
            part=told["logins"],
            part2=bulletin.inputs["weeks"],
        ),
    ]
    return [*found, *_left_undone(bulletin, told)]


def _left_undone(bulletin: Bulletin, told: dict) -> list[str]:
    """What was to be done by now and is not: graduations, verifications, problem records."""
    found = []
    if told["graduation"]:
        found.append(zh("应毕业未毕业的学生 {part} 人。", part=told["graduation"]))
    if told.get("unverified"):
        names = joined("、", (row["name"] for row in bulletin.inputs["units"] if row.get("verification")))
        found.append(
            zh(
                "本学期没有发起学籍核查的主管部门 {count} 个：{names}。",
                count=told["unverified"],
                names=names,
            )
        )
    problems = problem_rows(told)
    if problems:
        words = joined(
            "，",
            (
                zh("{label} {now} 条（{change}）", label=label, now=now, change=_change(change))
                for label, now, change in problems
            ),
        )
        found.append(zh("月末待处理问题学籍：{words}。", words=words))
    return found


def problem_rows(told: dict) -> list[tuple[str, int, int]]:
    """``(kind, open at the end of the month, change on the month before)``."""
    return [
        (label, told["problems"][kind][0], told["problems"][kind][0] - told["problems"][kind][1])
        for kind, label in KINDS
        if kind in told["problems"]
    ]


def _change(change: int) -> str:
    if change == 0:
        return zh("与上月持平")
    return zh("比上月{part} {abs}", part=zh("增加") if change > 0 else zh("减少"), abs=abs(change))


def lines_of(bulletin: Bulletin) -> list[BulletinLine]:
    """All lines, in one statement."""
    return list(bulletin.lines.order_by("place"))


def sections(lines: list[BulletinLine]) -> list[dict]:
    """Tables by level; a level without lines has none."""
    found = []
    for level, label in SECTIONS:
        part = [line for line in lines if line.level == level]
        if part:
            found.append({"level": str(level), "label": label, "lines": part})
    return found


def bars(lines: list[BulletinLine], level: str, most: int = 15) -> list[dict]:
    """Late and still late by unit, the worst first, as bars of the page."""
    part = [line for line in lines if line.level == level]
    sums = [(line, line.figures["late"], line.figures["open_late"]) for line in part]
    sums = [row for row in sums if row[1] + row[2]][:most]
    longest = max((late + left for _, late, left in sums), default=1)
    return [
        {
            "name": line.unit_short_name or line.unit_name,
            "late": late,
            "left": left,
            "late_width": round(late * _LONGEST_BAR / longest),
            "left_width": round(left * _LONGEST_BAR / longest),
        }
        for line, late, left in sums
    ]


def signed(bulletin: Bulletin) -> str:
    """The line that an official notice ends with."""
    if bulletin.state == BulletinState.PROPOSED:
        return zh("已拟发，待发布")
    if bulletin.state != BulletinState.PUBLISHED:
        return zh("征求说明稿，说明截止 {day}", day=spoken(bulletin.reply_until))
    published_at = cast("datetime", bulletin.published_at)  # its state says so
    return beside(bulletin.province_name, spoken(local_date(published_at)))
