"""`Index`: the declaration of the lists that records are in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, NamedTuple

from django.db import models

AFTER_ID = "~"  # id + "~" sorts after the id, before every greater id
FieldValues = dict[str, Any]
Entry = tuple[str, int]  # the id and the score of a record in a list


class ViewerCheck(NamedTuple):
    """Something that may hold between a viewer and the record or member that is checked.

    With a `list_key` the check holds if that list contains the id `<before><checked id><after>`:
    the list of a viewer's blocks contains `<viewer>:<checked id>`. If the list is not complete in
    Redis, the record `<record_prefix><id>` itself decides. `time_check` makes the other kind.
    """

    list_key: str
    before: str
    after: str
    record_prefix: str


class ViewerField(NamedTuple):
    """A plain field of a record that belongs to a viewer and a row, such as a reaction.

    With an empty `name`, the value is only whether the record exists.

    `check` names the record (see `ViewerCheck`). Reading it costs one command for the page, and one
    for each record that exists. If the viewer's list is not complete, the list `<row_list><row id>`
    can also prove that there is no such record.

    With a `position`, from 1, only rows have such a record whose field at this position in the
    template is not empty. A page without such rows costs no command.
    """

    check: ViewerCheck
    name: str
    row_list: str
    position: int = 0


def time_check(field: str, record_prefix: str, record_id: str = "") -> ViewerCheck:
    """Return the check whether the time in a record's field is still to come.

    Args:
        field: A plain field that holds milliseconds since 1970.
        record_prefix: What the keys of the records start with.
        record_id: The record; by default, the one that is checked.
    """
    return ViewerCheck("", field, record_id, record_prefix)


def field_choices(model: type[models.Model], name: str) -> list[Any]:
    """Return the values of an enumeration field."""
    field: Any = model._meta.get_field(name)  # noqa: SLF001 - Django's documented _meta API
    return [value for value, _ in field.choices or ()]


@dataclass(frozen=True)
class FollowGraph:
    """The follows, for lists that show a member what the members they follow have written.

    The id of a follow is `<follower>:<followee>`.
    """

    followers: Callable[[str], str]  # the key of the list of follows of a member
    following: Callable[[str], str]  # the key of the list of follows by a member
    edges: str  # what the keys of follows start with
    followed: Callable[[str], list[str]]  # the ids of the newest members that a member follows
    max_followed: int  # how many these are at most


@dataclass(frozen=True)
class Index:
    """Lists of records, newest first.

    Args:
        name: The name of the lists.
        field: There is a list for each value of this field; without it, a single list.
        second_field: There is a list for each `<value of field>:<value of second_field>`.
        order: The time field that the lists are ordered by.
        where: Only records whose fields have one of these values are in a list.
        max_entries: How many entries Redis keeps, the newest ones.
        parent_label: The label of the model whose ids `field` holds. The list of a new parent
            starts empty, without asking MongoDB.
        follow_graph: There is a list for each follower of the members in `field` (docs/feeds.md).
        source_index: With a `follow_graph`: the index that has a list for each of these members.
    """

    name: str
    field: str = ""
    second_field: str = ""
    order: str = "created_at"
    where: Mapping[str, Sequence[Any]] = dataclass_field(default_factory=dict)
    max_entries: int = 1000
    parent_label: str = ""
    follow_graph: FollowGraph | None = None
    source_index: str = ""

    @property
    def fields(self) -> list[str]:
        """The fields whose values are the value of a list."""
        return [name for name in (self.field, self.second_field) if name]

    def sources(self, value: str) -> list[str]:
        """Return the values of the lists that the list for `value` is made of.

        That is the list itself and, with a follow graph, the lists of those that `value` follows.
        """
        return [value, *self.follow_graph.followed(value)] if self.follow_graph else [value]

    def values_for(self, pk: str, model: type[models.Model]) -> list[str]:
        """Return the values of all lists whose `field` is this id."""
        if not self.second_field:
            return [pk]
        values = self.where.get(self.second_field) or field_choices(model, self.second_field)
        return [f"{pk}:{value}" for value in values]

    def matches(self, values: FieldValues) -> bool:
        """Return whether a record with these values is in a list at all."""
        return all(values[name] in allowed for name, allowed in self.where.items())

    def query(self, value: str) -> dict[str, Any]:
        """Return the MongoDB query of the list for `value`."""
        parts = value.rsplit(":", 1) if self.second_field else [value]
        where = {name: {"$in": list(allowed)} for name, allowed in self.where.items()}
        by_value = {
            name: {"$eq": self._parse_field_value(name, part)}
            for name, part in zip(self.fields, parts, strict=False)
        }
        return {**where, **by_value}  # of a field in both, the list's own value is narrower

    def _parse_field_value(self, name: str, part: str) -> Any:
        """Return the Python value of one part of a list's value, which is text in the key."""
        return next((value for value in self.where.get(name, ()) if str(value) == part), part)

    def query_many(self, owners: Sequence[str]) -> dict[str, Any]:
        """Return the MongoDB query of the records of several owners, for a follow-graph list.

        It ignores `where`: MongoDB may not know yet that a record now matches. Readers leave out
        records that do not.
        """
        return {self.field: {"$in": list(owners)}}
