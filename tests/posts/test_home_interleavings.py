"""The home feed under any interleaving of what members do, what Redis loses and what is owed."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from followers import services as followers
from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.persistence import dirty, flush
from mysocial.store import STORES, Entry, write
from posts import selectors, services
from posts.models import Privacy
from tests.support.example_records import evict
from users.services import create_user

PEOPLE = [f"{number:024x}" for number in range(1, 5)]
people = st.sampled_from(PEOPLE)


def walk(reader: str, limit: int) -> list[str]:
    """Return the ids of a whole home feed, page by page."""
    found: list[str] = []
    after: Entry | None = None
    while True:
        rows, after = selectors.home_page(viewer_id=reader, limit=limit, after=after)
        found += [row.id for row in rows]
        if after is None:
            return found


class Homes(RuleBasedStateMachine):
    """Four members; more than one follower makes an author a large one. The model is two dicts."""

    def __init__(self) -> None:
        super().__init__()
        self.follows: set[tuple[str, str]] = set()
        self.posts: dict[str, tuple[str, str]] = {}  # author and privacy, oldest first

    @initialize()
    def begin_empty(self) -> None:
        client().flushdb()
        for store in STORES.values():
            mongo.collection(store.model).delete_many({})
        for pk in PEOPLE:
            with write() as w:
                create_user(w, user_id=pk, username=f"member{pk[-1]}")

    @rule(author=people, privacy=st.sampled_from(Privacy.values))
    def post(self, author: str, privacy: str) -> None:
        made = services.create_post(author_id=author, text="x", privacy=privacy)
        self.posts[made.id] = (author, privacy)

    @rule(data=st.data(), privacy=st.sampled_from(Privacy.values))
    def change(self, data: Any, privacy: str) -> None:
        if self.posts:
            pk = data.draw(st.sampled_from(list(self.posts)))
            author = self.posts[pk][0]
            services.update_post(user_id=author, post_id=pk, privacy=privacy)
            self.posts[pk] = (author, privacy)

    @rule(data=st.data())
    def delete(self, data: Any) -> None:
        if self.posts:
            pk = data.draw(st.sampled_from(list(self.posts)))
            services.delete_post(user_id=self.posts.pop(pk)[0], post_id=pk)

    @rule(one=people, other=people)
    def follow(self, one: str, other: str) -> None:
        if one != other:
            followers.follow(user_id=one, other_id=other)
            self.follows.add((one, other))

    @rule(one=people, other=people)
    def unfollow(self, one: str, other: str) -> None:
        if one != other:
            followers.unfollow(user_id=one, other_id=other)
            self.follows.discard((one, other))

    @rule()
    def carry(self) -> None:
        for queue in dirty.queue_names():
            flush.flush_queue(queue)

    @rule()
    def lose(self) -> None:
        evict()

    @rule(reader=people, limit=st.integers(1, 5))
    def read(self, reader: str, limit: int) -> None:
        expected = [
            pk
            for pk, (author, privacy) in self.posts.items()
            if privacy != Privacy.PRIVATE and (author == reader or (reader, author) in self.follows)
        ]
        assert walk(reader, limit) == sorted(expected, reverse=True)

    def teardown(self) -> None:
        for reader in PEOPLE:
            self.read(reader, 2)


def test_every_home_is_what_those_followed_have_written(settings):
    settings.MAX_FAN_OUT_FOLLOWERS = 1
    run_state_machine_as_test(Homes, settings=RUN)


RUN = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
