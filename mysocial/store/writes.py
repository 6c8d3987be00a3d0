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
from typing import Any, ParamSpec, TypeVar

from django.conf import settings

from mysocial.core import request_context
from mysocial.core.channel_messages import WAKEUP_MESSAGE
from mysocial.core.errors import AppError, Conflict, NotFound, Unavailable
from mysocial.core.events import Event
from mysocial.core.redis import Script, is_full, server
from mysocial.core.wakeup_names import HOOKED_TYPES, HOOKS
from mysocial.store.models import Record
from mysocial.store.operations import Operation, Operations
from mysocial.store.read_through import load_followers, load_missing
from mysocial.store.script_errors import error_from_result
from mysocial.store.store import DERIVED_LISTS, InitialList, store_of
from mysocial.store.wakeups import PENDING_TTL_MS, wake_workers

WRITE = Script("common", "pending_cleanup", "rate_limits", "event_log", "write")
MAX_EVENT_BYTES = 4096  # of the data of an event; a larger one is rendered when it is delivered
MAX_ATTEMPTS = 64  # each failed one was overtaken by a concurrent write
# What a service raises if a record was changed, deleted or hidden since it was read.
STALE_ERRORS = (Conflict, NotFound)
P = ParamSpec("P")
T = TypeVar("T")


class Write(Operations):
    """The changes of one request. `write()` makes it, and commits it when its block ends."""

    def __init__(self) -> None:
        super().__init__()
        self._events: list[Event] = []
        self._wakeups: list[str] = []
        self._result: Any = None
        self._commit_hooks: list[Callable[[], None]] = []

    # Effects -------------------------------------------------------------------------------------

    def initialize_lists(self, model: type[Record], value: str, *indexes: str) -> None:
        """Create empty, complete lists for a record that this write creates.

        Reads of these lists then need no query to MongoDB.
        """
        store = store_of(model)
        self._initial_lists += [
            InitialList(store.list_key(index, value), store.ttl_seconds) for index in indexes
        ]

    def announce(self, event: Event) -> None:
        """Append an event to its logs in the same step."""
        self._events.append(event)
        if event.type in HOOKED_TYPES:
            self.wake_workers(HOOKS)

    def wake_workers(self, name: str) -> None:
        """Wake workers after the write (see `mysocial.store.wakeups`)."""
        self._wakeups.append(name)

    def respond_with(self, result: Any) -> None:
        """Set the object that the response shows. The response is stored with the write."""
        self._result = result

    def on_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` once the changes have been applied; it must not raise."""
        self._commit_hooks.append(hook)

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
                self._load_unknown(request, *details)
            elif code == b"not_compared":
                server.compare()
            elif code == b"frozen":
                raise Unavailable("Counters are being compared. Try again.")
            elif code == b"conflict" and self._can_rebase(details):
                self._rebase(self._op_of(details))
            else:
                raise error_from_result(code, details)
        raise Unavailable("The server is too busy for this change. Try again.")

    def _load_unknown(
        self,
        request: dict[str, Any],
        records: list[bytes],
        uniques: list[bytes],
        followers: list[bytes],
    ) -> None:
        """Load what the script needs and Redis does not know.

        Without the lists of followers, the write goes on: readers merge the author's list instead.
        """
        if records or uniques:
            load_missing(records, uniques)
        if followers:
            # In the next attempt they are known, or they are not waited for again.
            request["merges_unknown_followers"] = True
            load_followers(followers)

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
            "log_length": settings.EVENT_LOG_LENGTH,
            "log_bytes": settings.EVENT_LOG_BYTES,
            "max_event_bytes": MAX_EVENT_BYTES,
            "limits": context.limits,
            "wakeups": self._wakeups,
            "wakeup_ttl_ms": PENDING_TTL_MS,
            "wakeup_message": WAKEUP_MESSAGE,
        }
        if context.budget_id and settings.RATE_LIMITS:
            request["budget"] = {
                "client": context.budget_id,
                "member_bytes": settings.MEMBER_DAILY_BYTES,
                "response_bytes": settings.STORED_RESPONSE_BYTES,
                "upload": context.upload_bytes,
                "upload_bytes": settings.MEMBER_DAILY_UPLOAD_BYTES,
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
        cursor, body, wakeups, context.limit_statuses = details
        context.session_checked = True
        context.cursor = context.cursor or cursor.decode()
        if context.response_plan and not context.is_committed:
            context.stored_response = body
        context.is_committed = True
        for hook in self._commit_hooks:
            hook()
        wake_workers(name.decode() for name in wakeups)


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
        StorageBudgetExceeded: The client has written as much as is allowed in a day.
        Unavailable: A server that is needed does not respond.
    """
    pending = Write()
    yield pending
    try:
        pending.commit()
    except retry_on as error:
        raise StaleRead from error


def respond_unchanged(record: Record) -> None:
    """Respond with a record that the request leaves as it is; staff get no response.

    The script reads the record and counts the rate limit of the request, as for a change.

    Raises:
        NotFound: The record is deleted.
    """
    context = request_context.current()
    if context is not None and context.response_plan:
        with write() as w:
            w.require(type(record), str(record.pk))
            w.respond_with(record)


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
