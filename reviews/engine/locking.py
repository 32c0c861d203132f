"""Reading a case to decide on it: locked, with its two schools and the rulebook's revision, in one statement."""

from ledger.statements import columns, planned, read_back
from orgs.people.models import Unit
from reviews.engine.models import Case, Step
from reviews.vocabulary.states import State

# What a decision needs to know of a school; the rest is read when it is asked for.
_UNIT = (
    "id",
    "name",
    "short_name",
    "level",
    "authority",
    "province",
    "league",
    "path",
    "school_system",
    "closed_on",
)


def locked_case(pk: int) -> tuple[Case, int]:
    """The case, locked against every other decision until the transaction ends, and the rulebook's revision.

    Raises :class:`Case.DoesNotExist`.
    """
    case_sql, case_names = columns(Case, "c")
    receiving_sql, unit_names = columns(Unit, "r", _UNIT)
    sending_sql, _ = columns(Unit, "s", _UNIT)
    with planned() as cursor:
        cursor.execute(
            f"SELECT (SELECT number FROM reviews_calendarrevision LIMIT 1), {case_sql}, {receiving_sql}, {sending_sql}"  # noqa: S608
            " FROM reviews_case c JOIN orgs_unit r ON r.id = c.receiving_unit_id"
            " JOIN orgs_unit s ON s.id = c.sending_unit_id WHERE c.id = %s FOR NO KEY UPDATE OF c",
            [pk],
        )
        row = cursor.fetchone()
    if row is None:
        raise Case.DoesNotExist
    at, size = 1 + len(case_names), len(unit_names)
    case = read_back(Case, case_names, row[1:at])
    case.receiving_unit = read_back(Unit, unit_names, row[at : at + size])
    case.sending_unit = read_back(Unit, unit_names, row[at + size :])
    return case, row[0] or 0


# For which units who has acted in the case so far; see reviews/engine/one_unit.py.
_ACTED = """ARRAY(SELECT ARRAY[o.unit_id, o.handler_person_id, o.signer_person_id]
    FROM reviews_step o WHERE o.case_id = t.case_id AND o.handler_person_id IS NOT NULL)"""


def open_step(case: Case) -> Step | None:
    """The step whose turn it is, or ``None`` before submission and after the end."""
    if case.state == State.DRAFT or not case.is_live:
        return None
    select, names = columns(Step, "t")
    with planned() as cursor:
        cursor.execute(
            f"SELECT {_ACTED}, {select} FROM reviews_step t WHERE t.case_id = %s AND t.closed_at IS NULL",  # noqa: S608
            [case.pk],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    step = read_back(Step, names, row[1:])
    step.acted = row[0]
    return step
