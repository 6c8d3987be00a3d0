"""Lookups of members by username; a former name leads to its member while it is reserved."""

from collections.abc import Iterable

from mysocial.store import reads
from users.models import UsernameReservation
from users.store import reservation_id, username_reservations, users


def find_user_id(username: str) -> str | None:
    """Return the id of the member with this username, or this former one, in any case."""
    key = username.lower()
    return reads.find_by_unique(users, "username_key", key) or _former_owners([key]).get(key)


def find_user_ids(usernames: Iterable[str]) -> dict[str, str]:
    """Return the ids of the members with these usernames, or former ones, by lowercase name.

    Costs one round trip, and another one if some are nobody's username.
    """
    names = sorted({name.lower() for name in usernames})
    ids = reads.find_by_uniques(users, "username_key", names)
    return ids | _former_owners([name for name in names if name not in ids])


def find_reservation(username_key: str) -> UsernameReservation | None:
    """Return the reservation of a lowercase username, in force or not, or None."""
    pk = reservation_id(username_key)
    return reads.get_records(username_reservations, [pk]).get(pk)


def _former_owners(names: list[str]) -> dict[str, str]:
    """Return the ids of the members that these lowercase usernames are reserved for, by name."""
    if not names:
        return {}
    pks = {name: reservation_id(name) for name in names}
    records = reads.get_records(username_reservations, pks.values())
    return {
        name: records[pk].user_id
        for name, pk in pks.items()
        if pk in records and records[pk].is_in_force
    }
