"""The connection of a thread, and errors that are not outages."""

import pytest
from redis.exceptions import ResponseError

from mysocial.core import redis
from tests.support.example_records import create_thing, get_thing


def test_an_unread_reply_is_not_taken_for_the_next_one():
    thing = create_thing(name="A lamp")
    redis._thread_connection.connection.send_command("ECHO", "left behind")
    assert redis._thread_connection.connection.can_read(1)
    assert get_thing(thing).name == "A lamp"


def test_a_connection_closed_by_redis_is_reopened():
    thing = create_thing(name="A lamp")
    redis.client().client_kill_filter(_type="normal", skipme=True)
    assert get_thing(thing).name == "A lamp"


def test_a_forked_process_has_its_own_connection():
    thing = create_thing(name="A lamp")
    before = redis._thread_connection
    redis._reset_after_fork()
    assert redis._thread_connection is not before
    assert get_thing(thing).name == "A lamp"


def test_an_unknown_command_is_not_an_outage():
    with pytest.raises(ResponseError), redis.available():
        redis.client().execute_command("NONSENSE")
