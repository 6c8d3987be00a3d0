"""What an answer must be like, whatever was sent."""

import functools
import re
from collections.abc import Mapping
from typing import Any

import orjson

from tests.support.stack import ROOT

PROBLEM = "application/problem+json"
FIELDS = {"type", "title", "status", "detail", "code", "errors"}
ROW = re.compile(r"^\| `(\w+)` \| (\d{3}) \|", re.MULTILINE)
OF_DJANGO = {"bad_request": 400}  # docs/errors.md: the name of its status in lower case


@functools.cache
def codes() -> dict[str, int]:
    """Return the codes of problems that are documented, with their statuses."""
    return {
        code: int(status) for code, status in ROW.findall((ROOT / "docs/errors.md").read_text())
    } | OF_DJANGO


def fault(status: int, headers: Mapping[str, str], body: bytes) -> str:
    """Return what is wrong with an answer of the API; empty when it is as documented."""
    if status < 400:
        return ""
    if status >= 500 and status != 503:
        return f"it is a {status}: {body[:300]!r}"
    if headers.get("content-type") != PROBLEM:
        return f"a {status} is {headers.get('content-type')}, no problem: {body[:300]!r}"
    for name, code in (("retry-after", 503), ("www-authenticate", 401), ("allow", 405)):
        if status == code and not headers.get(name):
            return f"a {status} has no {name}"
    return _fault_of_problem(status, body) if body else ""


def _fault_of_problem(status: int, body: bytes) -> str:
    try:
        said: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return f"a {status} is not JSON: {body[:300]!r}"
    if not isinstance(said, dict) or set(said) != FIELDS or said["status"] != status:
        return f"a {status} is no problem of ours: {body[:300]!r}"
    if codes().get(said["code"]) != status:
        return f"a {status} has a code that is not documented: {said['code']}"
    if not all(set(one) == {"field", "code", "detail"} for one in said["errors"]):
        return f"a {status} has errors of another shape: {body[:300]!r}"
    return ""
