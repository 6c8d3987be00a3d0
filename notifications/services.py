"""Verbs of notifications: the only writers of what members are told and of how much is unread.

What the domains above call (`notify`, `withdraw` …) is part of the write that makes or ends the
cause, so nobody is told of what did not happen, and what is taken back is taken back with it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from mysocial.core.errors import Unavailable
from mysocial.core.request_context import detached
from mysocial.outbox import queue_email
from mysocial.store import STALE_ERRORS, Write, pagination, reads, run_with_retry, write
from notifications import selectors
from notifications.events import NotificationCreated, NotificationDeleted, NotificationUpdated
from notifications.models import Inbox, Notification
from notifications.selectors import Recipients, recipients_query
from notifications.store import cause_list_value, notifications, unread_list_value
from users.selectors import CHANNELS, get_users, wants_notification
from users.services import update_settings

EMAIL_KIND = "notification"
BATCH = 200
MAX_RECIPIENTS = 100  # what is taken back in one write


def create_inbox(w: Write, user_id: str) -> None:
    """Note, within a sign-up, that the new member was told of nothing."""
    w.create(Inbox(id=user_id), new_id=True)


def initialise_cause(w: Write, cause: str, *kinds: str) -> None:
    """Note, within the write that makes the cause, that nobody was told of it before.

    So it can be withdrawn without asking MongoDB whom it had told.
    """
    for kind in kinds:
        w.initialise_lists(Notification, cause_list_value(cause, kind), "cause")


# Telling, and taking back ------------------------------------------------------------------------


def notify(  # noqa: PLR0913 - what is told, by name
    w: Write,
    *,
    to: str,
    kind: str,
    actor_id: str,
    cause: str,
    post_id: str = "",
    channels: Sequence[str] = CHANNELS,
    recipients: Recipients | None = None,
) -> None:
    """Tell a member of something, in the write that causes it, by `channels` as far as wanted.

    Nothing when the member is the actor, mutes the actor, is parted from them by a block, or wants
    to be told of this kind in no way. `audience` is what `asked_audience` found, where it was
    asked together with other things.
    """
    told = {"kind": kind, "actor_id": actor_id, "cause": cause, "post_id": post_id}
    found = recipients_query({to}, actor_id=actor_id).result() if recipients is None else recipients
    _notify(w, found, channels, told)


def notify_many(  # noqa: PLR0913 - what is told, by name
    w: Write, *, to: Iterable[str], kind: str, actor_id: str, cause: str, post_id: str = ""
) -> None:
    """Tell several members as `notify` does; one round trip, whatever their number."""
    told = {"kind": kind, "actor_id": actor_id, "cause": cause, "post_id": post_id}
    _notify(w, recipients_query(set(to), actor_id=actor_id).result(), CHANNELS, told)


def notify_mentioned(
    w: Write, *, to: Iterable[str], actor_id: str, cause: str, post_id: str
) -> None:
    """Notify the members that a post or comment newly mentions, in the write that changes it.

    `cause` is the id of the post or of the comment, `post_id` that of the post in either case.
    """
    notify_many(w, to=to, kind="mention", actor_id=actor_id, cause=cause, post_id=post_id)


def notify_of_decision(  # noqa: PLR0913 - what is told, by name
    w: Write, *, to: str, kind: str, cause: str, message: str = "", always_in_app: bool = False
) -> None:
    """Tell a member what staff have decided, in the write that decides it.

    The actor is the member: who of staff it was is not told. `always`: in the app whether or not
    this kind is wanted there.
    """
    user = get_users([to]).get(to)
    if user is None:
        return
    told = Notification(user_id=to, actor_id=to, kind=kind, cause=cause, message=message)
    in_app = always_in_app or wants_notification(user, kind, "in_app")
    if in_app:
        _announce(w, told)
    if wants_notification(user, kind, "email"):
        _queue_email(w, told, in_app=in_app)


def _notify(w: Write, to: Recipients, channels: Sequence[str], told: dict[str, str]) -> None:
    for pk, wishes in sorted(to.items()):
        wanted = {
            channel for channel in channels if wants_notification(wishes, told["kind"], channel)
        }
        one = Notification(user_id=pk, **told)
        if "in_app" in wanted:
            _announce(w, one)
        if "email" in wanted:
            _queue_email(w, one, in_app="in_app" in wanted)


def _announce(w: Write, told: Notification) -> None:
    w.create(told, new_id=True)
    _count(w, told.user_id, 1)
    w.announce(NotificationCreated(told.user_id, told))


def _queue_email(w: Write, told: Notification, *, in_app: bool) -> None:
    queue_email(
        w,
        EMAIL_KIND,
        recipient=told.user_id,
        wake=False,
        notification_type=told.kind,
        actor_id=told.actor_id,
        cause=told.cause,
        post_id=told.post_id,
        notification_id=told.id if in_app else "",
    )


def retract(w: Write, *, to: str, kind: str, cause: str) -> None:
    """Take back what `cause` had told the member, in the write that ends the cause.

    Nothing told is fine. The write is a `Conflict` or `NotFound` when it was marked meanwhile:
    look again.
    """
    retract_all(w, kinds=(kind,), cause=cause, to=(to,))


def retract_all(
    w: Write, *, kinds: Sequence[str], cause: str, to: Iterable[str] | None = None
) -> None:
    """Take back what `cause` had told anybody, or those in `to`, as `withdraw` does."""
    some = None if to is None else set(to)
    if some == set():
        return
    told = [one for kind in kinds for one in _told_of(cause, kind)]
    _retract(w, (one for one in told if some is None or one.user_id in some))


def _told_of(cause: str, kind: str) -> list[Notification]:
    return pagination.latest(
        notifications, "cause", cause_list_value(cause, kind), limit=MAX_RECIPIENTS
    )[0]


def retract_between(w: Write, one_id: str, other_id: str) -> None:
    """Take back what two members were told of one another, in the write that parts them.

    The newest, so that the counts are right at once; the rest is left to a cascade, as is all that
    Redis does not know while MongoDB is away: a block has to work then, too.
    """
    for side in pair_list_values(one_id, other_id):
        try:
            newest, _ = pagination.latest(notifications, "between", side, limit=MAX_RECIPIENTS)
        except Unavailable:
            return
        _retract(w, newest)


def pair_list_values(one_id: str, other_id: str) -> tuple[str, str]:
    """Return the values that name the lists of what two members were told of one another."""
    return f"{one_id}:{other_id}", f"{other_id}:{one_id}"


def _retract(w: Write, some: Iterable[Notification]) -> None:
    unread: Counter[str] = Counter()
    for told in some:
        # Strict: whether it is counted follows from what was read.
        w.delete(told, check_revision=True)
        unread[told.user_id] += not told.read
        w.announce(NotificationDeleted(told.user_id, told.id))
    for user_id, count in unread.items():
        if count:
            _count(w, user_id, -count)


def _count(w: Write, user_id: str, by: int) -> None:
    w.increment(Inbox, user_id, init=Inbox(id=user_id), unread_count=by)


# What the owner does -----------------------------------------------------------------------------


def mark_read(*, user_id: str, notification_id: str, read: bool) -> Notification:
    """Mark one's own notification as read or unread; a second time changes nothing."""
    return run_with_retry(lambda: _mark_read(user_id, notification_id, read))


def _mark_read(user_id: str, notification_id: str, read: bool) -> Notification:
    told = selectors.get_notification(notification_id, to=user_id)
    if told.read != read:
        with write(*STALE_ERRORS) as w:
            _mark_all(w, user_id, [told], read=read)
            w.respond_with(told)
    return told


def mark_all_read(*, user_id: str) -> str:
    """Mark as read all that one was told; return whose it was.

    In batches, each a step of its own. What comes meanwhile is read as well, or stays unread and
    counted.
    """
    while not run_with_retry(lambda: _read_some(user_id)):
        pass
    return user_id


def _read_some(user_id: str) -> bool:
    """Mark a batch as read; True when it was the last, whose write has the call's answer."""
    listed, is_last = pagination.latest(
        notifications, "unread", unread_list_value(user_id), limit=BATCH
    )
    unread = [told for told in listed if not told.read]  # else it was read since it was listed
    if is_last:
        _read_batch(user_id, unread)
    else:
        with detached():
            _read_batch(user_id, unread)
    return is_last


def _read_batch(user_id: str, unread: list[Notification]) -> None:
    if unread:
        with write(*STALE_ERRORS) as w:
            _mark_all(w, user_id, unread, read=True)
            w.respond_with(user_id)


def _mark_all(w: Write, user_id: str, some: list[Notification], *, read: bool) -> None:
    for told in some:
        w.update(told, check_revision=True, read=read)
    _count(w, user_id, -len(some) if read else len(some))
    w.announce(NotificationUpdated(user_id, tuple(told.id for told in some), read))


def delete_notification(*, user_id: str, notification_id: str) -> None:
    """Delete one's own notification. `NotFound`."""
    run_with_retry(lambda: _delete(selectors.get_notification(notification_id, to=user_id)))


def remove_notification(*, notification_id: str) -> None:
    """Delete anybody's notification, as staff."""
    run_with_retry(lambda: _delete(reads.get_record(notifications, notification_id)))


def _delete(told: Notification) -> None:
    with write(*STALE_ERRORS) as w:
        _retract(w, [told])


def unsubscribe(*, token: str) -> None:
    """Switch off the mails that a token stands for; `NotFound` when it is not ours."""
    user_id, kind = selectors.read_token(token)
    update_settings(user_id=user_id, notifications={kind: {"email": False}})


# What goes with something else -------------------------------------------------------------------


def delete_inbox(user_id: str) -> None:
    """Forget how much a member has not read, as the last of what the member was told."""
    with write() as w:
        w.delete(Inbox(id=user_id), missing_ok=True)


def delete_listed_notifications(index: str, value: str, *, limit: int) -> bool:
    """Take back at most `limit` of a list; True when nothing is left."""
    return run_with_retry(lambda: _delete_listed(index, value, limit))


def _delete_listed(index: str, value: str, limit: int) -> bool:
    some, is_all = pagination.latest(notifications, index, value, limit=limit)
    if some:
        with write(*STALE_ERRORS) as w:
            _retract(w, some)
    return is_all
