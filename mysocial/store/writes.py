"""`write()`: one request's changes, applied all at once in one script, then announced.

    with write() as w:
        w.create(reaction)
        w.increment(post, likes=1)
        w.announce(ReactionChanged(...))

Nothing is applied when the block raises. What the script promises is in `docs/write-path.md`.
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
from mysocial.store.models import Record
from mysocial.store.read_through import load_missing, new_epoch
from mysocial.store.reads import get_records
from mysocial.store.script_errors import error_from_result
from mysocial.store.store import DERIVED_LISTS, Store, store_of
from mysocial.store.wakeups import PENDING_TTL_MS, wake_workers

WRITE = Script("common", "pending_cleanup", "write")
MAX_ATTEMPTS = 64  # each one is lost to a write of somebody else that went through
STALE_ERRORS = (Conflict, NotFound)  # changed, gone, or hidden since it was read: `write(*MOVED)`
Operation = dict[str, Any]
P = ParamSpec("P")
T = TypeVar("T")


class Write:
    """What one request changes. Made by `write()`, applied when its block ends."""

    def __init__(self) -> None:
        self._ops: list[Operation] = []
        self._rebase_steps: dict[str, tuple[Store[Any], list[Callable[[Any], None]]]] = {}
        self._checked_keys: set[str] = set()
        self._initial_lists: list[tuple[str, int]] = []
        self._events: list[Event] = []
        self._wakeups: list[str] = []
        self._result: Any = None

    def create(self, obj: Record, *, new_id: bool = False) -> None:
        """Make a record. `AlreadyExists` when its id or a unique value of it is there.

        `fresh` promises an id that was just made at random, whose absence needs no proof.
        """
        store = store_of(type(obj))
        values = store.values(obj)
        op = self._op("create", store, str(obj.pk))
        op["new_id"] = new_id
        op["absence_proofs"] = store.absence_proofs(str(obj.pk))
        op["set"] = store.encode(values)
        op["add"] = [[key, *entry] for key, entry in store.list_entries(values).items()]
        op["claim"] = store.unique_keys(values)
        op["fan_out"] = store.fan_out_targets(values)
        if new_id:
            self._initial_lists += store.initial_lists(str(obj.pk))

    def update(self, obj: Record, *, check_revision: bool = False, **changes: Any) -> None:
        """Change fields of a record; the copy in hand shows them afterwards. `NotFound`.

        Somebody else's change to other fields meanwhile is kept: ours is laid over the newest
        copy. With `strict` it is a `Conflict` instead, for changes that depend on what was read.
        """
        store = store_of(type(obj))
        op = self._op("update", store, str(obj.pk))
        self._apply_update(op, changes, obj)
        self._on_conflict(
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

        `NotFound`, unless `lenient` passes over a deleted one or `init` is made where none is.
        """
        store = store_of(model)
        if not set(by) <= set(store.counters) or (init and (store.indexes or store.unique)):
            raise TypeError(f"{store.label} has no such counter, or can't be made by counting.")
        op = self._op("increment", store, pk)
        op["increments"] = [[name, str(delta)] for name, delta in by.items()]
        op["missing_ok"] = missing_ok
        if init is not None:
            op["init"] = store.encode(store.values(init))

    def delete(
        self, obj: Record, *, check_revision: bool = False, missing_ok: bool = False
    ) -> None:
        """Remove a record, its list entries and reservations.

        `NotFound` when it is gone, unless `lenient` passes over it. With `strict`, a `Conflict`
        when it was changed since it was read.
        """
        store = store_of(type(obj))
        op = self._op("delete", store, str(obj.pk))
        op["missing_ok"] = missing_ok
        self._prepare_delete(op, obj)
        self._on_conflict(
            op, store, partial(self._prepare_delete, op), check_revision=check_revision
        )

    def require(self, model: type[Record], pk: str, **seen: bytes) -> None:
        """Hold only if this record is live at the moment of the write. `NotFound`.

        Raw fields that are given must also have these values, as rows show them. `Conflict`.
        """
        store = store_of(model)
        op: Operation = {"kind": "require", "key": store.key(pk), "id": pk}
        if seen:
            op["expected"] = [[name, value, store.defaults[name]] for name, value in seen.items()]
            self._checked_keys.add(op["key"])
        self._ops.append(op)

    def require_absent(self, model: type[Record], pk: str) -> None:
        """Hold only if there is no such record at the moment of the write. `AlreadyExists`."""
        store = store_of(model)
        op: Operation = {
            "kind": "require_absent",
            "key": store.key(pk),
            "id": pk,
            "absence_proofs": store.absence_proofs(pk),
        }
        self._ops.append(op)

    def require_expired(self, model: type[Record], pk: str, field: str) -> None:
        """Hold only if the moment in this raw field is past, or none: `Silenced`, `Suspended`."""
        self._ops.append(
            {"kind": "require_expired", "key": store_of(model).key(pk), "id": pk, "field": field}
        )

    def initialise_lists(self, model: type[Record], value: str, *indexes: str) -> None:
        """Say that the lists of `value`, which is made in this write, are empty as yet."""
        store = store_of(model)
        self._initial_lists += [
            (store.list_key(index, value), store.ttl_seconds) for index in indexes
        ]

    def announce(self, event: Event) -> None:
        """Append an event to its logs in the same step."""
        self._events.append(event)

    def wake_workers(self, queue: str) -> None:
        """Wake the workers of `queue` when the write has been applied."""
        self._wakeups.append(queue)

    def respond_with(self, result: Any) -> None:
        """Name what the answer is rendered from, so that it is stored with the write."""
        self._result = result

    def _op(self, kind: str, store: Store[Any], pk: str) -> Operation:
        op: Operation = {"kind": kind, "key": store.key(pk), "id": pk, "queue": store.queue}
        self._ops.append(op)
        return op

    def _on_conflict(
        self, op: Operation, store: Store[Any], step: Callable[[Any], None], *, check_revision: bool
    ) -> None:
        """Say how an operation is laid over a copy that somebody changed meanwhile."""
        self._rebase_steps.setdefault(op["key"], (store, []))[1].append(step)
        if check_revision:
            self._checked_keys.add(op["key"])

    def _rebase(self, op: Operation) -> None:
        """Lay everything that this write does to a record over its newest copy, in order."""
        store, steps = self._rebase_steps[op["key"]]
        newest = get_records(store, [op["id"]])
        for step in steps if newest else ():  # of one that is gone the script says what it means
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
        """Lay `changes` over `obj` and say in `op` what that writes."""
        store = store_of(type(obj))
        old = store.values(obj)
        new = {**old, **changes}
        before, after = store.list_entries(old), store.list_entries(new)
        fanned = store.fan_out_targets(old)
        held, wanted = store.unique_keys(old), store.unique_keys(new)
        op["revision"] = obj.revision
        op["set"] = store.encode(new, only=changes)
        op["remove"] = [key for key in before if key not in after]
        op["add"] = [[k, *entry] for k, entry in after.items() if before.get(k) != entry]
        op["claim"] = [key for key in wanted if key not in held]
        op["release"] = [key for key in held if key not in wanted]
        op["fan_out"] = [fan for fan in store.fan_out_targets(new) if fan not in fanned]
        for name, value in changes.items():
            setattr(obj, name, value)

    # Commit --------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Apply everything; raises what `write()` documents."""
        call = request_context.current() or request_context.RequestContext()
        for take_along in call.write_hooks:
            take_along(self)
        request = self._request(call)
        for _ in range(MAX_ATTEMPTS):
            verdict, *rest = self._apply(request)
            if verdict == b"ok":
                self._finish(call, rest)
                return
            if verdict == b"unknown":
                load_missing(*rest)
            elif verdict == b"conflict" and self._op_at(rest)["key"] not in self._checked_keys:
                self._rebase(self._op_at(rest))
            else:
                raise error_from_result(verdict, rest)
        raise Unavailable("The store is too busy to take this. Try again.")

    def _op_at(self, rest: list[Any]) -> Operation:
        return self._ops[int(rest[0]) - 1]

    def _apply(self, request: dict[str, Any]) -> list[Any]:
        try:
            return list(WRITE(request))
        except Unavailable as error:
            if is_full(error):
                wake_workers({op["queue"] for op in self._ops if "queue" in op})
            raise

    def _request(self, call: request_context.RequestContext) -> dict[str, Any]:
        request: dict[str, Any] = {
            "ops": self._ops,
            "initial_lists": self._initial_lists,
            "derived_lists": self._derived_lists(),
            "max_fan_out": settings.MAX_FAN_OUT_FOLLOWERS,
            "events": [event.entry() for event in self._events],
            "epoch": new_epoch(),
            "log_length": settings.EVENT_LOG_LENGTH,
            "log_seconds": settings.EVENT_LOG_SECONDS,
            "limits": call.limits,
            "wakeups": self._wakeups,
            "wakeup_ttl_ms": PENDING_TTL_MS,
            "wakeup_message": WAKEUP_MESSAGE,
        }
        if call.session_key:
            request["session"] = call.session_key
        if call.response_plan and not call.is_committed:
            status, render = call.response_plan
            request["response"] = [status, render(self._result)]
        if call.idempotency and not call.is_committed:
            request["idempotency"] = list(call.idempotency)
        return request

    def _derived_lists(self) -> list[str]:
        """Return the lists that follow from edges which are made or ended here: made anew."""
        touched = [
            one if isinstance(one, str) else one[0]
            for op in self._ops
            for one in (*op.get("add", ()), *op.get("remove", ()))
        ]
        edges = (key.partition(":") for key in touched)
        return [
            f"{DERIVED_LISTS[f'{prefix}:']}{member}"
            for prefix, _, member in edges
            if f"{prefix}:" in DERIVED_LISTS
        ]

    def _finish(self, call: request_context.RequestContext, rest: list[Any]) -> None:
        cursor, answer, queues, call.limit_counts = rest
        call.session_checked = True
        call.cursor = call.cursor or cursor.decode()
        if call.response_plan and not call.is_committed:
            call.stored_response = answer
        call.is_committed = True
        wake_workers(queue.decode() for queue in queues)


class StaleRead(Conflict):
    """What a verb had read is no longer so: somebody else's write went through meanwhile."""


@contextmanager
def write(*retry_on: type[AppError]) -> Iterator[Write]:
    """Collect one request's changes and apply them when the block ends, never if it raises.

    Raises `AlreadyExists`, `NotFound`, `Conflict`, `NotAuthenticated`, `IdempotencyMismatch`,
    `TooMany`, `Unavailable` or `Replayed`; then nothing was changed and nothing was heard.
    Refusals in `lost` are raised as `Lost`, for `again` to look again.
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
