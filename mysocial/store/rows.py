"""Rows: records as a template shows them, with the records that they refer to."""

import functools
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from mysocial.store.indexes import ViewerCheck, ViewerField
from mysocial.store.json_templates import JsonTemplate, RelatedRow, Row, fields_or_defaults
from mysocial.store.queries import Query, QueryRequest, execute, query
from mysocial.store.store import Store

MAX_CACHED_JOINS = 2000  # a join differs by template, reference and viewer
# The viewer checks on related records by reference, and on the record itself by "".
RowChecks = Mapping[str, tuple[ViewerCheck, ...]]


class PageReply(NamedTuple):
    """The reply of the read script to a page request."""

    more_in_mongo: int  # 1 if more entries may be in MongoDB only
    rows: list[list[Any]]  # of each row: id, score, values, and the flags of its checks, if any
    # Of each record that a row refers to: the number of the reference, from 1, the id, the values
    # and the flags.
    related_rows: list[list[Any]]
    entry_count: int  # how many entries were read, also of records that are gone
    last_entry: "list[bytes] | None"  # the id and score of the last of them
    # For each viewer field of the query, its value for each row; empty if the viewer has none.
    viewer_values: list[list[bytes | bool]]
    is_cut: int  # 1 if the rows have the request's maximum of bytes, so that entries are left


def get_rows(
    template: JsonTemplate, pks: Sequence[str], *, checks: RowChecks | None = None
) -> list[Row]:
    """Return the rows of the live records among `pks`, in their order."""
    return rows_query(template, pks, checks=checks).result()


def rows_query(
    template: JsonTemplate,
    pks: Sequence[str],
    *,
    checks: RowChecks | None = None,
    viewer_fields: Sequence[ViewerField] = (),
) -> Query[list[Row]]:
    """Return the query for the rows of the live records among `pks`, in their order."""
    entries = {"entries": [[pk, "0"] for pk in pks]}
    request = page_request(template, checks or {}, viewer_fields) | entries
    return query(request, lambda reply: rows_from_page(template, PageReply(*reply)))


def page_request(
    template: JsonTemplate, checks: RowChecks, viewer_fields: Sequence[ViewerField] = ()
) -> QueryRequest:
    """Return the request for rows of a template, to which the caller adds which records."""
    return {
        "kind": "page",
        "prefix": template.store.prefix,
        "fields": template.fields,
        "joins": [_join(template, ref, checks.get(ref, ())) for ref in template.refs],
        "checks": checks.get("", ()),
        "sized": template.fragment_numbers,
        "viewer_fields": viewer_fields,
    }


@functools.lru_cache(maxsize=MAX_CACHED_JOINS)
def _join(template: JsonTemplate, ref: str, checks: tuple[ViewerCheck, ...]) -> tuple[Any, ...]:
    """Return what the read script reads of the records that a reference names.

    Returns:
        The position of the reference in the template's fields, from 1; the prefix of the records'
        keys; the fields to read; the checks; and the time fields of the checks on these records,
        which are read together with the fields.
    """
    store, fields = template.refs[ref]
    time_fields = [
        check.before
        for check in checks
        if not check.list_key and not check.after and check.record_prefix == store.prefix
    ]
    position = template.field_positions[ref] + 1
    return position, store.prefix, tuple(fields), checks, time_fields


def rows_from_page(template: JsonTemplate, reply: PageReply) -> list[Row]:
    """Return the rows of the reply to a page request."""
    joins = _related_rows_by_id(template, reply)
    store, names = template.store, template.fields
    rows = []
    columns = [values or repeat(False) for values in reply.viewer_values]
    viewer_values = zip(*columns, strict=False) if columns else repeat(())
    for (pk, score, values, *flags), own_values in zip(reply.rows, viewer_values, strict=False):
        own_cells = cells = fields_or_defaults(store, names, values)
        related_rows = []
        for position, rows_by_id in joins:
            related_row = rows_by_id[own_cells[position]]
            related_rows.append(related_row)
            cells = cells + related_row.values  # a new list: own_cells must not grow
        row = Row(template, pk.decode(), score, cells, related_rows, *flags)
        row.viewer_values = own_values
        rows.append(row)
    return rows


def _related_rows_by_id(
    template: JsonTemplate, reply: PageReply
) -> list[tuple[int, dict[bytes, RelatedRow]]]:
    """Return for each reference its position in a row's cells, and the related rows by id."""
    refs = list(template.refs)
    rows_by_id: list[dict[bytes, RelatedRow]] = [{} for _ in refs]
    for number, pk, values, flags in reply.related_rows:
        rows_by_id[number - 1][pk] = template.related_row(refs[number - 1], values, flags)
    positions = [template.field_positions[ref] for ref in refs]
    return list(zip(positions, rows_by_id, strict=True))


def head_ids(
    store: Store[Any], index: str, values: Sequence[str], *, limit: int
) -> list[list[str]]:
    """Return the ids of the newest `limit` entries of several lists, as far as Redis has them."""
    request: QueryRequest = {
        "kind": "ids",
        "limit": limit,
        "score": "",
        "member": "",
        "oldest": False,
    }
    replies = execute(*(request | {"list": store.list_key(index, value)} for value in values))
    return [[pk.decode() for pk in reply] for reply in replies]
