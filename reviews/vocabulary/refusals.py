"""A refusal as pages show it: with the way to its clause."""

from reviews.vocabulary.clauses import url_of
from web.refusals import Refusal


def refusal_context(refusal: Refusal | None) -> dict | None:
    """A refusal as a page shows it, with the way to its clause."""
    if refusal is None:
        return None
    return {"sentence": refusal.sentence, "clause": refusal.clause, "clause_url": url_of(refusal.clause)}
