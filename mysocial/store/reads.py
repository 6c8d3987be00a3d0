"""Reads of records: one script call for each read, MongoDB only for what Redis does not know.

Every function that reads raises `Unavailable` if a server that it needs does not respond.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from mysocial.core import keys
from mysocial.core.errors import NotFound
from mysocial.store.indexes import ViewerCheck
from mysocial.store.json_templates import NULL, fields_or_defaults
from mysocial.store.models import Record
from mysocial.store.queries import (
    MappedQuery,
    Query,
    QueryRequest,
    combine,
    event_cursor,
    execute,
    gather,
    query,
)
from mysocial.store.rows import get_rows, head_ids, rows_query
from mysocial.store.store import Store

__all__ = [
    "Query",
    "QueryRequest",
    "Through",
    "build_record",
    "checks_query",
    "checks_through",
    "combine",
    "counter_query",
    "event_cursor",
    "execute",
    "fields_query",
    "fields_through",
    "filter_members",
    "filter_members_query",
    "find_by_unique",
    "find_by_uniques",
    "gather",
    "get_record",
    "get_records",
    "get_rows",
    "head_ids",
    "optional_record_query",
    "query",
    "record_query",
    "records_query",
    "render_live",
    "render_placeholders",
    "rows_query",
    "run_checks",
]
M = TypeVar("M", bound=Record)
OPTIONAL_OBJECT_LENGTH = 5  # of a placeholder: key, field, default, and what is around the value
Through = tuple[str, str]  # the key of a record, and its plain field that names another record


# Records ------------------------------------------------------------------------------------------


def get_record(store: Store[M], pk: str) -> M:
    """Return a live record.

    Raises:
        NotFound: There is none with this id.
    """
    return record_query(store, pk).result()


def record_query(store: Store[M], pk: str) -> Query[M]:
    """Return the query for a live record; its result raises `NotFound` if there is none."""

    def require(record: M | None) -> M:
        if record is None:
            raise NotFound
        return record

    return optional_record_query(store, pk).map(require)


def optional_record_query(store: Store[M], pk: str) -> Query[M | None]:
    """Return the query for a live record; None if there is none."""
    names = [keys.VERSION, keys.REVISION, *store.fields]

    def decode(values: Sequence[Any]) -> M | None:
        return build_record(store, pk, dict(zip(names, values, strict=True))) if values else None

    return query(_get_request(store, pk, names), decode)


def get_records(store: Store[M], pks: Iterable[str]) -> dict[str, M]:
    """Return the live records among `pks` by id."""
    return records_query(store, pks).result()


def records_query(store: Store[M], pks: Iterable[str]) -> Query[dict[str, M]]:
    """Return the query for the live records among `pks`, by id."""
    ids = list(dict.fromkeys(pks))

    def only_live(*records: M | None) -> dict[str, M]:
        return {pk: record for pk, record in zip(ids, records, strict=True) if record is not None}

    return combine(*(optional_record_query(store, pk) for pk in ids), function=only_live)


def build_record(store: Store[M], pk: str, fields: Mapping[str, Any]) -> M:
    """Return the model instance of a record's hash fields."""
    values = store.decode(pk, fields)
    return store.build(
        values, version=int(fields[keys.VERSION]), revision=int(fields[keys.REVISION])
    )


def _get_request(store: Store[Any], pk: str, names: Sequence[str]) -> QueryRequest:
    request: QueryRequest = {"kind": "get", "key": store.key(pk), "fields": names}
    proofs = store.absence_proofs(pk)
    return request | {"id": pk, "absence_proofs": proofs} if proofs else request


# Fields -------------------------------------------------------------------------------------------


def fields_query(
    store: Store[Any], pks: Iterable[str], names: Sequence[str]
) -> Query[dict[str, dict[str, bytes]]]:
    """Return the query for hash fields of the live records among `pks`, as stored, by id.

    It is for readers that need few fields: building the records would cost more than reading them.
    """
    ids = list(dict.fromkeys(pks))

    def decode(replies: list[Any]) -> dict[str, dict[str, bytes]]:
        records = zip(ids, replies, strict=True)
        return {pk: _name_fields(store, names, values) for pk, values in records if values}

    return MappedQuery([_get_request(store, pk, list(names)) for pk in ids], decode)


def fields_through(
    store: Store[Any], through: Through, names: Sequence[str]
) -> Query[dict[str, bytes] | None]:
    """Return the query for hash fields, as stored, of the record that another record names.

    Gather it with a query for that other record. The result is None if there is no such record.
    """
    request: QueryRequest = {
        "kind": "get",
        "key": store.prefix,
        "fields": list(names),
        "through": list(through),
    }
    return query(request, lambda values: _name_fields(store, names, values) if values else None)


def _name_fields(
    store: Store[Any], names: Sequence[str], values: Sequence[Any]
) -> dict[str, bytes]:
    return dict(zip(names, fields_or_defaults(store, names, values), strict=True))


def counter_query(store: Store[M], pk: str, name: str) -> Query[int]:
    """Return the query for a counter of a record; 0 if there is no such record."""
    return query(_get_request(store, pk, [name]), lambda values: int((values or [b"0"])[0] or 0))


def find_by_unique(store: Store[M], field: str, value: str) -> str | None:
    """Return the id of the record that holds a unique value, or None."""
    return find_by_uniques(store, field, [value]).get(value)


def find_by_uniques(store: Store[M], field: str, values: Sequence[str]) -> dict[str, str]:
    """Return the ids of the records that hold these unique values, by value."""
    requests = ({"kind": "unique", "key": store.unique_key(field, value)} for value in values)
    owners = execute(*requests) if values else []
    return {value: owner.decode() for value, owner in zip(values, owners, strict=True) if owner}


# Viewer checks ------------------------------------------------------------------------------------


def run_checks(pk: str, checks: Sequence[ViewerCheck]) -> list[int]:
    """Return 1 or 0 for each check on an id."""
    return checks_query(pk, checks).result()


def checks_query(pk: str, checks: Sequence[ViewerCheck]) -> Query[list[int]]:
    """Return the query for 1 or 0 for each check on an id."""
    return query({"kind": "checks", "value": pk, "checks": list(checks)}, list)


def checks_through(through: Through, checks: Sequence[ViewerCheck]) -> Query[list[int]]:
    """Return the query for checks on the id that a record names, as in `fields_through`."""
    return query({"kind": "checks", "checks": list(checks), "through": list(through)}, list)


def filter_members(pks: Sequence[str], checks: Sequence[ViewerCheck]) -> list[set[str]]:
    """Return for each check the ids for which it holds; cheap for many ids."""
    return filter_members_query(pks, checks).result()


def filter_members_query(
    pks: Sequence[str], checks: Sequence[ViewerCheck]
) -> Query[list[set[str]]]:
    """Return the query for the ids for which a check holds, for each check."""
    request: QueryRequest = {"kind": "filter", "values": list(pks), "checks": list(checks)}
    return query(request, lambda reply: [{pks[n] for n in positions} for positions in reply])


# Placeholders -------------------------------------------------------------------------------------


def render_placeholders(parts: Sequence[Any]) -> bytes:
    """Return the JSON of a template's placeholders, for a request that wrote nothing."""
    return _fill_placeholders(parts, _read_placeholders(parts))


def render_live(parts: Sequence[Any]) -> bytes | None:
    """Return the JSON of placeholders as their records are now; None if a record is gone.

    A record that is shown as an optional object may be gone: the object is then null.
    """
    replies = _read_placeholders(parts)
    placeholders = [part for part in parts if not isinstance(part, bytes)]
    for placeholder, reply in zip(placeholders, replies, strict=True):
        if not reply and len(placeholder) < OPTIONAL_OBJECT_LENGTH:
            return None
    return _fill_placeholders(parts, replies)


def _read_placeholders(parts: Sequence[Any]) -> list[Any]:
    requests = [_placeholder_request(*part) for part in parts if not isinstance(part, bytes)]
    return execute(*requests) if requests else []


def _placeholder_request(key: str, field: str, *rest: Any) -> QueryRequest:
    request: QueryRequest = {"kind": "get", "key": key, "fields": [field]}
    proofs, pk = rest[3:] or (None, None)
    return request | {"absence_proofs": proofs, "id": pk} if proofs else request


def _fill_placeholders(parts: Sequence[Any], replies: Sequence[Any]) -> bytes:
    values = iter(replies)
    return b"".join(
        part if isinstance(part, bytes) else _render_placeholder(part, next(values))
        for part in parts
    )


def _render_placeholder(placeholder: Sequence[Any], values: Sequence[bytes | bool]) -> bytes:
    """Return the JSON of a placeholder, as `render` in write.lua does."""
    _, _, *rest = placeholder
    value = values[0] if values else False
    if not isinstance(value, bytes):
        return rest[0] if rest else NULL
    before, after = rest[1:3] or (b"", b"")
    return bytes(before + value + after)
