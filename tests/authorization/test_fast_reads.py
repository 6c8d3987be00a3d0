"""Fast reads respond to every kind of viewer as DRF does: status, headers and body."""

import re

import pytest

from tests.authorization.table import RULES
from tests.authorization.world import MEMBERS, OUTSIDERS, VISIBILITIES
from tests.support.concurrency import assert_no_changes
from tests.support.fast_reads import handlers, make_environ, send_both


def path_of(rule):
    """Return the path of a rule in the form of `FastReadHandler.routes`."""
    return "/api/v1/" + re.sub(r"\{\w+\}", "*", rule.path.partition("?")[0])


def fast_rules():
    """Return the rules of all routes with fast reads."""
    routes = handlers()[1].routes
    return [rule for rule in RULES if rule.method == "GET" and path_of(rule) in routes]


def test_the_table_has_each_fast_read():
    assert {path_of(rule) for rule in fast_rules()} == set(handlers()[1].routes)


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_each_viewer_gets_the_same_response_from_a_fast_read(visibility, world_of, settings):
    settings.RATE_LIMITS = True
    w = world_of(visibility)
    wrong, statuses = [], set()
    with assert_no_changes():
        for rule in fast_rules():
            for viewer in (*OUTSIDERS, *MEMBERS):
                environ = make_environ(w.people[viewer], rule.path.format(**w.ids))
                reply, is_fast = send_both(environ)
                statuses.add(reply.status)
                if is_fast != (reply.status == 200):
                    wrong.append(f"{rule} by {viewer}: {reply.status}, fast: {is_fast}")
    assert wrong == []
    assert statuses == {200, 400, 401, 404}
