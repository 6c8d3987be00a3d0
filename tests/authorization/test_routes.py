"""Every route, asked by every kind of viewer, under every visibility."""

import pytest
from django.urls import get_resolver

from mysocial.core.events import EVENTS, EphemeralEvent
from tests.authorization.rules import HIDDEN
from tests.authorization.table import RULES
from tests.authorization.world import MEMBERS, OUTSIDERS
from tests.project.test_architecture import routes
from tests.support.concurrency import assert_no_changes
from tests.support.people import logged_events

# What is announced beside the news of a route, when somebody is told of them.
ONLY_BESIDES = {"notification.created", "notification.deleted", "notification.updated"}
VIEWERS = (*OUTSIDERS, *MEMBERS)


def test_the_table_lists_every_route_and_no_other():
    assert sorted({rule.route for rule in RULES}) == sorted(set(routes(get_resolver())))


def check(w, rule, viewer):
    """Ask as a viewer; return what is wrong with the answer."""
    answer = rule.ask(w, viewer)
    expected = rule.status(viewer, w.visibility)
    wrong = []
    if answer.status_code != expected:
        wrong.append(f"{viewer}: {answer.status_code}, not {expected}: {answer.content[:200]}")
    if not rule.is_open:
        told = w.leaks(viewer, answer.content.decode(), but=rule.tells)
        wrong += [f"{viewer} is told: {one}" for one in told]
    if expected == HIDDEN and "{" in rule.path:
        absent = rule.ask_absent(w, viewer)
        same = answer.content == absent.content and set(answer.headers) == set(absent.headers)
        wrong += [] if same else [f"{viewer} can tell it from what there is not"]
    return wrong


def overheard(w, rule, viewer, events):
    """Return what is wrong with who hears of what a viewer did."""
    wrong = []
    for event in events:
        kind, heard = event["type"], w.hearers(event)
        hearers = rule.news.get(kind)
        expected = hearers(w.visibility, viewer) if hearers else w.named(event)
        if heard != expected:
            wrong.append(f"{kind} by {viewer} is heard by {sorted(heard)}, not {sorted(expected)}")
        wrong += [
            f"{one} hears {kind}: {secret}"
            for one in heard
            for secret in w.leaks(one, str(event["data"]), but=rule.tells)
        ]
        # The topics are not all that keeps it private: each session has one of its own.
        if not (w.is_open(event) or kind == "session.ended" or w.judged(event) <= w.named(event)):
            wrong.append(f"{kind} by {viewer} is kept from others by its topics alone")
    return wrong


def test_the_table_lists_every_event():
    """What passes is in no log, so no route can be seen to announce it."""
    told = {kind for rule in RULES for kind in rule.news} | ONLY_BESIDES
    ours = {
        kind
        for kind, one in EVENTS.items()
        if not one.__module__.startswith("tests.") and not issubclass(one, EphemeralEvent)
    }
    assert told == ours


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
        if rule.method != "GET" and rule.status(viewer, visibility) < 400
    }
    wrong = []
    with assert_no_changes():
        for viewer in VIEWERS:
            if viewer not in changes:
                wrong += check(w, rule, viewer)
    happened = set()
    for viewer in sorted(changes):
        w = world_of(visibility)
        before = len(logged_events())
        wrong += check(w, rule, viewer)
        events = list(logged_events())[before:]
        happened |= {event["type"] for event in events}
        wrong += overheard(w, rule, viewer, events)
    assert wrong == []
    if changes:
        assert happened - ONLY_BESIDES == set(rule.news) - ONLY_BESIDES
