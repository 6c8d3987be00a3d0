"""Services of members: the only code that writes profiles."""

from datetime import date
from typing import Any

from django.conf import settings

from mysocial.core.errors import Conflict, Invalid, Unavailable
from mysocial.core.ids import now
from mysocial.outbox import queue_cascade
from mysocial.policies import Audience, check_text
from mysocial.realtime import ephemeral, presence
from mysocial.store import Write, reads, respond_unchanged, retry_on_conflict, write
from users.events import PresenceChanged, UserDeleted, UserHidden, UserShown, UserUpdated
from users.models import COLORS, SiteTotals, User, default_notifications
from users.profile_texts import (
    clean_display_name,
    find_birth_date_problem,
    find_display_name_problem,
)
from users.store import POST_COUNTERS, TOTALS_ID, users
from users.usernames import find_username_problem

LABEL = "users.user"
OPENED_ACCOUNT = "users.user.opened"  # the label of what an account that became public accepts


# Steps of the writes of other apps ---------------------------------------------------------------


def check_username(username: str) -> None:
    """Check that a new member may have this username.

    Raises:
        Invalid: It looks like an id, or like a reserved name.
    """
    problem = find_username_problem(username)
    if problem:
        raise Invalid(errors={"username": problem})


def check_birth_date(birth_date: date | None) -> str:
    """Return a birth date as it is stored: as `YYYY-MM-DD`, or empty for None.

    Raises:
        Invalid: It is missing but needed, impossible, or the member is younger than `MINIMUM_AGE`.
    """
    if birth_date is None:
        problem = "Enter your birth date." if settings.MINIMUM_AGE else ""
    else:
        problem = find_birth_date_problem(birth_date, today=now().date())
    if problem:
        raise Invalid(errors={"birth_date": problem})
    return birth_date.isoformat() if birth_date else ""


def check_display_name(text: str) -> str:
    """Return a display name as it is stored.

    Raises:
        Invalid: It is too long, or contains an "@".
    """
    name = clean_display_name(text)
    if problem := find_display_name_problem(name):
        raise Invalid(errors={"display_name": problem})
    return name


def create_user(  # noqa: PLR0913 - the fields of the sign-up form
    w: Write,
    *,
    user_id: str,
    username: str,
    avatar_color: str = "",
    avatar_id: str = "",
    birth_date: date | None = None,
) -> User:
    """Create a member's profile in the write of a sign-up.

    The write raises `AlreadyExists` if the username is taken.

    Raises:
        Invalid: Nobody may have this username, or the member is too young.
    """
    check_username(username)
    color = avatar_color or COLORS[sum(username.encode()) % len(COLORS)]
    user = User(id=user_id, username=username, avatar_color=color, avatar_id=avatar_id)
    user.birth_date = check_birth_date(birth_date)
    user.joined_cursor = reads.event_cursor()
    user.avatar_url = initial_avatar(user)
    check_text(w, label=LABEL, pk=user_id, author_id=user_id, texts={"username": username})
    w.create(user, new_id=True)
    return user


def delete_user(w: Write, user_id: str) -> None:
    """Delete a member's profile in the write of an erasure, and queue all that depends on it."""
    user = reads.get_record(users, user_id)
    require_privacy(w, user_id, b"true" if user.is_private else b"false")
    if not user.is_private:
        _count_public_posts_of(w, user, sign=-1)
    w.delete(user)
    queue_cascade(w, user)
    w.announce(UserDeleted(user_id))


def increment_user_counters(w: Write, user_id: str, **deltas: int) -> None:
    """Add to a member's counters in a write; a deleted member is skipped."""
    w.increment(User, user_id, missing_ok=True, init=None, only_if=None, **deltas)


def count_post(w: Write, author_id: str, *, before: Audience, after: Audience) -> None:
    """Update the counts of a member's posts, and of the site's, by the audience of one post.

    Args:
        w: The write that changes the post.
        author_id: The author.
        before: The audience of the post until now, whatever the author's account is; nobody if it
            did not exist.
        after: The audience from now on.
    """
    deltas = {
        counter: (after >= audience) - (before >= audience)
        for counter, audience in POST_COUNTERS.items()
    }
    changed = {counter: delta for counter, delta in deltas.items() if delta}
    if changed:
        increment_user_counters(w, author_id, **changed)
    if changed.get("public_posts_count"):
        w.increment(
            SiteTotals,
            TOTALS_ID,
            init=SiteTotals(id=TOTALS_ID),
            only_if=(User, author_id, "is_private", b"false"),
            public_posts_count=changed["public_posts_count"],
        )


def _count_public_posts_of(w: Write, user: User, *, sign: int) -> None:
    """Add the public posts of a member to the total of the site, or subtract them.

    The write fails with `Conflict` if the member publishes or removes a post at the same time.
    """
    count = user.public_posts_count
    w.require(User, user.id, public_posts_count=str(count).encode())
    if count:
        w.increment(
            SiteTotals, TOTALS_ID, init=SiteTotals(id=TOTALS_ID), public_posts_count=sign * count
        )


def initial_avatar(user: User) -> str:
    """Return the URL of the default avatar of a member."""
    color, initial = user.avatar_color[1:].lower(), user.username[:1].upper()
    return f"{settings.PUBLIC_URL}/avatars/{color}/{initial}.png"


def set_pictures(w: Write, user: User, **changes: str) -> None:
    """Change the picture fields of a profile in a write, which fails if `user` is stale."""
    w.update(user, check_revision=True, **changes)
    if changes.keys() & {"avatar_url", "background_url"}:
        w.announce(UserUpdated(user.id))


def require_privacy(w: Write, user_id: str, is_private: bytes) -> None:
    """Make a write fail with `Conflict` unless `is_private` is still the stored field value."""
    w.require(User, user_id, is_private=is_private)


def require_user(w: Write, user_id: str) -> None:
    """Make a write fail with `NotFound` unless the member exists."""
    w.require(User, user_id)


def require_messaging(w: Write, user_id: str, who_may_message: str) -> None:
    """Make a write fail unless the member's setting `who_may_message` is unchanged.

    It fails with `Conflict`, or with `NotFound` if the member was deleted.
    """
    w.require(User, user_id, who_may_message=who_may_message.encode())


def require_not_silenced(w: Write, user_id: str) -> None:
    """Make a write that shows something new to others fail with `Silenced` if the member is.

    Call it first in the write: the other preconditions may rest on reads that are stale too.
    """
    w.require_expired(User, user_id, "silenced_until")


def require_not_suspended(w: Write, user_id: str) -> None:
    """Make a write fail with `Suspended` if the member is suspended."""
    w.require_expired(User, user_id, "suspended_until")


def silence(w: Write, user_id: str, until_ms: int) -> None:
    """Silence a member until a time in ms since 1970 (0: lift it): they can publish nothing."""
    w.update(reads.get_record(users, user_id), silenced_until=str(until_ms or ""))


def suspend(w: Write, user_id: str, until_ms: int) -> None:
    """Hide a member and their content until a time in ms since 1970; 0 shows them again."""
    w.update(reads.get_record(users, user_id), suspended_until=str(until_ms or ""))
    event = UserHidden if until_ms else UserShown
    w.announce(event(user_id, everywhere=True))


# Profile -----------------------------------------------------------------------------------------


def update_profile(*, user_id: str, **changes: Any) -> User:
    """Change fields of the member's own profile.

    Raises:
        Invalid: There are no changes, or a text is not allowed.
        Silenced: The member is silenced.
    """
    return _update_profile(user_id, changes, is_own=True)


def moderate_profile(*, user_id: str, **changes: Any) -> User:
    """Change fields of any member's profile, on behalf of staff."""
    return _update_profile(user_id, changes, is_own=False)


def _update_profile(user_id: str, changes: dict[str, Any], *, is_own: bool) -> User:
    if not changes:
        raise Invalid("There is nothing to change.")
    if "display_name" in changes:
        changes["display_name"] = check_display_name(changes["display_name"])
    user = reads.get_record(users, user_id)
    changes = {name: value for name, value in changes.items() if getattr(user, name) != value}
    if not changes:
        respond_unchanged(user)
        return user
    with write() as w:
        if is_own:
            require_not_silenced(w, user_id)
            texts = {name: value for name, value in changes.items() if isinstance(value, str)}
            check_text(w, label=LABEL, pk=user_id, author_id=user_id, texts=texts)
        w.update(user, **changes)
        w.announce(UserUpdated(user_id))
        w.respond_with(user)
    return user


# Settings ----------------------------------------------------------------------------------------


def update_settings(*, user_id: str, pending_requests: str = "", **changes: Any) -> User:
    """Change the member's own settings; equal values change nothing.

    `notifications` is merged into the stored preferences.

    Args:
        user_id: The id of the member.
        pending_requests: What happens to the follow requests that wait at a public account:
            "accept" queues their acceptance, "keep" does not. By default, an account that becomes
            public accepts them.
        changes: The new values by setting.

    Raises:
        Invalid: There are no changes, or requests are to be accepted by a private account.
    """
    if (not changes and not pending_requests) or changes.get("notifications") == {}:
        raise Invalid("There is nothing to change.")
    return _update_settings(user_id, changes, pending_requests)


@retry_on_conflict
def _update_settings(user_id: str, requested: dict[str, Any], pending_requests: str) -> User:
    user = reads.get_record(users, user_id)
    if "birth_date" in requested:
        requested = {**requested, "birth_date": check_birth_date(requested["birth_date"])}
    is_private = requested.get("is_private", user.is_private)
    if pending_requests and is_private:
        raise Invalid(errors={"pending_requests": "Only a public account can do this."})
    is_opened = user.is_private and not is_private
    accepts_requests = pending_requests == "accept" or (is_opened and pending_requests != "keep")
    changes = dict(requested)
    if "notifications" in changes:
        changes["notifications"] = _merge_preferences(user, changes["notifications"])
    was_private, showed_presence = user.is_private, user.shows_presence
    is_unchanged = all(getattr(user, name) == value for name, value in changes.items())
    if is_unchanged and not accepts_requests:
        respond_unchanged(user)
        return user
    with write(Conflict) as w:
        if changes.get("is_private", was_private) != was_private:
            _count_public_posts_of(w, user, sign=1 if was_private else -1)
        # Checked, because the merged preferences contain what was read.
        w.update(user, check_revision=True, **changes)
        if accepts_requests:
            queue_cascade(w, user, label=OPENED_ACCOUNT)
        if user.is_private != was_private:
            w.announce(UserUpdated(user_id))
            w.announce(UserHidden(user_id) if user.is_private else UserShown(user_id))
        w.respond_with(user)
    if user.shows_presence != showed_presence:
        _publish_presence(user)
    return user


def _merge_preferences(user: User, requested: dict[str, Any]) -> dict[str, Any]:
    stored = {**default_notifications(), **user.notifications}
    return {
        notification_type: {**channels, **requested.get(notification_type, {})}
        for notification_type, channels in stored.items()
    }


def _publish_presence(user: User) -> None:
    """Publish that a member who is online shows their presence from now on, or hides it."""
    try:
        is_online = bool(presence.online([user.id]))
    except Unavailable:
        return  # The setting is saved; ephemeral events may be lost, and clients read presence.
    if is_online:
        shows = user.shows_presence
        ephemeral.publish(PresenceChanged(user.id, online=shows, is_hiding=not shows))
