"""A site of four addresses for tests of the web server itself: one that tells, one that waits, two that send much."""

import json
import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.program")
django.setup()

PIECE = b"x" * 65536


def site(environ, start_response):
    """Tell what arrived; /slow waits until the file of its query is there; /much and /stream send 20 MB."""
    path = environ["PATH_INFO"]
    if path == "/slow":
        while not os.path.exists(environ["QUERY_STRING"]):
            time.sleep(0.02)
    if path == "/stream":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return (PIECE for _ in range(320))
    told = {name: value for name, value in environ.items() if isinstance(value, str)}
    told["body"] = len(environ["wsgi.input"].read())
    body = PIECE * 320 if path == "/much" else json.dumps(told).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
