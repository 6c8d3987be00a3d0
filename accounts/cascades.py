"""Cascades of accounts."""

from typing import ClassVar

from accounts.services import remove_export
from accounts.store import email_reservations, ended_sessions
from mysocial.outbox import Cascade, delete_listed
from mysocial.security_log import forget_account, security_events


class EndedSessionCascade(Cascade):
    """Deletes the records of a member's sessions that a suspension ended."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(ended_sessions, "user", pk, limit=limit)


class EmailReservationCascade(Cascade):
    """Deletes the former addresses of a member, which are free then."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(email_reservations, "user", pk, limit=limit)


class SecurityEventCascade(Cascade):
    """Deletes what the security log has of a member."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        forget_account(pk)
        return delete_listed(security_events, "account", pk, limit=limit)


class ExportCascade(Cascade):
    """Deletes a member's data export."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        remove_export(user_id=pk)
        return True
