"""Reads of records: one script per question, MongoDB only for what Redis does not know.

Each function raises `Unavailable` when a needed server is away; a miss is never taken for absence.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from mysocial.core import keys
from mysocial.core.errors import NotFound
from mysocial.store.indexes import ViewerCheck
from mysocial.store.json_templates import NULL, JsonTemplate, RelatedRow, Row, fields_or_defaults
from mysocial.store.models import Record
from mysocial.store.queries import MappedQuery, Query, QueryRequest, combine, execute, gather, query
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
    "execute",
    "fields_query",
    "fields_through",
    "filter_members",
    "filter_members_query",
    "find_by_unique",
    "gather",
    "get_record",
    "get_records",
    "get_rows",
    "head_ids",
    "optional_record_query",
    "query",
    "record_query",
    "records_query",
    "render_placeholders",
    "rows_from_page",
    "rows_query",
    "run_checks",
]  # fmt: skip
MAX_CACHED_JOINS = (
    2000  # what is asked about whom a wire's records name, by a viewer: kept as it was made
)
M = TypeVar("M", bound=Record)
# By ref what to ask about the record it names; by "", about the record itself.
RowChecks = Mapping[str, tuple[ViewerCheck, ...]]
Through = tuple[str, str]  # the key of a record, and its raw field that names another


def get_records(store: Store[M], pks: Iterable[str]) -> dict[str, M]:
    """Return the live records among `pks` by id, in one round trip when Redis knows them all."""
    return records_query(store, pks).result()


def records_query(store: Store[M], pks: Iterable[str]) -> Query[dict[str, M]]:
    """Return the question that `get_many` asks."""
    ids = list(dict.fromkeys(pks))

    def live(*found: M | None) -> dict[str, M]:
        return {pk: one for pk, one in zip(ids, found, strict=True) if one is not None}

    return combine(*(optional_record_query(store, pk) for pk in ids), meaning=live)


def optional_record_query(store: Store[M], pk: str) -> Query[M | None]:
    """Return the question for a live record, None when there is none."""
    fields = [keys.VERSION, keys.REVISION, *store.fields]

    def meaning(answer: Sequence[Any]) -> M | None:
        return build_record(store, pk, dict(zip(fields, answer, strict=True))) if answer else None

    return query(_get_request(store, pk, fields), meaning)


def fields_query(
    store: Store[Any], pks: Iterable[str], names: Sequence[str]
) -> Query[dict[str, dict[str, bytes]]]:
    """Return the question for some hash fields of the live records among `pks`, as stored, by id.

    Where nothing else of a record is wanted: to build it would cost more than to ask for it.
    """
    ids = list(dict.fromkeys(pks))

    def live(answers: list[Any]) -> dict[str, dict[str, bytes]]:
        found = zip(ids, answers, strict=True)
        return {pk: _as_stored(store, names, one) for pk, one in found if one}

    return MappedQuery([_get_request(store, pk, list(names)) for pk in ids], live)


def build_record(store: Store[M], pk: str, named: Mapping[str, Any]) -> M:
    """Return the record of its named hash fields."""
    values = store.decode(pk, named)
    return store.build(values, version=int(named[keys.VERSION]), revision=int(named[keys.REVISION]))


def _get_request(store: Store[Any], pk: str, fields: Sequence[str]) -> QueryRequest:
    get_ask: QueryRequest = {"kind": "get", "key": store.key(pk), "fields": fields}
    proofs = store.absence_proofs(pk)
    return get_ask | {"id": pk, "absence_proofs": proofs} if proofs else get_ask


def get_record(store: Store[M], pk: str) -> M:
    """Return a live record; `NotFound` when there is none."""
    return record_query(store, pk).result()


def record_query(store: Store[M], pk: str) -> Query[M]:
    """Return the question that `get` asks."""

    def the_one(found: M | None) -> M:
        if found is None:
            raise NotFound
        return found

    return optional_record_query(store, pk).map(the_one)


def counter_query(store: Store[M], pk: str, name: str) -> Query[int]:
    """Return the question for a counter of a record; 0 where there is no record."""
    return query(_get_request(store, pk, [name]), lambda answer: int((answer or [b"0"])[0] or 0))


def find_by_unique(store: Store[M], field: str, value: str) -> str | None:
    """Return the id of the record that holds the unique `value`, or None."""
    (owner,) = execute({"kind": "unique", "key": store.unique_key(field, value)})
    return owner.decode() or None


def run_checks(about: str, wanted: Sequence[ViewerCheck]) -> list[int]:
    """Return 1 or 0 for each fact about the id `about`."""
    return checks_query(about, wanted).result()


def checks_query(about: str, wanted: Sequence[ViewerCheck]) -> Query[list[int]]:
    """Return the question for what holds about the id `about`: 1 or 0 for each fact."""
    return query({"kind": "checks", "value": about, "checks": list(wanted)}, list)


def fields_through(
    store: Store[Any], via: Through, names: Sequence[str]
) -> Query[dict[str, bytes] | None]:
    """Return the question for hash fields, as stored, of the record that another one names.

    None when there is none. It is to be asked together with a question for that other record.
    """
    question: QueryRequest = {
        "kind": "get",
        "key": store.prefix,
        "fields": list(names),
        "through": list(via),
    }
    return query(question, lambda answer: _as_stored(store, names, answer) if answer else None)


def _as_stored(store: Store[Any], names: Sequence[str], found: Sequence[Any]) -> dict[str, bytes]:
    return dict(zip(names, fields_or_defaults(store, names, found), strict=True))


def checks_through(via: Through, wanted: Sequence[ViewerCheck]) -> Query[list[int]]:
    """Return the question for what holds about the id that a record names, as `asked_of_named`."""
    return query({"kind": "checks", "checks": list(wanted), "through": list(via)}, list)


def filter_members(values: Sequence[str], wanted: Sequence[ViewerCheck]) -> list[set[str]]:
    """Return for each fact those of `values` of which it holds, at little more than one's cost."""
    return filter_members_query(values, wanted).result()


def filter_members_query(
    values: Sequence[str], wanted: Sequence[ViewerCheck]
) -> Query[list[set[str]]]:
    """Return the question that `among` asks."""
    question: QueryRequest = {"kind": "filter", "values": list(values), "checks": list(wanted)}
    return query(question, lambda answer: [{values[n] for n in places} for places in answer])


def get_rows(
    wire: JsonTemplate, pks: Sequence[str], *, about: RowChecks | None = None
) -> list[Row]:
    """Return the live rows among `pks`, in their order."""
    return rows_query(wire, pks, about=about).result()


def rows_query(
    wire: JsonTemplate, pks: Sequence[str], *, about: RowChecks | None = None
) -> Query[list[Row]]:
    """Return the question for the live rows among `pks`, in their order."""
    question = page_request(wire, about or {}) | {"entries": [[pk, "0"] for pk in pks]}
    return query(question, lambda answer: rows_from_page(wire, answer))


def page_request(wire: JsonTemplate, about: RowChecks) -> QueryRequest:
    """Return the question for records as `wire` shows them; which ones is to be added."""
    return {
        "kind": "page",
        "prefix": wire.store.prefix,
        "fields": wire.fields,
        "joins": [_join(wire, ref, about.get(ref, ())) for ref in wire.refs],
        "checks": about.get("", ()),
    }


@functools.lru_cache(maxsize=MAX_CACHED_JOINS)
def _join(wire: JsonTemplate, ref: str, facts: tuple[ViewerCheck, ...]) -> tuple[Any, ...]:
    """Return what to ask about the records that a ref names."""
    store, fields = wire.refs[ref]
    # Without a list, nor another record than the one that is joined: read together with it.
    moments = [f[1] for f in facts if not f[0] and not f[2] and f[3] == store.prefix]
    return wire.places[ref] + 1, store.prefix, tuple(fields), facts, moments


def rows_from_page(wire: JsonTemplate, answer: Sequence[Any]) -> list[Row]:
    """Return the rows of the answer to a `page_ask`."""
    refs = list(wire.refs)
    sides: list[dict[bytes, RelatedRow]] = [{} for _ in refs]
    for number, value, fields, flags in answer[2]:
        sides[number - 1][value] = wire.related_row(refs[number - 1], fields, flags)
    places = [(wire.places[ref], known) for ref, known in zip(refs, sides, strict=True)]
    store, names = wire.store, wire.fields
    found = []
    for pk, score, raw, *flags in answer[1]:
        own = cells = fields_or_defaults(store, names, raw)
        joined = []
        for place, known in places:
            side = known[own[place]]
            joined.append(side)
            cells = cells + side.values  # another list: `own` is looked at again
        found.append(Row(wire, pk.decode(), score, cells, joined, *flags))
    return found


def head_ids(store: Store[Any], index: str, values: Sequence[str], *, most: int) -> list[list[str]]:
    """Return the ids of the newest `most` of each of several lists, within what Redis holds."""
    question: QueryRequest = {
        "kind": "ids",
        "limit": most,
        "score": "",
        "member": "",
        "oldest": False,
    }
    answers = execute(*(question | {"list": store.list_key(index, value)} for value in values))
    return [[pk.decode() for pk in answer] for answer in answers]


def render_placeholders(pieces: Sequence[Any]) -> bytes:
    """Return the bytes of a template when nothing had to be written."""
    wanted = [piece for piece in pieces if not isinstance(piece, bytes)]
    if not wanted:
        return b"".join(pieces)
    asks = ({"kind": "get", "key": key, "fields": [name]} for key, name, *_ in wanted)
    answers = iter(execute(*asks))
    return b"".join(
        piece
        if isinstance(piece, bytes)
        else _render_placeholder(piece, (next(answers) or [False])[0])
        for piece in pieces
    )


def _render_placeholder(piece: Sequence[Any], found: bytes | bool) -> bytes:
    """Return the bytes of a piece, as the write script composes it."""
    _, _, *rest = piece
    if not isinstance(found, bytes):
        return rest[0] if rest else NULL
    before, after = rest[1:] or (b"", b"")
    return bytes(before + found + after)
