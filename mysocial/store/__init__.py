"""The write-first record store: Redis is the source of truth for recent data.

Declare each model with a `Store`, read with `reads` and `ListQuery`, and change records inside
`write()`. `docs/write-path.md` explains how a write becomes durable.
"""

from mysocial.core import keys
from mysocial.store.counters import Counter
from mysocial.store.cursors import decode_cursor, encode_anchor, encode_cursor
from mysocial.store.indexes import (
    Entry,
    FieldValues,
    FollowGraph,
    Index,
    ViewerCheck,
    ViewerField,
    time_check,
)
from mysocial.store.json_templates import (
    NULL,
    Field,
    JsonPart,
    JsonTemplate,
    RelatedField,
    RelatedObject,
    RelatedRow,
    Row,
    to_json,
)
from mysocial.store.models import ID, AddressField, Record
from mysocial.store.mongo_indexes import ensure_indexes
from mysocial.store.orm_guard import OrmWriteRefused, RecordManager
from mysocial.store.pagination import (
    MAX_PAGES_SCANNED,
    ListQuery,
    Page,
    filter_pages,
    newest_records,
)
from mysocial.store.queries import Query, execute, gather, require_session, server_time
from mysocial.store.rows import RowChecks
from mysocial.store.search import search_text, top_by_counter
from mysocial.store.store import (
    DAY_SECONDS,
    STORES,
    Store,
    parse_list,
    parse_record,
    parse_unique,
    store_of,
)
from mysocial.store.wakeups import acknowledge_wakeup, wake_unless_pending, wake_workers
from mysocial.store.writes import (
    STALE_ERRORS,
    StaleRead,
    Write,
    respond_unchanged,
    retry_on_conflict,
    write,
)

__all__ = [
    "DAY_SECONDS",
    "ID",
    "MAX_PAGES_SCANNED",
    "NULL",
    "STALE_ERRORS",
    "STORES",
    "AddressField",
    "Counter",
    "Entry",
    "Field",
    "FieldValues",
    "FollowGraph",
    "Index",
    "JsonPart",
    "JsonTemplate",
    "ListQuery",
    "OrmWriteRefused",
    "Page",
    "Query",
    "Record",
    "RecordManager",
    "RelatedField",
    "RelatedObject",
    "RelatedRow",
    "Row",
    "RowChecks",
    "StaleRead",
    "Store",
    "ViewerCheck",
    "ViewerField",
    "Write",
    "acknowledge_wakeup",
    "decode_cursor",
    "encode_anchor",
    "encode_cursor",
    "ensure_indexes",
    "execute",
    "filter_pages",
    "gather",
    "keys",
    "newest_records",
    "pagination",
    "parse_list",
    "parse_record",
    "parse_unique",
    "reads",
    "require_session",
    "respond_unchanged",
    "retry_on_conflict",
    "search",
    "search_text",
    "server_time",
    "store_of",
    "time_check",
    "to_json",
    "top_by_counter",
    "wake_unless_pending",
    "wake_workers",
    "wakeups",
    "write",
]
