"""The OpenAPI schema is complete and valid (`support/api_contract.py` checks each response)."""

import io

import pytest
from django.core.management import call_command

from tests.support import api_contract

PUBLIC = {
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


def test_the_schema_is_valid_and_generated_without_warnings():
    out = io.StringIO()
    call_command("spectacular", fail_on_warn=True, validate=True, stdout=out)
    assert out.getvalue().startswith("openapi: 3.1.0")


def test_every_operation_has_a_summary_a_unique_id_and_its_problems():
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))
    for path, verb, operation in operations():
        assert operation["summary"], path
        assert {"400", "401", "404", "429", "503"} <= set(operation["responses"])
        if verb != "get":
            assert {"403", "409", "413", "415", "422"} <= set(operation["responses"])
            keys = [parameter["name"] for parameter in operation["parameters"]]
            assert keys.count("Idempotency-Key") == 1


def test_every_operation_requires_a_token_except_the_public_ones():
    public = {
        path
        for path, _, operation in operations()
        if {"access": []} not in operation.get("security", [])
    }
    assert public == PUBLIC


def test_a_response_that_violates_the_schema_is_detected(alice):
    class Response:
        status_code = 200
        headers = {"Content-Type": "application/json"}  # noqa: RUF012
        content = b'{"posts": [{"id": 7}], "next": null}'

    with pytest.raises(AssertionError):
        api_contract.check("GET", "/api/posts", Response())
