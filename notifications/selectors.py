"""Reads of notifications, and the members that a text mentions.

A notification is hidden from its recipient while they mute the actor or a block separates the two,
and while they may not see the post that it belongs to.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from mysocial.core.errors import NotFound
from mysocial.core.text import find_facets, mentioned_names, store_facets
from mysocial.outbox import Email
from mysocial.policies import filter_viewers, relationship_policy, visible_ids
from mysocial.store import Entry, ListQuery, Query, Row, filter_pages, reads
from notifications.models import Inbox, Notification
from notifications.representations import notification_template
from notifications.representations import render as render_notification
from notifications.store import inboxes, notifications
from notifications.tokens import make_unsubscribe_token, read_unsubscribe_token
from users.selectors import (
    NotificationPreferences,
    find_user_ids,
    get_users,
    preferences_query,
    preferences_through,
    wants_notification,
)

POST = "posts.post"
ALL_TYPES = "all"  # in an unsubscribe token
Recipients = Mapping[str, NotificationPreferences]  # by the id of the recipient

# The model of the cause by type. An e-mail without an in-app notification is sent only if the
# recipient may see its cause.
CAUSE_MODELS = {
    "comment": "comments.comment",
    "reply": "comments.comment",
    "reaction": "reactions.reaction",
    "poll": POST,
    "comment_reaction": "comments.commentreaction",
    "follow": "followers.follow",
    "follow_request": "followers.followrequest",
    "follow_accepted": "followers.follow",
    "message": "chat.participant",
    "report": "moderation.report",
}


class EmailContext(NamedTuple):
    """The parameters of a queued notification e-mail."""

    recipient_id: str
    kind: str
    actor_id: str
    cause: str
    post_id: str
    notification_id: str  # empty if the recipient wants only the e-mail

    @classmethod
    def from_email(cls, email: Email) -> "EmailContext":
        """Return the parameters of an e-mail."""
        params = email.params
        return cls(
            email.recipient,
            params["notification_type"],
            params["actor_id"],
            params["cause"],
            params["post_id"],
            params["notification_id"],
        )


class TextDescription(NamedTuple):
    """The stored facets of a text, and the ids of the members that it mentions.

    `added` are those that its earlier version did not mention; `removed` are those that only the
    earlier version mentioned.
    """

    facets: list[dict[str, Any]]
    added: set[str]
    removed: set[str]


class NotificationPage(NamedTuple):
    """A page of notifications, where the next one starts, and the inbox at that moment."""

    rows: list[Row]
    next: Entry | None
    inbox: Inbox


def list_notifications(
    user_id: str, *, kind: str = "", limit: int, after: Entry | None = None
) -> NotificationPage:
    """Return a page of a member's notifications, newest first."""
    index, value = ("kind", f"{user_id}:{kind}") if kind else ("user", user_id)
    listing = ListQuery(notification_template, index, value, limit=limit, after=after)
    inbox_query = _inbox_query(user_id)
    reads.gather(inbox_query, listing)
    rows, next_after = filter_pages(listing, keep=lambda rows: _filter_visible(rows, user_id))
    return NotificationPage(rows, next_after, inbox_query.result())


def get_inbox(user_id: str) -> Inbox:
    """Return the inbox of a member; an empty one if there is none."""
    return _inbox_query(user_id).result()


def _inbox_query(user_id: str) -> Query[Inbox]:
    query = reads.optional_record_query(inboxes, user_id)
    return query.map(lambda inbox: inbox or Inbox(id=user_id))


def newest_ids(user_id: str, *, limit: int) -> tuple[str, ...]:
    """Return the ids of the newest notifications of a member."""
    (ids,) = reads.head_ids(notifications, "user", [user_id], limit=limit)
    return tuple(ids)


def json_query(notification_id: str, user_id: str) -> Query[bytes | None]:
    """Query the data of `notification.created` as it is now; None if it is deleted."""

    def render(rows: list[Row], inbox: Inbox) -> bytes | None:
        if not rows:
            return None
        return b'{"notification":%b,"unread_count":%d}' % (
            render_notification(rows[0], inbox.read_mark),
            inbox.unread_count,
        )

    rows = reads.rows_query(notification_template, [notification_id])
    return reads.combine(rows, _inbox_query(user_id), function=render)


def get_notification(notification_id: str, *, viewer_id: str) -> Notification:
    """Return a notification of the viewer.

    Raises:
        NotFound: The notification is not the member's, or is hidden from them.
    """
    rows = reads.get_rows(notification_template, [notification_id])
    own = [row for row in rows if row.value("user_id") == viewer_id]
    if not own or not _filter_visible(own, viewer_id):
        raise NotFound
    return reads.get_record(notifications, notification_id)


def visible_notification_ids(ids: Sequence[str], *, viewer_id: str) -> set[str]:
    """Return those of a member's notifications that are not hidden from them now."""
    rows = reads.get_rows(notification_template, ids)
    return {row.id for row in _filter_visible(rows, viewer_id)}


def _filter_visible(rows: list[Row], owner_id: str) -> list[Row]:
    if not rows:
        return []
    post_ids = {row.value("post_id") for row in rows} - {""}
    visible_post_ids = visible_ids(POST, sorted(post_ids), owner_id) | {""}
    actor_ids = relationship_policy().not_muted(owner_id, {row.value("actor_id") for row in rows})
    return [
        row
        for row in rows
        if row.related("actor_id").exists
        and row.value("actor_id") in actor_ids
        and row.value("post_id") in visible_post_ids
    ]


def can_be_notified(user_id: str, *, actor_id: str, post_id: str) -> bool:
    """Return whether a member may now be notified of an action on this post, if there is one."""
    policy = relationship_policy()
    if user_id in policy.excluded_recipients(
        reads.filter_members([user_id], policy.mute_checks(actor_id))
    ):
        return False
    return not post_id or user_id in filter_viewers(POST, post_id, {user_id})


def should_send_email(context: EmailContext) -> bool:
    """Return whether a queued e-mail is still to be sent.

    It is not if the notification was read or retracted in the meantime or is hidden, or if the
    recipient no longer wants e-mails of this type.
    """
    user_id, kind = context.recipient_id, context.kind
    users = get_users([user_id, context.actor_id])
    if not {user_id, context.actor_id} <= users.keys() or not wants_notification(
        users[user_id], kind, "email"
    ):
        return False
    if not can_be_notified(user_id, actor_id=context.actor_id, post_id=context.post_id):
        return False
    if context.notification_id:
        notification_query = reads.optional_record_query(notifications, context.notification_id)
        inbox_query = _inbox_query(user_id)
        reads.gather(notification_query, inbox_query)
        notification = notification_query.result()
        return notification is not None and notification.is_unread(inbox_query.result().read_mark)
    return user_id in filter_viewers(_cause_model(context), context.cause, {user_id})


def _cause_model(context: EmailContext) -> str:
    if context.kind == "mention":
        return POST if context.cause == context.post_id else CAUSE_MODELS["comment"]
    return CAUSE_MODELS[context.kind]


def describe_text(text: str, *, author_id: str, was: str = "") -> TextDescription:
    """Return the facets of a text, and how its mentions differ from those of its version `was`.

    Names are compared without case. A member has no facet if they are suspended, or if a block
    separates them from the author, as if there were no such member. Costs two round trips if the
    text mentions members, and none if neither version has a name.
    """
    facets = find_facets(text)
    names = mentioned_names(facets)
    old_names = mentioned_names(find_facets(was))
    ids = find_user_ids(names | old_names) if names or old_names else {}
    others = {ids[name] for name in names if name in ids} - {author_id}
    shown = relationship_policy().who_can_interact(author_id, others) if others else set()
    shown_ids = {name: pk for name, pk in ids.items() if pk in shown or pk == author_id}
    return TextDescription(
        store_facets(text, facets, shown_ids),
        _known_ids(ids, names - old_names),
        _known_ids(ids, old_names - names),
    )


def _known_ids(ids: dict[str, str], names: Iterable[str]) -> set[str]:
    return {ids[name] for name in names if name in ids}


def recipients_query(to: set[str], *, actor_id: str) -> Query[Recipients]:
    """Return a query for those of `to` that may be notified of the actor's actions.

    The result leaves out the actor, the members that mute the actor, and those that a block
    separates from the actor.
    """
    others = sorted(to - {actor_id, ""})
    if not others:
        return reads.combine(function=dict)

    def not_muting(preferences: Recipients, members_by_check: Sequence[set[str]]) -> Recipients:
        muting = relationship_policy().excluded_recipients(members_by_check)
        return {user_id: preferences[user_id] for user_id in preferences.keys() - muting}

    checks = reads.filter_members_query(others, relationship_policy().mute_checks(actor_id))
    return reads.combine(preferences_query(others), checks, function=not_muting)


def recipient_query(via: reads.Through, *, actor_id: str) -> Query[NotificationPreferences | None]:
    """Return a query for the preferences of the member that a field of a record names.

    The result is None if that member must not be notified, as for `recipients_query`. Execute it
    together with the query for the record; `single_recipient` turns the result into `Recipients`.
    """

    def unless_muting(
        preferences: NotificationPreferences | None, flags: Sequence[int]
    ) -> NotificationPreferences | None:
        # The id of the member is not known here; any id will do.
        members_by_check = [{actor_id} if flag else set() for flag in flags]
        return None if relationship_policy().excluded_recipients(members_by_check) else preferences

    checks = reads.checks_through(via, relationship_policy().mute_checks(actor_id))
    return reads.combine(preferences_through(via), checks, function=unless_muting)


def single_recipient(
    user_id: str, preferences: NotificationPreferences | None, *, actor_id: str
) -> Recipients:
    """Return the result of `recipient_query` as `Recipients`; empty if the member is the actor."""
    return {user_id: preferences} if preferences is not None and user_id != actor_id else {}


def unsubscribe_token(user_id: str, kind: str) -> str:
    """Return the token that switches off a member's e-mails of one type, or of `ALL_TYPES`."""
    return make_unsubscribe_token(user_id, kind)


def read_token(token: str) -> tuple[str, str]:
    """Return the member's id and the type of e-mail of an unsubscribe token.

    Raises:
        NotFound: The token is not valid.
    """
    decoded = read_unsubscribe_token(token)
    if decoded is None:
        raise NotFound
    return decoded
