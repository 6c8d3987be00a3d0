"""The connection of a thread, and what of Redis' answers is a defect of ours."""

import pytest
from redis.exceptions import ResponseError

from mysocial.core import redis
from tests.support.example_records import get, put


def test_words_that_nobody_waited_for_are_no_answer_to_what_is_asked_next():
    thing = put(name="A lamp")
    redis._thread_connection.connection.send_command("ECHO", "left behind")
    assert redis._thread_connection.connection.can_read(1)
    assert get(thing).name == "A lamp"


def test_a_line_that_redis_has_closed_is_opened_anew():
    thing = put(name="A lamp")
    redis.client().client_kill_filter(_type="normal", skipme=True)
    assert get(thing).name == "A lamp"


def test_a_forked_process_has_a_line_of_its_own():
    thing = put(name="A lamp")
    before = redis._thread_connection
    redis._reset_after_fork()
    assert redis._thread_connection is not before
    assert get(thing).name == "A lamp"


def test_a_command_that_redis_does_not_know_is_a_defect_and_no_outage():
    with pytest.raises(ResponseError), redis.available():
        redis.client().execute_command("NONSENSE")
