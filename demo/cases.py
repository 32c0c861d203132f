"""Which stories there are: some 150 cases in every state, told backwards from the last working day before today."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import permutations

from demo.people import Staff
from demo.places import School
from demo.pupils import Pupil, Register
from demo.story import Cast, Story
from reviews.engine import book as rulebook
from reviews.rulebook.notice_values import IN_PROVINCE
from reviews.vocabulary.states import Outcome, State
from students.pupil.grades import grade_of
from transfers.moving.models import TransferReason
from web.clock import SHANGHAI, local_date

_AGREE = [
    "情况属实，同意转入。",
    "学籍信息一致，同意。",
    "材料齐全清晰，同意办理。",
    "已与家长核对，信息无误，同意。",
]
_SUBMIT = [
    "学生已在本校就读，申请转入学籍。",
    "监护人已在本地居住，情况属实，申请转入。",
    "材料齐全清晰，申请转入。",
]
_RETURN = "班级请再核对一次后送我核办。"
_WITHDRAW = "家长来电说明暂不转学，撤销本次申请。"
_REFUSE = [
    ("reason_untrue", "经与用人单位核对，证明所写工作单位与实际不符，不同意办理。"),
    ("guardian_objects", "监护人今日到校书面表示不再转学，不同意办理。"),
]
_SEND_BACK = [
    ("proof_unreadable", "第一张照片反光，公章看不清，请重新拍摄上传。"),
    ("reason_mistaken", "证明为房屋租赁合同，原因请改选后再送。"),
    ("class_mistaken", "转入班级与学生实际就读班级不一致，请更正。"),
]


_COMMON_REASONS = ["hukou_move", "migrant_child", "house", "job_transfer", "special_group"]


@dataclass(frozen=True)
class Kind:
    """How many cases of a kind; ``last`` is in working days before the last one: from, to."""

    count: int
    events: tuple[str, ...]
    last: tuple[int, int] = (0, 6)
    route: int = 0


def _passes(stages: int) -> tuple[str, ...]:
    """Sent off and agreed at so many stages."""
    return ("submit", *(("sign",) if stages else ()), *(("handle", "sign") * (stages - 1)))


_BACK = ("handle back", "sign back")
# Where a case of four stages stands in the middle; a late one has long been there.
_PLAN = [
    Kind(9, ("draft",), (0, 4)),
    Kind(9, _passes(0), (0, 5)),
    Kind(3, _passes(0), (9, 16)),
    Kind(4, (*_passes(0), "return"), (0, 3)),
    Kind(11, _passes(1), (0, 7), 4),
    Kind(4, _passes(1), (9, 24), 4),
    Kind(6, (*_passes(1), "handle"), (0, 4), 4),
    Kind(2, (*_passes(1), "handle"), (11, 20), 4),
    Kind(2, (*_passes(1), "handle", "return"), (0, 3), 4),
    Kind(9, _passes(2), (0, 7), 4),
    Kind(4, _passes(2), (9, 25), 4),
    Kind(6, (*_passes(2), "handle"), (0, 5), 4),
    Kind(6, _passes(3), (0, 6), 4),
    Kind(3, _passes(3), (9, 18), 4),
    Kind(4, (*_passes(3), "handle"), (0, 5), 4),
    Kind(4, _passes(1), (0, 6), 3),
    Kind(4, _passes(2), (0, 6), 3),
    Kind(2, (*_passes(2), "handle"), (0, 9), 3),
    Kind(3, (*_passes(1), *_BACK), (0, 4), 4),
    Kind(3, (*_passes(2), *_BACK), (0, 12), 4),
    Kind(3, (*_passes(2), *_BACK, "handle"), (0, 4), 4),
    Kind(2, (*_passes(2), "recall"), (0, 2), 4),
    Kind(1, (*_passes(1), "recall"), (0, 2), 3),
    Kind(20, _passes(4), (0, 45), 4),
    Kind(9, _passes(3), (0, 45), 3),
    Kind(4, (*_passes(2), *_BACK, "handle", "sign", *("handle", "sign") * 2), (1, 30), 4),
    Kind(4, (*_passes(2), "handle no", "sign no"), (0, 30), 4),
    Kind(2, (*_passes(1), "handle no", "sign no"), (0, 30), 4),
    Kind(2, (*_passes(0), "sign no"), (0, 30)),
    Kind(5, (*_passes(2), "withdraw"), (0, 30), 4),
    Kind(2, (*_passes(0), "withdraw"), (0, 30)),
    Kind(2, ("draft", "withdraw"), (0, 20)),
    Kind(6, (*_passes(2), "expire"), (66, 95), 4),
]
# Every second story is set among the schools of the tour, so that each of its accounts finds work.
_TOUR_FAR = [
    ("aba1", "dongwu1"),
    ("dongwu1", "aba1"),
    ("aba2", "dongwu1"),
    ("aba1", "dongwu2"),
    ("dongwu1", "aba2"),
]
_TOUR_NEAR = [("aba1", "aba2"), ("aba2", "aba1")]


def tell(schools: list[School], register: Register, staff: Staff, today: date, seed: int) -> list[Story]:
    """All stories, oldest first."""
    return _Teller(schools, register, staff, today, seed).tell()


class _Teller:
    def __init__(self, schools: list[School], register: Register, staff: Staff, today: date, seed: int):
        self.random = random.Random(seed + 1)  # noqa: S311 - it must repeat
        self.cast = Cast(rulebook.current(), staff, today, self.random)
        self.schools = {school.word: school for school in schools if school.unit.code[2:4] == "15"}
        self.pairs = self._pairs()
        self.free: dict[str, list[Pupil]] = {}
        for pupil in register.pupils:
            if pupil.free and pupil.student.pk not in register.troubled:
                self.free.setdefault(pupil.school.word, []).append(pupil)
        self.reasons = list(TransferReason.objects.filter(key__in=_COMMON_REASONS).order_by("position"))

    def tell(self) -> list[Story]:
        stories = []
        for kind in _PLAN:
            for number in range(kind.count):
                story = self._story(kind, number)
                self._play(story, kind)
                story.close()
                stories.append(story)
        return sorted(stories, key=lambda story: story.case.created_at)

    # ------------------------------------------------------------ who

    def _story(self, kind: Kind, number: int) -> Story:
        near = kind.route == 3 or (kind.route == 0 and number % 2 == 1)
        tour = _TOUR_NEAR if near else _TOUR_FAR
        for _ in range(200):
            if number % 2 == 0:
                receiving, sending = (self.schools[word] for word in tour[number // 2 % len(tour)])
            else:
                receiving, sending = self.random.choice(self.pairs[near])
            pupil = self._pupil(receiving, sending)
            if pupil is not None:
                return Story(self.cast, pupil, receiving, sending, self.random.choice(self.reasons))
        raise LookupError("no pupil is left for this kind of case")

    def _pairs(self) -> dict[bool, list[tuple[School, School]]]:
        """Schools that teach a grade both: those under one authority (True) and the others (False)."""
        pairs: dict[bool, list] = {True: [], False: []}
        for receiving, sending in permutations(self.schools.values(), 2):
            one, two = receiving.unit, sending.unit
            if min(receiving.highest, sending.highest) > max(receiving.lowest, sending.lowest):
                pairs[one.authority_id == two.authority_id].append((receiving, sending))
        return pairs

    def _pupil(self, receiving: School, sending: School) -> Pupil | None:
        """A pupil whom both schools taught last year too, so that the grade fits whenever the case began."""
        fitting = [
            pupil
            for pupil in self.free.get(sending.word, ())
            if self._grade(pupil) - 1 >= max(receiving.lowest, sending.lowest)
            and self._grade(pupil) <= receiving.highest
        ]
        if not fitting:
            return None
        pupil = self.random.choice(fitting)
        self.free[sending.word].remove(pupil)
        return pupil

    def _grade(self, pupil: Pupil) -> int:
        return grade_of(pupil.student, self.cast.today, "")

    # ------------------------------------------------------------ when

    def _play(self, story: Story, kind: Kind) -> None:
        times = self._times(kind)
        first = times[0]
        if kind.events[0] == "draft":
            bare = self.random.random() < 0.4 and len(kind.events) == 1
            story.draft(first, filled=not bare, photographs=0 if bare else 1)
        else:
            story.draft(
                first - timedelta(minutes=self.random.randint(12, 35)),
                photographs=self.random.choice((1, 1, 1, 2)),
            )
        for event, at in zip(kind.events, times, strict=True):
            self._do(story, event, at)
        if story.step is not None and story.now["awaiting"] == "handle" and self.random.random() < 0.4:
            story.opened(times[-1] + timedelta(minutes=self.random.randint(20, 90)))

    def _times(self, kind: Kind) -> list[datetime]:
        """An instant for each event, on working days, none of them sent off in a closed window."""
        calendar, weights = self.cast.book.calendar, (4, 5, 3, 2, 1)
        ends = kind.events[-1] in ("expire", "withdraw") or len(kind.events) > 7
        for attempt in range(3):
            gaps = [self.random.choices(range(5), weights)[0] // (attempt + 1) for _ in kind.events[1:]]
            gaps = [0 if event == "recall" else gap for event, gap in zip(kind.events[1:], gaps, strict=True)]
            age = self.random.randint(*kind.last)
            day = calendar.add(self.cast.today, -1 - age)
            days = [day]
            for gap in reversed(gaps):
                day = calendar.add(day, -gap) if gap else day
                days.insert(0, day)
            if kind.events[0] == "submit":
                days[0] = self._open_day(days[0])
            if ends or days[0] > self.cast.today - timedelta(days=86):
                break
        return self._in_office_hours(days, kind.events)

    def _open_day(self, day: date) -> date:
        """The day, or the last working days before the closed window it lies in (R3.5)."""
        book, found = self.cast.book, day
        region = next(iter(self.schools.values())).unit.province_id
        while book.closed(IN_PROVINCE, region, datetime.combine(found, time(12), SHANGHAI)):
            found -= timedelta(days=1)
        if found != day:
            found = book.calendar.add(found, -self.random.randint(1, 6))
        return found

    def _in_office_hours(self, days: list[date], events: tuple[str, ...]) -> list[datetime]:
        times: list[datetime] = []
        for day, event in zip(days, events, strict=True):
            at = datetime.combine(day, time(8, 45), SHANGHAI) + timedelta(
                seconds=self.random.randint(0, 3000)
            )
            if times and local_date(times[-1]) == day:
                at = times[-1] + timedelta(seconds=self.random.randint(1500, 3600))
            if event == "recall":
                at = times[-1] + timedelta(minutes=4, seconds=self.random.randint(0, 200))
            times.append(at)
        return times

    # ------------------------------------------------------------ what

    def _do(self, story: Story, event: str, at: datetime) -> None:
        pick = self.random.choice
        verb, _, how = event.partition(" ")
        if verb == "submit":
            story.submit(at, pick(_SUBMIT))
        elif verb in ("handle", "sign"):
            self._decide(story, verb, how, at)
        elif verb == "return":
            story.give_back(at, _RETURN)
        elif verb == "withdraw":
            story.withdraw(at, _WITHDRAW if story.step else "")
        elif verb == "expire":
            story.expire()
        elif verb == "recall":
            story.recall(at)

    def _decide(self, story: Story, verb: str, how: str, at: datetime) -> None:
        act = getattr(story, verb)
        if how == "no":
            reason, opinion = _REFUSE[len(story.pupil.student.name) % len(_REFUSE)]
            act(at, opinion, Outcome.REFUSE, reason)
        elif how == "back":
            reason, opinion = _SEND_BACK[len(story.pupil.student.name) % len(_SEND_BACK)]
            act(at, opinion, Outcome.SEND_BACK, reason)
        elif story.now["state"] == State.CORRECTION:
            act(at, "已按要求补正，请审核。")
        else:
            act(at, self.random.choice(_AGREE))
