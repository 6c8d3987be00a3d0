"""Two processes behind one port: all features across them, and the crash of one."""

import pytest

from tests.chaos.multi_process import Pair, kill_and_resume
from tests.support.realtime_features import check_all_features

pytestmark = pytest.mark.timeout(300)


def test_all_features_work_across_processes(two_web_stack):
    with Pair(two_web_stack) as pair:
        delays = check_all_features(pair)
    assert delays["post.created"] < 5


def test_the_clients_of_a_killed_process_reconnect_to_the_other_at_once(two_web_stack):
    before = two_web_stack.pids["web-2"]
    with Pair(two_web_stack) as pair:
        assert kill_and_resume(pair, "web-2", pair.kill, long=False) < 10
    two_web_stack.wait_restarted("web-2", before)
