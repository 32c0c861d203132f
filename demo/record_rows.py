"""Plausible invented values for the records of the demonstration's pupils; telephones of no operator, places that say so."""

import random

from students.pupil import sealing
from students.pupil.invented import Inventor
from students.pupil.models import PupilRecord, Student

_TALENTS = ("", "", "", "绘画", "长跑", "马头琴", "书法", "摔跤", "合唱", "足球")
_PROVINCES = (
    "130722",
    "140202",
    "210102",
    "220102",
    "640104",
)  # where pupils with a residence permit come from
_ISSUERS = "示例公安局示例派出所"


def row(student: Student, school, inventor: Inventor, chance: random.Random, sealer) -> PupilRecord:
    """The record of one pupil, whose key is set; a few lack items, so that a page has something to tell."""
    away = student.migrant_worker_child
    distance = round(chance.triangular(0.2, 12, 1), 1)
    home = chance.choice(_PROVINCES) if away else school.division
    details = {
        "birth_place": home,
        "native_place": home,
        "household_division": home,
        "household_type": chance.choice("12"),
        "nationality": "CHN",
        "overseas": "00",
        "political_status": "03" if chance.random() < 0.05 and student.cohort <= 2018 else "13",
        "health": "10",
        "talents": chance.choice(_TALENTS),
        "entrance_mode": "21" if school.unit.lowest_grade >= 10 else "11",
        "boarding": "2" if distance > 6 else "1",
        "student_source": "1",
        "class_number": str(chance.randrange(1, 46)),
        "mail_address": student.address,
        "home_address": student.address,
        "postcode": f"02{chance.randrange(1000, 9999)}",
        "only_child": chance.choice("01"),
        "preschool": "1",
        "orphan": "0",
        "martyr_child": "0",
        "inclusive_class": "1",
        "disability": "1",
        "bought_place": "0",
        "needs_aid": "1" if chance.random() < 0.06 else "0",
        "boarding_subsidy": "1" if distance > 6 else "0",
        "commute_distance": f"{distance:g}",
        "commute_mode": "5" if distance > 2 else chance.choice("124"),
        "school_bus": "1" if distance > 2 else "0",
    }
    if chance.random() < 0.04:
        del details["postcode"], details["home_address"]
    held = away and chance.random() < 0.7
    return PupilRecord(
        student=student,
        details={key: text for key, text in details.items() if text},
        phone_sealed=sealer.seal(inventor.phone(), student.pk),
        permit_held=held,
        permit_issuer=_ISSUERS if held else "",
        permit_issued_on=student.entered_on if held else None,
    )


def rows(pupils, seed: int) -> list[PupilRecord]:
    """The records of all pupils; the same for the same seed, and no other part of the demonstration changes by it."""
    chance = random.Random(seed)  # noqa: S311 - nothing here is secret; it must repeat
    inventor = Inventor(seed)
    sealer = sealing.sealer("students_pupilrecord", "phone_sealed")
    return [row(one.student, one.school, inventor, chance, sealer) for one in pupils]


def of_guardian(address: str, division: str, ethnic: str) -> dict[str, str]:
    """The rarer items of a guardian."""
    return {"address": address, "household_division": division, "ethnic": ethnic}
