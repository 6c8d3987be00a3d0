"""Checks of a response, which hold for every request."""

import functools
import re
from collections.abc import Mapping
from typing import Any

import orjson

from tests.support.stack import ROOT

PROBLEM = "application/problem+json"
FIELDS = {"type", "title", "status", "detail", "code", "errors"}
ROW = re.compile(r"^\| `(\w+)` \| (\d{3}) \|", re.MULTILINE)
DJANGO_CODES = {"bad_request": 400}  # the lower-case name of the status, see docs/errors.md


@functools.cache
def documented_codes() -> dict[str, int]:
    """Return the documented problem codes with their statuses."""
    return {
        code: int(status) for code, status in ROW.findall((ROOT / "docs/errors.md").read_text())
    } | DJANGO_CODES


def response_fault(status: int, headers: Mapping[str, str], body: bytes) -> str:
    """Return what is wrong with a response of the API; empty if it is as documented."""
    if status < 400:
        return ""
    if status >= 500 and status != 503:
        return f"it is a {status}: {body[:300]!r}"
    if headers.get("content-type") != PROBLEM:
        return f"a {status} is {headers.get('content-type')}, not a problem: {body[:300]!r}"
    for name, code in (("retry-after", 503), ("www-authenticate", 401), ("allow", 405)):
        if status == code and not headers.get(name):
            return f"a {status} has no {name}"
    return _problem_fault(status, body) if body else ""


def _problem_fault(status: int, body: bytes) -> str:
    try:
        problem: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return f"a {status} is not JSON: {body[:300]!r}"
    if not isinstance(problem, dict) or set(problem) != FIELDS or problem["status"] != status:
        return f"a {status} is not a valid problem: {body[:300]!r}"
    if documented_codes().get(problem["code"]) != status:
        return f"a {status} has an undocumented code: {problem['code']}"
    if not all(set(error) == {"field", "code", "detail"} for error in problem["errors"]):
        return f"a {status} has malformed errors: {body[:300]!r}"
    return ""
