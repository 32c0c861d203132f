"""A bulletin in words, tables and bars: the same for page, paper, xlsx and API (R3.7b)."""

from ledger.clock import local_date, spoken
from orgs.models import UnitLevel
from reviews.shares import percent
from students.bulletins.counting import KINDS
from students.bulletins.models import Bulletin, BulletinLine, BulletinState

HEAD = (
    "单位",
    "收到",
    "按时办结",
    "逾期办结",
    "仍在逾期",
    "按时率",
    "中位用时",
    "九成用时",
    "最长",
    "调档率",
    "超期清理",
    "逾期未调档",
    "未登录",
)
HINTS = (
    "时间单位为工作日，寒暑假不计；按时率＝按时办结÷（按时办结＋逾期办结＋仍在逾期）；"
    "未登录为学校和旗县区人员整周未登录的人次；上级单位的数字含其下级。"
)
SECTIONS = (
    (UnitLevel.LEAGUE, "盟市"),
    (UnitLevel.COUNTY, "旗县区"),
    (UnitLevel.SCHOOL, "被通报学校"),
)
_LONGEST_BAR = 260


def days(value: int | None) -> str:
    """So many working days, or a dash."""
    return "—" if value is None else f"{value}"


def cells(line: BulletinLine) -> list:
    """The row of a unit, under :data:`HEAD`."""
    told = line.figures
    longest = f"{told['longest']}（{told['longest_case']}）" if told["longest_case"] else "—"
    return [
        line.unit.name,
        told["received"],
        told["in_time"],
        told["late"],
        told["open_late"],
        percent(told["rate"]),
        days(told["median"]),
        days(told["p90"]),
        longest,
        percent(told["filed_rate"]),
        told["expired"],
        told["lapsed"],
        told["logins"],
    ]


def paragraphs(bulletin: Bulletin, whole: BulletinLine | None) -> list[str]:
    """What stands above the tables."""
    if whole is None:
        return ["本月没有业务。"]
    told, month = whole.figures, f"{bulletin.month.year}年{bulletin.month.month}月"
    found = [
        (
            f"{month}，{bulletin.province.name}各单位共收到待办环节 {told['received']} 个，按时办结 {told['in_time']} 个，"
            f"逾期办结 {told['late']} 个，月末仍在逾期 {told['open_late']} 个，按时率 {percent(told['rate'])}；"
            f"办理用时中位数 {days(told['median'])} 个工作日，九成在 {days(told['p90'])} 个工作日内办结。"
        ),
        (
            f"调档 {told['filed']} 件，逾期未调档自动取消 {told['lapsed']} 件，调档率 {percent(told['filed_rate'])}；"
            f"满 90 天自动清理 {told['expired']} 件。"
        ),
        f"学校和旗县区人员整周未登录 {told['logins']} 人次（本月计 {bulletin.inputs['weeks']} 周）。",
    ]
    if told["graduation"]:
        found.append(f"7 月 30 日后仍未办理毕业的学生 {told['graduation']} 人。")
    problems = problem_rows(told)
    if problems:
        words = "，".join(f"{label} {now} 条（{_change(change)}）" for label, now, change in problems)
        found.append(f"月末待处理问题学籍：{words}。")
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
        return "与上月持平"
    return f"比上月{'增加' if change > 0 else '减少'} {abs(change)}"


def lines_of(bulletin: Bulletin) -> list[BulletinLine]:
    """All lines with their units, in one statement."""
    return list(bulletin.lines.select_related("unit", "reply_by__person").order_by("place"))


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
            "name": line.unit.short_name or line.unit.name,
            "late": late,
            "left": left,
            "late_width": round(late * _LONGEST_BAR / longest),
            "left_width": round(left * _LONGEST_BAR / longest),
        }
        for line, late, left in sums
    ]


def signed(bulletin: Bulletin) -> str:
    """The line that an official notice ends with."""
    if bulletin.state != BulletinState.PUBLISHED:
        return f"征求说明稿，说明截止 {spoken(bulletin.reply_until)}"
    return f"{bulletin.province.name}　{spoken(local_date(bulletin.published_at))}"
