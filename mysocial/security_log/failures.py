"""Events without a write, mostly failures: counted in Redis and saved as records by a task."""

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from django.conf import settings

from mysocial.core import keys, request_context
from mysocial.core.errors import AlreadyExists, NotFound, Unavailable
from mysocial.core.ids import new_id
from mysocial.core.metrics import record_security_event
from mysocial.core.redis import Script, available, client
from mysocial.core.request_context import Origin
from mysocial.security_log.kinds import Kind, Outcome
from mysocial.security_log.networks import network_of
from mysocial.security_log.records import (
    MAX_DETAIL_LENGTH,
    MAX_STAFF_LENGTH,
    MAX_USER_AGENT_LENGTH,
    SecurityEvent,
    log_event,
    security_events,
)
from mysocial.store import DAY_SECONDS, reads, write

logger = logging.getLogger(__name__)
COUNT = Script("common", "security_events")
# What an entry takes at most beside its identity: the JSON in Redis, and its record in Redis and
# MongoDB.
ENTRY_BYTES = 1500
BATCH = 100


class Identity(NamedTuple):
    """What events have in common that are counted together."""

    kind: str
    outcome: str
    account_id: str = ""
    staff: str = ""
    network: str = ""
    detail: str = ""

    def field(self) -> bytes:
        """Return the field of the hash."""
        return orjson.dumps(tuple(self))


def count_event(  # noqa: PLR0913 - the fields of an event
    kind: Kind,
    outcome: Outcome = Outcome.FAILURE,
    *,
    account_id: str = "",
    staff: str = "",
    detail: str = "",
    origin: Origin | None = None,
) -> None:
    """Count an event that belongs to no write; it never fails the request.

    All events of a day with the same arguments from the same network become one record. When the
    limit of bytes of the day is reached, further accounts and networks are counted together.
    """
    record_security_event(kind.value, outcome.value)
    origin = origin or request_context.origin()
    identity = Identity(
        kind.value,
        outcome.value,
        account_id,
        staff[:MAX_STAFF_LENGTH],
        network_of(origin.address),
        detail[:MAX_DETAIL_LENGTH],
    )
    now_seconds = time.time()
    try:
        COUNT({
            "key": _key(now_seconds),
            "field": identity.field(),
            "overflow": Identity(kind.value, outcome.value, detail="other networks").field(),
            "id": new_id(),
            "user_agent": origin.user_agent[:MAX_USER_AGENT_LENGTH],
            "now_ms": int(now_seconds * 1000),
            "entry_bytes": ENTRY_BYTES,
            "max_bytes": settings.SECURITY_LOG_BYTES_PER_DAY,
            "ttl_seconds": 2 * DAY_SECONDS,
        })  # fmt: skip
    except Unavailable as error:
        logger.warning("A security event was not counted: %s, %s: %s", kind, outcome, error)


def save_counted_events() -> int:
    """Save the counted events that have changed as records; return how many were saved."""
    saved = 0
    now_seconds = time.time()
    for key in (_key(now_seconds - DAY_SECONDS), _key(now_seconds)):
        with available():
            unsaved = int(client().hget(key, keys.UNSAVED_EVENTS) or 0)
        for field, entry in _entries(key):
            if entry["count"] != entry["saved"]:
                _save(key, field, entry)
                saved += 1
        if unsaved:  # of events that are counted from now on, it is not reset
            with available():
                client().hincrby(key, keys.UNSAVED_EVENTS, -unsaved)
    return saved


def forget_account(account_id: str) -> None:
    """Delete the counted events of an account that is being erased."""
    now_seconds = time.time()
    for key in (_key(now_seconds - DAY_SECONDS), _key(now_seconds)):
        fields = [field for field, _ in _entries(key) if account_id in orjson.loads(field)]
        if fields:
            with available():
                client().hdel(key, *fields)


def _key(seconds: float) -> str:
    return keys.security_events(f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}")


def _entries(key: str) -> Iterator[tuple[bytes, dict[str, Any]]]:
    with available():
        for field, text in client().hscan_iter(key, count=BATCH):
            if field not in (b"", keys.UNSAVED_EVENTS.encode()):
                yield field, orjson.loads(text)


def _save(key: str, field: bytes, entry: dict[str, Any]) -> None:
    """Create or update the record of an entry. A concurrent call does the same."""
    identity = Identity(*orjson.loads(field))
    last_at = datetime.fromtimestamp(entry["last_ms"] / 1000, UTC)
    event = SecurityEvent(
        **identity._asdict(),
        id=entry["id"],
        created_at=datetime.fromtimestamp(entry["first_ms"] / 1000, UTC),
        user_agent=entry["user_agent"],
        count=entry["count"],
        last_at=last_at,
    )
    try:
        if entry["saved"]:
            stored = reads.get_record(security_events, event.id)
            with write() as w:
                w.update(stored, count=event.count, last_at=last_at)
        else:
            with write() as w:
                w.create(event, new_id=True)
    except (AlreadyExists, NotFound):
        pass  # Another worker has saved it, or its account was erased.
    COUNT({"key": key, "field": field, "saved": entry["count"]})
    # Logged when the count has doubled, so that a long attack does not fill the log.
    if event.count.bit_length() > int(entry["saved"]).bit_length():
        log_event(event)
