"""The home feed under any interleaving of members' actions, evictions and flushes."""

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
from tests.support.example_records import evict_cached_keys
from users.services import create_user

PEOPLE = [f"{number:024x}" for number in range(1, 5)]
people = st.sampled_from(PEOPLE)


def walk_home(reader: str, limit: int) -> list[str]:
    """Return the ids of all pages of a home feed."""
    ids: list[str] = []
    after: Entry | None = None
    while True:
        rows, after = selectors.home_page(viewer_id=reader, limit=limit, after=after)
        ids += [row.id for row in rows]
        if after is None:
            return ids


class HomeFeedMachine(RuleBasedStateMachine):
    """Four members. An author with more than one follower counts as one with many followers."""

    def __init__(self) -> None:
        super().__init__()
        self.follows: set[tuple[str, str]] = set()
        self.posts: dict[str, tuple[str, str]] = {}  # Author and privacy by post id, oldest first.

    @initialize()
    def start_empty(self) -> None:
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

    @rule(follower=people, followed=people)
    def follow(self, follower: str, followed: str) -> None:
        if follower != followed:
            followers.follow(user_id=follower, other_id=followed)
            self.follows.add((follower, followed))

    @rule(follower=people, followed=people)
    def unfollow(self, follower: str, followed: str) -> None:
        if follower != followed:
            followers.unfollow(user_id=follower, other_id=followed)
            self.follows.discard((follower, followed))

    @rule()
    def flush(self) -> None:
        for queue in dirty.queue_names():
            flush.flush_queue(queue)

    @rule()
    def evict_from_redis(self) -> None:
        evict_cached_keys()

    @rule(number=st.integers(0, 9999))  # of a key: how many there are depends on the time
    def evict_one_key(self, number: int) -> None:
        names = sorted(name for name in client().scan_iter() if client().pttl(name) >= 0)
        if names:
            client().delete(names[number % len(names)])

    @rule(reader=people, limit=st.integers(1, 5))
    def read(self, reader: str, limit: int) -> None:
        expected = [
            pk
            for pk, (author, privacy) in self.posts.items()
            if privacy != Privacy.PRIVATE and (author == reader or (reader, author) in self.follows)
        ]
        assert walk_home(reader, limit) == sorted(expected, reverse=True)

    def teardown(self) -> None:
        for reader in PEOPLE:
            self.read(reader, 2)


def test_every_home_feed_has_the_posts_of_the_followed_members(settings):
    settings.MAX_FAN_OUT_FOLLOWERS = 1
    run_state_machine_as_test(HomeFeedMachine, settings=RUN)


RUN = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
