"""`Wire`: what a record looks like in an answer, spliced from stored bytes without parsing them.

One declaration serves reads (joined from what the read script returns), answers of writes and
events (joined by the write script, so that they show the counters as they are after the write).
A test holds each wire equal to its serializer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from mysocial.store import Store


@dataclass(frozen=True)
class Own:
    """A part, raw field or counter of the record itself."""

    name: str


@dataclass(frozen=True)
class Of:
    """A part, raw field or counter of the record that the raw field `ref` names."""

    ref: str
    name: str


class Row(NamedTuple):
    """One record as the read script returned it."""

    id: str
    score: str
    values: dict[str, bytes]
    joined: dict[str, dict[str, bytes]]  # by ref: fields of the record it names
    facts: dict[str, list[int]]  # by ref: what holds between the viewer and that record


class Wire:
    """The JSON object of a record: literal bytes, `Own` and `Of` in the order they are sent."""

    def __init__(
        self,
        store: Store[Any],
        *pieces: bytes | Own | Of,
        refs: Mapping[str, tuple[Store[Any], Sequence[str]]] | None = None,
    ) -> None:
        self.store = store
        self.pieces = (b"{", *pieces, b"}")
        self.refs = dict(refs or {})
        own = [piece.name for piece in pieces if isinstance(piece, Own)]
        self.fields = list(dict.fromkeys([*own, *store.raw]))

    def render(self, row: Row) -> bytes:
        """Return the JSON object of a row."""
        return b"".join(
            piece
            if isinstance(piece, bytes)
            else row.values[piece.name]
            if isinstance(piece, Own)
            else row.joined[piece.ref].get(piece.name) or b""
            for piece in self.pieces
        )

    def template(self, pk: str, **refs: str) -> list[Any]:
        """Return the pieces of the JSON object, to be read when a write has been applied."""
        return [
            piece
            if isinstance(piece, bytes)
            else _later(self.store, pk, piece.name)
            if isinstance(piece, Own)
            else _later(self.refs[piece.ref][0], refs[piece.ref], piece.name)
            for piece in self.pieces
        ]


def _later(store: Store[Any], pk: str, name: str) -> list[Any]:
    """Return the piece that stands for a field: the key, the field, and what a lack of it means."""
    return [store.key(pk), name, *([store.defaults[name]] if name in store.defaults else [])]


Renderer = Callable[[Any], list[Any]]


def literal(value: Any) -> bytes:
    """Return `value` as JSON."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)
