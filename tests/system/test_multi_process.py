"""Two processes behind one port: every feature across them, and one of them killed."""

import pytest

from tests.chaos.multi_process import Pair, survive
from tests.support.realtime_features import prove

pytestmark = pytest.mark.timeout(300)


def test_what_happens_at_one_process_is_heard_and_known_at_the_other(two_webs):
    with Pair(two_webs) as pair:
        took = prove(pair)
    assert took["post.created"] < 5


def test_when_a_process_is_killed_its_clients_go_on_at_the_other_at_once(two_webs):
    before = two_webs.pids["web-2"]
    with Pair(two_webs) as pair:
        assert survive(pair, "web-2", pair.kill, long=False) < 10
    two_webs.back("web-2", before)
