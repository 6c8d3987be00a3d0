"""The state of a client as read over REST, and the comparison of two states.

As in real clients, lists of posts hold ids and each post is held once; reading checks that all
lists show the same post. The data is small, so every list fits on its first page.
"""

from fnmatch import fnmatchcase
from typing import Any

import orjson

from tests.support.people import Person, new_client

State = dict[str, Any]  # by name: `feed`, `post:<id>`, `messages:<user_id>` …
# Counts on other members' profiles that no event updates; docs/events.md explains why.
PROFILE_COUNTS = ("posts_count", "followers_count", "following_count")
CONTENT_COUNTS = ("comments_count", "replies_count", "reactions")
RELATION = ("following", "followed_by", "blocking", "muting", "requested")


class Reader:
    """Reads the state of a member who knows the members with the ids `people`."""

    def __init__(self, me: Person, people: list[str]) -> None:
        self.me = me
        self.people = people
        self.cursor = ""  # of the first response; later changes may or may not be in the others
        self.state: State = {}

    def read(self) -> State:
        """Return everything that the member may see, without the parts that are 404."""
        self._posts("feed", "posts")
        self._posts("home", "posts/home")
        for other in self.people:
            self._person(other)
        self._under_posts()
        for name in ("blocks", "mutes", "follow-requests"):
            self._keep(name, f"users/me/{name}", "users")
        for name in ("followers", "following"):
            self._keep(name, f"users/{self.me.id}/{name}", "users")
        others = "&".join(f"id={pk}" for pk in self.people if pk != self.me.id)
        for relation in self._get(f"users/relationships?{others}")["relationships"]:
            self.state[f"relation:{relation['id']}"] = relation
        self.state["notifications"] = self._page("notifications")
        self._keep("conversations", "chat/conversations", "conversations")
        self._keep("open_chats", "chat/users", "users")
        self.state["unread"] = self._get("chat/unread")
        return self.state

    def _under_posts(self) -> None:
        """Read the comments of each post that has any; check the member's reactions and bookmarks.

        The list of bookmarks is not part of the state: clients read it when it is shown.
        """
        reactions = self._page(f"users/{self.me.id}/reactions")["reactions"]
        mine = {r["post"]["id"]: r["type"] for r in reactions}
        bookmarked = {post["id"] for post in self._page("users/me/bookmarks")["posts"]}
        for post in [post for name, post in self.state.items() if name.startswith("post:")]:
            assert post["viewer"]["reaction"] == mine.pop(post["id"], None), post
            assert post["viewer"]["bookmarked"] == (post["id"] in bookmarked), post
            bookmarked.discard(post["id"])
            self.state[f"comments:{post['id']}"] = []
            if post["comments_count"]:
                self._keep(f"comments:{post['id']}", f"posts/{post['id']}/comments", "comments")
            self._replies(post["id"])
        assert not mine, "a reaction to a post that is in no list"
        assert not bookmarked, "a bookmark of a post that is in no list"

    def _replies(self, post_id: str) -> None:
        for comment in self.state[f"comments:{post_id}"]:
            name = f"replies:{post_id}:{comment['id']}"
            self.state[name] = []
            if comment["replies_count"]:
                self._keep(name, f"comments/{comment['id']}/replies", "comments")

    def _person(self, other: str) -> None:
        profile = self._get(f"users/{other}")
        if profile:
            self.state[f"profile:{other}"] = profile
        self._posts(f"wall:{other}", f"users/{other}/posts")
        self._check_pinned(other)
        self._keep(f"gallery:{other}", f"users/{other}/images", "images")
        if other != self.me.id:
            messages = self._page(f"chat/conversations/{other}/messages")
            if messages:
                self.state[f"messages:{other}"] = messages

    def _check_pinned(self, author: str) -> None:
        """Check that the pinned posts are those with `pinned_at`, the last pinned first."""
        page = self._page(f"users/{author}/pinned")
        listed = [self.state[f"post:{pk}"] for pk in self.state.get(f"wall:{author}", ())]
        pinned = [post for post in listed if post["pinned_at"]]
        pinned.sort(key=lambda post: str(post["pinned_at"]), reverse=True)
        assert (page["posts"] if page else []) == pinned

    def _posts(self, name: str, path: str) -> None:
        page = self._page(path)
        if page:
            self.state[name] = [post["id"] for post in page["posts"]]
            for post in page["posts"]:
                assert self.state.setdefault(f"post:{post['id']}", post) == post, (name, post)

    def _keep(self, name: str, path: str, part: str) -> None:
        page = self._page(path)
        if page is not None:
            self.state[name] = page[part]

    def _page(self, path: str) -> Any:
        page = self._get(path)
        if page is not None:
            assert page.pop("next", None) is None, f"{path}: more than a page"
        return page

    def _get(self, path: str) -> Any:
        """Return the body of a response; None for a 404."""
        # `Person.get` would check each of many responses against the schema, which is slow.
        response: Any = new_client().get(
            f"/api/v1/{path}", headers={"Authorization": f"Bearer {self.me.access}"}
        )
        assert response.status_code in {200, 404}, response.content
        self.cursor = self.cursor or response.headers["X-Event-Cursor"]
        return orjson.loads(response.content) if response.status_code == 200 else None


def matches_any(name: str, patterns: set[str]) -> bool:
    """Return whether the name of a part matches one of the patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _comparable(state: State, name: str, me: str) -> Any:
    value = state.get(name)
    if name.startswith("profile:") and value and value["id"] != me:
        return {key: shown for key, shown in value.items() if key not in PROFILE_COUNTS}
    if name == "blocks" and value:
        # Changes of a blocked member's profile cause no event.
        return [(member["id"], member["relation"]) for member in value]
    return value


def without_counts(state: State) -> State:
    """Return a state without the counts of comments and reactions, which a block may hide."""

    def strip(value: Any) -> Any:
        if isinstance(value, list):
            return [strip(item) for item in value]
        if isinstance(value, dict):
            return {name: shown for name, shown in value.items() if name not in CONTENT_COUNTS}
        return value

    parts = ("post:", "comments:", "replies:")
    return {name: strip(v) if name.startswith(parts) else v for name, v in state.items()}


def parts_without_events(state: State) -> set[str]:
    """Return the parts that no event updates: posts and images on a muted member's profile."""
    return {f"{part}:{member['id']}" for member in state["mutes"] for part in ("wall", "gallery")}


def differences(held: State, fresh: State, me: str, stale: set[str]) -> dict[str, Any]:
    """Return the held and the fresh value of each part in which they differ.

    Parts that the client knows to be stale are left out, and so are posts that are only in a stale
    list.
    """
    result = {}
    stale = stale | parts_without_events(fresh)
    for name in held.keys() | fresh.keys():
        ours, theirs = _comparable(held, name, me), _comparable(fresh, name, me)
        if (
            ours != theirs
            and not matches_any(name, stale)
            and not _is_post_of_stale_list(name, held, fresh, stale)
        ):
            result[name] = (ours, theirs)
    return result


def _is_post_of_stale_list(name: str, held: State, fresh: State, stale: set[str]) -> bool:
    """Return whether a part belongs to a post of a list that is stale."""
    kind, _, rest = name.partition(":")
    post_id = rest.partition(":")[0]
    if kind not in {"post", "comments", "replies"} or f"post:{post_id}" in held:
        return False
    author = fresh[f"post:{post_id}"]["author"]["id"]
    return matches_any(f"wall:{author}", stale)
