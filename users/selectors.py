"""Reads of members."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from mysocial.core.errors import NotFound
from mysocial.core.ids import milliseconds, now
from mysocial.policies.relationships import facts_of, may_meet
from mysocial.policies.visibility import what_is_seen, who_sees
from mysocial.realtime import presence
from mysocial.store import pagination, reads, search
from mysocial.store.indexes import Entry, Fact
from mysocial.store.json_templates import Row
from users import models
from users.models import User
from users.representations import person_wire, profile_wire, settings_wire
from users.store import SETTINGS, users

# For the apps above, which see no models.
NOTICES = models.NOTICES
CHANNELS = models.CHANNELS
WHO_MAY = "who_may_message"
PRESENCE = "users.presence"  # the sight of whether a member is online; its id is the member's
Found = tuple[list[Row], Entry | None]


def get_user(user_id: str) -> User:
    """Return a member; `NotFound`."""
    return asked_user(user_id).get()


def asked_user(user_id: str) -> reads.Asked[User]:
    """Return the question that `get_user` asks."""
    return reads.asked_one(users, user_id)


def get_settings(user_id: str) -> Row:
    """Return a member's settings as they are sent: for the member alone."""
    (found,) = reads.rows(settings_wire, [user_id])
    return found


def suspension_fact(user_id: str = "") -> Fact:
    """Return the question whether a person is suspended now: who is asked about, or `user_id`."""
    return ("", "suspended_until", user_id, users.prefix)


def suspension_of(user_id: str) -> int:
    """Return until when, in milliseconds, a member is suspended now; 0 when they are not."""
    user = get_users([user_id]).get(user_id)
    until = int(user.suspended_until or 0) if user else 0
    return until if until > milliseconds(now()) else 0


class Wishes(NamedTuple):
    """What a member has set of what others do: who may write to them, what they are told of."""

    who_may_message: str
    notifications: Mapping[str, Any]


def asked_wishes(user_ids: Iterable[str]) -> reads.Asked[dict[str, Wishes]]:
    """Return the question for the wishes of those of the members who are there, by id."""

    def meaning(found: Mapping[str, Mapping[str, bytes]]) -> dict[str, Wishes]:
        return {pk: _wishes(**stored) for pk, stored in found.items()}

    return reads.asked_some(users, user_ids, (WHO_MAY, SETTINGS)).then(meaning)


def asked_wishes_of_named(via: reads.Via) -> reads.Asked[Wishes | None]:
    """Return the question for the wishes of the member whom a record names; None without one."""
    asked = reads.asked_of_named(users, via, (WHO_MAY, SETTINGS))
    return asked.then(lambda stored: _wishes(**stored) if stored else None)


def _wishes(*, who_may_message: bytes, settings: bytes) -> Wishes:
    set_by_them = orjson.loads(b"{%b}" % settings)
    return Wishes(who_may_message.decode(), set_by_them.get("notifications", {}))


def wants(who: User | Wishes, notice: str, channel: str) -> bool:
    """Tell whether a member wants to be told of this in this way."""
    # A kind that is younger than what the member has set is on.
    return bool(who.notifications.get(notice, {}).get(channel, True))


def get_profile(user_id: str, *, to: str) -> Row:
    """Return a profile as it is sent; `NotFound` also when a block stands between the two."""
    return asked_profile(user_id, to=to).get()


def asked_profile(user_id: str, *, to: str) -> reads.Asked[Row]:
    """Return the question that `get_profile` asks."""

    def the_one(found: list[Row]) -> Row:
        if not found or (to != user_id and not _met(found)):
            raise NotFound
        return found[0]

    return reads.asked_rows(profile_wire, [user_id], about={"": facts_of(to)}).then(the_one)


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
    return asked_users(user_ids).get()


def asked_users(user_ids: Iterable[str]) -> reads.Asked[dict[str, User]]:
    """Return the question that `get_users` asks."""
    return reads.asked_many(users, user_ids)


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
    listing = pagination.Listing(
        profile_wire, "all", limit=limit, after=after, about={"": facts_of(to)}
    )
    return pagination.sift(listing, keep=_met)


def search_members(text: str, *, to: str, limit: int, after: Entry | None = None) -> Found:
    """Return members whose name begins with `text`, then those whose name contains it.

    Whatever its case; only whom `to` may meet. `Unavailable` when MongoDB is away.
    """
    found: list[Row] = []
    for _ in range(pagination.SCAN):
        matches = search.find_text(
            users, "username_key", text.lower(), limit=limit + 1, after=after
        )
        ids = [one.id for one in matches[:limit]]
        rows = reads.rows(profile_wire, ids, about={"": facts_of(to)}) if ids else []
        seen = {row.id: row for row in _met(rows)}
        for match in matches[:limit]:
            after = match.place
            found += [seen[match.id]] if match.id in seen else []
            if len(found) == limit:
                return found, None if match is matches[-1] else after
        if len(matches) <= limit:
            return found, None
    return found, after


def _met(rows: Sequence[Row]) -> list[Row]:
    """Return whom the viewer may meet, of rows that were asked for with `facts_of`."""
    return [row for row in rows if may_meet(row.flags)]
