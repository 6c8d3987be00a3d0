"""The visibility of a post everywhere: in lists, responses and events."""

import pytest

from tests.authorization.table import RULES
from tests.authorization.world import (
    FOLLOWERS,
    MEMBERS,
    NOT_BLOCKED,
    VISIBILITIES,
    comment_viewers,
    post_viewers,
)
from tests.support.concurrency import assert_no_changes
from tests.support.people import logged_events

pytestmark = pytest.mark.parametrize("visibility", VISIBILITIES)
BOTH_MEMBERS = {"owner", "friend"}


def members_who(w, test):
    """Return the members for which `test` is true."""
    return {name for name in MEMBERS if test(w.people[name])}


def shows(path, text):
    """Return a test of whether a person gets a response with this text."""

    def test(person):
        response = person.get(path)
        return response.status_code == 200 and text in response.content.decode()

    return test


def in_feed(visibility):
    return set() if visibility == "private" else post_viewers(visibility) - {"muter"}


def test_a_post_is_listed_for_exactly_the_members_who_may_see_it(visibility, world_of):
    w = world_of(visibility)
    owner, post, seen = w.ids["owner"], w.ids["post"], post_viewers(visibility)
    places = {
        f"posts/{post}": seen,
        f"users/{owner}/posts": seen,
        f"users/{owner}/images": seen,
        f"users/{w.ids['friend']}/reactions": comment_viewers(visibility),
        "posts": in_feed(visibility),
        "posts?page=1": in_feed(visibility),
        "posts/home": in_feed(visibility) & {"owner", *FOLLOWERS},
        # All but the friend were mentioned while the post was public.
        "notifications?type=mention": seen - {"owner", "friend", "muter"},
        "notifications?type=comment": {"owner"},
    }
    with assert_no_changes():
        shown = {path: members_who(w, shows(path, post)) for path in places}
    assert shown == places


def test_every_secret_is_returned_to_exactly_the_members_who_may_read_it(visibility, world_of):
    w = world_of(visibility)
    readers = {secret: set() for secret in w.secrets}
    for rule in (rule for rule in RULES if rule.method == "GET" and not rule.reveals):
        for name in MEMBERS:
            body = rule.send(w, name).content.decode()
            for secret in (secret for secret in w.secrets if secret in body):
                readers[secret].add(name)
    assert readers == w.secrets


def audiences(w):
    """Return the recipients of the events of the world's creation, by type and target."""
    seen, commented = post_viewers(w.visibility), comment_viewers(w.visibility)
    return {
        ("post.created", "post"): seen - {"muter"},
        ("post.updated", "post"): seen,
        ("post.deleted", "post"): NOT_BLOCKED - seen,
        ("comment.created", "comment"): commented,
        ("comment.created", "own_comment"): seen,
        ("reaction.changed", "post"): seen,  # also of the owner's own
        ("user.updated", "owner"): NOT_BLOCKED,
        ("message.created", "message"): BOTH_MEMBERS,
        ("notification.created", "notification"): {"owner"},
    }


def test_events_are_sent_to_exactly_the_members_who_may_read_them(visibility, world_of):
    w = world_of(visibility)
    recipients = {}
    for event in logged_events():
        data = event["data"]
        data = data.get("notification") or data.get("comment") or data
        pk = data.get("id") or data.get("post_id")
        for name in (key for key, value in w.ids.items() if value == pk):
            recipients.setdefault((event["type"], name), set()).update(w.recipients(event))
    expected = audiences(w)
    if visibility not in {"followers", "private"}:  # the post stayed visible
        del expected["post.deleted", "post"]
    assert {key: names for key, names in recipients.items() if key in expected} == expected


def test_no_event_contains_a_secret_of_others(visibility, world_of):
    w = world_of(visibility)
    assert [
        (event["type"], name, secret)
        for event in logged_events()
        for name in w.recipients(event)
        for secret in w.find_leaks(name, str(event["data"]))
    ] == []
