"""Reads of records: one script per question, MongoDB only for what Redis does not know.

Each function raises `Unavailable` when a needed server is away; a miss is never taken for absence.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from mysocial.core.errors import NotFound
from mysocial.store.indexes import Fact
from mysocial.store.json_templates import NULL, Row, Side, Wire, filled
from mysocial.store.models import Record
from mysocial.store.queries import Ask, Asked, Meant, all_of, ask, asked, together
from mysocial.store.store import Store

__all__ = [
    "Ask", "Asked", "Via", "all_of", "among", "ask", "asked", "asked_among", "asked_count",
    "asked_facts", "asked_facts_of_named", "asked_many", "asked_of_named", "asked_one",
    "asked_record", "asked_rows", "asked_some", "build", "compose", "facts", "find", "get",
    "get_many", "heads", "rows", "rows_of", "together",
]  # fmt: skip
JOINS = 2000  # what is asked about whom a wire's records name, by a viewer: kept as it was made
M = TypeVar("M", bound=Record)
# By ref what to ask about the record it names; by "", about the record itself.
About = Mapping[str, tuple[Fact, ...]]
Via = tuple[str, str]  # the key of a record, and its raw field that names another


def get_many(store: Store[M], pks: Iterable[str]) -> dict[str, M]:
    """Return the live records among `pks` by id, in one round trip when Redis knows them all."""
    return asked_many(store, pks).get()


def asked_many(store: Store[M], pks: Iterable[str]) -> Asked[dict[str, M]]:
    """Return the question that `get_many` asks."""
    ids = list(dict.fromkeys(pks))

    def live(*found: M | None) -> dict[str, M]:
        return {pk: one for pk, one in zip(ids, found, strict=True) if one is not None}

    return all_of(*(asked_record(store, pk) for pk in ids), meaning=live)


def asked_record(store: Store[M], pk: str) -> Asked[M | None]:
    """Return the question for a live record, None when there is none."""
    fields = ["v", "r", *store.fields]

    def meaning(answer: Sequence[Any]) -> M | None:
        return build(store, pk, dict(zip(fields, answer, strict=True))) if answer else None

    return asked(_get_ask(store, pk, fields), meaning)


def asked_some(
    store: Store[Any], pks: Iterable[str], names: Sequence[str]
) -> Asked[dict[str, dict[str, bytes]]]:
    """Return the question for some hash fields of the live records among `pks`, as stored, by id.

    Where nothing else of a record is wanted: to build it would cost more than to ask for it.
    """
    ids = list(dict.fromkeys(pks))

    def live(answers: list[Any]) -> dict[str, dict[str, bytes]]:
        found = zip(ids, answers, strict=True)
        return {pk: _as_stored(store, names, one) for pk, one in found if one}

    return Meant([_get_ask(store, pk, list(names)) for pk in ids], live)


def build(store: Store[M], pk: str, named: Mapping[str, Any]) -> M:
    """Return the record of its named hash fields."""
    values = store.decode(pk, named)
    return store.build(values, version=int(named["v"]), revision=int(named["r"]))


def _get_ask(store: Store[Any], pk: str, fields: Sequence[str]) -> Ask:
    get_ask: Ask = {"kind": "get", "key": store.key(pk), "fields": fields}
    proofs = store.proofs(pk)
    return get_ask | {"id": pk, "proofs": proofs} if proofs else get_ask


def get(store: Store[M], pk: str) -> M:
    """Return a live record; `NotFound` when there is none."""
    return asked_one(store, pk).get()


def asked_one(store: Store[M], pk: str) -> Asked[M]:
    """Return the question that `get` asks."""

    def the_one(found: M | None) -> M:
        if found is None:
            raise NotFound
        return found

    return asked_record(store, pk).then(the_one)


def asked_count(store: Store[M], pk: str, name: str) -> Asked[int]:
    """Return the question for a counter of a record; 0 where there is no record."""
    return asked(_get_ask(store, pk, [name]), lambda answer: int((answer or [b"0"])[0] or 0))


def find(store: Store[M], field: str, value: str) -> str | None:
    """Return the id of the record that holds the unique `value`, or None."""
    (owner,) = ask({"kind": "unique", "key": store.unique_key(field, value)})
    return owner.decode() or None


def facts(about: str, wanted: Sequence[Fact]) -> list[int]:
    """Return 1 or 0 for each fact about the id `about`."""
    return asked_facts(about, wanted).get()


def asked_facts(about: str, wanted: Sequence[Fact]) -> Asked[list[int]]:
    """Return the question for what holds about the id `about`: 1 or 0 for each fact."""
    return asked({"kind": "facts", "value": about, "facts": list(wanted)}, list)


def asked_of_named(
    store: Store[Any], via: Via, names: Sequence[str]
) -> Asked[dict[str, bytes] | None]:
    """Return the question for hash fields, as stored, of the record that another one names.

    None when there is none. It is to be asked together with a question for that other record.
    """
    question: Ask = {"kind": "get", "key": store.prefix, "fields": list(names), "via": list(via)}
    return asked(question, lambda answer: _as_stored(store, names, answer) if answer else None)


def _as_stored(store: Store[Any], names: Sequence[str], found: Sequence[Any]) -> dict[str, bytes]:
    return dict(zip(names, filled(store, names, found), strict=True))


def asked_facts_of_named(via: Via, wanted: Sequence[Fact]) -> Asked[list[int]]:
    """Return the question for what holds about the id that a record names, as `asked_of_named`."""
    return asked({"kind": "facts", "facts": list(wanted), "via": list(via)}, list)


def among(values: Sequence[str], wanted: Sequence[Fact]) -> list[set[str]]:
    """Return for each fact those of `values` of which it holds, at little more than one's cost."""
    return asked_among(values, wanted).get()


def asked_among(values: Sequence[str], wanted: Sequence[Fact]) -> Asked[list[set[str]]]:
    """Return the question that `among` asks."""
    question: Ask = {"kind": "among", "values": list(values), "facts": list(wanted)}
    return asked(question, lambda answer: [{values[n] for n in places} for places in answer])


def rows(wire: Wire, pks: Sequence[str], *, about: About | None = None) -> list[Row]:
    """Return the live rows among `pks`, in their order."""
    return asked_rows(wire, pks, about=about).get()


def asked_rows(wire: Wire, pks: Sequence[str], *, about: About | None = None) -> Asked[list[Row]]:
    """Return the question for the live rows among `pks`, in their order."""
    question = page_ask(wire, about or {}) | {"entries": [[pk, "0"] for pk in pks]}
    return asked(question, lambda answer: rows_of(wire, answer))


def page_ask(wire: Wire, about: About) -> Ask:
    """Return the question for records as `wire` shows them; which ones is to be added."""
    return {
        "kind": "page",
        "prefix": wire.store.prefix,
        "fields": wire.fields,
        "joins": [_join(wire, ref, about.get(ref, ())) for ref in wire.refs],
        "facts": about.get("", ()),
    }


@functools.lru_cache(maxsize=JOINS)
def _join(wire: Wire, ref: str, facts: tuple[Fact, ...]) -> tuple[Any, ...]:
    """Return what to ask about the records that a ref names."""
    store, fields = wire.refs[ref]
    # Without a list, nor another record than the one that is joined: read together with it.
    moments = [f[1] for f in facts if not f[0] and not f[2] and f[3] == store.prefix]
    return wire.places[ref] + 1, store.prefix, tuple(fields), facts, moments


def rows_of(wire: Wire, answer: Sequence[Any]) -> list[Row]:
    """Return the rows of the answer to a `page_ask`."""
    refs = list(wire.refs)
    sides: list[dict[bytes, Side]] = [{} for _ in refs]
    for number, value, fields, flags in answer[2]:
        sides[number - 1][value] = wire.side_of(refs[number - 1], fields, flags)
    places = [(wire.places[ref], known) for ref, known in zip(refs, sides, strict=True)]
    store, names = wire.store, wire.fields
    found = []
    for pk, score, raw, *flags in answer[1]:
        own = cells = filled(store, names, raw)
        joined = []
        for place, known in places:
            side = known[own[place]]
            joined.append(side)
            cells = cells + side.cells  # another list: `own` is looked at again
        found.append(Row(wire, pk.decode(), score, cells, joined, *flags))
    return found


def heads(store: Store[Any], index: str, values: Sequence[str], *, most: int) -> list[list[str]]:
    """Return the ids of the newest `most` of each of several lists, within what Redis holds."""
    question: Ask = {"kind": "ids", "limit": most, "score": "", "member": "", "oldest": False}
    answers = ask(*(question | {"list": store.list_key(index, value)} for value in values))
    return [[pk.decode() for pk in answer] for answer in answers]


def compose(pieces: Sequence[Any]) -> bytes:
    """Return the bytes of a template when nothing had to be written."""
    wanted = [piece for piece in pieces if not isinstance(piece, bytes)]
    if not wanted:
        return b"".join(pieces)
    asks = ({"kind": "get", "key": key, "fields": [name]} for key, name, *_ in wanted)
    answers = iter(ask(*asks))
    return b"".join(
        piece if isinstance(piece, bytes) else _composed(piece, (next(answers) or [False])[0])
        for piece in pieces
    )


def _composed(piece: Sequence[Any], found: bytes | bool) -> bytes:
    """Return the bytes of a piece, as the write script composes it."""
    _, _, *rest = piece
    if not isinstance(found, bytes):
        return rest[0] if rest else NULL
    before, after = rest[1:] or (b"", b"")
    return bytes(before + found + after)
