"""`Store`: the declaration of how one model is stored. Once per model, in `<app>/store.py`."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from django.core.exceptions import ImproperlyConfigured

from mysocial.core import keys
from mysocial.core.ids import milliseconds
from mysocial.core.queues import add_queue
from mysocial.store.codec import RecordCodec
from mysocial.store.counters import Counter
from mysocial.store.indexes import FieldValues, Index
from mysocial.store.models import Record
from mysocial.store.orm_guard import guard_model

M = TypeVar("M", bound=Record)
DAY_SECONDS = 24 * 3600
ABSENT_SECONDS = 60  # how long Redis remembers that MongoDB does not have something
STORES: dict[str, "Store[Any]"] = {}
# By label: the lists that start empty with a new record of this model.
CHILD_LISTS: dict[str, list[tuple["Store[Any]", str]]] = {}
# By prefix of the lists of follows: the prefix of the lists that are derived from them.
DERIVED_LISTS: dict[str, str] = {}


class InitialList(NamedTuple):
    """A list that starts empty with a new record."""

    key: str
    ttl_seconds: int
    has_sources: bool = False  # of a follow graph


class FanOutTarget(NamedTuple):
    """Where the write script inserts a record for the followers of its author."""

    followers_key: str
    list_prefix: str
    author_id: str
    score: int
    cap: int
    ttl_seconds: int


class Store(RecordCodec[M]):
    """How one model is stored.

    Args:
        model: The model. Its records are accepted in Redis and flushed to MongoDB.
        indexes: The lists that a record is in.
        unique: Fields whose values only one record may have. Empty values are not unique.
        searched: Unique fields that are never empty, in which `search_text` finds texts.
        plain_fields: Ids, enumerations and booleans that scripts and predicates read without
            parsing.
        counters: Fields that only `Write.increment` changes.
        sorted_counters: Counters that have an index in MongoDB, to find the highest.
        fragments: JSON fragments and their fields. All other fields belong to the fragment `main`.
        ttl_seconds: The TTL of a record or unique value in Redis after its last write or fetch, and
            of a list after it was created or fetched; nothing renews that of a list.
        queue: The Celery queue that flushes the records; by default, the label of the app.
        expires_after: A field and seconds: MongoDB deletes a record this many seconds after the
            time in the field.
        natural_key: The fields that make up the id, joined by colons. If the list of one of these
            fields is complete and lacks the id, there is no such record: MongoDB is not asked.
        counted_in: The counters that count these records, for `manage.py verify`.
    """

    def __init__(  # noqa: PLR0913 - a declaration with keyword arguments
        self,
        model: type[M],
        *,
        indexes: Sequence[Index] = (),
        unique: Sequence[str] = (),
        searched: Sequence[str] = (),
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
        super().__init__(
            model,
            fragments=fragments or {},
            plain_fields=plain_fields,
            counters=counters,
            unique=unique,
            searched=searched,
        )
        self.table: str = model._meta.db_table  # noqa: SLF001 - Django's documented _meta API
        self.label: str = model._meta.label_lower  # noqa: SLF001
        self.queue: str = queue or model._meta.app_label  # noqa: SLF001
        self.prefix = keys.record_prefix(self.label)  # of the keys of its records
        if keys.parse_store_key(self.prefix) is None:
            raise ImproperlyConfigured(
                f"{self.label}: use lowercase letters only; keys contain it."
            )
        self.indexes = {index.name: index for index in indexes}
        self.sorted_counters = tuple(sorted_counters)
        self.ttl_seconds = ttl_seconds
        self.expires_after = expires_after
        self.counted_in = tuple(counted_in)
        self._natural_key = tuple(natural_key)
        self._register()

    def _register(self) -> None:
        """Register the store and its queue, and guard the model against writes of the ORM.

        Lists that start with a parent record, or are derived from follows, are registered, too.
        """
        guard_model(self.model)
        STORES[self.label] = self
        add_queue(self.queue)
        for index in self.indexes.values():
            if index.parent_label:
                CHILD_LISTS.setdefault(index.parent_label, []).append((self, index.name))
            if index.follow_graph:
                DERIVED_LISTS[index.follow_graph.following("")] = self.list_key(index.name)

    # Keys ----------------------------------------------------------------------------------------

    def key(self, pk: str) -> str:
        """Return the key of a record."""
        return self.prefix + pk

    def list_key(self, index: str, value: str = "") -> str:
        """Return the key of an index's list for `value`."""
        return keys.list_prefix(self.label, self.indexes[index].name) + value

    def unique_key(self, name: str, value: str) -> str:
        """Return the key that holds the owner of a unique value."""
        return keys.unique_key(self.label, name, value)

    def large_accounts_key(self, index: Index) -> str:
        """Return the key of the authors whose records are merged at read time, not fanned out."""
        return self.list_key(index.name, keys.LARGE_ACCOUNTS)

    def merge_sources(self, index: Index, value: str) -> dict[str, Any]:
        """Return what the read script merges a page of a follow-graph list from."""
        if not index.follow_graph:
            return {}
        return {
            "value": value,
            "large_accounts": self.large_accounts_key(index),
            "following": index.follow_graph.following(value),
            "edge_prefix": index.follow_graph.edges,
            "source_prefix": self.list_key(index.source_index),
        }

    # Lists and unique values of a record ---------------------------------------------------------

    def absence_proofs(self, pk: str) -> list[str]:
        """Return the lists that, if complete, prove that no record has this natural key."""
        key_parts = dict(zip(self._natural_key, pk.split(":"), strict=False))
        return [
            self.list_key(index.name, key_parts[index.field])
            for index in self.indexes.values()
            if index.field in key_parts and not (index.second_field or index.where)
        ]

    def optional_placeholder(self, pk: str, name: str, before: bytes, after: bytes) -> list[Any]:
        """Return the placeholder of a field of an optional record; it is null without the record.

        The id is a natural key. `JsonTemplate.placeholders` says what a placeholder is.
        """
        return [self.key(pk), name, b"null", before, after, self.absence_proofs(pk), pk]

    def existence_placeholder(self, pk: str) -> list[Any]:
        """Return the placeholder of whether an optional record exists; see `optional_placeholder`.

        The store must have plain fields.
        """
        name = self.plain_fields[0]
        return [self.key(pk), name, b"false", b"true", False, self.absence_proofs(pk), pk]

    def initial_lists(self, pk: str) -> list[InitialList]:
        """Return the lists that start empty with a new record."""
        return [
            InitialList(
                store.list_key(name, value),
                store.ttl_seconds,
                has_sources=bool(store.indexes[name].follow_graph),
            )
            for store, name in CHILD_LISTS.get(self.label, ())
            for value in store.indexes[name].values_for(pk, store.model)
        ]

    def fan_out_targets(self, values: FieldValues) -> list[FanOutTarget]:
        """Return where a record with these values is inserted for its author's followers."""
        return [
            FanOutTarget(
                followers_key=index.follow_graph.followers(values[index.field]),
                list_prefix=self.list_key(index.name),
                author_id=values[index.field],
                score=milliseconds(values[index.order]),
                cap=index.max_entries,
                ttl_seconds=self.ttl_seconds,
            )
            for index in self.indexes.values()
            if index.follow_graph and index.matches(values)
        ]

    def list_entries(self, values: FieldValues) -> dict[str, tuple[int, int]]:
        """Return the lists that a record with these values is in: key -> (score, cap)."""
        entries = {}
        for index in self.indexes.values():
            if not index.follow_graph and index.matches(values):
                value = ":".join(str(values[name]) for name in index.fields)
                score = milliseconds(values[index.order])
                entries[self.list_key(index.name, value)] = (score, index.max_entries)
        return entries

    def unique_keys(self, values: FieldValues) -> list[str]:
        """Return the keys of the unique values that a record with these values holds."""
        return [self.unique_key(name, values[name]) for name in self.unique if values[name]]


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
    """Return the store, the field and the value of a unique value's key."""
    label, name, value = keys.parse_unique_key(key)
    return STORES[label], name, value
