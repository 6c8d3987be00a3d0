"""The operations of a write, as the write script reads them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from mysocial.core import keys
from mysocial.store.indexes import FieldValues
from mysocial.store.models import Record
from mysocial.store.reads import get_records
from mysocial.store.store import InitialList, Store, store_of

Operation = dict[str, Any]  # see `check_operation` and `write_record` in write.lua


class Operations:
    """The changes and preconditions of a write."""

    def __init__(self) -> None:
        self._ops: list[Operation] = []
        # By record key: how to repeat this write's changes on a newer copy of the record.
        self._rebase_steps: dict[str, tuple[Store[Any], list[Callable[[Any], None]]]] = {}
        self._checked_keys: set[str] = set()
        self._initial_lists: list[InitialList] = []

    # Changes -------------------------------------------------------------------------------------

    def create(self, obj: Record, *, new_id: bool = False) -> None:
        """Create a record.

        Args:
            obj: The record.
            new_id: Whether the id is new and random. The script does not check that it is free.

        Raises:
            AlreadyExists: At the commit, if its id or a unique value exists.
        """
        store = store_of(type(obj))
        values, pk = store.values(obj), str(obj.pk)
        op = self._add_operation("create", store, pk)
        op["new_id"] = new_id
        op["absence_proofs"] = store.absence_proofs(pk)
        op["set"] = store.encode(values)
        op["add"] = [[key, *entry] for key, entry in store.list_entries(values).items()]
        op["claim"] = store.unique_keys(values)
        op["fan_out"] = store.fan_out_targets(values)
        if new_id:
            self._initial_lists += store.initial_lists(pk)

    def update(self, obj: Record, *, check_revision: bool = False, **changes: Any) -> None:
        """Change fields of a record, also on `obj`.

        Concurrent changes to other fields are kept: these changes are applied to the newest copy.

        Args:
            obj: The record as it was read.
            check_revision: Whether a concurrent change is an error instead, because the changes
                depend on what was read.
            changes: The new values by field.

        Raises:
            NotFound: At the commit, if the record does not exist.
            Conflict: At the commit, with `check_revision`, if it was changed since it was read.
        """
        store = store_of(type(obj))
        op = self._add_operation("update", store, str(obj.pk))
        self._apply_update(op, changes, obj)
        self._rebase_on_conflict(
            op, store, partial(self._apply_update, op, changes), check_revision=check_revision
        )

    def increment(
        self,
        model: type[Record],
        pk: str,
        *,
        missing_ok: bool = False,
        init: Record | None = None,
        only_if: tuple[type[Record], str, str, bytes] | None = None,
        **by: int,
    ) -> None:
        """Add to counters of a record.

        Args:
            model: The model of the record.
            pk: Its id.
            missing_ok: Whether to do nothing if the record does not exist.
            init: The record to create if it does not exist. It must have no lists.
            only_if: The model, id, plain field and stored value of another record: do nothing
                unless that record exists and its field has this value when the write is applied.
                The record must be changed by an earlier operation of the write, so that it is
                loaded.
            by: What to add, by counter.

        Raises:
            NotFound: At the commit, if the record does not exist.
        """
        store = store_of(model)
        if not set(by) <= set(store.counters) or (init and (store.indexes or store.unique)):
            raise TypeError(f"{store.label} has no such counter, or cannot be created by counting.")
        op = self._add_operation("increment", store, pk)
        op["increments"] = [[name, str(delta)] for name, delta in by.items()]
        op["missing_ok"] = missing_ok
        if init is not None:
            op["init"] = store.encode(store.values(init))
        if only_if:
            other_model, other_pk, field, value = only_if
            other = store_of(other_model)
            op["only_if"] = [other.key(other_pk), field, value, other.defaults[field]]

    def delete(
        self, obj: Record, *, check_revision: bool = False, missing_ok: bool = False
    ) -> None:
        """Delete a record, its list entries and its unique values.

        Args:
            obj: The record as it was read.
            check_revision: Whether a concurrent change is an error.
            missing_ok: Whether to do nothing if the record does not exist.

        Raises:
            NotFound: At the commit, if the record does not exist.
            Conflict: At the commit, with `check_revision`, if it was changed since it was read.
        """
        store = store_of(type(obj))
        op = self._add_operation("delete", store, str(obj.pk))
        op["missing_ok"] = missing_ok
        self._prepare_delete(op, obj)
        self._rebase_on_conflict(
            op, store, partial(self._prepare_delete, op), check_revision=check_revision
        )

    def copy_field(self, obj: Record, name: str, source: type[Record], pk: str) -> None:
        """Copy a plain field of another record, as it is when the write is applied.

        Args:
            obj: A record that this write creates or updates. The field of `obj` itself is not set.
            name: The name of the plain field in both records.
            source: The model of the other record.
            pk: Its id. The write must change this record too, so that it is loaded.
        """
        key, source_store = store_of(type(obj)).key(str(obj.pk)), store_of(source)
        op = next(op for op in reversed(self._ops) if op["key"] == key)
        op["copy"] = [name, source_store.key(pk), source_store.defaults[name]]

    # Preconditions -------------------------------------------------------------------------------

    def require(self, model: type[Record], pk: str, **expected: bytes) -> None:
        """Apply the write only if a record exists, with these plain fields as rows have them.

        Raises:
            NotFound: At the commit, if the record does not exist.
            Conflict: At the commit, if a field has another value.
        """
        store = store_of(model)
        op: Operation = {"kind": "require", "key": store.key(pk), "id": pk}
        if expected:
            op["expected"] = [
                [name, value, store.defaults[name]] for name, value in expected.items()
            ]
            self._checked_keys.add(op["key"])
        self._ops.append(op)

    def require_unchanged(self, obj: Record) -> None:
        """Apply the write only if a record is as it was read, its counters included.

        Raises:
            NotFound: At the commit, if the record does not exist.
            Conflict: At the commit, if it was changed.
        """
        key = store_of(type(obj)).key(str(obj.pk))
        expected = [[keys.VERSION, str(obj.version).encode(), b""]]
        self._checked_keys.add(key)
        self._ops.append({"kind": "require", "key": key, "id": str(obj.pk), "expected": expected})

    def require_revision(self, obj: Record) -> None:
        """Apply the write only if no other write has changed the fields of a record.

        Counters may have changed.

        Raises:
            NotFound: At the commit, if the record does not exist.
            Conflict: At the commit, if it was changed since it was read.
        """
        key = store_of(type(obj)).key(str(obj.pk))
        self._ops.append(
            {"kind": "require", "key": key, "id": str(obj.pk), "revision": obj.revision}
        )
        self._checked_keys.add(key)

    def require_absent(self, model: type[Record], pk: str) -> None:
        """Apply the write only if a record does not exist.

        Raises:
            AlreadyExists: At the commit, if it does.
        """
        store = store_of(model)
        op: Operation = {
            "kind": "require_absent",
            "key": store.key(pk),
            "id": pk,
            "absence_proofs": store.absence_proofs(pk),
        }
        self._ops.append(op)

    def require_expired(self, model: type[Record], pk: str, field: str) -> None:
        """Apply the write only if the time in a plain field is past or empty.

        Raises:
            Silenced, Suspended: At the commit, if it is still to come, as the field says.
        """
        self._require_time("require_expired", model, pk, field)

    def require_future(self, model: type[Record], pk: str, field: str) -> None:
        """Apply the write only if the time in a plain field is still to come, or empty.

        Raises:
            PollEnded: At the commit, if it is past, as the field says.
        """
        self._require_time("require_future", model, pk, field)

    def _require_time(self, kind: str, model: type[Record], pk: str, field: str) -> None:
        self._ops.append({"kind": kind, "key": store_of(model).key(pk), "id": pk, "field": field})

    # Operations ----------------------------------------------------------------------------------

    def _add_operation(self, kind: str, store: Store[Any], pk: str) -> Operation:
        op: Operation = {"kind": kind, "key": store.key(pk), "id": pk, "queue": store.queue}
        self._ops.append(op)
        return op

    def _rebase_on_conflict(
        self, op: Operation, store: Store[Any], step: Callable[[Any], None], *, check_revision: bool
    ) -> None:
        """Register how an operation is repeated on a copy that was changed concurrently."""
        self._rebase_steps.setdefault(op["key"], (store, []))[1].append(step)
        if check_revision:
            self._checked_keys.add(op["key"])

    def _rebase(self, op: Operation) -> None:
        """Repeat all changes of this write to a record on its newest copy, in order."""
        store, steps = self._rebase_steps[op["key"]]
        newest = get_records(store, [op["id"]])
        for step in steps if newest else ():  # if it is gone, the script returns the error
            step(newest[op["id"]])

    @staticmethod
    def _prepare_delete(op: Operation, obj: Record) -> None:
        store = store_of(type(obj))
        values = store.values(obj)
        op["revision"] = obj.revision
        op["remove"] = list(store.list_entries(values))
        op["release"] = store.unique_keys(values)

    @staticmethod
    def _apply_update(op: Operation, changes: dict[str, Any], obj: Record) -> None:
        """Apply `changes` to `obj`, and put into `op` what they change in Redis."""
        store = store_of(type(obj))
        old_values = store.values(obj)
        new_values = {**old_values, **changes}
        op["revision"] = obj.revision
        op["set"] = store.encode(new_values, only=changes)
        _change_lists(op, store, old_values, new_values)
        _change_unique_values(op, store, old_values, new_values)
        for name, value in changes.items():
            setattr(obj, name, value)


def _change_lists(
    op: Operation, store: Store[Any], old_values: FieldValues, new_values: FieldValues
) -> None:
    """Put the list entries into `op` that an update removes, adds and fans out."""
    old_entries, new_entries = store.list_entries(old_values), store.list_entries(new_values)
    old_targets, new_targets = store.fan_out_targets(old_values), store.fan_out_targets(new_values)
    op["remove"] = [key for key in old_entries if key not in new_entries]
    op["add"] = [
        [key, *entry] for key, entry in new_entries.items() if old_entries.get(key) != entry
    ]
    op["fan_out"] = [target for target in new_targets if target not in old_targets]


def _change_unique_values(
    op: Operation, store: Store[Any], old_values: FieldValues, new_values: FieldValues
) -> None:
    """Put the unique values into `op` that an update claims and releases."""
    old_keys, new_keys = store.unique_keys(old_values), store.unique_keys(new_values)
    op["claim"] = [key for key in new_keys if key not in old_keys]
    op["release"] = [key for key in old_keys if key not in new_keys]
