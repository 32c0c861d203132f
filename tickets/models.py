"""Django finds this app's tables here; everyone else imports them from where they stand."""

# ruff: noqa: F401
from tickets.forms.models import (
    AboutPeople,
    Complaint,
    Enclosure,
    Entry,
    ProblemReport,
    ReportedProblem,
    Supervision,
    Thread,
    Ticket,
    Verification,
)
