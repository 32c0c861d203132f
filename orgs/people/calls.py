"""Calls of the API by somebody who is signed in: every resource but the documentation (orgs/sign_in/api_access)."""

from rest_framework.request import Request

from orgs.people.models import Account


class SignedInCall(Request):
    """A call whose account is known; the permission to call anything stands before every resource that takes one."""

    user: Account
