"""The OpenAPI schema is complete and valid (`support/api_contract.py` checks each response)."""

import io

import pytest
from django.core.management import call_command

from tests.support import api_contract

OPEN = {
    "/api/signup", "/api/signin", "/api/token/refresh", "/api/forgot-password",
    "/api/reset-password/{token}", "/api/verify-email/{token}",
    "/api/notifications/unsubscribe/{token}",
}  # fmt: skip


def operations():
    return [
        (path, verb, operation)
        for path, verbs in api_contract.schema()["paths"].items()
        for verb, operation in verbs.items()
    ]


def test_the_schema_is_made_without_warnings_and_is_valid():
    out = io.StringIO()
    call_command("spectacular", fail_on_warn=True, validate=True, stdout=out)
    assert out.getvalue().startswith("openapi: 3.1.0")


def test_every_operation_has_a_summary_an_id_of_its_own_and_its_problems():
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))
    for path, verb, operation in operations():
        assert operation["summary"], path
        assert {"400", "401", "404", "429", "503"} <= set(operation["responses"])
        if verb != "get":
            assert {"403", "409", "413", "415", "422"} <= set(operation["responses"])
            keys = [one["name"] for one in operation["parameters"]]
            assert keys.count("Idempotency-Key") == 1


def test_every_operation_asks_for_a_token_but_the_open_ones():
    without = {
        path for path, _, one in operations() if {"access": []} not in one.get("security", [])
    }
    assert without == OPEN


def test_an_answer_that_the_schema_does_not_describe_is_noticed(alice):
    class Answer:
        status_code = 200
        headers = {"Content-Type": "application/json"}  # noqa: RUF012
        content = b'{"posts": [{"id": 7}], "next": null}'

    with pytest.raises(AssertionError):
        api_contract.check("GET", "/api/posts", Answer())
