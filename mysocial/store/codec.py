"""Encoding of records: Python values, the hash fields of Redis and the documents of MongoDB."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
from django.db import models

from mysocial.core import keys
from mysocial.core.addresses import (
    mark_address,
    mark_addresses,
    stored_address,
    unmark_address,
)
from mysocial.core.json import dumps
from mysocial.store.grams import grams_field, inner_grams
from mysocial.store.indexes import FieldValues
from mysocial.store.models import AddressField, Record

M = TypeVar("M", bound=Record)
MAIN = "main"
# The codec itself writes these fields, with each version.
VERSION_FIELDS = {"version", "deleted_at"}
# The hash of a record that MongoDB does not have. Any real version is newer.
ABSENT_FIELDS = (keys.VERSION, "0", keys.TOMBSTONE, "1")


class RecordCodec(Generic[M]):
    """The stored forms of one model's records.

    A record is a hash in Redis. Plain fields and counters are hash fields of their own, so scripts
    read and change them without parsing. All other fields belong to fragments: hash fields that
    hold the inside of a JSON object, which responses copy without parsing.
    """

    def __init__(  # noqa: PLR0913 - keyword arguments of `Store`
        self,
        model: type[M],
        *,
        fragments: Mapping[str, Sequence[str]],
        plain_fields: Sequence[str],
        counters: Sequence[str],
        unique: Sequence[str],
        searched: Sequence[str],
    ) -> None:
        self.model = model
        self.plain_fields = tuple(plain_fields)
        self.counters = tuple(counters)
        self.unique = tuple(unique)
        self.searched = tuple(searched)
        self._model_fields = list(model._meta.concrete_fields)  # noqa: SLF001 - documented API
        self.fragments = self._all_fragments(fragments)
        self.fields = [*self.fragments, *self.plain_fields, *self.counters]
        self._datetime_fields = self._fields_of_type(models.DateTimeField)
        self._boolean_fields = self._fields_of_type(models.BooleanField)
        self.address_fields = self._fields_of_type(AddressField)
        self._default_factories = {field.attname: field.get_default for field in self._model_fields}
        # The values of plain fields and counters in hashes that were cached before the model had
        # these fields.
        self.defaults: dict[str, bytes] = {
            name: self._encode_plain(name, self._default_factories[name]()).encode()
            for name in (*self.plain_fields, *self.counters)
        }

    def _all_fragments(self, declared: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        """Return the declared fragments, and `main` with the fields that belong to nothing else."""
        fragments = {fragment: tuple(names) for fragment, names in declared.items()}
        taken = {*VERSION_FIELDS, *self.plain_fields, *self.counters}.union(*fragments.values())
        remaining = [f.attname for f in self._model_fields if f.attname not in taken]
        return {**fragments, MAIN: tuple(remaining)} if remaining else fragments

    def _fields_of_type(self, field_type: "type[models.Field[Any, Any]]") -> set[str]:
        return {field.attname for field in self._model_fields if isinstance(field, field_type)}

    # Redis ---------------------------------------------------------------------------------------

    def values(self, obj: M) -> FieldValues:
        """Return the fields of a model instance as Python values."""
        return {
            name: getattr(obj, name)
            for name in self._default_factories
            if name not in VERSION_FIELDS
        }

    def encode(
        self, values: FieldValues, *, only: Iterable[str] | None = None
    ) -> list[bytes | str]:
        """Return the hash fields of `values` as a flat list of names and values.

        Args:
            values: All fields of the record.
            only: The fields to write. A fragment is written whole if one of its fields is named.
                Counters are left out then, because only increments change them.
        """
        wanted = None if only is None else set(only)
        values = self._with_paths(values)
        flat: list[bytes | str] = []
        for fragment, names in self.fragments.items():
            if wanted is None or not wanted.isdisjoint(names):
                body = dumps({name: values[name] for name in names})
                has_addresses = not self.address_fields.isdisjoint(names)
                flat += [fragment, (mark_addresses(body) if has_addresses else body)[1:-1]]
        for name in self.plain_fields:
            if wanted is None or name in wanted:
                flat += [name, self._encode_plain(name, values[name])]
        if wanted is None:
            for name in self.counters:
                flat += [name, str(values[name])]
        return flat

    def _with_paths(self, values: FieldValues) -> FieldValues:
        """Return the values with the addresses of this site as paths."""
        if not self.address_fields:
            return values
        addresses = {name: values[name] for name in self.address_fields if values[name]}
        return {**values, **{name: stored_address(value) for name, value in addresses.items()}}

    def _encode_plain(self, name: str, value: Any) -> str:
        if name in self.address_fields:
            return mark_address(value or "")
        if name in self._boolean_fields:
            return "true" if value else "false"
        return "" if value is None else str(value)

    def decode(self, pk: str, fields: Mapping[str, bytes | None]) -> FieldValues:
        """Return the Python values of a record's hash fields; defaults for those it lacks."""
        values: FieldValues = {"id": pk}
        for fragment in self.fragments:
            values.update(orjson.loads(b"{" + (fields.get(fragment) or b"") + b"}"))
        for name in self.plain_fields:
            text = self.field_or_default(name, fields.get(name)).decode()
            values[name] = text == "true" if name in self._boolean_fields else text
            if name in self.address_fields:
                values[name] = unmark_address(text)
        for name in self.counters:
            values[name] = int(self.field_or_default(name, fields.get(name)))
        for name in self._datetime_fields:
            if values.get(name) is not None:
                values[name] = datetime.fromisoformat(values[name])
        for name in (name for names in self.fragments.values() for name in names):
            if name not in values:
                values[name] = self._default_factories[name]()
        return self._with_paths(values)

    def field_or_default(self, name: str, value: bytes | bool | None) -> bytes:
        """Return the value of a hash field, or its default if the hash lacks it (None or False)."""
        return value if isinstance(value, bytes) else self.defaults.get(name, b"")

    def build(self, values: FieldValues, *, version: int, revision: int) -> M:
        """Return the model instance of `values`."""
        all_values = {**values, "version": version, "deleted_at": None}
        names = list(self._default_factories)
        obj = self.model.from_db(None, names, [all_values[name] for name in names])
        obj.revision = revision
        return obj

    # MongoDB -------------------------------------------------------------------------------------

    def to_document(self, pk: str, fields: Mapping[str, bytes]) -> dict[str, Any]:
        """Return the MongoDB document of a live record's hash fields."""
        values = self.decode(pk, fields)
        del values["id"]
        for name in self.unique:
            if not values[name]:
                del values[name]  # MongoDB's index is sparse: an empty value is not unique
        for name in self.searched:
            values[grams_field(name)] = inner_grams(values[name])
        return {"_id": pk, "_version": int(fields[keys.VERSION]), "_deleted_at": None, **values}

    def from_document(self, document: Mapping[str, Any]) -> list[bytes | str]:
        """Return the hash fields of a MongoDB document, tombstones included, as a flat list."""
        version = str(document["_version"])
        if document.get("_deleted_at"):
            return [keys.VERSION, version, keys.TOMBSTONE, "1"]
        values = {
            name: document[name] if name in document else default()
            for name, default in self._default_factories.items()
            if name not in VERSION_FIELDS
        }
        values["id"] = document["_id"]
        return [keys.VERSION, version, keys.REVISION, version, *self.encode(values)]
