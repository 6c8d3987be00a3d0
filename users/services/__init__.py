"""Services of members: the only code that writes profiles."""

from datetime import date
from typing import Any

from mysocial.core.errors import FOREVER_MS, Conflict, Invalid
from mysocial.core.text import is_same_value
from mysocial.outbox import queue_cascade
from mysocial.policies import check_text
from mysocial.store import Write, reads, respond_unchanged, retry_on_conflict, write
from users.events import UserDeleted, UserHidden, UserShown, UserUpdated
from users.models import COLORS, User
from users.profile_texts import links_text
from users.services.counts import (
    count_pinned_post,
    count_post,
    count_public_posts_of,
    increment_user_counters,
)
from users.services.links import (
    check_due_links,
    have_unverified,
    merge_links,
    queue_link_check,
)
from users.services.preconditions import (
    require_messaging,
    require_not_silenced,
    require_not_suspended,
    require_privacy,
    require_user,
)
from users.services.profile_checks import check_birth_date, check_display_name
from users.services.settings import OPENED_ACCOUNT, update_settings
from users.services.usernames import (
    LABEL,
    change_username,
    check_username,
    initial_avatar,
    replace_username,
    require_not_reserved,
)
from users.store import users
from users.usernames import USERNAME_PATTERN

__all__ = [
    "OPENED_ACCOUNT",
    "USERNAME_PATTERN",
    "change_username",
    "check_birth_date",
    "check_display_name",
    "check_due_links",
    "check_username",
    "count_pinned_post",
    "count_post",
    "create_user",
    "delete_user",
    "increment_user_counters",
    "initial_avatar",
    "moderate_profile",
    "replace_username",
    "require_messaging",
    "require_not_silenced",
    "require_not_suspended",
    "require_privacy",
    "require_user",
    "set_pictures",
    "silence",
    "suspend",
    "update_profile",
    "update_settings",
]


# Steps of the writes of other apps ---------------------------------------------------------------


def create_user(  # noqa: PLR0913 - the fields of the sign-up form
    w: Write,
    *,
    user_id: str,
    username: str,
    avatar_color: str = "",
    avatar_id: str = "",
    birth_date: date | None = None,
    is_hidden: bool = False,
) -> User:
    """Create a member's profile in the write of a sign-up; a hidden one is suspended.

    The write raises `AlreadyExists` if the username is taken.

    Raises:
        Invalid: Nobody may have this username.
    """
    check_username(username)
    color = avatar_color or COLORS[sum(username.encode()) % len(COLORS)]
    user = User(id=user_id, username=username, avatar_color=color, avatar_id=avatar_id)
    user.birth_date = birth_date.isoformat() if birth_date else ""
    user.suspended_until = str(FOREVER_MS) if is_hidden else ""
    user.joined_cursor = reads.event_cursor()
    user.avatar_url = initial_avatar(user)
    check_text(w, label=LABEL, pk=user_id, author_id=user_id, texts={"username": username})
    require_not_reserved(w, user.username_key)
    w.create(user, new_id=True)
    return user


def delete_user(w: Write, user_id: str) -> None:
    """Delete a member's profile in the write of an erasure, and queue all that depends on it."""
    user = reads.get_record(users, user_id)
    require_privacy(w, user_id, b"true" if user.is_private else b"false")
    if not user.is_private:
        count_public_posts_of(w, user, sign=-1)
    w.delete(user)
    queue_cascade(w, user)
    w.announce(UserDeleted(user_id))


def set_pictures(w: Write, user: User, **changes: str) -> None:
    """Change the picture fields of a profile in a write, which fails if `user` is stale."""
    w.update(user, check_revision=True, **changes)
    if changes.keys() & {"avatar_url", "background_url"}:
        w.announce(UserUpdated(user.id))


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


@retry_on_conflict
def _update_profile(user_id: str, changes: dict[str, Any], *, is_own: bool) -> User:
    if not changes:
        raise Invalid("There is nothing to change.")
    user = reads.get_record(users, user_id)
    new = _stored_values(user, changes)
    has_links = "links" in new  # they depend on those that were read
    needs_check = has_links or ("links" in changes and have_unverified(user.links))
    if not new and not needs_check:
        respond_unchanged(user)
        return user
    with write(*((Conflict,) if needs_check else ())) as w:
        if is_own:
            require_not_silenced(w, user_id)
            check_text(w, label=LABEL, pk=user_id, author_id=user_id, texts=_texts(new))
        if needs_check:
            queue_link_check(w, user_id, new.get("links", user.links))
        if new:
            w.update(user, check_revision=has_links, **new)
            w.announce(UserUpdated(user_id))
        w.respond_with(user)
    return user


def _stored_values(user: User, changes: dict[str, Any]) -> dict[str, Any]:
    """Return those of the changed fields that differ from the stored ones, as they are stored."""
    values = dict(changes)
    if "display_name" in values:
        values["display_name"] = check_display_name(values["display_name"])
    if "links" in values:
        values["links"] = merge_links(user.links, values["links"])
    return {
        name: value
        for name, value in values.items()
        if not is_same_value(getattr(user, name), value)
    }


def _texts(values: dict[str, Any]) -> dict[str, str]:
    """Return the texts of changed fields, for the content policy."""
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    return texts | ({"links": links_text(values["links"])} if "links" in values else {})
