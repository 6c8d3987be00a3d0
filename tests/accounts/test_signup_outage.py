"""A new member does not need MongoDB."""

import pytest

from mysocial.core import mongo
from tests.support import servers
from tests.support.people import sign_up
from tests.support.shared_objects import shared


@pytest.fixture
def new_member(settings, bob):
    """Sign up a member and stop MongoDB until the end of the test; shared data is in Redis."""
    bob.create_post("Before")
    bob.get("posts")
    newcomer = sign_up("newcomer")
    settings.MONGO_TIMEOUT_MS = 500
    mongo.close()
    servers.MONGOD.pause()
    yield newcomer
    servers.MONGOD.resume()
    mongo.close()


def test_a_new_member_can_post_and_read_while_mongodb_is_down(new_member, bob):
    newcomer = new_member

    post = newcomer.create_post("Nobody is behind me")

    assert shared(newcomer.get(f"posts/{post['id']}").json()) == post
    assert shared(newcomer.get(f"users/{newcomer.id}/posts").json()["posts"]) == [post]
    assert [post["text"] for post in newcomer.get("posts").json()["posts"]] == [
        "Nobody is behind me",
        "Before",
    ]
    assert newcomer.get(f"users/{bob.id}").json()["posts_count"] == 1
