"""The buttons that begin a ticket from where one is: on the page of a case, of a pupil (R8.6)."""

from django import template

from reviews.desk import context as desk
from tickets.forms import pages

register = template.Library()


@register.inclusion_tag("tickets/_starts.html", takes_context=True)
def ticket_starts(context, case="", student=""):
    """A button for each paper that the account may draft; nothing for others, and no statement of its own."""
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return {"starts": []}
    # Asked once for a page, however many rows it has.
    if not hasattr(request, "ticket_starts"):
        request.ticket_starts = pages.starts(request.user, desk.of(request).today)
    return {
        "starts": request.ticket_starts,
        "case": case,
        "student": student,
        "csrf_token": context.get("csrf_token"),
    }
