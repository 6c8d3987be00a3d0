"""`JsonTemplate`: the JSON object of a record, assembled from stored bytes without parsing them.

One declaration serves reads, which fill it with what the read script returns, and the responses and
events of writes, which the write script fills so that they show the counters after the write. Tests
hold each template equal to its serializer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, cast

from mysocial.core.json import dumps
from mysocial.store.store import Store

NULL = b"null"
OPENING, CLOSING = b"{", b"}"


@dataclass(frozen=True)
class Field:
    """A fragment, plain field or counter of the record itself."""

    name: str


@dataclass(frozen=True)
class RelatedField:
    """A fragment, plain field or counter of the record that the plain field `ref` names."""

    ref: str
    name: str


@dataclass(frozen=True)
class RelatedObject:
    """A fragment of the record that the plain field `ref` names, as an object; null without one."""

    ref: str
    name: str


JsonPart = bytes | Field | RelatedField | RelatedObject


class RelatedRow:
    """The record that a reference of a row names, as the read script returned it."""

    __slots__ = ("_names", "checks", "exists", "values")

    def __init__(
        self, names: Sequence[str], values: list[bytes], checks: list[int], *, exists: bool
    ) -> None:
        self._names, self.values = names, values
        self.checks = checks  # 1 or 0 for each viewer check on that record
        self.exists = exists  # False if the reference is empty or the record is gone

    def value(self, name: str) -> bytes:
        """Return a field that the template loads; empty if the record is gone."""
        return self.values[self._names.index(name)]


class Row:
    """One record as the read script returned it.

    `cells` holds the values that its template loads, in the order of `JsonTemplate.positions`: the
    record's own and then those of each related record.
    """

    __slots__ = ("_related_rows", "cells", "flags", "id", "score", "template", "viewer_values")

    def __init__(  # noqa: PLR0913, PLR0917 - made for each record of a page
        self,
        template: "JsonTemplate",
        pk: str,
        score: bytes,
        cells: list[bytes],
        related_rows: list[RelatedRow],
        flags: Sequence[int] = (),
    ) -> None:
        self.template, self.id, self.score = template, pk, score
        self.flags = flags  # 1 or 0 for each viewer check on the record
        self.cells, self._related_rows = cells, related_rows
        self.viewer_values: tuple[bytes | bool, ...] = ()  # for each `ViewerField` of the query

    @property
    def values(self) -> dict[str, bytes]:
        """The record's own fields by name."""
        return dict(zip(self.template.fields, self.cells, strict=False))

    def value(self, name: str) -> str:
        """Return one of the record's own plain fields."""
        return self.cells[self.template.field_positions[name]].decode()

    def set_value(self, name: str, value: bytes) -> None:
        """Show another value of one of the record's own fields."""
        self.cells = [*self.cells]  # the list may be in the request's cache of replies
        self.cells[self.template.field_positions[name]] = value

    def count_bytes(self) -> int:
        """Return the bytes of the record's fragments, which hold its texts."""
        return sum(len(self.cells[number - 1]) for number in self.template.fragment_numbers)

    def related(self, ref: str) -> RelatedRow:
        """Return the record that a reference names."""
        return self._related_rows[self.template.ref_positions[ref]]


class JsonTemplate:
    """The JSON object of a record, and what must be loaded to render it.

    Args:
        store: The store of the records.
        parts: The inside of the object: literal bytes and fields, in the order of the output.
        refs: By the name of a reference: the store of the records that it names, and the fields to
            load of them.
        load: Further fields of the record to load, for other templates that show them.
    """

    def __init__(
        self,
        store: Store[Any],
        *parts: JsonPart,
        refs: Mapping[str, tuple[Store[Any], Sequence[str]]] | None = None,
        load: Sequence[str] = (),
    ) -> None:
        self.store = store
        self.pieces = (OPENING, *parts, CLOSING)
        self.refs = dict(refs or {})
        own_names = [part.name for part in parts if isinstance(part, Field)]
        self.fields = list(dict.fromkeys([*own_names, *load, *store.plain_fields]))
        self._object_names = {ref: self._related_objects(ref) for ref in self.refs}
        self.field_positions = {name: position for position, name in enumerate(self.fields)}
        self.fragment_numbers = [  # from 1: only fragments hold texts, so they make up a row's size
            position + 1
            for name, position in self.field_positions.items()
            if name in store.fragments
        ]
        self.ref_positions = {ref: position for position, ref in enumerate(self.refs)}
        self.positions = self._positions()
        self._missing_cells = {ref: self._cells_if_missing(ref) for ref in self.refs}
        self._placeholders = [self._placeholder(piece) for piece in self.pieces]
        *shown, end = map(_format_of, self.pieces)
        self._format = b"".join((*shown, b"%b", end))  # with the suffix before the last brace
        self._cell_pickers: dict[JsonTemplate, Callable[[list[bytes]], tuple[bytes, ...]]] = {}

    def _related_objects(self, ref: str) -> list[str]:
        """Return the names of the fragments that the object shows of a related record."""
        objects = (piece for piece in self.pieces if isinstance(piece, RelatedObject))
        return [piece.name for piece in objects if piece.ref == ref]

    def _positions(self) -> dict[JsonPart, int]:
        """Return the position of each part in the cells of a row that this template loaded."""
        loaded: list[JsonPart] = [Field(name) for name in self.fields]
        for ref, (_, names) in self.refs.items():
            loaded += [RelatedField(ref, name) for name in names]
            loaded += [RelatedObject(ref, name) for name in self._object_names[ref]]
        return {part: position for position, part in enumerate(loaded)}

    def _cells_if_missing(self, ref: str) -> list[bytes]:
        """Return the cells of a related record that is gone."""
        _, names = self.refs[ref]
        return [b""] * len(names) + [NULL] * len(self._object_names[ref])

    def _placeholder(self, piece: JsonPart) -> "bytes | _Placeholder":
        if isinstance(piece, bytes):
            return piece
        if isinstance(piece, RelatedObject):
            return _Placeholder(piece.ref, (piece.name, NULL, OPENING, CLOSING), is_optional=True)
        ref = "" if isinstance(piece, Field) else piece.ref
        defaults = (self.refs[ref][0] if ref else self.store).defaults
        rest = (defaults[piece.name],) if piece.name in defaults else ()
        return _Placeholder(ref, (piece.name, *rest))

    def related_row(self, ref: str, values: list[bytes | bool], checks: list[int]) -> RelatedRow:
        """Return the record that `ref` names, from what the read script returned of it."""
        store, names = self.refs[ref]
        if not values:
            return RelatedRow(names, self._missing_cells[ref], checks, exists=False)
        cells = fields_or_defaults(store, names, values)
        for name in self._object_names[ref]:
            fragment = cells[names.index(name)]
            cells = [*cells, b"{%b}" % fragment if fragment else NULL]
        return RelatedRow(names, cells, checks, exists=True)

    def render(self, row: Row, suffix: bytes = b"") -> bytes:
        """Return the JSON object of a row.

        Args:
            row: A row that this template has loaded, or another one that loads as much.
            suffix: Further members of the object, after a comma.
        """
        pick = self._cell_pickers.get(row.template)
        if pick is None:
            fields = (piece for piece in self.pieces if not isinstance(piece, bytes))
            pick = _cell_picker([row.template.positions[field] for field in fields])
            self._cell_pickers[row.template] = pick
        return self._format % (*pick(row.cells), suffix)

    def placeholders(self, pk: str, **refs: str) -> list[Any]:
        """Return the object in the form that the write script renders after a write.

        Args:
            pk: The id of the record.
            refs: The ids of the related records, by the name of the reference.

        Returns:
            Literal bytes, and placeholders: lists of a key, a field, and optionally the default
            value and what to put before and after a value; see `Store.optional_placeholder`.
        """
        record_keys = {"": self.store.key(pk)}
        for ref, (store, _) in self.refs.items():
            record_keys[ref] = store.key(refs[ref])
        parts: list[Any] = []
        for placeholder in self._placeholders:
            if isinstance(placeholder, bytes):
                parts.append(placeholder)
            elif placeholder.is_optional and not refs[placeholder.ref]:
                parts.append(NULL)
            else:
                parts.append([record_keys[placeholder.ref], *placeholder.rest])
        return parts


@dataclass(frozen=True, slots=True)
class _Placeholder:
    """A field that the write script fills in."""

    ref: str  # the reference that names the record; empty for the record itself
    rest: tuple[Any, ...]  # what follows the record's key
    is_optional: bool = False  # null if the reference is empty


def _format_of(piece: JsonPart) -> bytes:
    return piece.replace(b"%", b"%%") if isinstance(piece, bytes) else b"%b"


def fields_or_defaults(
    store: Store[Any], names: Sequence[str], values: Sequence[bytes | bool]
) -> list[bytes]:
    """Return the values of hash fields, with the defaults of those that the hash lacks (False)."""
    if False in values:
        return [
            store.field_or_default(name, value) for name, value in zip(names, values, strict=True)
        ]
    return cast("list[bytes]", values)


def _cell_picker(positions: list[int]) -> Callable[[list[bytes]], tuple[bytes, ...]]:
    if len(positions) > 1:
        return itemgetter(*positions)  # returns a tuple for several positions only
    return lambda cells: tuple(cells[position] for position in positions)


def to_json(value: Any) -> bytes:
    """Return `value` as JSON."""
    return dumps(value)
