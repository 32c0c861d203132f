"""The places of the demonstration: neighbouring provinces, some sixty schools of every phase, their classes.

School codes count from 900001, where no real school of the region stands; every school says 示例 in its name.
"""

from dataclasses import dataclass
from datetime import date
from typing import cast

from orgs.people.models import Unit, UnitLevel
from orgs.people.school_system import SchoolSystem
from students.pupil.grades import bounds, cohort_of, phase_of
from students.pupil.models import SchoolClass

# Phase: what the name says, class code of the school's number, lowest and highest grade, system.
_KINDS = {
    "primary": ("小学", "21", 1, 6, SchoolSystem.SIX_THREE),
    "junior": ("中学", "31", 7, 9, SchoolSystem.SIX_THREE),
    "senior": ("高级中学", "34", 10, 12, SchoolSystem.SIX_THREE),
    "nine": ("九年一贯制学校", "31", 1, 9, SchoolSystem.NINE_YEAR),
    "twelve": ("十二年一贯制学校", "34", 1, 12, SchoolSystem.TWELVE_YEAR),
    "complete": ("完全中学", "34", 7, 12, SchoolSystem.SIX_THREE),
    "special": ("特殊教育学校", "51", 1, 9, SchoolSystem.NINE_YEAR),
    "primary54": ("小学", "21", 1, 5, SchoolSystem.FIVE_FOUR),
    "junior54": ("中学", "31", 6, 9, SchoolSystem.FIVE_FOUR),
}
# Prefectures and counties beside the region, for what crosses the border.
_NEIGHBOURS = [
    ("130000", "河北省教育厅", "河北省", UnitLevel.PROVINCE, "000000"),
    ("130700", "张家口市教育局", "张家口市", UnitLevel.LEAGUE, "130000"),
    ("130722", "张北县教育局", "张北县", UnitLevel.COUNTY, "130700"),
    ("130723", "康保县教育局", "康保县", UnitLevel.COUNTY, "130700"),
    ("130800", "承德市教育局", "承德市", UnitLevel.LEAGUE, "130000"),
    ("130828", "围场满族蒙古族自治县教育局", "围场县", UnitLevel.COUNTY, "130800"),
    ("210000", "辽宁省教育厅", "辽宁省", UnitLevel.PROVINCE, "000000"),
    ("210900", "阜新市教育局", "阜新市", UnitLevel.LEAGUE, "210000"),
    ("210922", "彰武县教育局", "彰武县", UnitLevel.COUNTY, "210900"),
    ("211300", "朝阳市教育局", "朝阳市", UnitLevel.LEAGUE, "210000"),
    ("211322", "建平县教育局", "建平县", UnitLevel.COUNTY, "211300"),
]
# Authority → (sign-in word, ordinal in the name, kind). The sign-in word names the school in account names.
_SCHOOLS: dict[str, list[tuple[str, str, str]]] = {
    "152522": [
        ("aba1", "第一", "primary"),
        ("aba2", "第二", "primary"),
        ("aba-zhongxue", "", "junior"),
        ("aba-jiunian", "", "nine"),
    ],
    "152525": [
        ("dongwu1", "第一", "primary"),
        ("dongwu2", "第二", "primary"),
        ("dongwu-zhongxue", "", "junior"),
        ("dongwu-gaozhong", "", "senior"),
    ],
    # Run directly by the league: their authority is the league itself (R3.1).
    "152500": [
        ("ximeng-shiyan", "盟直属实验", "primary"),
        ("ximeng-wanzhong", "盟直属", "complete"),
        ("ximeng-teshu", "盟直属", "special"),
    ],
    "152502": [
        ("xilinhaote1", "第一", "primary"),
        ("xilinhaote2", "第二", "primary"),
        ("xilinhaote-zhongxue", "第一", "junior"),
        ("xilinhaote-gaozhong", "", "senior"),
    ],
    "152501": [("erlian1", "第一", "primary"), ("erlian-jiunian", "", "nine")],
    "152523": [("suzuo1", "第一", "primary"), ("suzuo-zhongxue", "", "junior")],
    "152526": [("xiwu1", "第一", "primary"), ("xiwu-zhongxue", "", "junior")],
    "152530": [("zhenglan1", "第一", "primary"), ("zhenglan-zhongxue", "", "junior")],
    "152531": [
        ("duolun1", "第一", "primary"),
        ("duolun2", "第二", "primary"),
        ("duolun-zhongxue", "", "junior"),
    ],
    # The one banner with the 5-4 system (R4.3).
    "150622": [
        ("zhunge1", "第一", "primary54"),
        ("zhunge2", "第二", "primary54"),
        ("zhunge-zhongxue", "第一", "junior54"),
        ("zhunge-gaozhong", "", "senior"),
    ],
    "150602": [("dongsheng1", "第一", "primary"), ("dongsheng-zhongxue", "", "junior")],
    "150102": [("xincheng1", "第一", "primary"), ("xincheng-zhongxue", "", "junior")],
    "150105": [("saihan1", "第一", "primary"), ("saihan-shiernian", "", "twelve")],
    "150100": [("hushi-zhishu", "市直属", "complete")],
    "150203": [("kunqu1", "第一", "primary"), ("kunqu-zhongxue", "", "junior")],
    "150302": [("haibowan1", "第一", "primary"), ("haibowan-zhongxue", "", "junior")],
    "150402": [("hongshan1", "第一", "primary"), ("hongshan-zhongxue", "", "junior")],
    "150429": [("ningcheng1", "第一", "primary"), ("ningcheng-gaozhong", "", "senior")],
    "150502": [("keerqin1", "第一", "primary"), ("keerqin-zhongxue", "", "junior")],
    "150702": [("hailaer1", "第一", "primary"), ("hailaer-zhongxue", "", "junior")],
    "150724": [("ewenke-jiunian", "", "nine")],
    "150802": [("linhe1", "第一", "primary"), ("linhe-zhongxue", "", "junior")],
    "150902": [("jining1", "第一", "primary"), ("jining-gaozhong", "", "senior")],
    "152201": [("wulanhaote1", "第一", "primary"), ("wulanhaote-zhongxue", "", "junior")],
    "152921": [("azuo1", "第一", "primary"), ("azuo-jiunian", "", "nine")],
    "130722": [("zhangbei1", "第一", "primary"), ("zhangbei-zhongxue", "", "junior")],
    "130828": [("weichang1", "第一", "primary")],
    "211322": [("jianping1", "第一", "primary"), ("jianping-zhongxue", "", "junior")],
    "210922": [("zhangwu1", "第一", "primary")],
}
# The schools of the guided tour are filled like real ones, the others just enough to choose from.
TOUR_SCHOOLS = ("aba1", "aba2", "dongwu1")


def begun(lowest: int, phase: str, system: str) -> int:
    """The grade from which a pupil of ``phase`` stands in the table, at a school whose grades begin at ``lowest``: taken over
    with the phase it is in, what was before stands in no table (R3.5c)."""
    return max(lowest, bounds(phase, system)[0])


@dataclass
class School:
    """A school of the demonstration with its classes by cohort."""

    word: str
    unit: Unit
    authority: Unit
    classes: dict[int, list[SchoolClass]]

    @property
    def division(self) -> str:
        """Six-digit code of the place it stands in."""
        return self.unit.division_code

    # Of a school the table lets neither grade be empty.
    @property
    def lowest(self) -> int:
        """Its lowest grade."""
        return cast(int, self.unit.lowest_grade)

    @property
    def highest(self) -> int:
        """Its highest grade."""
        return cast(int, self.unit.highest_grade)


def build(today: date) -> list[School]:
    """Create the neighbours, the schools and their classes; the units of the region must stand already."""
    units = {unit.code: unit for unit in Unit.objects.filter(code__regex=r"^\d{6}$")}
    for code, name, short, level, above in _NEIGHBOURS:
        if code not in units:
            units[code] = Unit.objects.create(
                code=code,
                name=name,
                short_name=short,
                level=level,
                authority=units[above],
                division_code=code,
            )
    schools: list[School] = []
    for code, rows in _SCHOOLS.items():
        for word, ordinal, kind in rows:
            schools.append(_school(units[code], word, ordinal, kind, len(schools) + 1))
    _add_classes(schools, today)
    return schools


def _school(authority: Unit, word: str, ordinal: str, kind: str, number: int) -> School:
    noun, class_code, lowest, highest, system = _KINDS[kind]
    if authority.level == UnitLevel.LEAGUE and ordinal.startswith(("盟", "市")):
        place = authority.short_name.removesuffix("市").removesuffix("盟")
        short = f"{place}{ordinal}示例{noun}"
        # A school run by a league stands in its seat.
        division = {"152500": "152502", "150100": "150105"}[authority.code]
    else:
        short = f"{authority.short_name}示例{ordinal}{noun}"
        division = authority.code
    unit = Unit.objects.create(
        code=f"{class_code}{authority.code[:2]}{900000 + number}",
        name=short,
        short_name=short,
        level=UnitLevel.SCHOOL,
        authority=authority,
        division_code=division,
        lowest_grade=lowest,
        highest_grade=highest,
        school_system=system,
    )
    return School(word, unit, authority, {})


def _add_classes(schools: list[School], today: date) -> None:
    rows = []
    for school in schools:
        several = 3 if school.word in TOUR_SCHOOLS else 1
        system = school.unit.school_system
        for grade in range(school.lowest, school.highest + 1):
            cohort = cohort_of(grade, today)
            school.classes[cohort] = [
                SchoolClass(
                    school=school.unit, phase=phase_of(grade, system), cohort=cohort, number=number + 1
                )
                for number in range(several)
            ]
            rows += school.classes[cohort]
    SchoolClass.objects.bulk_create(rows)
