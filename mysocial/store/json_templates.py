"""`Wire`: what a record looks like in an answer, spliced from stored bytes without parsing them.

One declaration serves reads (joined from what the read script returns), answers of writes and
events (joined by the write script, so that they show the counters as they are after the write).
A test holds each wire equal to its serializer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, cast

from mysocial.core.json import dumps
from mysocial.store.store import Store

NULL, BRACES = b"null", (b"{", b"}")
OWN, IF_ANY = "", "?"  # in the place of a ref: the record itself; behind it: null without one


@dataclass(frozen=True)
class Field:
    """A part, raw field or counter of the record itself."""

    name: str


@dataclass(frozen=True)
class RelatedField:
    """A part, raw field or counter of the record that the raw field `ref` names."""

    ref: str
    name: str


@dataclass(frozen=True)
class RelatedObject:
    """A part of the record that the raw field `ref` names, as an object; null where none is."""

    ref: str
    name: str


JsonPart = bytes | Field | RelatedField | RelatedObject


class RelatedRow:
    """The record that a row's ref names, as the read script returned it."""

    __slots__ = ("_names", "checks", "exists", "values")

    def __init__(
        self, names: Sequence[str], values: list[bytes], checks: list[int], *, exists: bool
    ) -> None:
        self._names, self.values = names, values
        self.checks = checks  # what holds between the viewer and that record
        self.exists = exists  # nobody is named, or who is named is gone, where not

    def value(self, name: str) -> bytes:
        """Return one of the fields that the wire asks for; nothing when the record is gone."""
        return self.values[self._names.index(name)]


class Row:
    """One record as the read script returned it: `cells` are what `wire` asked for, in order, its
    own and then those of each side."""

    __slots__ = ("_sides", "cells", "flags", "id", "score", "wire")

    def __init__(  # noqa: PLR0913, PLR0917 - made for each record of a page
        self,
        wire: "JsonTemplate",
        pk: str,
        score: bytes,
        cells: list[bytes],
        sides: list[RelatedRow],
        flags: Sequence[int] = (),
    ) -> None:
        self.wire, self.id, self.score, self.flags = wire, pk, score, flags
        self.cells, self._sides = cells, sides

    @property
    def values(self) -> dict[str, bytes]:
        """The record's own fields by name."""
        return dict(zip(self.wire.fields, self.cells, strict=False))

    def value(self, name: str) -> str:
        """Return one of the record's own raw fields."""
        return self.cells[self.wire.places[name]].decode()

    def related(self, ref: str) -> RelatedRow:
        """Return the record that a ref names."""
        return self._sides[self.wire.sides[ref]]


class JsonTemplate:
    """The JSON object of a record: literal bytes, `Own`, `Of` and `Whole` in the order sent."""

    def __init__(
        self,
        store: Store[Any],
        *pieces: JsonPart,
        refs: Mapping[str, tuple[Store[Any], Sequence[str]]] | None = None,
    ) -> None:
        self.store = store
        self.pieces = (b"{", *pieces, b"}")
        self.refs = dict(refs or {})
        own = [piece.name for piece in pieces if isinstance(piece, Field)]
        self.fields = list(dict.fromkeys([*own, *store.plain_fields]))
        self.places = {name: place for place, name in enumerate(self.fields)}
        self.sides = {ref: place for place, ref in enumerate(self.refs)}
        self._whole = {
            ref: [
                piece.name
                for piece in pieces
                if isinstance(piece, RelatedObject) and piece.ref == ref
            ]
            for ref in self.refs
        }
        self._lacks = {
            ref: [b""] * len(names) + [NULL] * len(self._whole[ref])
            for ref, (_, names) in self.refs.items()
        }
        self.spots = self._positions_of()
        self._steps = [self._placeholder(piece) for piece in self.pieces]
        self._form = b"".join(
            piece.replace(b"%", b"%%") if isinstance(piece, bytes) else b"%b"
            for piece in self.pieces
        )
        self._picks: dict[JsonTemplate, Callable[[list[bytes]], tuple[bytes, ...]]] = {}

    def _positions_of(self) -> dict[JsonPart, int]:
        """Return where in the cells of a row that was read by this wire each piece stands."""
        pieces: list[JsonPart] = [Field(name) for name in self.fields]
        for ref, (_, names) in self.refs.items():
            pieces += [RelatedField(ref, name) for name in names]
            pieces += [RelatedObject(ref, name) for name in self._whole[ref]]
        return {piece: place for place, piece in enumerate(pieces)}

    def related_row(self, ref: str, found: list[bytes | bool], facts: list[int]) -> RelatedRow:
        """Return the record that `ref` names, from what the read script found of it."""
        store, names = self.refs[ref]
        if not found:
            return RelatedRow(names, self._lacks[ref], facts, exists=False)
        cells = fields_or_defaults(store, names, found)
        for name in self._whole[ref]:
            one = cells[names.index(name)]
            cells = [*cells, b"{%b}" % one if one else NULL]
        return RelatedRow(names, cells, facts, exists=True)

    def render(self, row: Row) -> bytes:
        """Return the JSON object of a row, which may have been read by a wire that shows more."""
        pick = self._picks.get(row.wire)
        if pick is None:
            places = [row.wire.spots[one] for one in self.pieces if not isinstance(one, bytes)]
            pick = self._picks[row.wire] = _picker(places)
        return self._form % pick(row.cells)

    def placeholders(self, pk: str, **refs: str) -> list[Any]:
        """Return the pieces of the JSON object, to be read when a write has been applied."""
        keys = {OWN: self.store.key(pk)}
        for ref in self.refs:
            keys[ref] = self.refs[ref][0].key(refs[ref])
            keys[ref + IF_ANY] = keys[ref] if refs[ref] else ""
        later: list[Any] = []
        for step in self._steps:
            if isinstance(step, bytes):
                later.append(step)
            else:
                key = keys[step[0]]
                later.append([key, *step[1:]] if key else NULL)
        return later

    def _placeholder(self, piece: JsonPart) -> bytes | tuple[Any, ...]:
        """Return a piece as it is read later: whose key, the field, and what a lack of it means."""
        if isinstance(piece, bytes):
            return piece
        if isinstance(piece, RelatedObject):
            return piece.ref + IF_ANY, piece.name, NULL, *BRACES
        ref = OWN if isinstance(piece, Field) else piece.ref
        store = self.refs[ref][0] if ref else self.store
        lack = [store.defaults[piece.name]] if piece.name in store.defaults else []
        return ref, piece.name, *lack


def fields_or_defaults(
    store: Store[Any], names: Sequence[str], found: Sequence[bytes | bool]
) -> list[bytes]:
    """Return what a hash has of these fields, or what it means that it lacks one (False)."""
    if False in found:
        return [store.field_or_default(name, one) for name, one in zip(names, found, strict=True)]
    return cast("list[bytes]", found)


def _picker(places: list[int]) -> Callable[[list[bytes]], tuple[bytes, ...]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: tuple(cells[place] for place in places)


def to_json(value: Any) -> bytes:
    """Return `value` as JSON."""
    return dumps(value)
