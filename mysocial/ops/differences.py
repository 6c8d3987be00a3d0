"""The differences that `manage.py verify` reports."""

from typing import NamedTuple

BATCH = 500  # records or keys that are compared at a time
ORPHAN = "orphan"


class Difference(NamedTuple):
    """A difference between two sources; `mysocial.ops.repair` says how each kind is repaired.

    | kind | meaning |
    |---|---|
    | `missing` | MongoDB lacks a record, or has an older version of it |
    | `stale` | Redis has an older version of a record |
    | `different` | the versions are equal, the fields are not |
    | `list` | a cached list has other entries than MongoDB |
    | `unique` | Redis and MongoDB disagree on the owner of a unique value |
    | `counter` | a counter differs from the number of records that it counts |
    | `orphan` | records refer to a record that does not exist |
    """

    kind: str
    key: str
    detail: str
    delta: int = 0  # what a counter lacks
