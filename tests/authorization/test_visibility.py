"""Who is refused a post is told of it nowhere; who is not finds it wherever it is shown."""

import pytest

from tests.authorization.table import RULES
from tests.authorization.world import (
    FOLLOWERS,
    MEMBERS,
    UNPARTED,
    VISIBILITIES,
    sees_comment,
    sees_post,
)
from tests.support.concurrency import assert_no_changes
from tests.support.people import logged_events

pytestmark = pytest.mark.parametrize("visibility", VISIBILITIES)
THE_TWO = {"owner", "friend"}


def who(w, test):
    """Return those members of whom `test` holds."""
    return {name for name in MEMBERS if test(w.people[name])}


def shows(path, thing):
    """Return a test: whether somebody is shown there what has this id; not when refused."""

    def test(person):
        answer = person.get(path)
        return answer.status_code == 200 and thing in answer.content.decode()

    return test


def in_feed(visibility):
    return set() if visibility == "private" else sees_post(visibility) - {"muter"}


def test_a_post_is_listed_for_exactly_the_members_who_may_see_it(visibility, world_of):
    w = world_of(visibility)
    owner, post, seen = w.things["owner"], w.things["post"], sees_post(visibility)
    places = {
        f"posts/{post}": seen,
        f"users/{owner}/posts": seen,
        f"users/{owner}/images": seen,
        f"users/{w.things['friend']}/reactions": sees_comment(visibility),
        "posts": in_feed(visibility),
        "posts?page=1": in_feed(visibility),
        "posts/home": in_feed(visibility) & {"owner", *FOLLOWERS},
        # All but the friend were mentioned while everybody could see it.
        "notifications?type=mention": seen - {"owner", "friend", "muter"},
        "notifications?type=comment": {"owner"},
    }
    with assert_no_changes():
        found = {path: who(w, shows(path, post)) for path in places}
    assert found == places


def test_every_secret_is_returned_to_exactly_the_members_who_may_read_it(visibility, world_of):
    w = world_of(visibility)
    readers = {secret: set() for secret in w.secrets}
    for rule in (rule for rule in RULES if rule.method == "GET" and not rule.tells):
        for name in MEMBERS:
            said = rule.ask(w, name).content.decode()
            for secret in (one for one in w.secrets if one in said):
                readers[secret].add(name)
    assert readers == w.secrets


def audiences(w):
    """Return who hears what was announced while the world was made, by type and whose it was."""
    seen, commented = sees_post(w.visibility), sees_comment(w.visibility)
    return {
        ("post.created", "post"): seen - {"muter"},
        ("post.updated", "post"): seen,
        ("post.deleted", "post"): UNPARTED - seen,
        ("comment.created", "comment"): commented,
        ("comment.created", "own_comment"): seen,
        ("reaction.changed", "post"): seen,  # also of the owner's own
        ("user.updated", "owner"): UNPARTED,
        ("message.created", "message"): THE_TWO,
        ("notification.created", "notification"): {"owner"},
    }


def test_events_are_sent_to_exactly_the_members_who_may_read_them(visibility, world_of):
    w = world_of(visibility)
    heard = {}
    for event in logged_events():
        said = event["data"]
        said = said.get("notification") or said.get("comment") or said
        pk = said.get("id") or said.get("post_id")
        for name in (one for one, thing in w.things.items() if thing == pk):
            heard.setdefault((event["type"], name), set()).update(w.hearers(event))
    expected = audiences(w)
    if visibility not in {"followers", "private"}:  # it was not narrowed
        del expected["post.deleted", "post"]
    assert {key: some for key, some in heard.items() if key in expected} == expected


def test_no_event_contains_a_secret_of_others(visibility, world_of):
    w = world_of(visibility)
    assert [
        (event["type"], name, secret)
        for event in logged_events()
        for name in w.hearers(event)
        for secret in w.leaks(name, str(event["data"]))
    ] == []
