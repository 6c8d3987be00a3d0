"""Reads of members."""

from collections.abc import Iterable, Sequence

from mysocial import presence, reads, search
from mysocial.errors import NotFound
from mysocial.lists import Entry
from mysocial.meeting import who_may_meet
from mysocial.sight import what_is_seen, who_sees
from mysocial.wire import Row
from users import models
from users.models import User
from users.store import users
from users.wires import person_wire, profile_wire, settings_wire

# For the apps above, which see no models.
NOTICES = models.NOTICES
CHANNELS = models.CHANNELS
PRESENCE = "users.presence"  # the sight of whether a member is online; its id is the member's
Found = tuple[list[Row], Entry | None]


def get_user(user_id: str) -> User:
    """Return a member; `NotFound`."""
    return reads.get(users, user_id)


def get_settings(user_id: str) -> Row:
    """Return a member's settings as they are sent: for the member alone."""
    (found,) = reads.rows(settings_wire, [user_id])
    return found


def wants(user: User, notice: str, channel: str) -> bool:
    """Tell whether a member wants to be told of this in this way."""
    return bool(user.notifications[notice][channel])


def get_profile(user_id: str, *, to: str) -> Row:
    """Return a profile as it is sent; `NotFound` also when a block stands between the two."""
    found = reads.rows(profile_wire, [user_id])
    if not found or (to != user_id and to not in who_may_meet(user_id, {to})):
        raise NotFound
    return found[0]


def find_user_id(username: str) -> str | None:
    """Return the id of the member with this name, whatever its case."""
    return reads.find(users, "username_key", username.lower())


def find_user_ids(usernames: Iterable[str]) -> dict[str, str]:
    """Return the ids of the members with these names by name in lower case, in one round trip."""
    names = sorted({name.lower() for name in usernames})
    keys = [users.unique_key("username_key", name) for name in names]
    owners = reads.ask(*({"kind": "unique", "key": key} for key in keys)) if keys else []
    return {name: owner.decode() for name, owner in zip(names, owners, strict=True) if owner}


def get_users(user_ids: Iterable[str]) -> dict[str, User]:
    """Return those of the members who are there, by id, in one round trip."""
    return reads.get_many(users, user_ids)


def people(user_ids: Sequence[str]) -> list[Row]:
    """Return the cards of members, in this order; who is gone is left out."""
    return reads.rows(person_wire, user_ids)


def who_knows_presence(user_id: str, viewers: set[str], *, is_hiding: bool = False) -> set[str]:
    """Return those of `viewers` who may know whether a member is online.

    Nobody when the member does not show it; when they are just hiding it, those who knew.
    """
    user = get_users([user_id]).get(user_id)
    shows = user is not None and (user.shows_presence or is_hiding)
    return who_sees(PRESENCE, user_id, viewers) if shows else set()


def online_among(user_ids: Sequence[str], *, to: str) -> list[str]:
    """Return those of the members who are online, of those whom `to` may know of."""
    here = get_users(presence.online(user_ids))
    shown = [pk for pk in user_ids if pk in here and here[pk].shows_presence]
    known = what_is_seen(PRESENCE, shown, to)
    return [pk for pk in shown if pk in known]


def most_followed(*, limit: int) -> list[str]:
    """Return the ids of the members whom most follow. `Unavailable` when MongoDB is away."""
    return search.top(users, "followers_count", limit=limit)


def members(*, to: str, limit: int, after: Entry | None = None) -> Found:
    """Return all members whom `to` may meet, newest first."""
    return reads.sift(
        profile_wire, "all", limit=limit, after=after, keep=lambda rows: _met(rows, to)
    )


def search_members(text: str, *, to: str, limit: int, after: Entry | None = None) -> Found:
    """Return members whose name begins with `text`, then those whose name contains it.

    Whatever its case; only whom `to` may meet. `Unavailable` when MongoDB is away.
    """
    found: list[Row] = []
    for _ in range(reads.SCAN):
        matches = search.find_text(
            users, "username_key", text.lower(), limit=limit + 1, after=after
        )
        rows = reads.rows(profile_wire, [one.id for one in matches[:limit]]) if matches else []
        seen = {row.id: row for row in _met(rows, to)}
        for match in matches[:limit]:
            after = match.place
            found += [seen[match.id]] if match.id in seen else []
            if len(found) == limit:
                return found, None if match is matches[-1] else after
        if len(matches) <= limit:
            return found, None
    return found, after


def _met(rows: Sequence[Row], viewer_id: str) -> list[Row]:
    met = who_may_meet(viewer_id, {row.id for row in rows}) if rows else set()
    return [row for row in rows if row.id in met]
