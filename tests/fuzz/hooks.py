"""What schemathesis is told of us; it loads this module in a process of its own.

Who calls and which ids there are comes in `FUZZ`. Refusals are judged as everywhere.
"""

import json
import os
import re
import zlib
from typing import Any

import httpx
import schemathesis

from tests.fuzz import response_checks

SAID: dict[str, Any] = json.loads(os.environ["FUZZ"])
ID = re.compile(r"[0-9a-f]{24}")
URL, ROLE, IDS = SAID["url"], SAID["role"], SAID["ids"]
KINDS = {"sessions": "sessions", "comments": "comments", "posts": "posts", "users": "users"}
KINDS |= {"notifications": "notifications", "messages": "messages"}
# What a schema does not say: how a refusal reads that is about the matter, not about the form.
OF_THE_MATTER = re.compile(
    r"""This\ is\ your(self|\ own\.) | There\ is\ nothing\ to\ change
    | This\ is\ not\ your\ password | This\ link\ has\ expired | It\ is\ not\ valid
    | This\ is\ not\ a\ cursor\ of\ ours
    | Give\ (one|either) | This\ must\ be\ 1\ to\ 30\ printable\ characters
    | The\ password\ is\ too | This\ password\ is | This\ must\ be\ an\ https\ address\ at\ one\ of
    | At\ most\ 255\ printable\ ASCII
    | Null\ characters\ are\ not\ allowed | This\ field\ may\ not\ be\ blank
    | This\ must\ be\ a\ file\ or\ a\ data\ URL | Enter\ a\ valid | This\ may\ not\ be\ empty""",
    re.VERBOSE,
)


class _Member:
    """Somebody who signs in anew when the session has ended: some routes end it."""

    token = ""
    is_doubted = False

    def access(self) -> str:
        if self.is_doubted:
            self.is_doubted = False
            headers = {"Authorization": f"Bearer {self.token}"}
            if httpx.get(f"{URL}/api/users/me", headers=headers).status_code == 401:
                self.token = ""
        if not self.token:
            answer = httpx.post(f"{URL}/api/signin", json=SAID["sign_in"], timeout=20)
            self.token = answer.json()["access"]
        return self.token


MEMBER = _Member()


@schemathesis.auth(refresh_interval=None)
class Caller:
    """Brings what the role has to show."""

    def get(self, case: Any, ctx: Any) -> str:
        return MEMBER.access() if ROLE == "member" else SAID["token"]

    def set(self, case: Any, data: str, ctx: Any) -> None:
        if ROLE == "staff":
            case.cookies = {**(case.cookies or {}), "sessionid": data}
        elif data:
            case.headers["Authorization"] = f"Bearer {data}"


def _known(kind: str, value: str) -> str:
    """Return an id that there is in place of most ids that are well formed, the same each time."""
    number = zlib.crc32(value.encode())
    some = IDS.get(kind) or IDS["users"]
    return value if number % 8 == 0 else str(some[number % len(some)])


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and ID.fullmatch(value) is not None


def _kind(path: str, name: str = "") -> str:
    if name:
        return "users" if name in {"receiver_id", "sender_id", "user_id"} else name[:-3] + "s"
    before = path.partition("/{")[0].rpartition("/")[2]
    return KINDS.get(before, "users")


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    if not path_parameters or not context.operation:
        return path_parameters
    kind = _kind(context.operation.path)
    return {
        name: _known(kind, value) if _is_id(value) else value
        for name, value in path_parameters.items()
    }


@schemathesis.hook
def map_query(context: Any, query: Any) -> Any:
    if not query or not isinstance(query.get("id"), list):
        return query
    some = [_known("users", one) if _is_id(one) else one for one in query["id"]]
    return {**query, "id": some}


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {
        name: _known(_kind("", name), value) if _is_id(value) else value
        for name, value in body.items()
    }


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    if ROLE != "member":
        return
    if response.status_code == 401:
        MEMBER.is_doubted = True
    elif response.status_code == 201:
        for noun, value in json.loads(response.content).items():
            if isinstance(value, dict) and ID.fullmatch(str(value.get("id"))):
                IDS.setdefault(noun.replace("chat_", "") + "s", []).append(value["id"])


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Leave out what is refused for a reason that no schema gives."""
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    if response.status_code in {415, 422}:  # what a file is; a key that was used before
        return False
    problem = json.loads(response.content)
    errors = problem["errors"] or [{"field": "", "detail": problem["detail"]}]
    if case.operation.label == "POST /api/posts":  # needed unless there is something else
        errors = [one for one in errors if one["field"] != "text"]
    reasons = [one["detail"] for one in errors]
    return not all(map(OF_THE_MATTER.search, reasons))


@schemathesis.check
def refusals_are_problems(ctx: Any, response: Any, case: Any) -> None:
    headers = {name.lower(): values[0] for name, values in response.headers.items()}
    wrong = response_checks.fault(response.status_code, headers, response.content or b"")
    assert not wrong, wrong


@schemathesis.check
def only_members_enter(ctx: Any, response: Any, case: Any) -> None:
    closed = any(case.operation.definition.raw.get("security", [{}]))
    if ROLE != "member" and closed and b'"bad_request"' not in (response.content or b""):
        # An id that is none is no path of ours. Whether a session lives is asked along with the
        # rest, by the one script: what is wrong by itself is refused before.
        refused = {401, 404, 405} | ({400, 413, 415, 422} if ROLE == "ended" else set())
        assert response.status_code in refused, f"{ROLE} got a {response.status_code}"
