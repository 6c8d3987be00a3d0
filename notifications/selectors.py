"""Reads of notifications, and who is mentioned in a text.

Nothing is shown of whom the owner may not meet or mutes, nor of a post that the owner does not see.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mysocial.core.errors import NotFound
from mysocial.outbox import Email
from mysocial.policies import relationship_policy, visible_ids, visible_to
from mysocial.store import Entry, Row, pagination, reads
from notifications.models import Notification
from notifications.representations import notification_template
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
Recipients = Mapping[str, NotificationPreferences]  # of members, by id
MAX_MENTIONS = 10
# Not within a word or an address: `bob@example.com` mentions nobody.
MENTION = re.compile(r"(?<![\w@.+-])@([a-z0-9_]{3,30})(?!\w)", re.ASCII | re.IGNORECASE)

# What a mail tells of when there is no notification to look at: it must be there, and seen.
CAUSES = {
    "comment": "comments.comment",
    "reaction": "reactions.reaction",
    "follow": "followers.follow",
    "follow_request": "followers.followrequest",
    "message": "chat.participant",
    "report": "moderation.report",
}


class EmailContext(NamedTuple):
    """What a member is told of by mail."""

    recipient_id: str
    kind: str
    actor_id: str
    cause: str
    post_id: str
    notification_id: str  # empty when there is none: only the mail is wanted

    @classmethod
    def from_email(cls, email: Email) -> "EmailContext":
        """Return what a queued mail is about."""
        given = email.params
        return cls(
            email.recipient,
            given["notification_type"],
            given["actor_id"],
            given["cause"],
            given["post_id"],
            given["notification_id"],
        )


def list_notifications(
    user_id: str, *, kind: str = "", limit: int, after: Entry | None = None
) -> tuple[list[Row], Entry | None]:
    """Return what a member was told, newest first: for the member alone."""
    index, value = ("kind", f"{user_id}:{kind}") if kind else ("user", user_id)
    listing = pagination.ListQuery(notification_template, index, value, limit=limit, after=after)
    return pagination.filter_pages(listing, keep=lambda rows: _shown(rows, user_id))


def get_unread_count(user_id: str) -> int:
    """Return how many of a member's notifications are unread."""
    found = reads.get_records(inboxes, [user_id])
    return found[user_id].unread_count if found else 0


def get_notification(notification_id: str, *, to: str) -> Notification:
    """Return a notification to work with; `NotFound` when it is not the viewer's, or hidden."""
    rows = reads.get_rows(notification_template, [notification_id])
    own = [row for row in rows if row.value("user_id") == to]
    if not own or not _shown(own, to):
        raise NotFound
    return reads.get_record(notifications, notification_id)


def _shown(rows: list[Row], owner_id: str) -> list[Row]:
    if not rows:
        return []
    posts = {row.value("post_id") for row in rows} - {""}
    seen = visible_ids(POST, sorted(posts), owner_id) | {""}
    heard = relationship_policy().not_muted(owner_id, {row.value("actor_id") for row in rows})
    return [
        row
        for row in rows
        if row.related("actor_id").exists
        and row.value("actor_id") in heard
        and row.value("post_id") in seen
    ]


def can_be_notified(user_id: str, *, actor_id: str, post_id: str) -> bool:
    """Tell whether a member may now be told of what somebody did, on this post if there is one."""
    if user_id in relationship_policy().muting(
        reads.filter_members([user_id], relationship_policy().mute_checks(actor_id))
    ):
        return False
    return not post_id or user_id in visible_to(POST, post_id, {user_id})


def should_send_email(context: EmailContext) -> bool:
    """Tell whether the mail about this is still to be sent.

    It is not when it was read or taken back meanwhile, is no longer wanted by mail, or is hidden.
    """
    to, kind = context.recipient_id, context.kind
    people = get_users([to, context.actor_id])
    if not {to, context.actor_id} <= people.keys() or not wants_notification(
        people[to], kind, "email"
    ):
        return False
    if not can_be_notified(to, actor_id=context.actor_id, post_id=context.post_id):
        return False
    if context.notification_id:
        found = reads.get_records(notifications, [context.notification_id])
        return any(not told.read for told in found.values())
    return to in visible_to(_cause_label(context), context.cause, {to})


def _cause_label(occasion: EmailContext) -> str:
    if occasion.kind == "mention":
        return POST if occasion.cause == occasion.post_id else CAUSES["comment"]
    return CAUSES[occasion.kind]


def find_mentioned(text: str, *, was: str = "") -> tuple[set[str], set[str]]:
    """Return whom a text mentions that it did not when it `was`, and whom it mentions no longer.

    At most ten names count, whatever their case. No round trip when there is nothing to look up.
    """
    names, old = _names(text), _names(was)
    ids = find_user_ids(names ^ old) if names != old else {}
    return _ids(ids, names - old), _ids(ids, old - names)


def _names(text: str) -> set[str]:
    found = (name.lower() for name in MENTION.findall(text)) if "@" in text else ()
    return set(list(dict.fromkeys(found))[:MAX_MENTIONS])


def _ids(ids: dict[str, str], names: Iterable[str]) -> set[str]:
    return {ids[name] for name in names if name in ids}


def recipients_query(to: set[str], *, actor_id: str) -> reads.Query[Recipients]:
    """Return the question who of `to` may be told of what the actor does.

    Nobody who mutes the actor, or is parted from them by a block.
    """
    others = sorted(to - {actor_id, ""})
    if not others:
        return reads.combine(meaning=dict)

    def listening(there: Recipients, found: Sequence[set[str]]) -> Recipients:
        return {pk: there[pk] for pk in there.keys() - relationship_policy().muting(found)}

    found = reads.filter_members_query(others, relationship_policy().mute_checks(actor_id))
    return reads.combine(preferences_query(others), found, meaning=listening)


def recipient_query(
    via: reads.Through, *, actor_id: str
) -> reads.Query[NotificationPreferences | None]:
    """Return the question what the member whom a record names wishes of what the actor does.

    None when they do not listen, as for `asked_audience`. It is asked together with that record.
    """

    def listening(
        wishes: NotificationPreferences | None, flags: Sequence[int]
    ) -> NotificationPreferences | None:
        return (
            None
            if relationship_policy().muting([{actor_id} if flag else set() for flag in flags])
            else wishes
        )

    facts = reads.checks_through(via, relationship_policy().mute_checks(actor_id))
    return reads.combine(preferences_through(via), facts, meaning=listening)


def single_recipient(
    user_id: str, preferences: NotificationPreferences | None, *, actor_id: str
) -> Recipients:
    """Return the audience of one, of what `asked_listener` found; nobody when it is the actor."""
    return {user_id: preferences} if preferences is not None and user_id != actor_id else {}


def unsubscribe_token(user_id: str, kind: str) -> str:
    """Return the token that switches off a member's mails of one kind."""
    return make_unsubscribe_token(user_id, kind)


def read_token(token: str) -> tuple[str, str]:
    """Return the member and the kind whose mails a token switches off; `NotFound`: not ours."""
    meant = read_unsubscribe_token(token)
    if meant is None:
        raise NotFound
    return meant
