"""The people and things of the permission matrix: every role at every place around one case between two schools.

The case goes from ``third`` (the other side) to ``first`` (one's own school) and stands at the county above ``first``,
waiting to be handled; a text of that county was stopped and waits for the league's ruling. Beside it: a draft of
``first``, a pupil of ``third``, an archived copy kept by ``third``; a fault over the county above ``first``, and under it
another pupil of ``third`` whom ``first`` took in offline, and one of whom its head has not confirmed it; a draft of ``third`` for a change of status; its list of graduates, not yet signed; its list of children to be
registered late, not signed either, and a child whom the check of the month refused; the class of the pupil, in
the charge of the class teacher of ``third``, with a sent change sheet; the term's verification of the county above ``third``;
a pupil of ``third`` whose identity number a pupil abroad has too, with the draft of the school's answer; a roster that the registrar of ``third`` has exported; a drop-out of
``third``, not signed yet; a batch of formal numbers of the province, ended; a supervision that the league has issued to the
county above ``third``, with an enclosure, and another that is a draft; the month's bulletin of the province, not published.
"""

import hashlib
import re
import uuid
from datetime import timedelta

from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

from orgs.people.models import Account, Post, PostRole
from orgs.sign_in import tokens
from reviews.appeals import ruling as appeals
from reviews.engine.models import Attachment, Case
from reviews.evidence import files
from reviews.evidence.proofs import take_in
from reviews.notices.models import Notice
from reviews.rulebook import calendar
from reviews.rulebook.models import QuickPhrase
from students.admission.recruitment import actions as recruitment
from students.bulletins import drafting
from students.bulletins.counting import Month
from students.changes.key import drafting as key_drafting
from students.counter import photos
from students.counter.models import PrintBatch
from students.duplicates import problems
from students.numbers import issuing
from students.problems import answering
from students.pupil.models import Enrolment, ProblemRecord, Student
from students.roster import exporting as making
from students.tables.models import ImportBatch, ImportKind, ImportState
from students.year_end.models import GraduationRun
from tests import late_children, ticketed, upkept
from tests.world import World, png, rewritten
from tickets.forms import enclosures

PLACES = {
    "own": "first",
    "sibling": "second",
    "above": "east",
    "league": "league",
    "province": "im",
    "other": "third",
    "other_above": "west",
    "abroad": "abroad",
}
ROLES = ("registrar", "head", "class_teacher", "technician", "administrator")
OUTSIDERS = ("anonymous", "inactive", "former", "future", "postless", "staff")
# Registrar and head decide, so they stand at every place; the others wherever they might be taken for one who does.
MEMBERS = [f"{role}@{place}" for place in PLACES for role in ROLES[:2]]
MEMBERS += [f"{role}@{place}" for place in ("own", "other") for role in ROLES[2:]]
OTHERS = [name for name in MEMBERS if not name.startswith(("registrar", "head"))] + list(OUTSIDERS[2:])


def walk(patterns, before=""):
    """Every address of a resolver as it is written, with its name and view."""
    for entry in patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry.url_patterns, route)
        else:
            yield route, entry.name, entry.callback


def addresses() -> list[tuple[str, str, object]]:
    """Every address of the program; those of the API without their regular expressions."""
    found = walk(get_resolver().url_patterns)
    return [(_plain(route), name, view) for route, name, view in found]


def _plain(route: str) -> str:
    """``v1/^units/(?P<code>[0-9]+)/$`` as ``v1/units/<code>/``."""
    route = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", route)
    return route.replace("^", "").replace(".*", "*").removesuffix("$")


class Scene:
    """Actors by ``role@place`` or by name, signed in; things by the word that the matrix uses."""

    def __init__(self, now=None):
        self.form: dict = {}
        self.world = world = World(now)
        self.actors = {name: self._member(*name.split("@")) for name in MEMBERS}
        self.actors |= {
            "anonymous": None,
            "inactive": self._person("inactive", is_active=True),
            "former": self._post("former", valid_until=world.today),
            "future": self._post("future", valid_from=world.today + timedelta(days=1)),
            "postless": self._person("postless"),
            "staff": self._person("staff", is_staff=True),
        }
        self.clients = {name: self._signed_in(account) for name, account in self.actors.items()}
        Account.objects.filter(username="inactive").update(is_active=False)
        self._things()

    def _member(self, role, place):
        unit = getattr(self.world, PLACES[place])
        if role == PostRole.REGISTRAR:
            return self.world.registrar(unit)
        if role == PostRole.HEAD:
            return self.world.head(unit)
        return self.world.account(unit, PostRole(role))

    def _person(self, name, **flags):
        return Account.objects.create_user(name, person=self.world.person(), **flags)

    def _post(self, name, **period):
        """A registrar of the own school whose time is over, or has not come."""
        account = self._person(name)
        since = {"valid_from": self.world.today - timedelta(days=400)} | period
        Post.objects.create(account=account, unit=self.world.first, role=PostRole.REGISTRAR, **since)
        return account

    def _signed_in(self, account):
        client = Client()
        client.raise_request_exception = False
        if account is not None:
            client.force_login(account)
        return client

    def _things(self):
        world = self.world
        self.moved = world.pupil(world.third)
        world.finish(world.submitted(world.first, self.moved))
        self.archive = Enrolment.objects.get(student=self.moved, archive__isnull=False)
        self.draft = world.draft(world.first, world.pupil(world.third))
        self.running = world.decide(world.submitted(world.first, world.pupil(world.third)))
        self.pupil = world.pupil(world.third)
        change = world.changing(world.pupil(world.third), "leaving_otherwise")
        take_in(change, world.registrar(world.third), png())
        self.change = Case.objects.get(pk=change.pk)
        keychange = key_drafting.begin(world.pupil(world.third), world.registrar(world.third), world.now)
        take_in(keychange, world.registrar(world.third), png())
        self.keychange = Case.objects.get(pk=keychange.pk)
        oldest = world.pupil(world.third, grade=6)
        self.run = GraduationRun.objects.create(
            number="BY-2026-SCENE000",
            school=world.third,
            cohort=oldest.cohort,
            grade=6,
            prepared_by=world.registrar(world.third),
        )
        mine = self.actors["registrar@own"]
        self.notice = Notice.objects.create(account=mine, case=self.running, text="有新业务", dedup="scene")
        self.phrase = QuickPhrase.objects.create(account=mine, outcome="agree", text="情况属实，同意。")
        self.unit_phrase = QuickPhrase.objects.create(unit=world.first, outcome="agree", text="同意转入。")
        self.fault = world.fault(world.east)
        self.offline = world.taken_in(world.first, world.pupil(world.third), self.fault)
        self.unconfirmed = world.taken_in(world.first, world.pupil(world.third), self.fault, confirmed=False)
        self.appeal = appeals.raise_(
            self.running,
            self.actors["registrar@above"],
            opinion="材料不齐不办是旧通知里的话，家长本人不再转学。",
            outcome="refuse",
            reason="guardian_objects",
        )
        self.batch = issuing.prepare(self.actors["registrar@province"], world.now)
        issuing.carry_on(world.now)
        issuing.confirm(self.batch, self.actors["head@province"], world.now, "核对无误，同意下发。")
        issuing.carry_on(world.now)
        photos.take_in(self.pupil, world.registrar(world.third), png((614, 756)), world.today)
        self.prints = PrintBatch.objects.create(
            number="DP-2026-SCENE000",
            unit=world.third,
            school=world.third,
            phase=self.pupil.phase,
            cohort=self.pupil.cohort,
            total=1,
            asked_by=world.registrar(world.third),
        )
        given_back, lines = uuid.uuid4(), b"lines given back"
        files.store(given_back, lines)
        self.imported = ImportBatch.objects.create(
            number="DR-2026-SCENE000",
            kind=ImportKind.REGISTRATION,
            unit=world.third,
            state=ImportState.READY,
            sha256="0" * 64,
            size=1,
            total=1,
            same=1,
            returned=given_back,
            returned_sha256=hashlib.sha256(lines).hexdigest(),
            asked_by=world.registrar(world.third),
        )
        # Recruited by a sibling of “other”: it is of the same county.
        nine = world.school("示例九年一贯制学校", world.west, lowest=1, highest=9)
        recruitment.add([world.graduate(world.third)], nine, world.registrar(nine), world.now)
        (self.recruited,) = recruitment.send(nine, world.registrar(nine), world.now, "录取属实，上报核办。")
        self.late, self.late_child = late_children.sent(world, world.third)
        self.refused = late_children.refused(world, world.third, world.pupil(world.second))
        claimant, other = world.pupil(world.third, letter="G"), world.pupil(world.abroad)
        rewritten(Student.objects.filter(pk=other.pk), id_number_index=claimant.id_number_index)
        problems.check([claimant.pk], "nightly")
        self.problem = ProblemRecord.objects.get(student=claimant)
        answer = answering.begin(self.problem, world.registrar(world.third), world.now)
        take_in(answer, world.registrar(world.third), png())
        self.answer = Case.objects.get(pk=answer.pk)
        self.sheet = upkept.sheet_of(world, self.pupil, self.actors["class_teacher@other"])
        self.round = upkept.round_of(world, world.west)
        self.export = making.ask(world.third, world.registrar(world.third), world.now, form="csv")
        self.dropout = upkept.dropout_of(world, world.third)
        drafted = ticketed.supervision(world, handler=world.west)
        enclosures.add(drafted.number, world.registrar(world.league), png(), world.now)
        self.ticket = ticketed.issued(world, drafted)
        self.ticket_draft = ticketed.supervision(world, handler=world.west)
        month = Month.of(world.today)
        self.bulletin = drafting.draft(world.im, month, calendar.current(), world.now)
        self.token, _ = tokens.issue(mine, "统计", world.now, 9, second_factor=False)

    def parts(self, thing: str) -> dict:
        """What fills the variable parts of an address for the thing."""
        thing, _, verb = thing.partition(" ")
        if thing in ("draft", "running", "change", "keychange", "answer"):
            case = getattr(self, thing)
            proof = Attachment.objects.filter(case=case).first()
            # What every form of a case brings along.
            self.form = {"revision": case.revision, "key": "0" * 22}
            return {"number": case.number, "key": str(proof.key), "verb": verb}
        self.form = {}
        return {
            "": {},
            "pupil": {"key": str(self.pupil.key), "block": "contact"},
            "archive": {"pk": self.archive.pk},
            "post": {"pk": self.actors["registrar@own"].posts.get(unit=self.world.first).pk},
            "fault": {"number": self.fault.number},
            "offline": {"number": self.offline.number},
            "unconfirmed": {"number": self.unconfirmed.number},
            "notice": {"pk": self.notice.pk},
            "phrase": {"pk": self.phrase.pk},
            "unit_phrase": {"pk": self.unit_phrase.pk},
            "batch": {"number": self.batch.number},
            "receipt": {"number": self.batch.number, "code": self.world.third.code},
            "token": {"pk": self.token.pk},
            "appeal": {"pk": self.appeal.pk},
            "school": {"code": self.world.abroad.code},
            "graduation": {"number": self.run.number},
            "list": {"number": self.recruited.number},
            "late": {"number": self.late.number},
            "month": {"number": self.refused.month.number},
            "refused": {"key": str(self.refused.key)},
            "ticket": {
                "number": self.ticket.number,
                "key": str(self.ticket.enclosures.get().key),
            },
            "ticket_draft": {"number": self.ticket_draft.number},
            "bulletin": {"number": self.bulletin.number},
            "supervision": {"kind": "supervision"},
            "dropout": {"number": self.dropout.number},
            "export": {"number": self.export.number},
            "problem": {"pk": self.problem.pk},
            "class": {"pk": self.pupil.school_class_id, "key": str(self.pupil.key)},
            "sheet": {"number": self.sheet.number},
            "round": {"number": self.round.number},
            "part": {"number": self.round.number, "code": self.world.third.code},
            "table": {"kind": "registration"},
            "import": {"number": self.imported.number},
            "prints": {"number": self.prints.number},
            "code": {"code": "0" * 26},
            "unknown": {"key": "nosuchkey"},
        }[thing]
