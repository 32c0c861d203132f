"""Who is told that something waits for another person, and that it was confirmed (R0.5)."""

from collections.abc import Iterable
from datetime import date, datetime

from ledger import outbox
from ledger.outbox import OutboxMessage
from orgs.confirmations import confirming as confirmations
from orgs.confirmations.models import Confirmation
from orgs.people.models import Account, Post, PostRole
from orgs.people.seats import holders_of, not_over
from reviews.notices.sending import Letter, tell
from web import clock
from web.words import zh


@outbox.handler("confirmation")
def tell_of_facts(messages: list[OutboxMessage], now: datetime) -> None:
    """The person under every account, and the heads of the unit and of the one above; each once a fact."""
    day = clock.local_date(now)
    rows = Confirmation.objects.select_related(
        "person", "asked_by__person", "unit", "post__unit", "loan__post__unit", "confirmed_by__person"
    )
    facts = {row.pk: row for row in rows.filter(pk__in={message.payload["fact"] for message in messages})}
    people = {fact.person_id for fact in facts.values()}
    own: dict[int, list[int]] = {pk: [] for pk in people}
    for pk, person in Account.objects.filter(person__in=people, is_active=True).values_list("pk", "person"):
        own[person].append(pk)
    near = _units_of(people, facts.values(), day)
    heads: dict[int, list[int]] = {}
    for unit, role, account in holders_of({unit for units in near.values() for unit in units}, day):
        if role == PostRole.HEAD:
            heads.setdefault(unit, []).append(account)
    tell(
        (
            letter
            for message in messages
            if (fact := facts.get(message.payload["fact"])) is not None
            for letter in _letters(fact, message.dedup, own[fact.person_id], near[fact.person_id], heads)
        ),
        now,
    )


def _units_of(people: set[int], facts: Iterable[Confirmation], day: date) -> dict[int, set[int]]:
    """The units that a person's facts concern, and those above them."""
    near: dict[int, set[int]] = {pk: set() for pk in people}
    decide = (PostRole.REGISTRAR, PostRole.HEAD)
    posts = Post.objects.filter(not_over(day), role__in=decide, person__in=people)
    for person, unit, above in posts.values_list("person", "unit", "unit__authority"):
        near[person] |= {one for one in (unit, above) if one is not None}
    for fact in facts:
        if fact.unit is not None:
            near[fact.person_id] |= {one for one in (fact.unit.pk, fact.unit.authority_id) if one is not None}
    return near


def _letters(
    fact: Confirmation, dedup: str, own: list[int], units: set[int], heads: dict[int, list[int]]
) -> list[Letter]:
    what = confirmations.spoken(fact)
    if dedup.startswith("confirmed:"):
        by = fact.confirmed_by.display_name if fact.confirmed_by else zh("服务器上的命令")
        text = zh("{what}已由{by}确认，即时生效。", what=what, by=by)
        return [Letter(account, None, text, dedup, "/worklist/") for account in own]
    by = fact.asked_by.display_name if fact.asked_by else zh("服务器上的命令")
    mine = zh(
        "{by}为你办理了“{what}”，由另一人确认后生效；如不是你或单位要求的，请立即告知单位负责人。",
        by=by,
        what=what,
    )
    theirs = zh(
        "{by}为{name}办理了“{what}”，由本单位或上级单位的另一人在“本单位人员”页确认后生效；不知情的，不要确认。",
        by=by,
        name=fact.person.name,
        what=what,
    )
    told = {account for unit in units for account in heads.get(unit, ())} - set(own)
    letters = [Letter(account, None, mine, dedup) for account in own]
    return letters + [Letter(account, None, theirs, dedup, "/directory/own/") for account in sorted(told)]
