"""Every route, requested by every kind of viewer under every visibility."""

import pytest
from django.urls import get_resolver

from mysocial.core.events import EVENTS, EphemeralEvent
from tests.authorization.rules import NOT_FOUND
from tests.authorization.table import RULES
from tests.authorization.world import MEMBERS, OUTSIDERS
from tests.project.test_architecture import routes
from tests.support.concurrency import assert_no_changes
from tests.support.people import logged_events

# Events of notifications, which accompany the events of a route.
SIDE_EVENTS = {"notification.created", "notification.deleted", "notification.updated"}
# No request causes them: `tests/images/test_limits.py`, `tests/posts/test_poll_ends.py`.
WORKER_EVENTS = {"image.failed", "poll.ended"}
VIEWERS = (*OUTSIDERS, *MEMBERS)


def test_the_table_lists_every_route_and_no_other():
    assert sorted({rule.route for rule in RULES}) == sorted(set(routes(get_resolver())))


def check_response(w, rule, viewer):
    """Send the request as a viewer; return what is wrong with the response."""
    response = rule.send(w, viewer)
    expected = rule.expected_status(viewer, w.visibility)
    wrong = []
    if response.status_code != expected:
        wrong.append(f"{viewer}: {response.status_code}, not {expected}: {response.content[:200]}")
    if not rule.is_open:
        leaked = w.find_leaks(viewer, response.content.decode(), allowed=rule.reveals)
        wrong += [f"{viewer} can read: {secret}" for secret in leaked]
    if expected == NOT_FOUND and "{" in rule.path:
        absent = rule.send_for_absent(w, viewer)
        same = response.content == absent.content and set(response.headers) == set(absent.headers)
        wrong += [] if same else [f"{viewer} can distinguish it from a missing target"]
    return wrong


def check_events(w, rule, viewer, events):
    """Return what is wrong with the recipients of the events of a viewer's request."""
    wrong = []
    for event in events:
        kind, recipients = event["type"], w.recipients(event)
        audience = rule.events.get(kind)
        expected = audience(w.visibility, viewer) if audience else w.topic_owners(event)
        if recipients != expected:
            wrong.append(
                f"{kind} by {viewer} is sent to {sorted(recipients)}, not {sorted(expected)}"
            )
        wrong += [
            f"{name} receives {kind}: {secret}"
            for name in recipients
            for secret in w.find_leaks(name, str(event["data"]), allowed=rule.reveals)
        ]
        # Private events must have an audience too, because each session has its own topic.
        if not (
            w.is_on_public_topic(event)
            or kind == "session.ended"
            or w.audience_of(event) <= w.topic_owners(event)
        ):
            wrong.append(f"{kind} by {viewer} is private by its topics alone")
    return wrong


def test_the_table_lists_every_event():
    """Ephemeral events are not logged, so they are not in the table."""
    listed = {kind for rule in RULES for kind in rule.events} | SIDE_EVENTS | WORKER_EVENTS
    defined = {
        kind
        for kind, event in EVENTS.items()
        if not event.__module__.startswith("tests.") and not issubclass(event, EphemeralEvent)
    }
    assert listed == defined


@pytest.mark.parametrize(
    ("rule", "visibility"),
    [
        pytest.param(rule, visibility, id=f"{rule}, {visibility}")
        for rule in RULES
        for visibility in rule.visibilities
    ],
)
def test_each_viewer_gets_the_response_of_the_table(rule, visibility, world_of):
    w = world_of(visibility)
    changes = {
        viewer
        for viewer in VIEWERS
        if rule.method != "GET" and rule.expected_status(viewer, visibility) < 400
    }
    wrong = []
    with assert_no_changes():
        for viewer in VIEWERS:
            if viewer not in changes:
                wrong += check_response(w, rule, viewer)
    happened = set()
    for viewer in sorted(changes):
        w = world_of(visibility)
        before = len(logged_events())
        wrong += check_response(w, rule, viewer)
        events = list(logged_events())[before:]
        happened |= {event["type"] for event in events}
        wrong += check_events(w, rule, viewer, events)
    assert wrong == []
    if changes:
        assert happened - SIDE_EVENTS == set(rule.events) - SIDE_EVENTS
