"""Requests of somebody who is signed in: every page but the public ones is reached by such only (orgs/sign_in)."""

from django.http import HttpRequest

from orgs.people.models import Account


class SignedInRequest(HttpRequest):
    """A request whose account is known; the wall of sign-in stands before every view that takes one."""

    user: Account
