"""Every query that the tests make of MongoDB is explained once: one that no index serves fails.

A small collection is read by an index all the same, so what stands here would be slow when it is
large. Left out is what asks for everything, and what the admin asks by the ORM for its pages.
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
)  # of a command, what decides how it is carried out


class Queries(monitoring.CommandListener):
    """The queries of this process, one of each shape."""

    def __init__(self) -> None:
        self._new: dict[str, dict[str, Any]] = {}
        self._known: set[str] = set()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Note a query. Bulk writes name documents by their id: no more can be wrong with them."""
        command = event.command
        if event.command_name in COMMANDS and command[event.command_name] in _our_collections():
            asked = {name: command[name] for name in (*COMMANDS, *PLAN_FIELDS) if name in command}
            shape = str(_shape(asked))
            if _is_selective(asked) and shape not in self._known:
                self._known.add(shape)
                self._new[shape] = asked

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Say nothing."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Say nothing."""

    def collection_scans(self) -> Iterator[str]:
        """Yield those, of the queries since this was last asked, that read all of a collection."""
        new, self._new = self._new, {}
        database = mongo.client()[settings.MONGO_DB]
        for asked in new.values():
            try:
                plan = database.command("explain", asked, verbosity="queryPlanner")
            except OperationFailure:
                continue  # it is one that is refused
            if "COLLSCAN" in str(plan.get("queryPlanner") or plan.get("stages")):
                yield str(asked)


def _our_collections() -> set[str]:
    return {store.table for store in STORES.values()}


def _is_selective(asked: Mapping[str, Any]) -> bool:
    first = (asked.get("pipeline") or [{}])[0]
    wanted = asked.get("filter") or first.get("$match")
    return bool(wanted) and "$expr" not in wanted


def _shape(value: Any) -> Any:
    """Return what is asked, without the values that it is asked for."""
    if isinstance(value, Mapping):
        return {name: _shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_shape(one) for one in value[:1]]
    return type(value).__name__


QUERIES = Queries()
monitoring.register(QUERIES)  # before the first client is made
