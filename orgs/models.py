"""Django finds this app's tables here; everyone else imports them from where they stand."""

# ruff: noqa: F401
from orgs.confirmations.models import Confirmation
from orgs.people.models import Account, Delegation, Person, Post, Unit
from orgs.people.school_system import SchoolSystemPeriod
from orgs.sign_in.authenticator import Authenticator
from orgs.sign_in.models import OneTimeCode
from orgs.sign_in.tokens import ApiToken
from orgs.staff.models import AccessReview, Arrangement
from orgs.staff.presence_models import Presence
from orgs.staff.training_models import Training
