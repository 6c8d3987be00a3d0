"""The web client has a view for each operation of the API that a member can use.

The calls are read from the source of the client: `api.put("path", …)`, and the `path` of lists,
which is read with GET. A path is a literal at the call, or assigned to `path` in the same file.
"""

import re
from dataclasses import dataclass

import pytest

from tests.support import api_contract
from web.assets import FOLDER

# Operations without a call in the client, and why.
EXCEPTIONS = {
    "closeChat": "The client has no windows of chats beside the conversations.",
    "getMessage": "A message is read with its conversation.",
    "getOwnPostReaction": "Each post contains the reaction of the reader.",
    "listCommenters": "The comments name their authors.",
    "listOpenChats": "The client has no windows of chats beside the conversations.",
    "openChat": "The client has no windows of chats beside the conversations.",
    "refreshTokens": "The class `Api` opens, renews and ends sessions.",
    "requestPasswordReset": "The page /reset-password, which needs no JavaScript.",
    "requestSignInLink": "The page /sign-in-link, which needs no JavaScript.",
    "resetPassword": "The page /reset-password, which needs no JavaScript.",
    "revokeEmailChange": "The page /revoke-email-change, which needs no JavaScript.",
    "signIn": "The class `Api` opens, renews and ends sessions.",
    "signInWithLink": "The page /sign-in-link, which needs no JavaScript.",
    "signOut": "The class `Api` opens, renews and ends sessions.",
    "signUp": "The class `Api` opens, renews and ends sessions.",
    "streamEvents": "The client uses the WebSocket.",
    "unsubscribeFromEmails": "The page /unsubscribe, which needs no JavaScript.",
    "verifyEmail": "The page /verify-email, which needs no JavaScript.",
}
# Modules whose callers choose the path.
GENERIC_MODULES = {"api.js", "response-cache.js", "paged-list.js"}
LITERAL = r"(?:\"(?P<plain>[^\"]*)\"|`(?P<template>[^`]*)`)"
CALL = re.compile(
    rf"\b(?P<object>api|cache)\.(?P<method>get|post|put|patch|delete|download)"
    rf"\((?:{LITERAL}|(?P<name>(?:this\.)?path)\b)"
)
ASSIGNED_PATH = re.compile(rf"(?P<name>(?:this\.|\b)path) = {LITERAL}")
LIST_PATH = re.compile(rf"\bpath: {LITERAL}")  # of a list, which is read
PLACEHOLDER = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True)
class Call:
    """A request of the client: a method, and the paths that it may have, with placeholders."""

    method: str
    paths: tuple[str, ...]
    source: str  # of the file

    def matches(self, method: str, path: str) -> bool:
        """Return whether this is a call of an operation."""
        return method == self.method and any(self._matches_path(own, path) for own in self.paths)

    def _matches_path(self, own: str, path: str) -> bool:
        parts, expected = own.split("?", maxsplit=1)[0].split("/"), path.strip("/").split("/")
        return len(parts) == len(expected) and all(map(self._matches_part, parts, expected))

    def _matches_part(self, part: str, expected: str) -> bool:
        """Compare one part: a placeholder is an id, or a word that the file has as a string."""
        if expected.startswith("{"):
            return PLACEHOLDER.fullmatch(part) is not None
        pattern = "(.+)".join(map(re.escape, PLACEHOLDER.split(part)))
        match = re.fullmatch(pattern, expected)
        return match is not None and all(f'"{word}"' in self.source for word in match.groups())


def literal(match: re.Match[str]) -> str:
    return str(match["plain"] or match["template"] or "")


def calls_of(source: str) -> list[Call]:
    """Return the calls in the source of a module."""
    assigned: dict[str, list[str]] = {"path": [], "this.path": []}
    for match in ASSIGNED_PATH.finditer(source):
        assigned[match["name"]].append(literal(match))

    def complete(path: str) -> str:
        return path.replace("${this.path}", "".join(assigned["this.path"][:1]))

    calls = [Call("get", (literal(match),), source) for match in LIST_PATH.finditer(source)]
    for match in CALL.finditer(source):
        method = "get" if match["method"] == "download" else match["method"]
        paths = assigned[match["name"]] if match["name"] else [literal(match)]
        calls.append(Call(method, tuple(map(complete, paths)), source))
    return calls


@pytest.fixture(scope="module")
def calls() -> list[Call]:
    modules = [path for path in FOLDER.rglob("*.js") if path.name not in GENERIC_MODULES]
    return [call for path in modules for call in calls_of(path.read_text())]


@pytest.fixture(scope="module")
def operations() -> dict[str, tuple[str, str]]:
    """The method and the path of each operation, by name."""
    return {
        operation["operationId"]: (method, path)
        for path, verbs in api_contract.schema()["paths"].items()
        for method, operation in verbs.items()
    }


def used_operations(calls: list[Call], operations: dict[str, tuple[str, str]]) -> set[str]:
    return {name for name, route in operations.items() if any(c.matches(*route) for c in calls)}


def test_every_operation_that_a_member_can_use_has_a_view(calls, operations):
    unused = operations.keys() - used_operations(calls, operations)
    assert unused == EXCEPTIONS.keys()


def test_every_call_of_the_client_is_an_operation(calls, operations):
    unknown = [c for c in calls if not any(c.matches(*route) for route in operations.values())]
    assert [(call.method, call.paths) for call in unknown] == []


def test_a_removed_call_is_noticed(calls, operations):
    fewer = [call for call in calls if not call.matches("put", "/posts/{id}/bookmark")]
    lost = used_operations(calls, operations) - used_operations(fewer, operations)
    assert lost == {"createBookmark"}
