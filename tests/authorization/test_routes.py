"""Every route, asked by every kind of viewer, under every visibility."""

import pytest
from django.urls import get_resolver

from tests.authorization.rules import HIDDEN
from tests.authorization.table import RULES
from tests.authorization.world import MEMBERS, OUTSIDERS
from tests.people import logged
from tests.test_architecture import routes
from tests.witness import nothing_happens

VIEWERS = (*OUTSIDERS, *MEMBERS)


def test_the_table_names_every_route_and_no_other():
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


def overheard(w, rule, events):
    """Return what members heard that is not for them."""
    return [
        f"{viewer} hears {event['type']}: {one}"
        for event in events
        for viewer in w.hearers(event)
        for one in w.leaks(viewer, str(event["data"]), but=rule.tells)
    ]


@pytest.mark.parametrize(
    ("rule", "visibility"),
    [
        pytest.param(rule, visibility, id=f"{rule}, {visibility}")
        for rule in RULES
        for visibility in rule.visibilities
    ],
)
def test_each_kind_of_viewer_is_answered_as_the_table_says(rule, visibility, world_of):
    w = world_of(visibility)
    changes = {
        viewer
        for viewer in VIEWERS
        if rule.method != "GET" and rule.status(viewer, visibility) < 400
    }
    wrong = []
    with nothing_happens():
        for viewer in VIEWERS:
            if viewer not in changes:
                wrong += check(w, rule, viewer)
    before = len(logged())
    for viewer in sorted(changes):
        w = world_of(visibility)
        wrong += check(w, rule, viewer)
        wrong += overheard(w, rule, logged()[before:])
    assert wrong == []
