"""Reads of members."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from mysocial.core.errors import Invalid, NotFound
from mysocial.core.ids import milliseconds, now
from mysocial.policies import relationship_policy, visible_ids, visible_to
from mysocial.realtime import presence
from mysocial.store import Entry, Row, ViewerCheck, pagination, reads, search
from users import models
from users.models import User
from users.representations import person_template, profile_template, settings_template
from users.store import SETTINGS, users

# For the apps above, which see no models.
NOTIFICATION_TYPES = models.NOTIFICATION_TYPES
CHANNELS = models.CHANNELS
WHO_MAY_MESSAGE = "who_may_message"
PRESENCE_LABEL = "users.presence"  # the sight of whether a member is online; its id is the member's
UserPage = tuple[list[Row], Entry | None]


def get_user(user_id: str) -> User:
    """Return a member; `NotFound`."""
    return user_query(user_id).result()


def user_query(user_id: str) -> reads.Query[User]:
    """Return the question that `get_user` asks."""
    return reads.record_query(users, user_id)


def require_not_self(user_id: str, other_id: str, action: str) -> None:
    """Check that a member does not direct an action, such as "follow", at themselves.

    Raises:
        Invalid: Both ids are the same.
    """
    if user_id == other_id:
        raise Invalid(f"You cannot {action} yourself.")


def require_other_exists(user_id: str, other_id: str, action: str) -> None:
    """Check that the other member of an action exists and is not the member themselves.

    Raises:
        Invalid: Both ids are the same.
        NotFound: The other member does not exist.
    """
    require_not_self(user_id, other_id, action)
    get_user(other_id)


def get_settings(user_id: str) -> Row:
    """Return a member's settings as they are sent: for the member alone."""
    (found,) = reads.get_rows(settings_template, [user_id])
    return found


def suspension_check(user_id: str = "") -> ViewerCheck:
    """Return the question whether a person is suspended now: who is asked about, or `user_id`."""
    return ("", "suspended_until", user_id, users.prefix)


def suspension_end_ms(user_id: str) -> int:
    """Return until when, in milliseconds, a member is suspended now; 0 when they are not."""
    user = get_users([user_id]).get(user_id)
    until = int(user.suspended_until or 0) if user else 0
    return until if until > milliseconds(now()) else 0


class NotificationPreferences(NamedTuple):
    """What a member has set of what others do: who may write to them, what they are told of."""

    who_may_message: str
    notifications: Mapping[str, Any]


def preferences_query(user_ids: Iterable[str]) -> reads.Query[dict[str, NotificationPreferences]]:
    """Return the question for the wishes of those of the members who are there, by id."""

    def meaning(found: Mapping[str, Mapping[str, bytes]]) -> dict[str, NotificationPreferences]:
        return {pk: _parse_preferences(**stored) for pk, stored in found.items()}

    return reads.fields_query(users, user_ids, (WHO_MAY_MESSAGE, SETTINGS)).map(meaning)


def preferences_through(through: reads.Through) -> reads.Query[NotificationPreferences | None]:
    """Return the question for the wishes of the member whom a record names; None without one."""
    asked = reads.fields_through(users, through, (WHO_MAY_MESSAGE, SETTINGS))
    return asked.map(lambda stored: _parse_preferences(**stored) if stored else None)


def _parse_preferences(*, who_may_message: bytes, settings: bytes) -> NotificationPreferences:
    set_by_them = orjson.loads(b"{%b}" % settings)
    return NotificationPreferences(who_may_message.decode(), set_by_them.get("notifications", {}))


def wants_notification(
    preferences: User | NotificationPreferences, notification_type: str, channel: str
) -> bool:
    """Tell whether a member wants to be told of this in this way."""
    # A kind that is younger than what the member has set is on.
    return bool(preferences.notifications.get(notification_type, {}).get(channel, True))


def get_profile(user_id: str, *, viewer_id: str) -> Row:
    """Return a profile as it is sent; `NotFound` also when a block stands between the two."""
    return profile_query(user_id, viewer_id=viewer_id).result()


def profile_query(user_id: str, *, viewer_id: str) -> reads.Query[Row]:
    """Return the question that `get_profile` asks."""

    def the_one(found: list[Row]) -> Row:
        if not found or (viewer_id != user_id and not _visible_rows(found)):
            raise NotFound
        return found[0]

    return reads.rows_query(
        profile_template, [user_id], about={"": relationship_policy().viewer_checks(viewer_id)}
    ).map(the_one)


def find_user_id(username: str) -> str | None:
    """Return the id of the member with this name, whatever its case."""
    return reads.find_by_unique(users, "username_key", username.lower())


def find_user_ids(usernames: Iterable[str]) -> dict[str, str]:
    """Return the ids of the members with these names by name in lower case, in one round trip."""
    names = sorted({name.lower() for name in usernames})
    keys = [users.unique_key("username_key", name) for name in names]
    owners = reads.execute(*({"kind": "unique", "key": key} for key in keys)) if keys else []
    return {name: owner.decode() for name, owner in zip(names, owners, strict=True) if owner}


def get_users(user_ids: Iterable[str]) -> dict[str, User]:
    """Return those of the members who are there, by id, in one round trip."""
    return users_query(user_ids).result()


def users_query(user_ids: Iterable[str]) -> reads.Query[dict[str, User]]:
    """Return the question that `get_users` asks."""
    return reads.records_query(users, user_ids)


def get_cards(user_ids: Sequence[str]) -> list[Row]:
    """Return the cards of members, in this order; who is gone is left out."""
    return reads.get_rows(person_template, user_ids)


def presence_audience(user_id: str, viewers: set[str], *, is_hiding: bool = False) -> set[str]:
    """Return those of `viewers` who may know whether a member is online.

    Nobody when the member does not show it; when they are just hiding it, those who knew.
    """
    user = get_users([user_id]).get(user_id)
    shows = user is not None and (user.shows_presence or is_hiding)
    return visible_to(PRESENCE_LABEL, user_id, viewers) if shows else set()


def online_ids(user_ids: Sequence[str], *, viewer_id: str) -> list[str]:
    """Return those of the members who are online, of those whom `to` may know of."""
    here = get_users(presence.online(user_ids))
    shown = [pk for pk in user_ids if pk in here and here[pk].shows_presence]
    known = visible_ids(PRESENCE_LABEL, shown, viewer_id)
    return [pk for pk in shown if pk in known]


def most_followed_ids(*, limit: int) -> list[str]:
    """Return the ids of the members whom most follow. `Unavailable` when MongoDB is away."""
    return search.top_by_counter(users, "followers_count", limit=limit)


def list_members(*, viewer_id: str, limit: int, after: Entry | None = None) -> UserPage:
    """Return all members whom `to` may meet, newest first."""
    listing = pagination.ListQuery(
        profile_template,
        "all",
        limit=limit,
        after=after,
        about={"": relationship_policy().viewer_checks(viewer_id)},
    )
    return pagination.filter_pages(listing, keep=_visible_rows)


def search_members(
    text: str, *, viewer_id: str, limit: int, after: Entry | None = None
) -> UserPage:
    """Return members whose name begins with `text`, then those whose name contains it.

    Whatever its case; only whom `to` may meet. `Unavailable` when MongoDB is away.
    """
    found: list[Row] = []
    for _ in range(pagination.MAX_PAGES_SCANNED):
        matches = search.search_text(
            users, "username_key", text.lower(), limit=limit + 1, after=after
        )
        ids = [one.id for one in matches[:limit]]
        rows = (
            reads.get_rows(
                profile_template, ids, about={"": relationship_policy().viewer_checks(viewer_id)}
            )
            if ids
            else []
        )
        seen = {row.id: row for row in _visible_rows(rows)}
        for match in matches[:limit]:
            after = match.place
            found += [seen[match.id]] if match.id in seen else []
            if len(found) == limit:
                return found, None if match is matches[-1] else after
        if len(matches) <= limit:
            return found, None
    return found, after


def _visible_rows(rows: Sequence[Row]) -> list[Row]:
    """Return whom the viewer may meet, of rows that were asked for with `facts_of`."""
    return [row for row in rows if relationship_policy().can_interact(row.flags)]
