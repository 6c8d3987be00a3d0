"""Every answer of a test run keeps to the OpenAPI schema that clients are given."""

import functools
import re
import threading
from http.client import NOT_MODIFIED
from typing import Any

import orjson
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

PROBLEM, ZIP = "application/problem+json", "application/zip"
Operations = list[tuple[re.Pattern[str], dict[str, Any]]]


_lock = threading.Lock()


def schema() -> dict[str, Any]:
    """Return the OpenAPI document. It can't be made by two threads at once."""
    with _lock:
        return _schema()


@functools.cache
def _schema() -> dict[str, Any]:
    return dict(SchemaGenerator().get_schema(request=None, public=True))


@functools.cache
def _operations() -> Operations:
    found = [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + r"/?\Z"), verbs)
        for path, verbs in schema()["paths"].items()
    ]
    return sorted(found, key=lambda item: "[^/]+" in item[0].pattern)


@functools.cache
def _validator(pattern: str, method: str, code: str, kind: str) -> Draft202012Validator:
    verbs = next(verbs for path, verbs in _operations() if path.pattern == pattern)
    described = verbs[method]["responses"][code]["content"][kind]["schema"]
    return Draft202012Validator({**described, "components": schema()["components"]})


def check(method: str, path: str, answer: Any) -> None:
    """Fail unless the answer is one that the schema describes for this operation."""
    pattern, verbs = next(
        (item for item in _operations() if item[0].match(path.partition("?")[0])), (None, {})
    )
    described = verbs.get(method.lower(), {}).get("responses", {})
    code = str(answer.status_code)
    kind = answer.headers.get("Content-Type", "")
    if kind == ZIP:
        assert list(verbs[method.lower()]["responses"][code]["content"]) == [ZIP]
        return
    if answer.status_code == NOT_MODIFIED:
        assert code in described or method == "HEAD"
        assert not answer.content
        assert not kind
        return
    assert kind == (PROBLEM if answer.status_code >= 400 else "application/json"), kind
    if pattern is None or method.lower() not in verbs:
        assert code in {"200", "401", "404", "405"}, answer.content
        return
    assert code in described, f"{method} {path} answered {code}, which the schema does not know"
    body = orjson.loads(answer.content)
    errors = list(_validator(pattern.pattern, method.lower(), code, kind).iter_errors(body))
    assert not errors, f"{method} {path}: {errors}"
