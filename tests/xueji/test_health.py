"""The health page, asked by everything that watches the program."""

import pytest


@pytest.mark.django_db
def test_health_answers_without_signing_in(client, servers):
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "broker": True, "sentence": "运行正常。"}
