"""Calling the API in tests, as a program does: with a token, JSON in and out."""

import json

from django.test import Client

from orgs.sign_in import tokens
from web import clock

BASE = "/api/v1"
SENT = {"opinion": "情况属实，申请转入。"}
AGREED = {"opinion": "情况属实，同意转入。", "outcome": "agree"}


class Program:
    """A program that holds a token of ``account``; without one, a stranger."""

    def __init__(self, account=None):
        self.client = Client(enforce_csrf_checks=True)
        self.headers = {}
        if account is not None:
            if account.api_tokens.count() >= tokens.MOST - 1:
                account.api_tokens.filter(name="测试").delete()  # an account keeps so many and no more
            _, text = tokens.issue(account, "测试", clock.now(), 30, second_factor=True)
            self.headers["Authorization"] = f"Token {text}"

    def get(self, path, **query):
        """GET, with the parameters of the address."""
        return self.client.get(f"{BASE}{path}", query, headers=self.headers)

    def send(self, method, path, body=None, key="", **headers):
        """Any method with a JSON body."""
        extra = {**self.headers, **headers} | ({"Idempotency-Key": key} if key else {})
        data = "" if body is None else json.dumps(body)
        return self.client.generic(
            method, f"{BASE}{path}", data, content_type="application/json", headers=extra
        )

    def post(self, path, body=None, key=""):
        """POST."""
        return self.send("POST", path, body if body is not None else {}, key)

    def act(self, case, verb, body=None, key=""):
        """A verb."""
        return self.post(f"/cases/{case.number}/{verb}/", body, key)

    def attach(self, case, upload, key="", **typed):
        """A photograph."""
        extra = self.headers | ({"Idempotency-Key": key} if key else {})
        path = f"{BASE}/cases/{case.number}/proofs/"
        return self.client.post(path, {"file": upload, **typed}, headers=extra)


def refusal(answer, status=409):
    """The problem of an answer: it has this status, one sentence, a code."""
    assert answer.status_code == status, answer.content.decode()
    told = answer.json()
    assert told["sentence"].endswith("。"), told
    assert told["code"], told
    return told
