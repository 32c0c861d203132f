"""Invented pupils for the trial, tests and measurements: repeatable from a seed, plausible, nobody real.

How they stay apart from real people: sequence codes count down from 999 (real ones are given out from the
bottom, and so are the J and L numbers this software issues); phones lie in the number range 154, which no
operator has been given; addresses carry the word 示例.  A made-up identity number is nevertheless valid and could
one day equal someone's: never load invented pupils beside real ones.

A number never repeats within one `Inventor`: within (division, birth date) every sequence code is used once.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from students.pupil.identity import FEMALE, MALE, compose_j, compose_l
from web.text import MIDDLE_DOT

# GB/T 3304 codes.
HAN, MONGOL, HUI, MANCHU, DAUR, EWENKI, OROQEN = "01", "02", "03", "11", "31", "45", "52"
_ETHNIC_SHARES = {HAN: 700, MONGOL: 215, MANCHU: 35, HUI: 28, DAUR: 12, EWENKI: 7, OROQEN: 3}
_PHONE_RANGE = "1540000"
_RARE_SHARE = 1 / 400
_DOTTED_SHARE = 1 / 12
RARE_CHARACTERS = "㐆䶮𠅤"  # two of extension A, one outside the basic plane


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_HAN_SURNAMES = (
    "王王王王李李李李张张张张刘刘刘陈陈杨杨赵赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭"
    "吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹"
    "单仇解查区翟朴盖尚乔贺樊武温庞邢牛葛岳齐梅庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席"
)
_COMPOUND_SURNAMES = ("欧阳", "尉迟", "呼延", "司马", "上官", "长孙")
_GIVEN = {
    MALE: "轩宇浩博瑞泽俊豪杰明辉志强建国伟鹏飞晨阳涵诺沐辰睿翔凯文斌昊天嘉铭奕梓霖峰磊鑫旭东林森毅哲成栋恒",
    FEMALE: "雨桐梓涵欣怡诗琪思佳美玲芳静雅婷晓丽雪梅可馨语嫣诺若曦婉清瑶萱悦彤慧敏嘉宁心月秀兰颖珊琳妍菲梦洁安然",
}
_MONGOL_WHOLE = {
    MALE: _words(
        "巴特尔 那日苏 呼格吉勒图 苏和 朝鲁 阿拉坦 毕力格 布和 宝音 特木尔 哈斯 查干 额尔敦 孟克 达来 恩和 满都拉 吉日嘎拉 "
        "敖特根 钢特木尔 旭日干 阿古拉 乌力吉 图门 道尔吉 苏日塔拉图 伊德尔 格日勒图 青格勒 朝克图 那顺 毕力格图 斯钦 宝力德 "
        "额日和木 胡格吉乐 白音 桑杰 贡布 牧仁 哈日巴拉 铁木尔 阿木古楞 傲日格乐"
    ),
    FEMALE: _words(
        "乌云其其格 阿拉坦其其格 苏日娜 其其格 萨仁 娜仁 托娅 斯琴 乌兰 高娃 娜仁托娅 萨仁高娃 琪琪格 塔娜 阿茹娜 乌日娜 "
        "敖登格日乐 哈斯其木格 格日勒 通拉嘎 安娜日 诺敏 珠拉 艾吉玛 萨日娜 娜布其 乌仁 其木格 苏布德 阿丽玛 乌尼尔 "
        "阿日古娜 敖日格勒 莎仁其其格 娜荷芽 海日 吉米斯 呼斯乐 萨楚拉 诺日布其其格"
    ),
}
_MONGOL_FIRST = _words(
    "阿拉坦 乌云 娜仁 萨仁 额尔敦 宝音 孟克 那顺 哈斯 斯琴 朝鲁 图门 巴彦 吉日嘎拉 青格勒 毕力格 呼格吉勒 恩和 敖登 钢"
)
_MONGOL_LAST = {
    MALE: _words("巴特尔 巴雅尔 图 布和 夫 乌拉 宝力德 特木尔 德力格尔 仓 桑 朝格图 苏和 达来 吉雅"),
    FEMALE: _words("其其格 高娃 托娅 其木格 花 娜 图雅 格日勒 塔娜 苏布德 斯琴 娜日 珠拉 玛 萨茹拉"),
}
_MONGOL_CLANS = _words("博尔济吉特 孛儿只斤 乌梁海 克烈 乃蛮 弘吉剌 察哈尔 土默特 扎赉特 奈曼 兀良哈 巴林")
_OTHER_SURNAMES = {
    HUI: "马马马马白丁哈杨王李沙金穆海撒",
    MANCHU: "关关佟赵那金白富傅唐王李张刘",
    DAUR: "鄂敖孟郭多金沃苏德何吴莫",
    EWENKI: "杜涂何那敖戴索武白",
    OROQEN: "孟葛关吴何魏莫白",
}
_OTHER_WHOLE = {
    (MANCHU, MALE): ("赫舍里·承泽", "叶赫那拉·明瑞"),
    (MANCHU, FEMALE): ("瓜尔佳·雨桐", "钮祜禄·思佳"),
    (DAUR, MALE): ("莫日根", "敖勒·阿尔斯楞"),
    (DAUR, FEMALE): ("安格尔", "鄂嫩·萨日娜"),
    (EWENKI, MALE): ("杜拉尔·苏格尔", "涂格敦·巴图"),
    (EWENKI, FEMALE): ("杜拉尔·娜佳", "柳芭"),
    (OROQEN, MALE): ("玛哈依尔·德布库",),
    (OROQEN, FEMALE): ("白依尔·乌娜吉",),
}
_STREETS = ("示例大街", "示例东路", "示例北街", "示例小区", "示例苏木", "示例镇示例村", "示例嘎查")


class Exhausted(ValueError):
    """No free sequence code is left for this division, birth date and sex; spread the pupils over more days."""


@dataclass(frozen=True, slots=True)
class InventedPupil:
    """`sex` and `ethnic` are codes (GB/T 2261.1, GB/T 3304)."""

    name: str
    sex: str
    ethnic: str
    birth_date: date
    division: str
    id_number: str = field(repr=False)
    address: str


@dataclass(frozen=True, slots=True)
class InventedGuardian:
    """`relation` is 父亲 or 母亲."""

    name: str
    relation: str
    sex: str
    phone: str
    address: str


class Inventor:
    """A repeatable source: the same seed and the same calls give the same people.

    `places` (division code → full Chinese name) only serves addresses; a division that is not in it gets an
    address without place.
    """

    def __init__(self, seed: int, places: Mapping[str, str] | None = None):
        self._random = random.Random(seed)  # noqa: S311 - nothing here is secret; it must repeat
        self._places = places or {}
        self._used: dict[tuple, int] = {}

    def pupil(self, division: str, birth_date: date, sex: str = "", ethnic: str = "") -> InventedPupil:
        """A pupil with a valid identity number; sex and ethnic are drawn if not given."""
        sex = sex or self._random.choice((MALE, FEMALE))
        ethnic = ethnic or self.ethnic()
        return InventedPupil(
            name=self.name(sex, ethnic),
            sex=sex,
            ethnic=ethnic,
            birth_date=birth_date,
            division=division,
            id_number=self.id_number(division, birth_date, sex),
            address=self.address(division),
        )

    def guardians(self, pupil: InventedPupil) -> tuple[InventedGuardian, InventedGuardian]:
        """Father and mother at the pupil's address; the father shares the surname where the people has one."""
        father = self.name(MALE, pupil.ethnic)
        if pupil.ethnic != MONGOL and MIDDLE_DOT not in pupil.name:
            surname = pupil.name[: 2 if pupil.name[:2] in _COMPOUND_SURNAMES else 1]
            father = surname + self._given(MALE)
        mother = self.name(FEMALE, pupil.ethnic)
        return (
            InventedGuardian(father, "父亲", MALE, self.phone(), pupil.address),
            InventedGuardian(mother, "母亲", FEMALE, self.phone(), pupil.address),
        )

    def ethnic(self) -> str:
        """A GB/T 3304 code in roughly the shares of Inner Mongolia."""
        return self._random.choices(tuple(_ETHNIC_SHARES), tuple(_ETHNIC_SHARES.values()))[0]

    def name(self, sex: str, ethnic: str = HAN) -> str:
        """A name such as this people writes it in Chinese characters; at most 30 characters."""
        if ethnic == MONGOL:
            return self._mongol_name(sex)
        whole = _OTHER_WHOLE.get((ethnic, sex), ())
        if whole and self._random.random() < _DOTTED_SHARE:
            return self._random.choice(whole)
        surnames: Sequence[str] = _OTHER_SURNAMES.get(ethnic, _HAN_SURNAMES)
        if ethnic == HAN and self._random.random() < 1 / 100:
            surnames = _COMPOUND_SURNAMES
        return self._random.choice(surnames) + self._given(sex)

    def id_number(self, division: str, birth_date: date, sex: str) -> str:
        """A valid GB 11643 number, never given twice; 500 of a sex per division and day, then `Exhausted`."""
        sequence = self._next(("id", division, birth_date, sex), 999 if sex == MALE else 998, 2)
        return compose_j(division, birth_date, sequence)[1:]  # the two are built alike

    def j_number(self, division: str, birth_date: date) -> str:
        """A valid J number, never given twice; 1,000 a division and day, then `Exhausted`."""
        return compose_j(division, birth_date, self._next(("J", division, birth_date), 999, 1))

    def l_number(self, division: str, birth_date: date) -> str:
        """A valid L number, never given twice; 10,000 a division and day, then `Exhausted`."""
        return compose_l(division, birth_date, self._next(("L", division, birth_date), 9999, 1))

    def phone(self) -> str:
        """A mobile number in a range no operator holds; may repeat."""
        return f"{_PHONE_RANGE}{self._random.randrange(10000):04d}"

    def address(self, division: str) -> str:
        """An address that says it is an example; may repeat."""
        number = self._random.randrange(1, 400)
        return f"{self._places.get(division, '')}{self._random.choice(_STREETS)}{number}号"

    def birth_date(self, first: date, last: date) -> date:
        """A day from `first` to `last`, both included."""
        return date.fromordinal(self._random.randint(first.toordinal(), last.toordinal()))

    def _mongol_name(self, sex: str) -> str:
        chance = self._random.random()
        if chance < 0.45:
            name = self._random.choice(_MONGOL_WHOLE[sex])
        else:
            name = self._random.choice(_MONGOL_FIRST) + self._random.choice(_MONGOL_LAST[sex])
        if chance > 1 - _DOTTED_SHARE:
            name = f"{self._random.choice(_MONGOL_CLANS)}·{name}"
        if chance > 1 - _DOTTED_SHARE / 20:
            name = f"{name}·{''.join(self._random.choices(_MONGOL_FIRST, k=3))}"
        return name

    def _given(self, sex: str) -> str:
        characters = self._random.choices(_GIVEN[sex], k=1 if self._random.random() < 0.15 else 2)
        if self._random.random() < _RARE_SHARE:
            characters[-1] = self._random.choice(RARE_CHARACTERS)
        return "".join(characters)

    def _next(self, series: tuple, highest: int, step: int) -> int:
        code = self._used.get(series, highest + step) - step
        if code < 0:
            raise Exhausted(f"no sequence code left for {series[0]} numbers of {series[1]} on this day")
        self._used[series] = code
        return code
