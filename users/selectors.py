"""Reads of members: profiles, settings, presence and search."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from mysocial.core.errors import Invalid, NotFound
from mysocial.core.ids import milliseconds, now
from mysocial.core.text import fold_query
from mysocial.policies import filter_viewers, relationship_policy, visible_ids
from mysocial.realtime import presence
from mysocial.store import Entry, Row, ViewerCheck, pagination, reads, search, time_check
from users import leaderboards, models, name_lookup, profile_texts
from users.models import User
from users.representations import (
    person_template,
    profile_template,
    settings_template,
    shared_profile_template,
)
from users.store import JOINED, SETTINGS, TOTALS_ID, site_totals, users

# Repeated here for the apps above, which may not import the modules.
find_user_id, find_user_ids = name_lookup.find_user_id, name_lookup.find_user_ids
most_followed_ids, leaderboard = leaderboards.most_followed_ids, leaderboards.leaderboard
NOTIFICATION_TYPES = models.NOTIFICATION_TYPES
CHANNELS = models.CHANNELS
links_text = profile_texts.links_text
WHO_MAY_MESSAGE = "who_may_message"
PRESENCE_LABEL = "users.presence"  # of the visibility policy of presence; its ids are user ids
UserPage = tuple[list[Row], Entry | None]


# Profiles and settings ---------------------------------------------------------------------------


def get_user(user_id: str) -> User:
    """Return a member.

    Raises:
        NotFound: There is no such member.
    """
    return user_query(user_id).result()


def user_query(user_id: str) -> reads.Query[User]:
    """Return a query for a member; its result raises `NotFound` if there is none."""
    return reads.record_query(users, user_id)


def get_users(user_ids: Iterable[str]) -> dict[str, User]:
    """Return the members that exist, by id, in one round trip."""
    return users_query(user_ids).result()


def users_query(user_ids: Iterable[str]) -> reads.Query[dict[str, User]]:
    """Return a query for the members that exist, by id."""
    return reads.records_query(users, user_ids)


def joined_cursor(user_id: str) -> str:
    """Return the event cursor of a member's sign-up; empty if it is unknown."""
    fragments = reads.fields_query(users, [user_id], (JOINED,)).result()
    fragment = fragments.get(user_id, {}).get(JOINED, b"")
    return str(orjson.loads(b"{%b}" % fragment).get("joined_cursor", ""))


def shared_profile_json_query(user_id: str) -> reads.Query[bytes | None]:
    """Return a query for the JSON object of `user.updated`; its result is None without a member."""
    rows = reads.rows_query(shared_profile_template, [user_id])
    return rows.map(lambda rows: shared_profile_template.render(rows[0]) if rows else None)


def public_posts_query() -> reads.Query[int]:
    """Return a query for the number of public posts of accounts that are not private."""
    return reads.counter_query(site_totals, TOTALS_ID, "public_posts_count")


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
    """Return the row of a member's settings. Show it to the member only."""
    (row,) = reads.get_rows(settings_template, [user_id])
    return row


def find_profile(username: str, *, viewer_id: str) -> Row:
    """Return the row of the profile with a username, or a former one that is reserved.

    Raises:
        NotFound: There is no such member, or the two may not interact.
    """
    user_id = find_user_id(username)
    if user_id is None:
        raise NotFound
    return get_profile(user_id, viewer_id=viewer_id)


def get_profile(user_id: str, *, viewer_id: str) -> Row:
    """Return the row of a profile, with the relationship of the viewer to the member.

    Raises:
        NotFound: There is no such member, or the two may not interact.
    """
    checks = relationship_policy().relationship_checks(viewer_id)
    return _profile_query(user_id, viewer_id, checks).result()


def profile_query(user_id: str, *, viewer_id: str) -> reads.Query[Row]:
    """Return a query as `get_profile` executes; the row has the flags of `viewer_checks`."""
    return _profile_query(user_id, viewer_id, relationship_policy().viewer_checks(viewer_id))


def _profile_query(pk: str, viewer_id: str, checks: tuple[ViewerCheck, ...]) -> reads.Query[Row]:
    def require_visible(rows: list[Row]) -> Row:
        if not rows or (viewer_id != pk and not _visible_rows(rows)):
            raise NotFound
        return rows[0]

    return reads.rows_query(profile_template, [pk], checks={"": checks}).map(require_visible)


def viewer_audience(profile: Row, *, viewer_id: str) -> int:
    """Return the narrowest audience of a member that the viewer belongs to.

    `profile` is the row of `profile_query`, or of another query with `viewer_checks`.
    """
    return relationship_policy().narrowest_audience(profile.flags, is_owner=profile.id == viewer_id)


def get_cards(user_ids: Sequence[str]) -> list[Row]:
    """Return the `person_template` rows of the members that exist, in the given order."""
    return reads.get_rows(person_template, user_ids)


# Suspensions -------------------------------------------------------------------------------------


def suspension_check(user_id: str = "") -> ViewerCheck:
    """Return the check whether `user_id` is suspended; by default, the member being checked."""
    return time_check("suspended_until", users.prefix, user_id)


def silence_check(user_id: str = "") -> ViewerCheck:
    """Return the check whether `user_id` is silenced; by default, the member being checked."""
    return time_check("silenced_until", users.prefix, user_id)


def suspension_end_ms(user_id: str) -> int:
    """Return when a member's suspension ends, in ms since 1970; 0 if they are not suspended."""
    user = get_users([user_id]).get(user_id)
    until_ms = int(user.suspended_until or 0) if user else 0
    return until_ms if until_ms > milliseconds(now()) else 0


# Notification preferences ------------------------------------------------------------------------


class NotificationPreferences(NamedTuple):
    """Settings that apply to the actions of others: who may write, and which notifications."""

    who_may_message: str
    notifications: Mapping[str, Any]


def preferences_query(user_ids: Iterable[str]) -> reads.Query[dict[str, NotificationPreferences]]:
    """Return a query for the preferences of the members that exist, by id."""

    def decode(
        fields_by_id: Mapping[str, Mapping[str, bytes]],
    ) -> dict[str, NotificationPreferences]:
        return {pk: _parse_preferences(**fields) for pk, fields in fields_by_id.items()}

    return reads.fields_query(users, user_ids, (WHO_MAY_MESSAGE, SETTINGS)).map(decode)


def preferences_through(through: reads.Through) -> reads.Query[NotificationPreferences | None]:
    """Return a query for the preferences of the member that another record names, or None."""
    query = reads.fields_through(users, through, (WHO_MAY_MESSAGE, SETTINGS))
    return query.map(lambda fields: _parse_preferences(**fields) if fields else None)


def _parse_preferences(*, who_may_message: bytes, settings: bytes) -> NotificationPreferences:
    fragment = orjson.loads(b"{%b}" % settings)
    return NotificationPreferences(who_may_message.decode(), fragment.get("notifications", {}))


def wants_notification(
    preferences: User | NotificationPreferences, notification_type: str, channel: str
) -> bool:
    """Return whether a member wants notifications of this type on this channel."""
    # The preferences of a member may be older than the type.
    default = (notification_type, channel) not in models.OFF_BY_DEFAULT
    return bool(preferences.notifications.get(notification_type, {}).get(channel, default))


# Presence ----------------------------------------------------------------------------------------


def presence_audience(user_id: str, viewers: set[str], *, is_hiding: bool = False) -> set[str]:
    """Return those of `viewers` that may know whether a member is online.

    That is nobody if the member does not show it. With `is_hiding`, the member has just stopped
    showing it: those that could see it until now are returned.
    """
    user = get_users([user_id]).get(user_id)
    shows = user is not None and (user.shows_presence or is_hiding)
    return filter_viewers(PRESENCE_LABEL, user_id, viewers) if shows else set()


def online_ids(user_ids: Sequence[str], *, viewer_id: str) -> list[str]:
    """Return the ids of the members that are online and show it to the viewer."""
    online_users = get_users(presence.filter_online(user_ids))
    shown = [pk for pk in user_ids if pk in online_users and online_users[pk].shows_presence]
    visible = visible_ids(PRESENCE_LABEL, shown, viewer_id)
    return [pk for pk in shown if pk in visible]


# Lists and search --------------------------------------------------------------------------------


def list_members(*, viewer_id: str, limit: int, after: Entry | None = None) -> UserPage:
    """Return a page of all members that the viewer may interact with, newest first."""
    query = pagination.ListQuery(
        profile_template,
        "all",
        limit=limit,
        after=after,
        checks={"": relationship_policy().relationship_checks(viewer_id)},
    )
    return pagination.filter_pages(query, keep=_visible_rows)


def search_members(
    text: str, *, viewer_id: str, limit: int, after: Entry | None = None
) -> UserPage:
    """Return a page of members whose username starts with `text`, then those that contain it.

    The search ignores case, accents, width and a leading `@`. It finds only members that the viewer
    may interact with.

    Raises:
        Unavailable: MongoDB cannot be reached.
    """
    page: list[Row] = []
    for _ in range(pagination.MAX_PAGES_SCANNED):
        # One more than the limit, to know whether another page follows.
        matches = search.search_text(
            users, "username_key", fold_query(text), limit=limit + 1, after=after
        )
        visible = _visible_profiles([match.id for match in matches[:limit]], viewer_id)
        for match in matches[:limit]:
            after = match.place
            if match.id in visible:
                page.append(visible[match.id])
            if len(page) == limit:
                return page, None if match is matches[-1] else after
        if len(matches) <= limit:
            return page, None
    return page, after


def _visible_profiles(user_ids: list[str], viewer_id: str) -> dict[str, Row]:
    if not user_ids:
        return {}
    checks = {"": relationship_policy().relationship_checks(viewer_id)}
    rows = reads.get_rows(profile_template, user_ids, checks=checks)
    return {row.id: row for row in _visible_rows(rows)}


def _visible_rows(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that the viewer may see, by the flags that they were read with."""
    return [row for row in rows if relationship_policy().can_interact(row.flags)]
