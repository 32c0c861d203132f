"""The first look of a unit at a case: from then on the sign-off before it cannot be recalled."""

from datetime import datetime

from django.db import transaction

from ledger import audit
from orgs.people import scope
from orgs.people.models import Account
from reviews.engine.models import Case, Step
from web.clock import local_date


def mark(case: Case, step: Step | None, account: Account, now: datetime) -> bool:
    """Stamp that ``account``'s unit has opened its step; the first time only, so looking again writes nothing.

    The case is locked as by the door: a recall has either happened before, or finds the stamp.
    """
    if step is None or step.first_opened_at is not None:
        return False
    if step.unit_id not in scope.own_units(account, local_date(now)):
        return False
    with transaction.atomic():
        Case.objects.select_for_update(no_key=True, of=("self",)).filter(pk=case.pk).values_list("pk").first()
        fresh = Step.objects.filter(pk=step.pk, first_opened_at__isnull=True, closed_at__isnull=True)
        if not fresh.update(first_opened_at=now, first_opened_by=account):
            return False
        body = {"case": case.pk, "step": step.pk, "unit": step.unit_id}
        audit.record(
            audit.case_chain(case.pk),
            audit.actor_of(account),
            "case.open",
            body,
            subject=case.audit_subject,
        )
    step.first_opened_at, step.first_opened_by = now, account
    return True
