"""What one client holds, and how it finds its way in it."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from tests.client_model.state import State

Data = dict[str, Any]
FEED = ("public", "followers")
CARD = ("id", "username", "avatar_color", "avatar_url")


class Holder:
    """The state of one client, and which parts of it are to be read again."""

    def __init__(self, me: str, state: State) -> None:
        self.me = me
        self.state = deepcopy(state)
        self.stale: set[str] = set()

    def has(self, name: str) -> bool:
        return name in self.state

    def names(self, kind: str) -> list[str]:
        """Return the names of all parts of a kind."""
        return [name for name in self.state if name.startswith(f"{kind}:")]

    def keep(self, name: str, wanted: Callable[[Any], bool]) -> None:
        """Keep of a list only what is wanted."""
        if self.has(name):
            self.state[name] = [one for one in self.state[name] if wanted(one)]

    def put(self, name: str, one: Data) -> None:
        """Put something on top of a list, where it stands once."""
        self.keep(name, lambda other: other["id"] != one["id"])
        self.state[name].insert(0, one)

    def count(self, name: str, by: int) -> None:
        """Add to a counter of one's own profile."""
        self.state[f"profile:{self.me}"][name] += by

    # People --------------------------------------------------------------------------------------

    def cards(self, user_id: str) -> Iterator[Data]:
        """Yield whatever shows a member, wherever it stands."""
        due: list[Any] = list(self.state.values())
        while due:
            one = due.pop()
            if isinstance(one, list):
                due += one
            elif isinstance(one, dict):
                due += one.values()
                if one.get("id") == user_id and "username" in one:
                    yield one

    def holds_between(self, user_id: str, what: str) -> bool:
        """Tell how one stands to a member; to oneself, in no way."""
        return user_id != self.me and bool(self.state[f"relation:{user_id}"][what])

    def relate(self, user_id: str, **holds: bool) -> None:
        """Change how one stands to a member, wherever that is shown."""
        self.state[f"relation:{user_id}"].update(holds)
        for one in self.cards(user_id):
            if "relation" in one:
                one["relation"].update(holds)

    def person(self, user_id: str) -> Data:
        """Return how lists of people show a member, whose profile it holds."""
        profile = self.state[f"profile:{user_id}"]
        return {key: profile[key] for key in (*CARD, "is_private")}

    def put_person(self, name: str, user_id: str) -> None:
        """Put a member on top of a list that says how one stands to them."""
        if self.has(f"profile:{user_id}"):
            relation = dict(self.state[f"relation:{user_id}"])
            self.put(name, {**self.person(user_id), "relation": relation})
        else:
            self.stale.add(name)

    def drop_person(self, name: str, user_id: str) -> None:
        self.keep(name, lambda one: one["id"] != user_id)

    def hide(self, user_id: str) -> None:
        """Drop all that it holds of a member, but that one blocks them."""
        self.drop_posts(user_id)
        for part in ("profile", "wall", "gallery", "messages"):
            self.state.pop(f"{part}:{user_id}", None)
        for name in self.names("comments"):
            self.keep(name, lambda one: one["author"]["id"] != user_id)
        for name in ("open_chats", "mutes", "followers", "following", "follow-requests"):
            self.drop_person(name, user_id)
        self.drop_notices(lambda one: one["actor"]["id"] == user_id)
        self.keep("conversations", lambda one: one["user"]["id"] != user_id)
        self.count_unread()

    # Posts ---------------------------------------------------------------------------------------

    def place(self, post: Data) -> None:
        """Put a post into the lists where it belongs, and out of the others."""
        author = post["author"]["id"]
        in_feed = post["privacy"] in FEED and not self.holds_between(author, "muting")
        at_home = in_feed and (author == self.me or self.holds_between(author, "following"))
        for name, belongs in (("feed", in_feed), ("home", at_home), (f"wall:{author}", True)):
            self.keep(name, lambda one: one != post["id"])
            if belongs and self.has(name):
                # Ids sort by time.
                self.state[name] = sorted([*self.state[name], post["id"]], reverse=True)

    def drop_post(self, post_id: str) -> None:
        """Drop a post and what hangs on it."""
        for part in ("post", "comments", "mine"):
            self.state.pop(f"{part}:{post_id}", None)
        for name in ("feed", "home", *self.names("wall")):
            self.keep(name, lambda one: one != post_id)
        for name in self.names("gallery"):
            self.keep(name, lambda one: one["post_id"] != post_id)
        self.drop_notices(lambda one: one["post_id"] == post_id)

    def posts_of(self, user_id: str) -> list[Data]:
        """Return what it holds of a member's posts."""
        posts = [self.state[name] for name in self.names("post")]
        return [post for post in posts if post["author"]["id"] == user_id]

    def drop_posts(self, user_id: str, *, but: str = "") -> None:
        """Drop a member's posts, but those of this privacy."""
        for post in self.posts_of(user_id):
            if post["privacy"] != but:
                self.drop_post(post["id"])

    def drop_from(self, name: str, user_id: str) -> None:
        """Drop a member's posts from one list."""
        gone = {post["id"] for post in self.posts_of(user_id)}
        self.keep(name, lambda one: one not in gone)

    # Notifications and chat ----------------------------------------------------------------------

    def drop_notices(self, unwanted: Callable[[Data], bool]) -> None:
        """Drop what one was told; how many are unread is told by events of their own."""
        told = self.state["notifications"]
        told["notifications"] = [one for one in told["notifications"] if not unwanted(one)]

    def shown_messages(self, message_id: str) -> Iterator[Data]:
        """Yield whatever shows a message: its list, and the conversation whose last it is."""
        for name in self.names("messages"):
            yield from (m for m in self.state[name]["messages"] if m["id"] == message_id)
        for one in self.state["conversations"]:
            last = one["last_message"]
            if last and last["id"] == message_id:
                yield last

    def count_unread(self) -> None:
        """Count what is unread, over the conversations that it holds."""
        counts = [one["unread"] for one in self.state["conversations"] if one["unread"]]
        self.state["unread"] = {"unread": sum(counts), "conversations": len(counts)}
