"""Reads of the lists of conversations and open chats."""

from typing import NamedTuple

from chat.representations import conversation_template, open_chat_template, unread_template
from followers.selectors import ViewerRelation, relation_checks
from mysocial.store import Entry, JsonTemplate, ListQuery, Row, filter_pages
from users.representations import related_username

BATCH = 200
RowPage = tuple[list[Row], Entry | None]  # and where the next page starts


class UnreadCounts(NamedTuple):
    """The number of unread messages, and of the conversations that they are in."""

    messages: int
    conversations: int


class UnreadConversation(NamedTuple):
    """A conversation with unread messages."""

    participant_id: str
    username: str  # of the other member
    unread: int


def list_conversations(user_id: str, *, limit: int, after: Entry | None = None) -> RowPage:
    """Return a page of a member's conversations, the one with the newest message first."""
    return _list_own(conversation_template, user_id, limit, after)


def list_open_chats(user_id: str, *, limit: int, after: Entry | None = None) -> RowPage:
    """Return a page of a member's open chats, newest first."""
    return _list_own(open_chat_template, user_id, limit, after)


def _list_own(template: JsonTemplate, user_id: str, limit: int, after: Entry | None) -> RowPage:
    checks = {"other_id": relation_checks(user_id)}
    listing = ListQuery(template, "user", user_id, limit=limit, after=after, checks=checks)
    return filter_pages(listing, keep=_filter_reachable)


def get_unread_counts(user_id: str) -> UnreadCounts:
    """Return how much a member has not read, except from members behind a block."""
    counts = [int(row.value("unread")) for row in _unread_rows(user_id)]
    return UnreadCounts(sum(counts), len(counts))


def list_unread_conversations(user_id: str) -> list[UnreadConversation]:
    """Return a member's unread conversations, newest first, except with members they mute."""
    return [
        UnreadConversation(row.id, related_username(row, "other_id"), int(row.value("unread")))
        for row in _unread_rows(user_id)
        if not ViewerRelation.from_flags(row.related("other_id").checks).mutes
    ]


def _unread_rows(user_id: str) -> list[Row]:
    checks = {"other_id": relation_checks(user_id)}
    rows: list[Row] = []
    after: Entry | None = None
    while True:
        page = ListQuery(
            unread_template, "unread", user_id, limit=BATCH, after=after, checks=checks
        ).result()
        rows += _filter_reachable(page.rows)
        after = page.next
        if after is None:
            return rows


def _filter_reachable(rows: list[Row]) -> list[Row]:
    """Return the rows whose other member exists and is not behind a block."""
    return [
        row
        for row in rows
        if row.related("other_id").exists
        and not ViewerRelation.from_flags(row.related("other_id").checks).blocked
    ]
