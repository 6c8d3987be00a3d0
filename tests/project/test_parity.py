"""`docs/parity.md`: no row is missing or empty, and each test it references exists."""

import re
from collections import Counter

from mysocial.celery import app
from mysocial.core.events import EVENTS
from tests.support import api_contract
from tests.support.documents import TEST_REFERENCE, missing_tests, parse_tables
from tests.support.stack import ROOT

TEXT = (ROOT / "docs/parity.md").read_text()
QUEUES = {
    "auth": 1, "user": 4, "posts": 3, "comments": 1, "reactions": 2, "followers": 2,
    "blockedUsers": 2, "notifications": 2, "images": 4, "chats": 4, "emails": 6,
}  # fmt: skip
EVENTS_SENT = (
    "user online, blocked user id, unblocked user id, remove follower, update like, update comment,"
    " add post, update post, delete post, add follower, insert notification, update notification,"
    " delete notification, message received, chat list, message read, message reaction,"
    " add chat users, update user, delete image"
)
EVENTS_RECEIVED = (
    "setup, block user, unblock user, unfollow user, reaction, comment, join room, disconnect"
)
OPS = ["/health", "/env", "/instance", "/fibo/:num", "/queues", "/api-monitoring"]


def tables() -> list[list[list[str]]]:
    """Return the tables of the document as rows of cells, without the headings."""
    return parse_tables(TEXT)


def column(table: int, cell: int = 0) -> list[str]:
    """Return one column of a table, without backticks."""
    return [row[cell].replace("`", "") for row in tables()[table]]


def our_column(*numbers: int) -> list[str]:
    """Return the column about MySocial of these tables."""
    return [row[-2] for number in numbers for row in tables()[number]]


def without_parameter_names(path: str) -> str:
    """Return a path without the names of its parameters."""
    return re.sub(r"\{\w+\}", "{}", path)


def test_every_capability_and_defect_of_the_original_has_its_row() -> None:
    routes, ops, sent, received, jobs, emails, defects = range(7)
    assert len(tables()) == 7
    assert column(routes) == [str(number) for number in range(1, 58)]
    assert len(set(column(routes, 1))) == 57
    assert [name.partition(" (")[0].removeprefix("GET ") for name in column(ops)] == OPS
    assert column(sent) == EVENTS_SENT.split(", ")
    assert column(received) == EVENTS_RECEIVED.split(", ")
    assert (len(column(sent)), len(column(received))) == (20, 8)
    assert dict(Counter(column(jobs))) == QUEUES
    assert len(set(column(jobs, 1))) == sum(QUEUES.values()) == 31
    assert column(emails) == [str(number) for number in range(1, 8)]
    assert {re.sub("[a-d]$", "", name) for name in column(defects)} == {
        f"D{number}" for number in range(1, 31)
    }
    assert {"D1a", "D1b", "D1c", "D1d", "D12", "D12b"} <= set(column(defects))


def test_no_cell_is_empty_and_every_row_references_a_test() -> None:
    rows = [row for table in tables() for row in table]
    widths = [{len(row) for row in table} for table in tables()]
    assert widths == [{4}, {3}, {3}, {3}, {4}, {4}, {4}]
    assert [row for row in rows if not all(row)] == []
    unproven = [row for row in rows if not TEST_REFERENCE.search(row[-1])]
    assert [row for row in unproven if not row[-2].startswith("not yet: ")] == []
    assert {row[-1] for row in unproven} <= {"none"}


def test_every_referenced_route_event_and_task_exists() -> None:
    paths = api_contract.paths()
    built = {
        f"{verb} {without_parameter_names(path)}" for path, verbs in paths.items() for verb in verbs
    }
    routes = re.findall(r"`([A-Z]+) (/api/[^`?]+)", "".join(our_column(0, 1, 2, 3)))
    assert len(routes) > 50
    assert {f"{verb.lower()} {without_parameter_names(path)}" for verb, path in routes} <= built
    events = set(re.findall(r"`([a-z]+\.[a-z]+)`", "".join(our_column(2))))
    assert len(events) > 20
    assert events <= set(EVENTS)
    app.loader.import_default_modules()
    tasks = set(re.findall(r"`([a-z]+\.[a-z_]+)`", "".join(our_column(4))))
    assert len(tasks) > 8
    assert tasks <= set(app.tasks)


def test_every_referenced_test_exists() -> None:
    references = TEST_REFERENCE.findall(TEXT)
    assert len(references) > 120
    assert missing_tests(TEXT) == []
