"""Two processes behind one port: every feature across them, and one of them killed."""

import pytest

from tests.chaos.multi_process import Pair, survive
from tests.support.realtime_features import prove

pytestmark = pytest.mark.timeout(300)


def test_what_happens_at_one_process_is_heard_and_known_at_the_other(two_web_stack):
    with Pair(two_web_stack) as pair:
        took = prove(pair)
    assert took["post.created"] < 5


def test_when_a_process_is_killed_its_clients_go_on_at_the_other_at_once(two_web_stack):
    before = two_web_stack.pids["web-2"]
    with Pair(two_web_stack) as pair:
        assert survive(pair, "web-2", pair.kill, long=False) < 10
    two_web_stack.wait_restarted("web-2", before)
