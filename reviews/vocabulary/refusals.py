"""What the pages of cases and papers know of refusals: how one is shown, and which say that who asks has no post."""

from reviews.vocabulary.clauses import url_of
from web.refusals import Refusal

# What is wrong is who asks, not what is asked: there is no such post, nobody acts from it untrained (R8.1), or its unit
# was closed (R3.1).
NO_POST = ("no_seat", "untrained", "school_closed")


def refusal_context(refusal: Refusal | None) -> dict | None:
    """A refusal as a page shows it, with the way to its clause."""
    if refusal is None:
        return None
    return {"sentence": refusal.sentence, "clause": refusal.clause, "clause_url": url_of(refusal.clause)}
