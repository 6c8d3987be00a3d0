"""A member who has just signed up needs no MongoDB."""

import pytest

from mysocial.core import mongo
from tests.support import servers
from tests.support.people import sign_up


@pytest.fixture
def mongodb_away(settings, bob):
    """MongoDB answers nothing until the test is over; what all share was read before."""
    bob.create_post("Before")
    bob.get("posts")
    newcomer = sign_up("newcomer")
    settings.MONGO_TIMEOUT_MS = 200
    mongo.close()
    servers.MONGOD.pause()
    yield newcomer
    servers.MONGOD.resume()
    mongo.close()


def test_who_has_just_signed_up_posts_and_reads_while_mongodb_is_away(mongodb_away, bob):
    newcomer = mongodb_away

    post = newcomer.create_post("Nobody is behind me")

    assert newcomer.get(f"posts/{post['id']}").json() == post
    assert newcomer.get(f"users/{newcomer.id}/posts").json()["posts"] == [post]
    assert [one["text"] for one in newcomer.get("posts").json()["posts"]] == [
        "Nobody is behind me",
        "Before",
    ]
    assert newcomer.get(f"users/{bob.id}").json()["posts_count"] == 1
