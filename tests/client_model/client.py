"""The state of one client, and the changes that reducers make to it."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from tests.client_model.state import State

Data = dict[str, Any]
FEED_PRIVACIES = ("public", "followers")
MEMBER_FIELDS = ("id", "username", "display_name", "avatar_color", "avatar_url")


def replies_name(comment: Data) -> str:
    """Return the name of the list that a reply is in."""
    return f"replies:{comment['post_id']}:{comment['thread_id']}"


def new_poll_state(poll: Data | None) -> Data | None:
    """Return what a new poll, which has no votes, is to a member; None without a poll."""
    if poll is None:
        return None
    results = {"votes": [0] * len(poll["options"]), "voters_count": 0}
    return {"choices": [], "results": None if poll["hide_results"] else results}


class ClientState:
    """The state of a client of the member `me`, and the parts of it that are stale."""

    def __init__(self, me: str, state: State) -> None:
        self.me = me
        self.state = deepcopy(state)
        self.stale: set[str] = set()

    def has(self, name: str) -> bool:
        """Return whether the client holds a part."""
        return name in self.state

    def names(self, kind: str) -> list[str]:
        """Return the names of all parts of a kind."""
        return [name for name in self.state if name.startswith(f"{kind}:")]

    def filter_list(self, name: str, wanted: Callable[[Any], bool]) -> None:
        """Keep only the wanted items of a list, if the client holds it."""
        if self.has(name):
            self.state[name] = [item for item in self.state[name] if wanted(item)]

    def move_to_top(self, name: str, item: Data) -> None:
        """Put an item on top of a list and remove its former copy."""
        self.filter_list(name, lambda other: other["id"] != item["id"])
        self.state[name].insert(0, item)

    def add_to_count(self, name: str, by: int) -> None:
        """Add to a counter of the member's own profile."""
        self.state[f"profile:{self.me}"][name] += by

    # People --------------------------------------------------------------------------------------

    def member_objects(self, user_id: str) -> Iterator[Data]:
        """Yield every object in the state that shows a member."""
        pending: list[Any] = list(self.state.values())
        while pending:
            value = pending.pop()
            if isinstance(value, list):
                pending += value
            elif isinstance(value, dict):
                pending += value.values()
                if value.get("id") == user_id and "username" in value:
                    yield value

    def has_relation(self, user_id: str, kind: str) -> bool:
        """Return whether a relation to another member holds, such as `muting`."""
        return user_id != self.me and bool(self.state[f"relation:{user_id}"][kind])

    def update_relation(self, user_id: str, **relation: bool) -> None:
        """Change the relation to a member, wherever it is shown."""
        self.state[f"relation:{user_id}"].update(relation)
        for member in self.member_objects(user_id):
            for part in ("relation", "viewer"):  # of a profile
                if part in member:
                    member[part].update(relation)
        author = self.author_state(user_id)
        for written in (*self.posts_of(user_id), *self.comments_of(user_id)):
            written["viewer"].update(author)
        for post in self.posts_of(user_id):
            post["viewer"]["can_comment"] = self.can_comment(post)

    def author_state(self, user_id: str) -> Data:
        """Return the part of `viewer` that follows from the relation to an author."""
        return {
            "follows_author": self.has_relation(user_id, "following"),
            "muted": self.has_relation(user_id, "muting"),
        }

    def list_entry(self, user_id: str) -> Data:
        """Return a member as lists show them, from the profile that the client holds."""
        profile = self.state[f"profile:{user_id}"]
        return {key: profile[key] for key in (*MEMBER_FIELDS, "is_private")}

    def add_member(self, name: str, user_id: str) -> None:
        """Add a member with the relation to them on top of a list."""
        if self.has(f"profile:{user_id}"):
            relation = dict(self.state[f"relation:{user_id}"])
            self.move_to_top(name, {**self.list_entry(user_id), "relation": relation})
        else:
            self.stale.add(name)

    def remove_member(self, name: str, user_id: str) -> None:
        self.filter_list(name, lambda member: member["id"] != user_id)

    def hide_member(self, user_id: str) -> None:
        """Remove everything about a member, except an entry in the list of blocks."""
        self.remove_posts_of(user_id)
        for part in ("profile", "wall", "gallery", "messages"):
            self.state.pop(f"{part}:{user_id}", None)
        for comment in self.comments_of(user_id):
            self.remove_comment(comment)
        for name in ("open_chats", "mutes", "followers", "following", "follow-requests"):
            self.remove_member(name, user_id)
        self.remove_notifications(lambda notification: notification["actor"]["id"] == user_id)
        self.filter_list(
            "conversations", lambda conversation: conversation["user"]["id"] != user_id
        )
        self.recount_unread()

    # Posts ---------------------------------------------------------------------------------------

    def place_post(self, post: Data) -> None:
        """Add a post to the lists that contain it, and remove it from the others."""
        author = post["author"]["id"]
        in_feed = post["privacy"] in FEED_PRIVACIES and not self.has_relation(author, "muting")
        at_home = in_feed and (author == self.me or self.has_relation(author, "following"))
        for name, belongs in (("feed", in_feed), ("home", at_home), (f"wall:{author}", True)):
            self.filter_list(name, lambda other_id: other_id != post["id"])
            if belongs and self.has(name):
                # Ids sort by time.
                self.state[name] = sorted([*self.state[name], post["id"]], reverse=True)

    def remove_post(self, post_id: str) -> None:
        """Remove a post with its comments, pictures and notifications."""
        for part in ("post", "comments"):
            self.state.pop(f"{part}:{post_id}", None)
        for name in self.names(f"replies:{post_id}"):
            del self.state[name]
        for name in ("feed", "home", *self.names("wall")):
            self.filter_list(name, lambda other_id: other_id != post_id)
        for name in self.names("gallery"):
            self.filter_list(name, lambda image: image["post_id"] != post_id)
        self.remove_notifications(lambda notification: notification["post_id"] == post_id)

    def posts_of(self, user_id: str) -> list[Data]:
        """Return the posts of a member that the client holds."""
        posts = [self.state[name] for name in self.names("post")]
        return [post for post in posts if post["author"]["id"] == user_id]

    def comments_of(self, user_id: str) -> list[Data]:
        """Return the comments of a member that the client holds."""
        names = [*self.names("comments"), *self.names("replies")]
        listed = [comment for name in names for comment in self.state[name]]
        return [comment for comment in listed if comment["author"]["id"] == user_id]

    def hold_post(
        self,
        post: Data,
        *,
        reaction: str | None = None,
        bookmarked: bool = False,
        poll: Data | None = None,
    ) -> None:
        """Store a post of an event, with the viewer state of the member."""
        author = post["author"]["id"]
        own = {"reaction": reaction, "bookmarked": bookmarked, "can_edit": author == self.me}
        own["poll"] = poll or new_poll_state(post["poll"])
        own["can_comment"] = self.can_comment(post)
        self.state[f"post:{post['id']}"] = {**post, "viewer": own | self.author_state(author)}

    def can_comment(self, post: Data) -> bool:
        """Return whether the member may comment on a post that they see."""
        author = post["author"]["id"]
        mentioned = {facet.get("mentioned_id") for facet in post["facets"]}
        return (
            author == self.me
            or {
                "everyone": True,
                "followers": self.has_relation(author, "following"),
                "mentioned": self.me in mentioned,
                "nobody": False,
            }[post["who_may_comment"]]
        )

    def hold_comment(self, comment: Data, *, reaction: str | None = None) -> None:
        """Add a comment of an event to its list, with the viewer state of the member.

        The newest comments are first, and the oldest replies.
        """
        author, post = comment["author"]["id"], self.state[f"post:{comment['post_id']}"]
        own = {
            "reaction": reaction,
            "can_edit": author == self.me,
            "can_delete": self.me in {author, post["author"]["id"]},
        }
        viewer = own | self.author_state(author)
        held, thread = {**comment, "viewer": viewer}, replies_name(comment)
        if comment["thread_id"] is None:
            self.move_to_top(f"comments:{comment['post_id']}", held)
            self.state[f"replies:{comment['post_id']}:{comment['id']}"] = []
        elif self.has(thread):
            self.filter_list(thread, lambda other: other["id"] != comment["id"])
            self.state[thread].append(held)

    def remove_comment(self, comment: Data) -> None:
        """Remove a comment with the replies of its thread."""
        name = replies_name(comment) if comment["thread_id"] else f"comments:{comment['post_id']}"
        self.filter_list(name, lambda other: other["id"] != comment["id"])
        self.state.pop(f"replies:{comment['post_id']}:{comment['id']}", None)

    def update_counts(self, data: Data, thread_id: str | None, post_id: str) -> None:
        """Change the number of comments of a post and of replies in a thread."""
        if self.has(f"post:{post_id}"):
            self.state[f"post:{post_id}"]["comments_count"] = data["comments_count"]
        for comment in self.state.get(f"comments:{post_id}", []):
            if comment["id"] == thread_id:
                comment["replies_count"] = data["thread_replies_count"]

    def remove_posts_of(self, user_id: str, *, but: str = "") -> None:
        """Remove a member's posts, except those of the privacy `but`."""
        for post in self.posts_of(user_id):
            if post["privacy"] != but:
                self.remove_post(post["id"])

    def remove_posts_from(self, name: str, user_id: str) -> None:
        """Remove a member's posts from one list."""
        gone = {post["id"] for post in self.posts_of(user_id)}
        self.filter_list(name, lambda post_id: post_id not in gone)

    # Notifications and chat ----------------------------------------------------------------------

    def remove_notifications(self, unwanted: Callable[[Data], bool]) -> None:
        """Remove notifications; events of their own update the unread count."""
        inbox = self.state["notifications"]
        inbox["notifications"] = [n for n in inbox["notifications"] if not unwanted(n)]

    def message_objects(self, message_id: str) -> Iterator[Data]:
        """Yield every copy of a message: in its list, and as the last one of a conversation."""
        for name in self.names("messages"):
            yield from (m for m in self.state[name]["messages"] if m["id"] == message_id)
        for conversation in self.state["conversations"]:
            last = conversation["last_message"]
            if last and last["id"] == message_id:
                yield last

    def recount_unread(self) -> None:
        """Count unread messages over the conversations that the client holds."""
        counts = [c["unread"] for c in self.state["conversations"] if c["unread"]]
        self.state["unread"] = {"unread": sum(counts), "conversations": len(counts)}
