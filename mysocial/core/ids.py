"""Identifiers and times of records."""

import secrets
import time
from datetime import UTC, datetime

ID_LENGTH = 24
_HEX = frozenset("0123456789abcdef")


def new_id() -> str:
    """Return a new record id: 24 hexadecimal digits that sort by time.

    It has 52 bits of microseconds and 44 random bits. Ids are ordered across processes as far as
    their clocks agree. The chance that two of a thousand ids of one microsecond are equal is below
    one in ten million.
    """
    return f"{time.time_ns() // 1000:013x}{secrets.randbits(44):011x}"


def microseconds_of_id(pk: str) -> int:
    """Return when an id was made, in microseconds since 1970."""
    return int(pk[:13], 16)


def is_id(value: object) -> bool:
    """Return whether `value` has the form of a record id."""
    return isinstance(value, str) and len(value) == ID_LENGTH and _HEX.issuperset(value)


def pair_id(from_id: str, to_id: str) -> str:
    """Return the id of the record that one member can have once towards another."""
    return f"{from_id}:{to_id}"


def split_pair_id(pk: str) -> tuple[str, str]:
    """Return the two ids that `pair_id` joined."""
    from_id, _, to_id = pk.partition(":")
    return from_id, to_id


def now() -> datetime:
    """Return the time in UTC, truncated to milliseconds because MongoDB stores no more."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def milliseconds(moment: datetime) -> int:
    """Return `moment` as whole milliseconds since 1970: the score of list entries."""
    return round(moment.timestamp() * 1000)
