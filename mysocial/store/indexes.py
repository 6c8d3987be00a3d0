"""`Index`: which list a record stands in, by the values of its fields; and places in lists."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from django.db import models

from mysocial.core.errors import Invalid

FieldValues = dict[str, Any]
Entry = tuple[str, int]  # id, score
# What may hold between a viewer and a record: the list that says so, what stands before and after
# the record's id there, and the prefix of the records listed. Without a list: whether the moment in
# a field is still to come; the field, the id or none for who is asked about, and the prefix.
ViewerCheck = tuple[str, str, str, str]


def field_choices(model: type[models.Model], name: str) -> list[Any]:
    """Return the values that an enumeration may have."""
    field: Any = model._meta.get_field(name)  # noqa: SLF001 - Django's documented _meta API
    return [value for value, _ in field.choices or ()]


@dataclass(frozen=True)
class FollowGraph:
    """Who follows whom, for lists of what those write whom one follows.

    An edge's id is `<follower>:<followee>`.
    """

    followers: Callable[[str], str]  # the key of the list of edges to a member
    following: Callable[[str], str]  # the key of the list of edges from a member
    edges: str  # the prefix of the keys of edges
    followed: Callable[[str], list[str]]  # the ids of those whom a member follows


@dataclass(frozen=True)
class Index:
    """A list of records, newest first by `order`.

    One list for each value of `field`, or a single one when `field` is empty; with `by`, an
    enumeration, one for each `<value>:<value of by>`. `where` keeps records out whose fields have
    other values than the ones given. Redis holds the newest `cap`. `of` is the label of the
    records that `field` names: a new one's list begins empty, and nobody need ask MongoDB. With
    `fans`, there is a list for each follower of those whom `field` names, and `over` is the index
    that has one for each of these (docs/feeds.md).
    """

    name: str
    field: str = ""
    by: str = ""
    order: str = "created_at"
    where: Mapping[str, Sequence[Any]] = dataclass_field(default_factory=dict)
    cap: int = 1000
    parent_label: str = ""
    follow_graph: FollowGraph | None = None
    source_index: str = ""

    def sources(self, value: str) -> list[str]:
        """Return whose lists the one for `value` is made of: with `fans`, whom they follow, too."""
        return [value, *self.follow_graph.followed(value)] if self.follow_graph else [value]

    def values_for(self, pk: str, model: type[models.Model]) -> list[str]:
        """Return the values of all lists whose `field` is this id."""
        if not self.by:
            return [pk]
        values = self.where.get(self.by) or field_choices(model, self.by)
        return [f"{pk}:{value}" for value in values]

    def query(self, value: str) -> dict[str, Any]:
        """Return the MongoDB query of the list for `value`."""
        parts = value.rsplit(":", 1) if self.by else [value]
        query: dict[str, Any] = {
            name: {"$eq": self._field_value(name, part)}
            for name, part in zip(self.fields, parts, strict=False)
        }
        # Of a field that both name, the list's own value says more.
        return {**{name: {"$in": list(some)} for name, some in self.where.items()}, **query}

    def _field_value(self, name: str, part: str) -> Any:
        """Return the value that stands as text in the name of a list."""
        return next((value for value in self.where.get(name, ()) if str(value) == part), part)

    def query_many(self, owners: Sequence[str]) -> dict[str, Any]:
        """Return the MongoDB query of what these own, for a list by `fans`.

        Whatever `where` says: MongoDB may not know yet that a record has come to suit it. What
        does not is left out at reading.
        """
        return {self.field: {"$in": list(owners)}}

    def matches(self, values: FieldValues) -> bool:
        """Tell whether a record with these values stands in a list at all."""
        return all(values[name] in some for name, some in self.where.items())

    @property
    def fields(self) -> list[str]:
        """Return the fields whose values name the list."""
        return [name for name in (self.field, self.by) if name]


def encode_cursor(entry: Entry | None) -> str | None:
    """Return the opaque form of a place in a list."""
    if entry is None:
        return None
    return base64.urlsafe_b64encode(f"{entry[1]}.{entry[0]}".encode()).decode().rstrip("=")


def decode_cursor(text: str) -> Entry:
    """Return the place in a list that `text` stands for; `Invalid` when it was not made by us."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        score, _, pk = plain.partition(".")
        if not pk or not score.isascii() or not score.isdigit() or len(score) > 15:  # noqa: PLR2004
            raise ValueError
        return pk, int(score)
    except (binascii.Error, ValueError):
        raise Invalid(errors={"cursor": "This is not a cursor of ours."}) from None
