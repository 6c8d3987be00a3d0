"""The unit of work: all changes of one request, applied and announced by one script.

    with write() as w:
        w.create(reaction)
        w.increment(Post, post_id, likes=1)
        w.announce(ReactionChanged(...))

If the block raises an error, nothing is applied. `docs/write-path.md` says what is guaranteed.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, ParamSpec, TypeVar

from django.conf import settings

from mysocial.core import request_context
from mysocial.core.channel_messages import WAKEUP_MESSAGE
from mysocial.core.errors import AppError, Conflict, NotFound, Unavailable
from mysocial.core.events import Event
from mysocial.core.redis import Script, is_full
from mysocial.store.indexes import FieldValues
from mysocial.store.models import Record
from mysocial.store.read_through import load_missing, new_epoch
from mysocial.store.reads import get_records
from mysocial.store.script_errors import error_from_result
from mysocial.store.store import DERIVED_LISTS, Store, store_of
from mysocial.store.wakeups import PENDING_TTL_MS, wake_workers

WRITE = Script("common", "pending_cleanup", "write")
MAX_ATTEMPTS = 64  # each failed one was overtaken by a concurrent write
# What a service raises if a record was changed, deleted or hidden since it was read.
STALE_ERRORS = (Conflict, NotFound)
Operation = dict[str, Any]  # as write.lua reads it
P = ParamSpec("P")
T = TypeVar("T")


class Write:
    """The changes of one request. `write()` makes it, and commits it when its block ends."""

    def __init__(self) -> None:
        self._ops: list[Operation] = []
        # By record key: how to repeat this write's changes on a newer copy of the record.
        self._rebase_steps: dict[str, tuple[Store[Any], list[Callable[[Any], None]]]] = {}
        self._checked_keys: set[str] = set()
        self._initial_lists: list[tuple[str, int]] = []
        self._events: list[Event] = []
        self._wakeups: list[str] = []
        self._result: Any = None

    # Changes -------------------------------------------------------------------------------------

    def create(self, obj: Record, *, new_id: bool = False) -> None:
        """Create a record.

        Args:
            obj: The record.
            new_id: Whether its id was just made at random: then no proof of its absence is needed.

        Raises:
            AlreadyExists: At the commit, if its id or a unique value exists.
        """
        store = store_of(type(obj))
        values, pk = store.values(obj), str(obj.pk)
        op = self._add_operation("create", store, pk)
        op["new_id"] = new_id
        op["absence_proofs"] = store.absence_proofs(pk)
        op["set"] = store.encode(values)
        op["add"] = [[key, *entry] for key, entry in store.list_entries(values).items()]
        op["claim"] = store.unique_keys(values)
        op["fan_out"] = store.fan_out_targets(values)
        if new_id:
            self._initial_lists += store.initial_lists(pk)

    def update(self, obj: Record, *, check_revision: bool = False, **changes: Any) -> None:
        """Change fields of a record, also on `obj`.

        Concurrent changes to other fields are kept: these changes are applied to the newest copy.

        Args:
            obj: The record as it was read.
            check_revision: Whether a concurrent change is an error instead, because the changes
                depend on what was read.
            changes: The new values by field.

        Raises:
            NotFound: At the commit, if the record does not exist.
            Conflict: At the commit, with `check_revision`, if it was changed since it was read.
        """
        store = store_of(type(obj))
        op = self._add_operation("update", store, str(obj.pk))
        self._apply_update(op, changes, obj)
        self._rebase_on_conflict(
            op, store, partial(self._apply_update, op, changes), check_revision=check_revision
        )

    def increment(
        self,
        model: type[Record],
        pk: str,
        *,
        missing_ok: bool = False,
        init: Record | None = None,
        **by: int,
    ) -> None:
        """Add to counters of a record.

        Args:
            model: The model of the record.
            pk: Its id.
            missing_ok: Whether to do nothing if the record does not exist.
            init: The record to create if it does not exist. It must have no lists.
            by: What to add, by counter.

        Raises:
            NotFound: At the commit, if the record does not exist.
        """
        store = store_of(model)
        if not set(by) <= set(store.counters) or (init and (store.indexes or store.unique)):
            raise TypeError(f"{store.label} has no such counter, or cannot be created by counting.")
        op = self._add_operation("increment", store, pk)
        op["increments"] = [[name, str(delta)] for name, delta in by.items()]
        op["missing_ok"] = missing_ok
        if init is not None:
            op["init"] = store.encode(store.values(init))

    def delete(
        self, obj: Record, *, check_revision: bool = False, missing_ok: bool = False
    ) -> None:
        """Delete a record, its list entries and its unique values.

        Args:
            obj: The record as it was read.
            check_revision: Whether a concurrent change is an error.
            missing_ok: Whether to do nothing if the record does not exist.

        Raises:
            NotFound: At the commit, if the record does not exist.
            Conflict: At the commit, with `check_revision`, if it was changed since it was read.
        """
        store = store_of(type(obj))
        op = self._add_operation("delete", store, str(obj.pk))
        op["missing_ok"] = missing_ok
        self._prepare_delete(op, obj)
        self._rebase_on_conflict(
            op, store, partial(self._prepare_delete, op), check_revision=check_revision
        )

    # Preconditions -------------------------------------------------------------------------------

    def require(self, model: type[Record], pk: str, **expected: bytes) -> None:
        """Apply the write only if a record exists, with these plain fields as rows have them.

        Raises:
            NotFound: At the commit, if the record does not exist.
            Conflict: At the commit, if a field has another value.
        """
        store = store_of(model)
        op: Operation = {"kind": "require", "key": store.key(pk), "id": pk}
        if expected:
            op["expected"] = [
                [name, value, store.defaults[name]] for name, value in expected.items()
            ]
            self._checked_keys.add(op["key"])
        self._ops.append(op)

    def require_absent(self, model: type[Record], pk: str) -> None:
        """Apply the write only if a record does not exist.

        Raises:
            AlreadyExists: At the commit, if it does.
        """
        store = store_of(model)
        op: Operation = {
            "kind": "require_absent",
            "key": store.key(pk),
            "id": pk,
            "absence_proofs": store.absence_proofs(pk),
        }
        self._ops.append(op)

    def require_expired(self, model: type[Record], pk: str, field: str) -> None:
        """Apply the write only if the time in a plain field is past or empty.

        Raises:
            Silenced, Suspended: At the commit, if it is still to come, as the field says.
        """
        key = store_of(model).key(pk)
        self._ops.append({"kind": "require_expired", "key": key, "id": pk, "field": field})

    # Effects -------------------------------------------------------------------------------------

    def initialise_lists(self, model: type[Record], value: str, *indexes: str) -> None:
        """Mark lists as empty so far, because their `value` is created by this write."""
        store = store_of(model)
        self._initial_lists += [
            (store.list_key(index, value), store.ttl_seconds) for index in indexes
        ]

    def announce(self, event: Event) -> None:
        """Append an event to its logs in the same step."""
        self._events.append(event)

    def wake_workers(self, name: str) -> None:
        """Wake workers after the write (see `mysocial.store.wakeups`)."""
        self._wakeups.append(name)

    def respond_with(self, result: Any) -> None:
        """Set the object that the response is rendered from; it is stored with the write."""
        self._result = result

    # Operations ----------------------------------------------------------------------------------

    def _add_operation(self, kind: str, store: Store[Any], pk: str) -> Operation:
        op: Operation = {"kind": kind, "key": store.key(pk), "id": pk, "queue": store.queue}
        self._ops.append(op)
        return op

    def _rebase_on_conflict(
        self, op: Operation, store: Store[Any], step: Callable[[Any], None], *, check_revision: bool
    ) -> None:
        """Register how an operation is repeated on a copy that was changed concurrently."""
        self._rebase_steps.setdefault(op["key"], (store, []))[1].append(step)
        if check_revision:
            self._checked_keys.add(op["key"])

    def _rebase(self, op: Operation) -> None:
        """Repeat all changes of this write to a record on its newest copy, in order."""
        store, steps = self._rebase_steps[op["key"]]
        newest = get_records(store, [op["id"]])
        for step in steps if newest else ():  # if it is gone, the script returns the error
            step(newest[op["id"]])

    @staticmethod
    def _prepare_delete(op: Operation, obj: Record) -> None:
        store = store_of(type(obj))
        values = store.values(obj)
        op["revision"] = obj.revision
        op["remove"] = list(store.list_entries(values))
        op["release"] = store.unique_keys(values)

    @staticmethod
    def _apply_update(op: Operation, changes: dict[str, Any], obj: Record) -> None:
        """Apply `changes` to `obj`, and put into `op` what they change in Redis."""
        store = store_of(type(obj))
        old_values = store.values(obj)
        new_values = {**old_values, **changes}
        op["revision"] = obj.revision
        op["set"] = store.encode(new_values, only=changes)
        _change_lists(op, store, old_values, new_values)
        _change_unique_values(op, store, old_values, new_values)
        for name, value in changes.items():
            setattr(obj, name, value)

    # Commit --------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Apply all changes; raises what `write()` documents."""
        context = request_context.current() or request_context.RequestContext()
        for add_changes in context.write_hooks:
            add_changes(self)
        request = self._request(context)
        for _ in range(MAX_ATTEMPTS):
            code, *details = self._run_script(request)
            if code == b"ok":
                self._finish(context, details)
                return
            if code == b"unknown":
                load_missing(*details)
            elif code == b"conflict" and self._can_rebase(details):
                self._rebase(self._op_of(details))
            else:
                raise error_from_result(code, details)
        raise Unavailable("The server is too busy for this change. Try again.")

    def _op_of(self, details: list[Any]) -> Operation:
        """Return the operation whose position, from 1, a result names."""
        return self._ops[int(details[0]) - 1]

    def _can_rebase(self, details: list[Any]) -> bool:
        return self._op_of(details)["key"] not in self._checked_keys

    def _run_script(self, request: dict[str, Any]) -> list[Any]:
        try:
            return list(WRITE(request))
        except Unavailable as error:
            if is_full(error):
                wake_workers({op["queue"] for op in self._ops if "queue" in op})
            raise

    def _request(self, context: request_context.RequestContext) -> dict[str, Any]:
        request: dict[str, Any] = {
            "ops": self._ops,
            "initial_lists": self._initial_lists,
            "derived_lists": self._derived_lists(),
            "max_fan_out": settings.MAX_FAN_OUT_FOLLOWERS,
            "events": [event.entry() for event in self._events],
            "epoch": new_epoch(),
            "log_length": settings.EVENT_LOG_LENGTH,
            "log_seconds": settings.EVENT_LOG_SECONDS,
            "limits": context.limits,
            "wakeups": self._wakeups,
            "wakeup_ttl_ms": PENDING_TTL_MS,
            "wakeup_message": WAKEUP_MESSAGE,
        }
        if context.session_key:
            request["session"] = context.session_key
        if context.response_plan and not context.is_committed:
            status, render = context.response_plan
            request["response"] = [status, render(self._result)]
        if context.idempotency and not context.is_committed:
            request["idempotency"] = list(context.idempotency)
        return request

    def _derived_lists(self) -> list[str]:
        """Return the lists that are derived from the lists of follows that this write changes."""
        changed_lists = [
            entry if isinstance(entry, str) else entry[0]
            for op in self._ops
            for entry in (*op.get("add", ()), *op.get("remove", ()))
        ]
        parts = (key.partition(":") for key in changed_lists)
        return [
            DERIVED_LISTS[prefix + separator] + member_id
            for prefix, separator, member_id in parts
            if prefix + separator in DERIVED_LISTS
        ]

    def _finish(self, context: request_context.RequestContext, details: list[Any]) -> None:
        cursor, body, wakeups, context.limit_counts = details
        context.session_checked = True
        context.cursor = context.cursor or cursor.decode()
        if context.response_plan and not context.is_committed:
            context.stored_response = body
        context.is_committed = True
        wake_workers(name.decode() for name in wakeups)


def _change_lists(
    op: Operation, store: Store[Any], old_values: FieldValues, new_values: FieldValues
) -> None:
    """Put the list entries into `op` that an update removes, adds and fans out."""
    old_entries, new_entries = store.list_entries(old_values), store.list_entries(new_values)
    old_targets, new_targets = store.fan_out_targets(old_values), store.fan_out_targets(new_values)
    op["remove"] = [key for key in old_entries if key not in new_entries]
    op["add"] = [
        [key, *entry] for key, entry in new_entries.items() if old_entries.get(key) != entry
    ]
    op["fan_out"] = [target for target in new_targets if target not in old_targets]


def _change_unique_values(
    op: Operation, store: Store[Any], old_values: FieldValues, new_values: FieldValues
) -> None:
    """Put the unique values into `op` that an update claims and releases."""
    old_keys, new_keys = store.unique_keys(old_values), store.unique_keys(new_values)
    op["claim"] = [key for key in new_keys if key not in old_keys]
    op["release"] = [key for key in old_keys if key not in new_keys]


class StaleRead(Conflict):
    """What a service had read was changed by a concurrent write."""


@contextmanager
def write(*retry_on: type[AppError]) -> Iterator[Write]:
    """Collect the changes of one request and commit them when the block ends.

    If the block or the commit raises an error, nothing was changed and nothing announced.

    Args:
        retry_on: Errors of the commit that mean that the service must read again. They are raised
            as `StaleRead`, for `retry_on_conflict`.

    Raises:
        AlreadyExists, NotFound, Conflict, Silenced, Suspended: A change or precondition failed.
        NotAuthenticated: The session of the request has ended.
        IdempotencyMismatch: The Idempotency-Key was used with another request.
        IdempotentReplay: The request was carried out before.
        TooManyRequests: A rate limit is exceeded.
        Unavailable: A server that is needed does not respond.
    """
    pending = Write()
    yield pending
    try:
        pending.commit()
    except retry_on as error:
        raise StaleRead from error


def retry_on_conflict(function: Callable[P, T]) -> Callable[P, T]:
    """Run a service function again, with fresh reads, while its `write()` raises `StaleRead`.

    After `MAX_ATTEMPTS` attempts, each overtaken by a concurrent write, `Conflict` is raised.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(MAX_ATTEMPTS):
            try:
                return function(*args, **kwargs)
            except StaleRead:
                continue
        raise Conflict

    return call


def run_with_retry(function: Callable[[], T]) -> T:
    """Call a function as `retry_on_conflict` does."""
    return retry_on_conflict(function)()
