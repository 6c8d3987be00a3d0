"""What a client holds: read by REST, by what each part is; and how two of these differ.

Lists of posts are kept as ids, and each post once, as clients do; that all lists show it alike is
looked at on the way. Data are small: every list is whole on its first page.
"""

from fnmatch import fnmatchcase
from typing import Any

import orjson

from tests.support.people import Person, new_client

State = dict[str, Any]  # by name: `feed`, `post:<id>`, `messages:<user_id>` …
# What no event keeps of others' profiles: docs/events.md says why.
COUNTS = ("posts_count", "followers_count", "following_count")
RELATION = ("following", "followed_by", "blocking", "muting", "requested")


class Reader:
    """Reads the state of one member, who knows these people and posts."""

    def __init__(self, me: Person, people: list[str]) -> None:
        self.me = me
        self.people = people
        self.cursor = ""  # of the first answer: what comes later may be in no other, or in some
        self.state: State = {}

    def read(self) -> State:
        """Return everything that the member may see of it; what is 404 is left out."""
        self._posts("feed", "posts")
        self._posts("home", "posts/home")
        for other in self.people:
            self._person(other)
        self._under_posts()
        for name in ("blocks", "mutes", "follow-requests"):
            self._keep(name, f"users/me/{name}", "users")
        for name in ("followers", "following"):
            self._keep(name, f"users/{self.me.id}/{name}", "users")
        others = "&".join(f"id={one}" for one in self.people if one != self.me.id)
        for relation in self._get(f"users/relationships?{others}")["relationships"]:
            self.state[f"relation:{relation['id']}"] = relation
        self.state["notifications"] = self._page("notifications")
        self._keep("conversations", "chat/conversations", "conversations")
        self._keep("open_chats", "chat/users", "users")
        self.state["unread"] = self._get("chat/unread")
        return self.state

    def _under_posts(self) -> None:
        """Read the comments of each post that has any, and how one reacts to each."""
        reactions = self._page(f"users/{self.me.id}/reactions")["reactions"]
        mine = {one["post"]["id"]: one["type"] for one in reactions}
        for post in [post for name, post in self.state.items() if name.startswith("post:")]:
            self.state[f"mine:{post['id']}"] = mine.pop(post["id"], None)
            self.state[f"comments:{post['id']}"] = []
            if post["comments_count"]:
                self._keep(f"comments:{post['id']}", f"posts/{post['id']}/comments", "comments")
        assert not mine, "a reaction to a post that is in no list"

    def _person(self, other: str) -> None:
        profile = self._get(f"users/{other}")
        if profile:
            self.state[f"profile:{other}"] = profile
        self._posts(f"wall:{other}", f"users/{other}/posts")
        self._keep(f"gallery:{other}", f"users/{other}/images", "images")
        if other != self.me.id:
            messages = self._page(f"chat/messages/{other}")
            if messages:
                self.state[f"messages:{other}"] = messages

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
        """Return what is answered; None for a 404."""
        # Not by `Person.get`: to hold each of so many answers to the schema takes too long.
        answer: Any = new_client().get(
            f"/api/{path}", headers={"Authorization": f"Bearer {self.me.access}"}
        )
        assert answer.status_code in {200, 404}, answer.content
        self.cursor = self.cursor or answer.headers["X-Event-Cursor"]
        return orjson.loads(answer.content) if answer.status_code == 200 else None


def is_among(name: str, patterns: set[str]) -> bool:
    """Tell whether a part of the state is one of those that the patterns name."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _compared(state: State, name: str, me: str) -> Any:
    value = state.get(name)
    if name.startswith("profile:") and value and value["id"] != me:
        return {key: shown for key, shown in value.items() if key not in COUNTS}
    if name == "blocks" and value:
        # What becomes of them meanwhile is told to nobody across a block.
        return [(one["id"], one["relation"]) for one in value]
    return value


def untold(state: State) -> set[str]:
    """Return the parts that no event keeps: what those whom one mutes write, on their profile."""
    return {f"{part}:{one['id']}" for one in state["mutes"] for part in ("wall", "gallery")}


def differences(held: State, fresh: State, me: str, stale: set[str]) -> dict[str, Any]:
    """Return, by part, what a client holds and what a fresh read answers, where these differ.

    Parts that are stale, which the client knows it has to read again, are left out; so are the
    posts that stand only in a list which is stale.
    """
    found = {}
    stale = stale | untold(fresh)
    for name in held.keys() | fresh.keys():
        ours, theirs = _compared(held, name, me), _compared(fresh, name, me)
        if ours != theirs and not is_among(name, stale) and not _unread(name, held, fresh, stale):
            found[name] = (ours, theirs)
    return found


def _unread(name: str, held: State, fresh: State, stale: set[str]) -> bool:
    """Tell whether a part belongs to a post that stands in a list which is to be read again."""
    kind, _, post_id = name.partition(":")
    if kind not in {"post", "comments", "mine"} or f"post:{post_id}" in held:
        return False
    author = fresh[f"post:{post_id}"]["author"]["id"]
    return is_among(f"wall:{author}", stale)
