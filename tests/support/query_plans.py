"""Query plans: each query that the tests send to MongoDB is explained once.

A query that scans a collection, because no index serves it, fails the tests: it would be slow on a
large collection. Queries for whole collections and those of the admin's ORM pages are not checked.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from pymongo import monitoring
from pymongo.errors import OperationFailure

from mysocial.core import mongo
from mysocial.store import STORES

COMMANDS = ("find", "aggregate")
PLAN_FIELDS = (
    "filter",
    "sort",
    "pipeline",
    "cursor",
)  # the fields of a command that decide its plan


class Queries(monitoring.CommandListener):
    """A listener that records the queries of this process, one of each shape."""

    def __init__(self) -> None:
        self._new: dict[str, dict[str, Any]] = {}
        self._known: set[str] = set()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Record a query. Bulk writes select documents by id, so their plans need no check."""
        command = event.command
        if event.command_name in COMMANDS and command[event.command_name] in _our_collections():
            query = {name: command[name] for name in (*COMMANDS, *PLAN_FIELDS) if name in command}
            shape = str(_shape(query))
            if _is_selective(query) and shape not in self._known:
                self._known.add(shape)
                self._new[shape] = query

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Do nothing."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Do nothing."""

    def collection_scans(self) -> Iterator[str]:
        """Yield the queries since the last call that scan a whole collection."""
        new, self._new = self._new, {}
        database = mongo.client()[settings.MONGO_DB]
        for query in new.values():
            try:
                plan = database.command("explain", query, verbosity="queryPlanner")
            except OperationFailure:
                continue  # the query itself is invalid
            if "COLLSCAN" in str(plan.get("queryPlanner") or plan.get("stages")):
                yield str(query)


def _our_collections() -> set[str]:
    return {store.table for store in STORES.values()}


def _is_selective(query: Mapping[str, Any]) -> bool:
    first = (query.get("pipeline") or [{}])[0]
    wanted = query.get("filter") or first.get("$match")
    return bool(wanted) and "$expr" not in wanted


def _shape(value: Any) -> Any:
    """Return the structure of a query, with types instead of values."""
    if isinstance(value, Mapping):
        return {name: _shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value[:1]]
    return type(value).__name__


QUERIES = Queries()
monitoring.register(QUERIES)  # before the first client is made
