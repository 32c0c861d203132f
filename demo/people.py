"""The staff of the demonstration: for every unit a registrar and a head, two people each with one account (R0.5)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from django.contrib.auth.hashers import make_password

from demo.places import TOUR_SCHOOLS, School
from orgs.people.models import Account, Delegation, Person, Post, PostRole, Unit, UnitLevel
from orgs.staff.training_models import Training
from students.pupil.identity import FEMALE, MALE
from students.pupil.invented import Inventor
from web import pinyin

PASSWORD = "Xueji-2026-demo"  # noqa: S105 - printed for everyone who starts the trial
ADMINISTRATOR = "admin"
_ROLE_WORDS: dict[str, str] = {
    PostRole.REGISTRAR: "registrar",
    PostRole.HEAD: "head",
    PostRole.CLASS_TEACHER: "teacher",
    PostRole.TECHNICIAN: "technician",
    PostRole.ADMINISTRATOR: "administrator",
}
_WORDS = {
    "000000": "jiaoyubu",
    "150000": "neimenggu",
    "152500": "ximeng",
    "152522": "aba",
    "152525": "dongwu",
    "130000": "hebei",
    "210000": "liaoning",
}
# The accounts of the guided tour, in its order; `demo_accounts` prints them.
TOUR = [
    *(
        f"{word}-{role}"
        for word in ("aba1", "aba2", "dongwu1", "aba", "dongwu", "ximeng", "neimenggu", "jiaoyubu")
        for role in ("registrar", "head")
    ),
    "aba1-teacher",
    "neimenggu-technician",
    ADMINISTRATOR,
]


@dataclass
class Staff:
    """Who holds which post."""

    holders: dict[tuple[int, str], Account]

    def registrar(self, unit: Unit) -> Account:
        """The unit's registrar."""
        return self.holders[unit.pk, PostRole.REGISTRAR]

    def head(self, unit: Unit) -> Account:
        """The unit's head."""
        return self.holders[unit.pk, PostRole.HEAD]


def build(schools: list[School], today: date, inventor: Inventor) -> Staff:
    """Create persons, accounts and posts for every unit, the extra posts of the tour, and one administrator."""
    words = {school.unit.pk: school.word for school in schools} | _unit_words()
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=words)}
    wanted = [
        (words[pk], unit, role) for pk, unit in units.items() for role in (PostRole.REGISTRAR, PostRole.HEAD)
    ]
    wanted += [(s.word, s.unit, PostRole.CLASS_TEACHER) for s in schools if s.word in TOUR_SCHOOLS]
    region = next(unit for unit in units.values() if unit.code == "150000")
    wanted.append(("neimenggu", region, PostRole.TECHNICIAN))
    wanted.append(("", region, PostRole.ADMINISTRATOR))
    staff = Staff(appoint(wanted, date(today.year - 3, 9, 1), inventor, "D", today))
    _lend_one_post(staff, next(s.authority for s in schools if s.word == "dongwu1"), today)
    return staff


def appoint(
    wanted: Sequence[tuple[str, Unit, str]], since: date, inventor: Inventor, series: str, today: date
) -> dict[tuple[int, str], Account]:
    """A person, an account ``word-role`` and a post for each (word, unit, role); returns the account of each post."""
    sexes = [MALE if number % 3 else FEMALE for number in range(len(wanted))]
    people = [
        Person(
            name=(name := inventor.name(sex, inventor.ethnic())),
            staff_number=f"{series}{number:06d}",
            pinyin=pinyin.readings(name),
            phone=f"0479-82{number % 100_000:05d}",
        )
        for number, sex in enumerate(sexes, 1)
    ]
    Person.objects.bulk_create(people, batch_size=2000)
    _train(people, today)
    password = make_password(PASSWORD)
    accounts = []
    for (word, _, role), person in zip(wanted, people, strict=True):
        admin = role == PostRole.ADMINISTRATOR
        name = ADMINISTRATOR if admin else f"{word}-{_ROLE_WORDS[role]}"
        accounts.append(
            Account(username=name, password=password, person=person, is_staff=admin, is_superuser=admin)
        )
    Account.objects.bulk_create(accounts, batch_size=2000)
    rows = [
        Post(account=account, person=account.person, unit=unit, role=role, valid_from=since)
        for (_, unit, role), account in zip(wanted, accounts, strict=True)
    ]
    Post.objects.bulk_create(rows, batch_size=2000)
    return {(row.unit_id, row.role): row.account for row in rows}


def _train(people: list[Person], today: date) -> None:
    """Everybody was trained some months ago and holds a certificate for a year (R8.1)."""
    rows = []
    for at, person in enumerate(people):
        on = today - timedelta(days=60 + at % 200)
        rows.append(
            Training(
                person=person,
                trained_on=on,
                organiser="示例学籍培训中心",
                certificate=f"PX{on.year}{at:06d}",
                valid_until=on + timedelta(days=365),
                filed_on=on + timedelta(days=7),
            )
        )
    Training.objects.bulk_create(rows, batch_size=2000)


def _unit_words() -> dict[int, str]:
    """A short sign-in word for every unit of the administration: 阿巴嘎旗 → aba, 新城区 → xincheng."""
    units = list(Unit.objects.exclude(level=UnitLevel.SCHOOL).select_related("authority"))
    plain: dict[int | None, str] = {
        unit.pk: _WORDS.get(unit.code) or _spelled(unit.short_name) for unit in units
    }
    count = Counter(plain.values())
    return {
        unit.pk: plain[unit.pk]
        if count[plain[unit.pk]] == 1 or unit.code in _WORDS
        else f"{plain[unit.authority_id]}-{plain[unit.pk]}"
        for unit in units
    }


def _spelled(name: str) -> str:
    stem = name[:-1] if name[-1] in "旗县市区盟省" and len(name) > 2 else name
    return pinyin.main_reading(stem).replace(" ", "")


def _lend_one_post(staff: Staff, county: Unit, today: date) -> None:
    """The head of one county is away; the league's head decides there for the time being (代)."""
    post = Post.objects.get(unit=county, role=PostRole.HEAD)
    Delegation.objects.create(
        post=post,
        account=staff.head(cast(Unit, county.authority)),  # its league
        valid_from=today - timedelta(days=3),
        valid_until=today + timedelta(days=30),
        reason="外出培训",
    )
