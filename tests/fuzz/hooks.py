"""Hooks and checks of schemathesis, which loads this module in a process of its own.

The environment variable `FUZZ` has the role and the existing ids.
"""

import json
import os
import re
import zlib
from typing import Any

import httpx
import schemathesis

from tests.fuzz import response_checks

CONFIG: dict[str, Any] = json.loads(os.environ["FUZZ"])
ID = re.compile(r"[0-9a-f]{24}")
URL, ROLE, IDS = CONFIG["url"], CONFIG["role"], CONFIG["ids"]
COLLECTIONS = {"sessions": "sessions", "comments": "comments", "posts": "posts", "users": "users"}
COLLECTIONS |= {"notifications": "notifications", "messages": "messages"}
# Texts of errors that no schema can predict, because they depend on a rule or on stored data.
BUSINESS_RULE_TEXTS = re.compile(
    r"""You\ cannot | There\ is\ nothing\ to\ change
    | This\ is\ not\ your\ password | This\ link\ has\ expired | This\ is\ not\ valid
    | Invalid\ cursor
    | Give\ (one|either) | Enter\ 1\ to\ \d+\ characters\ of\ a\ name
    | This\ shows\ nothing | A\ letter\ may\ have\ at\ most | This\ has\ .+\ characters
    | This\ takes\ .+\ bytes | Enter\ an\ http | A\ password\ may\ have
    | The\ password\ is\ too | This\ password\ is | This\ must\ be\ an\ https\ address\ at\ one\ of
    | At\ most\ 255\ printable\ ASCII
    | Null\ characters\ are\ not\ allowed | This\ field\ may\ not\ be\ blank
    | This\ must\ be\ a\ file\ or\ a\ base64\ data\ URL
    | Enter\ a\ valid | This\ may\ not\ be\ empty""",
    re.VERBOSE,
)


class _Member:
    """A member who signs in again when a request has ended the session."""

    token = ""
    may_be_ended = False

    def access(self) -> str:
        if self.may_be_ended:
            self.may_be_ended = False
            headers = {"Authorization": f"Bearer {self.token}"}
            if httpx.get(f"{URL}/api/v1/users/me", headers=headers).status_code == 401:
                self.token = ""
        if not self.token:
            response = httpx.post(f"{URL}/api/v1/signin", json=CONFIG["sign_in"], timeout=20)
            self.token = response.json()["access"]
        return self.token


MEMBER = _Member()


@schemathesis.auth(refresh_interval=None)
class Caller:
    """The credentials of the role."""

    def get(self, case: Any, ctx: Any) -> str:
        return MEMBER.access() if ROLE == "member" else CONFIG["token"]

    def set(self, case: Any, data: str, ctx: Any) -> None:
        if ROLE == "staff":
            case.cookies = {**(case.cookies or {}), "sessionid": data, "__Host-sessionid": data}
        elif data:
            case.headers["Authorization"] = f"Bearer {data}"


def _existing_id(kind: str, value: str) -> str:
    """Return an existing id in place of most well-formed ids, always the same one."""
    number = zlib.crc32(value.encode())
    ids = IDS.get(kind) or IDS["users"]
    return value if number % 8 == 0 else str(ids[number % len(ids)])


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and ID.fullmatch(value) is not None


def _kind(path: str, name: str = "") -> str:
    if name:
        return "users" if name in {"receiver_id", "sender_id", "user_id"} else name[:-3] + "s"
    before = path.partition("/{")[0].rpartition("/")[2]
    return COLLECTIONS.get(before, "users")


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    if not path_parameters or not context.operation:
        return path_parameters
    kind = _kind(context.operation.path)
    return {
        name: _existing_id(kind, value) if _is_id(value) else value
        for name, value in path_parameters.items()
    }


@schemathesis.hook
def map_query(context: Any, query: Any) -> Any:
    if not query or not isinstance(query.get("id"), list):
        return query
    ids = [_existing_id("users", pk) if _is_id(pk) else pk for pk in query["id"]]
    return {**query, "id": ids}


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {
        name: _existing_id(_kind("", name), value) if _is_id(value) else value
        for name, value in body.items()
    }


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    if ROLE != "member":
        return
    if response.status_code == 401:
        MEMBER.may_be_ended = True
    elif response.status_code == 201:
        for noun, value in json.loads(response.content).items():
            if isinstance(value, dict) and ID.fullmatch(str(value.get("id"))):
                IDS.setdefault(noun.replace("chat_", "") + "s", []).append(value["id"])


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Ignore rejections for a reason that the schema cannot express."""
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    if response.status_code in {415, 422}:  # the type of a file; a reused idempotency key
        return False
    problem = json.loads(response.content)
    errors = problem["errors"] or [{"field": "", "detail": problem["detail"]}]
    if case.operation.label == "POST /posts":  # required unless the post has media
        errors = [error for error in errors if error["field"] != "text"]
    reasons = [error["detail"] for error in errors]
    return not all(map(BUSINESS_RULE_TEXTS.search, reasons))


@schemathesis.check
def errors_are_problems(ctx: Any, response: Any, case: Any) -> None:
    headers = {name.lower(): values[0] for name, values in response.headers.items()}
    fault = response_checks.response_fault(response.status_code, headers, response.content or b"")
    assert not fault, fault


@schemathesis.check
def only_members_have_access(ctx: Any, response: Any, case: Any) -> None:
    closed = any(case.operation.definition.raw.get("security", [{}]))
    if ROLE != "member" and closed and b'"bad_request"' not in (response.content or b""):
        # A malformed id matches no route. The session is checked together with the data, by one
        # script, so an invalid body is rejected before.
        allowed = {401, 404, 405} | ({400, 413, 415, 422} if ROLE == "ended" else set())
        assert response.status_code in allowed, f"{ROLE} got a {response.status_code}"
