"""The declaration of record migrations, in `<app>/record_migrations.py`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from mysocial.store import Record, Store

NAME = re.compile(r"[a-z0-9_]{1,40}")
Transform = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class RecordMigration:
    """A rewrite of all records of a store.

    Attributes:
        store: The store.
        name: A name within the store, such as `0001_pinned`. Migrations run in its order.
        transform: Takes a record and returns the fields to change. It may be called again with a
            record that it has changed.
    """

    store: Store[Any]
    name: str
    transform: Transform

    @property
    def id(self) -> str:
        """The id of its state: the label of the store and the name."""
        return f"{self.store.label}:{self.name}"


MIGRATIONS: dict[str, RecordMigration] = {}


def migrate_record_fields(store: Store[Any], name: str) -> Callable[[Transform], Transform]:
    """Register the decorated function as the migration of a store's records.

    Without changes (an empty dictionary), a record is rewritten as it is: fields that the model
    has lost are removed, and new ones get their default value.

    Raises:
        ImproperlyConfigured: The name is invalid, or is taken.
    """

    def register(transform: Transform) -> Transform:
        migration = RecordMigration(store, name, transform)
        if not NAME.fullmatch(name) or migration.id in MIGRATIONS:
            raise ImproperlyConfigured(
                f"{migration.id}: the name of a migration must be unique for its store, with at "
                "most 40 lowercase letters, digits and underscores."
            )
        MIGRATIONS[migration.id] = migration
        return transform

    return register


def rewritten_fields(store: Store[Any], record: Record, changes: dict[str, Any]) -> dict[str, Any]:
    """Return all fields of a record that an update may set, with these changes."""
    unchanged = store.values(record)
    fixed = {"id", *store.counters}
    return {name: value for name, value in {**unchanged, **changes}.items() if name not in fixed}
