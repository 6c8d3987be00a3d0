"""Records of the security log, and their output to the process log."""

import logging
from typing import Any

from django.conf import settings
from django.db import models

from mysocial.core import request_context
from mysocial.core.ids import now
from mysocial.core.logging import EXTRA_FIELDS
from mysocial.core.metrics import record_security_event
from mysocial.core.request_context import Origin
from mysocial.security_log.kinds import Kind, Outcome
from mysocial.security_log.networks import network_of
from mysocial.store import DAY_SECONDS, Index, Record, Store, Write, write

logger = logging.getLogger("mysocial.security")
VIEW_SECURITY_LOG = "mysocial.view_securityevent"
MAX_USER_AGENT_LENGTH, MAX_STAFF_LENGTH, MAX_DETAIL_LENGTH = 100, 150, 100
SIGN_INS = "sign_ins"  # the list of a member's sign-ins, which the member sees
SIGN_IN = "sign_in"  # the fragment with what the member sees of a sign-in
MAX_LISTED_SIGN_INS = 100


class SecurityEvent(Record):
    """A security event, or several equal ones of a day. It contains no secret and no typed name."""

    kind = models.CharField(max_length=30, choices=Kind.choices)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    account_id = models.CharField(max_length=24, default="", blank=True)  # of the member, if known
    staff = models.CharField(max_length=MAX_STAFF_LENGTH, default="", blank=True)  # username
    network = models.CharField(max_length=50, default="", blank=True)
    user_agent = models.CharField(max_length=MAX_USER_AGENT_LENGTH, default="", blank=True)
    detail = models.CharField(max_length=MAX_DETAIL_LENGTH, default="", blank=True)
    count = models.IntegerField(default=1)
    last_at = models.DateTimeField(default=now)

    class Meta(Record.Meta):
        db_table = "security_events"
        app_label = "mysocial"
        verbose_name = "security event"
        verbose_name_plural = "security log"

    def __str__(self) -> str:
        return f"{self.kind}: {self.outcome}"


security_events = Store(
    SecurityEvent,
    queue="accounts",
    fragments={SIGN_IN: ("id", "created_at", "network", "user_agent")},
    indexes=(
        Index(
            "account",
            "account_id",
            max_entries=MAX_LISTED_SIGN_INS,
            parent_label="accounts.account",
        ),
        Index(
            SIGN_INS,
            "account_id",
            where={
                "kind": (Kind.SIGN_UP.value, Kind.SIGN_IN.value),
                "outcome": (Outcome.SUCCESS.value,),
            },
            max_entries=MAX_LISTED_SIGN_INS,
            parent_label="accounts.account",
        ),
    ),
    expires_after=("created_at", settings.SECURITY_LOG_DAYS * DAY_SECONDS),
)


def record_event(  # noqa: PLR0913 - the fields of an event
    w: Write,
    kind: Kind,
    outcome: Outcome = Outcome.SUCCESS,
    *,
    account_id: str = "",
    staff: str = "",
    detail: str = "",
    origin: Origin | None = None,
) -> None:
    """Add an event to a write.

    Args:
        w: The write that the event belongs to.
        account_id: The member whose account it concerns.
        staff: The username of the staff member.
        detail: A short text; never a secret or what somebody typed.
        origin: Where the request came from; by default, that of the current request.
    """
    origin = origin or request_context.origin()
    event = SecurityEvent(
        kind=kind.value,
        outcome=outcome.value,
        account_id=account_id,
        staff=staff[:MAX_STAFF_LENGTH],
        network=network_of(origin.address),
        user_agent=origin.user_agent[:MAX_USER_AGENT_LENGTH],
        detail=detail[:MAX_DETAIL_LENGTH],
    )
    w.create(event, new_id=True)
    w.on_commit(lambda: _publish(event))


def record_single_event(kind: Kind, *, staff: str = "", detail: str = "", origin: Origin) -> None:
    """Record a success by a write of its own, for changes that are not made by a `Write`."""
    with write() as w:
        record_event(w, kind, staff=staff, detail=detail, origin=origin)


def _publish(event: SecurityEvent) -> None:
    record_security_event(event.kind, event.outcome)
    log_event(event)


def log_event(event: SecurityEvent) -> None:
    """Write an event to the process log; as JSON, each of its fields is a field."""
    names = ("kind", "outcome", "account_id", "staff", "network", "user_agent", "detail", "count")
    fields: dict[str, Any] = {name: getattr(event, name) for name in names}
    fields = {"security_event": True} | {name: value for name, value in fields.items() if value}
    level = logging.INFO if event.outcome == Outcome.SUCCESS else logging.WARNING
    logger.log(
        level,
        "Security event: %s, %s, %s, count %s",
        event.kind,
        event.outcome,
        event.staff or event.account_id or "no account",
        event.count,
        extra={EXTRA_FIELDS: fields},
    )
