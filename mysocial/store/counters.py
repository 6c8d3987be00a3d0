"""`Counted`: what a counter of another record counts, so that it can be counted again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mysocial.store.indexes import field_choices

if TYPE_CHECKING:
    from mysocial.store.store import Store


@dataclass(frozen=True)
class Counter:
    """Records are counted by `counter` of the record of kind `label` that the field `by` names.

    Without `by` it is the record `pk`. Only those are counted whose fields have the values in
    `where`. With `each`, an enumeration, there is a counter `<counter>_<value of each>`.
    """

    label: str
    counter: str
    by: str = ""
    pk: str = ""
    each: str = ""
    where: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def names(self, store: "Store[Any]") -> list[str]:
        """Return the names of the counters."""
        if not self.each:
            return [self.counter]
        return [f"{self.counter}_{value}" for value in field_choices(store.model, self.each)]

    def pipeline(self) -> list[dict[str, Any]]:
        """Return the aggregation that counts."""
        match = {name: {"$in": list(some)} for name, some in self.where.items()}
        group = {"by": f"${self.by}" if self.by else self.pk, "each": f"${self.each or 'none'}"}
        return [
            {"$match": {"_deleted_at": None, **match}},
            {"$group": {"_id": group, "count": {"$sum": 1}}},
        ]

    def count(self, found: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], int]:
        """Return (id of the record, name of the counter) -> how many there are."""
        return {
            (
                one["_id"]["by"],
                f"{self.counter}_{one['_id']['each']}" if self.each else self.counter,
            ): one["count"]
            for one in found
        }
