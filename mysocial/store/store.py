"""`Store`: how one model lives in Redis. Declared once per model, in `<app>/store.py`.

All Redis names of records, lists and reservations are formed here and nowhere else:
`posts.post:<id>`, `posts.post/author:<value>` (and `+` for what MongoDB has not got yet),
`accounts.account=email:<value>`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
from django.db import models

from mysocial.core import keys
from mysocial.core.ids import milliseconds
from mysocial.core.json import dumps
from mysocial.store.counters import Counter
from mysocial.store.indexes import FieldValues, FollowGraph, Index
from mysocial.store.models import Record

__all__ = [
    "DERIVED_LISTS",
    "STORES",
    "Counter",
    "FieldValues",
    "FollowGraph",
    "Index",
    "Store",
    "store_of",
]
M = TypeVar("M", bound=Record)
DAY_SECONDS = 24 * 3600
ABSENT_SECONDS = 60
MAIN = "main"
_OWN = {"version", "deleted_at"}
STORES: dict[str, "Store[Any]"] = {}
CHILD_LISTS: dict[
    str, list[tuple["Store[Any]", str]]
] = {}  # label -> lists that begin with a record
DERIVED_LISTS: dict[str, str] = {}  # prefix of lists of edges -> prefix of the lists that follow


class Store(Generic[M]):
    """How one model lives in Redis.

    `raw` fields are ids, enumerations and truth values that scripts and predicates must see
    without parsing; `counters` are changed only by `Write.increment`; every other field belongs
    to one of `parts`, stored as the inside of a JSON object, or else to the part `main`. `ranked`
    counters have an index in MongoDB, to find the highest. With `expires`, MongoDB drops a record
    so many seconds after the time in that field. `natural` are the fields that make the id, joined
    by colons: a list of one of them that is whole and lacks the id proves that there is no such
    record, without asking MongoDB. `counted` says which counters count these records, for
    `manage.py verify`.
    """

    def __init__(  # noqa: PLR0913 - a declaration, by name
        self,
        model: type[M],
        *,
        indexes: Sequence[Index] = (),
        unique: Sequence[str] = (),
        plain_fields: Sequence[str] = (),
        counters: Sequence[str] = (),
        sorted_counters: Sequence[str] = (),
        fragments: Mapping[str, Sequence[str]] | None = None,
        ttl_seconds: int = 7 * DAY_SECONDS,
        queue: str = "",
        expires_after: tuple[str, int] | None = None,
        natural_key: Sequence[str] = (),
        counted_in: Sequence[Counter] = (),
    ) -> None:
        self.model = model
        self.table: str = model._meta.db_table  # noqa: SLF001 - its collection
        self.label: str = model._meta.label_lower  # noqa: SLF001 - Django's documented _meta API
        self.queue: str = queue or model._meta.app_label  # noqa: SLF001
        self.indexes = {index.name: index for index in indexes}
        self.unique = tuple(unique)
        self.plain_fields = tuple(plain_fields)
        self.counters = tuple(counters)
        self.sorted_counters = tuple(sorted_counters)
        self.ttl_seconds = ttl_seconds
        self.expires_after = expires_after
        self.fragments = self._group_fragments(fragments or {})
        self._datetime_fields = self._fields_of_type(models.DateTimeField)
        self._boolean_fields = self._fields_of_type(models.BooleanField)
        self.fields = [*self.fragments, *self.plain_fields, *self.counters]
        self._default_factories = {f.attname: f.get_default for f in model._meta.concrete_fields}  # noqa: SLF001
        self.defaults = self._defaults()
        self._natural_key = tuple(natural_key)
        self.counted_in = tuple(counted_in)
        self._register_lists()
        STORES[self.label] = self

    def _defaults(self) -> dict[str, bytes]:
        """Return what a hash means that was cached before the model had a raw field or counter."""
        names = (*self.plain_fields, *self.counters)
        return {
            name: self._encode_plain(name, self._default_factories[name]()).encode()
            for name in names
        }

    def _register_lists(self) -> None:
        """Note which lists begin with a record of another kind, and which follow from edges."""
        for index in self.indexes.values():
            if index.parent_label:
                CHILD_LISTS.setdefault(index.parent_label, []).append((self, index.name))
            if index.follow_graph:
                DERIVED_LISTS[index.follow_graph.following("")] = self.list_key(index.name)

    def _group_fragments(self, given: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        """Return the parts that are given, and `main` of the fields that nothing else takes."""
        taken = {
            *_OWN,
            *self.plain_fields,
            *self.counters,
            *(n for some in given.values() for n in some),
        }
        names = [f.attname for f in self.model._meta.concrete_fields]  # noqa: SLF001
        rest = tuple(name for name in names if name not in taken)
        parts = {part: tuple(some) for part, some in given.items()}
        return {**parts, MAIN: rest} if rest else parts

    def _fields_of_type(self, kind: "type[models.Field[Any, Any]]") -> set[str]:
        fields = self.model._meta.concrete_fields  # noqa: SLF001
        return {field.attname for field in fields if isinstance(field, kind)}

    # Names ---------------------------------------------------------------------------------------

    @property
    def prefix(self) -> str:
        return keys.record_prefix(self.label)

    def key(self, pk: str) -> str:
        return f"{self.prefix}{pk}"

    def list_key(self, index: str, value: str = "") -> str:
        return f"{keys.list_prefix(self.label, self.indexes[index].name)}{value}"

    def merge_sources(self, index: Index, value: str) -> dict[str, Any]:
        """Return what a page of a list by `fans` is merged from, for the read script."""
        if not index.follow_graph:
            return {}
        return {
            "value": value,
            "large_accounts": self.large_accounts_key(index),
            "following": index.follow_graph.following(value),
            "edge_prefix": index.follow_graph.edges,
            "source_prefix": self.list_key(index.source_index),
        }

    def large_accounts_key(self, index: Index) -> str:
        """Return the key of those whose records are merged at reading, not handed to followers."""
        return self.list_key(index.name, keys.LARGE_ACCOUNTS)

    def unique_key(self, name: str, value: str) -> str:
        return keys.unique_key(self.label, name, value)

    # What a record takes part in -----------------------------------------------------------------

    def absence_proofs(self, pk: str) -> list[str]:
        """Return the lists in which a record with this natural id stands if it exists."""
        named = dict(zip(self._natural_key, pk.split(":"), strict=False))
        return [
            self.list_key(index.name, named[index.field])
            for index in self.indexes.values()
            if index.field in named and not (index.by or index.where)
        ]

    def initial_lists(self, pk: str) -> list[tuple[str, int]]:
        """Return the lists that begin empty with a new record, and how long they are kept."""
        return [
            (one.list_key(name, value), one.ttl_seconds)
            for one, name in CHILD_LISTS.get(self.label, ())
            for value in one.indexes[name].values_for(pk, one.model)
        ]

    def fan_out_targets(self, values: FieldValues) -> list[tuple[str, str, str, int, int, int]]:
        """Return where a record goes by its author's followers.

        Of each such list: the edges to the author, the lists' prefix, the author, score, cap, and
        for how many seconds it is kept.
        """
        return [
            (
                index.follow_graph.followers(values[index.field]),
                self.list_key(index.name),
                values[index.field],
                milliseconds(values[index.order]),
                index.cap,
                self.ttl_seconds,
            )
            for index in self.indexes.values()
            if index.follow_graph and index.matches(values)
        ]

    def list_entries(self, values: FieldValues) -> dict[str, tuple[int, int]]:
        """Return list -> (score, cap) for each list that a record with `values` stands in."""
        found = {}
        for index in self.indexes.values():
            if not index.follow_graph and index.matches(values):
                value = ":".join(str(values[name]) for name in index.fields)
                score = milliseconds(values[index.order])
                found[self.list_key(index.name, value)] = (score, index.cap)
        return found

    def unique_keys(self, values: FieldValues) -> list[str]:
        """Return the reservations that a record with `values` holds."""
        return [self.unique_key(name, values[name]) for name in self.unique if values[name]]

    # Codec ---------------------------------------------------------------------------------------

    def values(self, obj: M) -> FieldValues:
        """Return the record's fields as Python values."""
        return {
            f.attname: getattr(obj, f.attname)
            for f in self.model._meta.concrete_fields  # noqa: SLF001
            if f.attname not in _OWN
        }

    def encode(
        self, values: FieldValues, *, only: Iterable[str] | None = None
    ) -> list[bytes | str]:
        """Return the hash fields of `values` as a flat list; of the fields in `only` when given.

        A part is written whole, so a field in `only` brings its neighbours along. Counters are
        left out when `only` is given: nobody but an increment may change them.
        """
        wanted = None if only is None else set(only)
        flat: list[bytes | str] = []
        for part, names in self.fragments.items():
            if wanted is None or not wanted.isdisjoint(names):
                body = dumps({name: values[name] for name in names})
                flat += [part, body[1:-1]]
        for name in self.plain_fields:
            if wanted is None or name in wanted:
                flat += [name, self._encode_plain(name, values[name])]
        if wanted is None:
            for name in self.counters:
                flat += [name, str(values[name])]
        return flat

    def _encode_plain(self, name: str, value: Any) -> str:
        if name in self._boolean_fields:
            return "true" if value else "false"
        return "" if value is None else str(value)

    def decode(self, pk: str, fields: Mapping[str, bytes | None]) -> FieldValues:
        """Return the Python values of a record's hash fields; defaults for those it lacks."""
        values: FieldValues = {"id": pk}
        for part in self.fragments:
            values.update(orjson.loads(b"{" + (fields.get(part) or b"") + b"}"))
        for name in self.plain_fields:
            text = self.field_or_default(name, fields.get(name)).decode()
            values[name] = text == "true" if name in self._boolean_fields else text
        for name in self.counters:
            values[name] = int(self.field_or_default(name, fields.get(name)))
        for name in self._datetime_fields:
            if values.get(name) is not None:
                values[name] = datetime.fromisoformat(values[name])
        for name in (name for names in self.fragments.values() for name in names):
            if name not in values:
                values[name] = self._default_factories[name]()
        return values

    def field_or_default(self, name: str, found: bytes | bool | None) -> bytes:
        """Return what a hash has of a field, or what it means that it has none: None, or False."""
        return found if isinstance(found, bytes) else self.defaults.get(name, b"")

    def build(self, values: FieldValues, *, version: int, revision: int) -> M:
        """Return the model instance of `values`."""
        own = {**values, "version": version, "deleted_at": None}
        obj = self.model.from_db(
            None, list(self._default_factories), [own[name] for name in self._default_factories]
        )
        obj.revision = revision
        return obj

    def to_document(self, pk: str, fields: Mapping[str, bytes]) -> dict[str, Any]:
        """Return the MongoDB document of a live record's hash fields."""
        values = self.decode(pk, fields)
        del values["id"]
        for name in self.unique:
            if not values[name]:
                del values[name]  # nothing is reserved, and MongoDB's index is sparse
        return {"_id": pk, "_version": int(fields[keys.VERSION]), "_deleted_at": None, **values}

    def from_document(self, document: Mapping[str, Any]) -> list[bytes | str]:
        """Return the hash fields of a MongoDB document, tombstones included."""
        version = str(document["_version"])
        if document.get("_deleted_at"):
            return [keys.VERSION, version, keys.TOMBSTONE, "1"]
        values = {
            f.attname: document.get(f.attname, f.get_default())
            for f in self.model._meta.concrete_fields  # noqa: SLF001
            if f.attname not in _OWN
        }
        values["id"] = document["_id"]
        return [keys.VERSION, version, keys.REVISION, version, *self.encode(values)]


def store_of(model: type[M]) -> "Store[M]":
    """Return the store that was declared for `model`."""
    return STORES[model._meta.label_lower]  # noqa: SLF001


def parse_record(key: str) -> tuple["Store[Any]", str]:
    """Return the store and the id of a record's key."""
    label, pk = keys.parse_record_key(key)
    return STORES[label], pk


def parse_list(key: str) -> tuple["Store[Any]", Index, str]:
    """Return the store, the index and the value of a list's key."""
    label, name, value = keys.parse_list_key(key)
    return STORES[label], STORES[label].indexes[name], value


def parse_unique(key: str) -> tuple["Store[Any]", str, str]:
    """Return the store, the field and the value of a reservation's key."""
    label, name, value = keys.parse_unique_key(key)
    return STORES[label], name, value
