"""Cascades of members."""

from typing import ClassVar

from mysocial.outbox import Cascade, delete_listed, delete_records
from users.store import link_checks, username_reservations


class UsernameReservationCascade(Cascade):
    """Deletes the reservations of a member's former usernames, which are free then."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(username_reservations, "user", pk, limit=limit)


class LinkCheckCascade(Cascade):
    """Deletes the check of a member's links."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        delete_records(link_checks, [pk])
        return True
