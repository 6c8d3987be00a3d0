"""`Counter`: the declaration of what a counter counts, for `manage.py verify` to recount it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mysocial.store.indexes import field_choices

if TYPE_CHECKING:
    from mysocial.store.store import Store


@dataclass(frozen=True)
class Counter:
    """A counter of another record that counts the records of a store.

    Args:
        label: The label of the model that has the counter.
        counter: The name of the counter, or its prefix (see `each`).
        by: The field that holds the id of the record with the counter.
        pk: The id of that record, if it is always the same.
        each: An enumeration field. There is a counter `<counter>_<value>` for each of its values.
        where: Only records whose fields have one of these values are counted.
        sum_of: A counter of the records to add up. By default, each record counts as one.
        same: A field that the record with the counter has, too: only records with the same value
            are counted.
    """

    label: str
    counter: str
    by: str = ""
    pk: str = ""
    each: str = ""
    where: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    sum_of: str = ""
    same: str = ""

    def names(self, store: "Store[Any]") -> list[str]:
        """Return the names of the counters."""
        if not self.each:
            return [self.counter]
        return [f"{self.counter}_{value}" for value in field_choices(store.model, self.each)]

    def pipeline(self) -> list[dict[str, Any]]:
        """Return the MongoDB aggregation that counts the records."""
        match = {name: {"$in": list(values)} for name, values in self.where.items()}
        group: dict[str, Any] = {
            "by": f"${self.by}" if self.by else self.pk,
            "each": f"${self.each or 'none'}",
        }
        if self.same:
            # Documents that were stored before they had the field have its default value.
            group["same"] = {"$ifNull": [f"${self.same}", ""]}
        return [
            {"$match": {"_deleted_at": None, **match}},
            {"$group": {"_id": group, "count": {"$sum": f"${self.sum_of}" if self.sum_of else 1}}},
        ]

    def count(self, groups: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str], int]:
        """Return the counts in the result of `pipeline()`.

        They are by the id of the record, the name of the counter and the value of `same`, if any.
        """
        counts = {}
        for group in groups:
            parts = group["_id"]  # without `each` if the field does not exist
            name = f"{self.counter}_{parts['each']}" if self.each else self.counter
            counts[parts["by"], name, parts.get("same", "")] = group["count"]
        return counts
