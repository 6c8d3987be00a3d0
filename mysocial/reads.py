"""Reads: one script per question, MongoDB only for what Redis does not know.

Each function raises `Unavailable` when a needed server is away; a miss is never taken for absence.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from mysocial import context
from mysocial.errors import NotAuthenticated, NotFound, Unavailable
from mysocial.fills import fill, new_epoch
from mysocial.lists import Entry
from mysocial.models import Record
from mysocial.redis import Script, available, client
from mysocial.store import Store
from mysocial.stretches import in_order, owed, stretch
from mysocial.wire import NULL, Own, Row, Wire

READ = Script("common", "read", flags="no-writes")
TRIES = 8
SCAN = 10  # pages looked through at most for one page of what may be shown
LEAST_BATCH = 20
M = TypeVar("M", bound=Record)
# What holds between the viewer and the record a ref names: list, before and after the id, records.
Fact = tuple[str, str, str, str]
Ask = dict[str, Any]


class Page(NamedTuple):
    """A stretch of a list. `next` is where the following one begins, None at the end."""

    rows: list[Row]
    next: "Entry | None"


def ask(*asks: Ask) -> list[Any]:
    """Answer all questions at one moment; fetches what is unknown and asks again."""
    call = context.current() or context.Call()
    question: dict[str, Any] = {"asks": list(asks)}
    if call.session_key:
        question["session"] = call.session_key
    for _ in range(TRIES):
        verdict, *rest = READ(question)
        if verdict == b"ok":
            call.session_checked = True
            # The first one: a client that resumes from it misses nothing of what came later.
            call.cursor = call.cursor or rest[0].decode() or begin_log()
            return list(rest[1])
        if verdict == b"session":
            raise NotAuthenticated("The session has ended.")
        fill(*rest)
    raise Unavailable("The store is too busy to answer. Try again.")


def begin_log() -> str:
    """Give an empty Redis its epoch; return the cursor."""
    with available():
        client().set("epoch", new_epoch(), nx=True)
        epoch, clock = client().mget("epoch", "clock")
    return f"{epoch.decode()}:{(clock or b'0').decode()}"


def get_many(store: Store[M], pks: Iterable[str]) -> dict[str, M]:
    """Return the live records among `pks` by id, in one round trip when Redis knows them all."""
    ids = list(dict.fromkeys(pks))
    fields = ["v", "r", *store.fields]
    answers = ask(*(_get_ask(store, pk, fields) for pk in ids))
    return {
        pk: _build(store, pk, dict(zip(fields, answer, strict=True)))
        for pk, answer in zip(ids, answers, strict=True)
        if answer
    }


def _build(store: Store[M], pk: str, named: Mapping[str, Any]) -> M:
    values = store.decode(pk, named)
    return store.build(values, version=int(named["v"]), revision=int(named["r"]))


def _get_ask(store: Store[Any], pk: str, fields: Sequence[str]) -> Ask:
    get_ask: Ask = {"kind": "get", "key": store.key(pk), "fields": fields}
    proofs = store.proofs(pk)
    return get_ask | {"id": pk, "proofs": proofs} if proofs else get_ask


def get(store: Store[M], pk: str) -> M:
    """Return a live record; `NotFound` when there is none."""
    found = get_many(store, [pk])
    if pk not in found:
        raise NotFound
    return found[pk]


def find(store: Store[M], field: str, value: str) -> str | None:
    """Return the id of the record that holds the unique `value`, or None."""
    (owner,) = ask({"kind": "unique", "key": store.unique_key(field, value)})
    return owner.decode() or None


def facts(about: str, wanted: Sequence[Fact]) -> list[int]:
    """Return 1 or 0 for each fact about the id `about`."""
    return list(ask({"kind": "facts", "value": about, "facts": list(wanted)})[0])


def among(values: Sequence[str], wanted: Sequence[Fact]) -> list[set[str]]:
    """Return for each fact those of `values` of which it holds, at little more than one's cost."""
    (answer,) = ask({"kind": "among", "values": list(values), "facts": list(wanted)})
    return [{values[place] for place in places} for places in answer]


def rows(
    wire: Wire, pks: Sequence[str], *, about: Mapping[str, Sequence[Fact]] | None = None
) -> list[Row]:
    """Return the live rows among `pks`, in their order."""
    question = _page_ask(wire, about or {}) | {"entries": [[pk, "0"] for pk in pks]}
    (answer,) = ask(question)
    return _rows(wire, answer)


def page(  # noqa: PLR0913 - the question a list answers
    wire: Wire,
    index: str,
    value: str = "",
    *,
    limit: int,
    after: Entry | None = None,
    oldest: bool = False,
    about: Mapping[str, Sequence[Fact]] | None = None,
) -> Page:
    """Return at most `limit` rows of a list beyond `after`.

    Within what Redis holds whole it is one round trip. Deeper, the ids come from MongoDB by the
    list's index, merged with what MongoDB has not got yet, and the records from Redis again.
    """
    question = _page_ask(wire, about or {})
    whole = {"list": wire.store.list_key(index, value), "limit": limit + 1, "oldest": oldest}
    whole |= wire.store.sources(wire.store.indexes[index], value)
    found: list[Row] = []
    place, deep, more = after, False, True
    # An entry may name a record that went meanwhile: whether there is more is told by the entries
    # that were looked through, never by the rows that came of them.
    while more and len(found) <= limit:
        if deep:
            entries = _deep(wire.store, index, value, limit + 1, place, oldest)
            here: Ask = {"entries": [[pk, str(score)] for pk, score in entries]}
        else:
            here = whole | {"score": str(place[1]) if place else "",
                            "member": place[0] if place else ""}  # fmt: skip
        (answer,) = ask(question | here)
        found += _rows(wire, answer)
        beyond, _, _, count, last = answer
        place = (last[0].decode(), int(last[1])) if last else place
        deep = deep or bool(beyond)
        more = bool(beyond) or count > limit
    ahead = _entry(found[limit - 1]) if len(found) > limit else None
    return Page(found[:limit], ahead)


def newest(store: Store[M], index: str, value: str, *, limit: int) -> tuple[list[M], bool]:
    """Return the newest records of a list, to work with, and whether these are all of them."""
    wire = Wire(store, *map(Own, ("v", "r", *store.fields)))
    found = page(wire, index, value, limit=limit)
    return [_build(store, row.id, row.values) for row in found.rows], found.next is None


def sift(  # noqa: PLR0913 - a page, and who is left of it
    wire: Wire,
    index: str,
    value: str = "",
    *,
    limit: int,
    after: Entry | None = None,
    oldest: bool = False,
    about: Mapping[str, Sequence[Fact]] | None = None,
    keep: Callable[[list[Row]], Sequence[Row]],
) -> tuple[list[Row], Entry | None]:
    """Return a page of the rows that `keep` leaves, and where the following one begins.

    Looks through pages until one is full, the list ends, or `SCAN` pages were looked through.
    """
    found: list[Row] = []
    for _ in range(SCAN):
        size = max(limit, LEAST_BATCH)
        seen = page(wire, index, value, limit=size, after=after, oldest=oldest, about=about)
        for row in keep(seen.rows):
            found.append(row)
            if len(found) == limit:
                last = row is seen.rows[-1]
                return found, seen.next if last else _entry(row)
        after = seen.next
        if after is None:
            break
    return found, after


def heads(store: Store[Any], index: str, values: Sequence[str], *, most: int) -> list[list[str]]:
    """Return the ids of the newest `most` of each of several lists, within what Redis holds."""
    question: Ask = {"kind": "ids", "limit": most, "score": "", "member": "", "oldest": False}
    answers = ask(*(question | {"list": store.list_key(index, value)} for value in values))
    return [[pk.decode() for pk in answer] for answer in answers]


def _deep(  # noqa: PLR0913, PLR0917 - private half of `page`
    store: Store[Any], index: str, value: str, limit: int, after: Entry | None, oldest: bool
) -> list[Entry]:
    # First what is owed, then MongoDB: a debt paid in between stands in both, never in neither.
    declared = store.indexes[index]
    debts = owed(store, declared, value)
    entries = dict(
        stretch(store, declared, value, limit=limit + len(debts), after=after, oldest=oldest)
    )
    for pk, score in debts.items():
        entries.pop(pk, None)
        if math.isfinite(score) and (
            after is None or _is_beyond((pk, int(score)), after, oldest=oldest)
        ):
            entries[pk] = int(score)
    return in_order(list(entries.items()), oldest=oldest)[:limit]


def _is_beyond(entry: Entry, after: Entry, *, oldest: bool) -> bool:
    here, there = (entry[1], entry[0]), (after[1], after[0])
    return here > there if oldest else here < there


def _entry(row: Row) -> Entry:
    return row.id, int(row.score)


def _page_ask(wire: Wire, about: Mapping[str, Sequence[Fact]]) -> Ask:
    joins = [
        [wire.fields.index(ref) + 1, store.prefix, list(fields), list(about.get(ref, ()))]
        for ref, (store, fields) in wire.refs.items()
    ]
    return {"kind": "page", "prefix": wire.store.prefix, "fields": wire.fields, "joins": joins}


def _rows(wire: Wire, answer: Sequence[Any]) -> list[Row]:
    refs = list(wire.refs.items())
    joined: dict[tuple[str, bytes], tuple[dict[str, bytes], list[int]]] = {}
    for number, value, fields, flags in answer[2]:
        ref, (store, names) = refs[number - 1]
        joined[ref, value] = (_named(store, names, fields), flags)
    found = []
    for pk, score, raw in answer[1]:
        values = _named(wire.store, wire.fields, raw)
        sides = {ref: joined[ref, values[ref]] for ref in wire.refs}
        found.append(
            Row(
                pk.decode(),
                score.decode(),
                values,
                {ref: side[0] for ref, side in sides.items()},
                {ref: side[1] for ref, side in sides.items()},
            )
        )
    return found


def _named(
    store: Store[Any], names: Sequence[str], found: Sequence[bytes | None]
) -> dict[str, bytes]:
    """Return the fields of a record by name; none when it is gone."""
    return {name: store.stored(name, value) for name, value in zip(names, found, strict=False)}


def compose(pieces: Sequence[Any]) -> bytes:
    """Return the bytes of a template when nothing had to be written."""
    wanted = [piece for piece in pieces if not isinstance(piece, bytes)]
    if not wanted:
        return b"".join(pieces)
    asks = ({"kind": "get", "key": key, "fields": [name]} for key, name, *_ in wanted)
    answers = iter(ask(*asks))
    return b"".join(
        piece if isinstance(piece, bytes) else _composed(piece, (next(answers) or [None])[0])
        for piece in pieces
    )


def _composed(piece: Sequence[Any], found: bytes | None) -> bytes:
    """Return the bytes of a piece, as the write script composes it."""
    _, _, *rest = piece
    if found is None:
        return rest[0] if rest else NULL
    before, after = rest[1:] or (b"", b"")
    return bytes(before + found + after)
