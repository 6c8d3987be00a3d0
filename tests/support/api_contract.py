"""Checks every response of a test run against the OpenAPI schema."""

import functools
import re
from http.client import NOT_MODIFIED
from typing import Any

import orjson
from jsonschema import Draft202012Validator

from mysocial.api.openapi_document import openapi_document

PROBLEM, ZIP = "application/problem+json", "application/zip"
ALIASES = {"/api/v1/chat/message": "/api/v1/chat/messages"}
Operations = list[tuple[re.Pattern[str], dict[str, Any]]]


def schema() -> dict[str, Any]:
    """Return the OpenAPI document."""
    return openapi_document()


def paths() -> dict[str, Any]:
    """Return the operations of each path of the site."""
    base = schema()["servers"][0]["url"]
    return {base + path: verbs for path, verbs in schema()["paths"].items()}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of the document, or the component that it refers to."""
    while reference := part.get("$ref"):
        part = schema()
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]
    return part


@functools.cache
def _operations() -> Operations:
    operations = [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + r"/?\Z"), verbs)
        for path, verbs in paths().items()
    ]
    return sorted(operations, key=lambda operation: "[^/]+" in operation[0].pattern)


@functools.cache
def _validator(pattern: str, method: str, code: str, content_type: str) -> Draft202012Validator:
    verbs = next(verbs for path, verbs in _operations() if path.pattern == pattern)
    content_schema = resolved(verbs[method]["responses"][code])["content"][content_type]["schema"]
    return Draft202012Validator({**content_schema, "components": schema()["components"]})


def check(method: str, path: str, response: Any) -> None:
    """Fail unless the schema of the operation describes the response."""
    path = path.partition("?")[0]
    path = ALIASES.get(path, path)
    pattern, verbs = next((item for item in _operations() if item[0].match(path)), (None, {}))
    documented = verbs.get(method.lower(), {}).get("responses", {})
    code = str(response.status_code)
    content_type = response.headers.get("Content-Type", "")
    if content_type == ZIP:
        assert list(verbs[method.lower()]["responses"][code]["content"]) == [ZIP]
        return
    if response.status_code == NOT_MODIFIED:
        assert code in documented or method == "HEAD"
        assert not response.content
        assert not content_type
        return
    expected = PROBLEM if response.status_code >= 400 else "application/json"
    assert content_type == expected, content_type
    if pattern is None or method.lower() not in verbs:
        assert code in {"200", "401", "404", "405", "429"}, response.content
        return
    assert code in documented, (
        f"{method} {path} returned {code}, which the schema does not document"
    )
    body = orjson.loads(response.content)
    validator = _validator(pattern.pattern, method.lower(), code, content_type)
    errors = list(validator.iter_errors(body))
    assert not errors, f"{method} {path}: {errors}"
