"""`Wire`: what a record looks like in an answer, spliced from stored bytes without parsing them.

One declaration serves reads (joined from what the read script returns), answers of writes and
events (joined by the write script, so that they show the counters as they are after the write).
A test holds each wire equal to its serializer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from mysocial.encoding import dumps
from mysocial.store import Store

NULL, BRACES = b"null", (b"{", b"}")


@dataclass(frozen=True)
class Own:
    """A part, raw field or counter of the record itself."""

    name: str


@dataclass(frozen=True)
class Of:
    """A part, raw field or counter of the record that the raw field `ref` names."""

    ref: str
    name: str


@dataclass(frozen=True)
class Whole:
    """A part of the record that the raw field `ref` names, as an object; null where none is."""

    ref: str
    name: str


Piece = bytes | Own | Of | Whole


class Row(NamedTuple):
    """One record as the read script returned it."""

    id: str
    score: str
    values: dict[str, bytes]
    joined: dict[str, dict[str, bytes]]  # by ref: fields of the record it names
    facts: dict[str, list[int]]  # by ref: what holds between the viewer and that record


class Wire:
    """The JSON object of a record: literal bytes, `Own`, `Of` and `Whole` in the order sent."""

    def __init__(
        self,
        store: Store[Any],
        *pieces: Piece,
        refs: Mapping[str, tuple[Store[Any], Sequence[str]]] | None = None,
    ) -> None:
        self.store = store
        self.pieces = (b"{", *pieces, b"}")
        self.refs = dict(refs or {})
        own = [piece.name for piece in pieces if isinstance(piece, Own)]
        self.fields = list(dict.fromkeys([*own, *store.raw]))

    def render(self, row: Row) -> bytes:
        """Return the JSON object of a row."""
        return b"".join([_now(piece, row) for piece in self.pieces])

    def template(self, pk: str, **refs: str) -> list[Any]:
        """Return the pieces of the JSON object, to be read when a write has been applied."""
        return [self._later(piece, pk, refs) for piece in self.pieces]

    def _later(self, piece: Piece, pk: str, refs: Mapping[str, str]) -> Any:
        if isinstance(piece, bytes):
            return piece
        if isinstance(piece, Own):
            return _later(self.store, pk, piece.name)
        store, named = self.refs[piece.ref][0], refs[piece.ref]
        if isinstance(piece, Of):
            return _later(store, named, piece.name)
        return [store.key(named), piece.name, NULL, *BRACES] if named else NULL


def _now(piece: Piece, row: Row) -> bytes:
    """Return the bytes of a piece, from what was read."""
    if isinstance(piece, bytes):
        return piece
    if isinstance(piece, Own):
        return row.values[piece.name]
    found = row.joined[piece.ref].get(piece.name)
    if isinstance(piece, Of):
        return found or b""
    return BRACES[0] + found + BRACES[1] if found else NULL


def _later(store: Store[Any], pk: str, name: str) -> list[Any]:
    """Return the piece that stands for a field: the key, the field, and what a lack of it means."""
    return [store.key(pk), name, *([store.defaults[name]] if name in store.defaults else [])]


Renderer = Callable[[Any], list[Any]]


def literal(value: Any) -> bytes:
    """Return `value` as JSON."""
    return dumps(value)
