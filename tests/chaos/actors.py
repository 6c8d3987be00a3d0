"""Members who write under faults, each with a record of its own of what was acknowledged.

Everything has one owner, who does one thing after the other, so what must be true at the end is
known. What is in doubt is repeated under its key until it is acknowledged: at once for a while;
then it is put aside, and what it is about let alone, while other things are done.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.chaos.http_client import Answer, Broken, Door
from tests.support.journey import Member

# Seconds between two deeds, about. Without, six members take both cores of a small machine, and how
# soon it recovers is a matter of what they leave.
THINKS = 0.03
AT_ONCE = 20.0  # seconds in which a deed is repeated before it is put aside
GIVE_UP = 180.0  # seconds in which what was put aside must be acknowledged at the end
AGAIN = 25  # turns between two looks at what was put aside
LOOKS, TWICE = 0.5, 0.05  # how often an owner looks at once, and sends a request once more
KINDS = ("like", "love", "happy", "wow", "sad", "angry")


class Event(NamedTuple):
    """What must be heard once of an acknowledged write, and by whom; nobody named: by everybody."""

    about: tuple[str, ...]
    by: frozenset[str] = frozenset()


class Deed(NamedTuple):
    """A request, what it means when it is acknowledged, and where its owner sees it."""

    about: str  # the id of what nothing else may be done to meanwhile
    method: str
    path: str
    body: Any
    done: Callable[[dict[str, Any]], None]
    look: Callable[[], tuple[str, Callable[[Answer], bool]]]


@dataclass
class Record:
    """What one member was promised."""

    posts: dict[str, str] = field(default_factory=dict)  # id -> text
    comments: dict[str, tuple[str, str]] = field(default_factory=dict)  # id -> post, text
    reactions: dict[str, str] = field(default_factory=dict)  # post -> kind
    follows: set[str] = field(default_factory=set)
    messages: dict[str, str] = field(default_factory=dict)  # id -> text
    gone: set[str] = field(default_factory=set)
    heard: list[Event] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)  # when, by the monotonic clock
    refused: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    looks: int = 0
    wrong: list[str] = field(default_factory=list)


class Actor(threading.Thread):
    """One member at work until `stop` is set; `record` is what it was promised."""

    def __init__(self, member: Member, port: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.member, self.record = member, Record()
        self.stop = threading.Event()
        self.others: list[str] = []
        self.common: list[str] = []  # posts that all comment on and react to
        self._random = random.Random(seed)
        self._door = Door(member, port)
        self._turn = 0
        self._aside: list[tuple[Deed, str]] = []  # with their keys

    def run(self) -> None:
        while not self.stop.is_set() and not self.record.wrong:
            self._turn += 1
            if self._turn % AGAIN == 0:
                self._do_again(0)
            deed = self._random.choices(*zip(*self._feasible(), strict=True))[0]()
            self._do(deed, f"{self.member.id}-{self._turn}", AT_ONCE)
            self.stop.wait(THINKS * self._random.uniform(0.5, 1.5))
        self._do_again(GIVE_UP)
        for deed, _ in self._aside:
            self.record.wrong.append(f"{deed.method} {deed.path}: no answer for {GIVE_UP} s")
        self._door.close()

    def _feasible(self) -> list[tuple[Callable[[], Deed], int]]:
        deeds = [(self._post, 30), (self._comment, 14), (self._message, 8)]
        deeds += [(self._react, 18)] if self._free(self.common) else []
        deeds += [(self._edit, 15), (self._drop_post, 8)] if self._free(self.record.posts) else []
        deeds += [(self._drop_comment, 4)] if self._free(self.record.comments) else []
        return deeds + ([(self._follow, 4)] if self._free(self.others) else [])

    def _free(self, those: Iterable[str]) -> list[str]:
        """Return those to which nothing is being done."""
        busy = {deed.about for deed, _ in self._aside}
        return [one for one in those if one not in busy]

    # Until it is sure -----------------------------------------------------------------------------

    def _do_again(self, patience: float) -> None:
        aside, self._aside = self._aside, []
        for deed, key in aside:
            self._do(deed, key, patience)

    def _do(self, deed: Deed, key: str, patience: float) -> None:
        answer = self._sure(deed.method, deed.path, deed.body, key, patience=patience)
        if answer is None:
            self._aside.append((deed, key))
            return
        if not answer.is_success:
            self._blame(deed, answer)
            return
        self.record.acknowledged.append(time.monotonic())
        deed.done(answer.data if answer.body else {})
        if self._random.random() < TWICE:
            again = self._sure(deed.method, deed.path, deed.body, key)
            if again and (again.status, again.body) != (answer.status, answer.body):
                self._blame(deed, again)
        if self._random.random() < LOOKS:
            path, is_right = deed.look()
            seen = self._sure("GET", path)
            self.record.looks += seen is not None
            if seen and not is_right(seen):
                self.record.wrong.append(f"after {deed.method} {deed.path}: GET {path}: {seen}")

    def _blame(self, deed: Deed, answer: Answer) -> None:
        self.record.wrong.append(f"{deed.method} {deed.path} {deed.body}: {answer}")

    def _sure(
        self, method: str, path: str, body: Any = None, key: str = "", *, patience: float = AT_ONCE
    ) -> Answer | None:
        """Return the answer that is none of a fault; None when there is none for so long."""
        deadline = time.monotonic() + patience
        while True:
            try:
                answer = self._door.ask(method, path, body, key)
            except Broken:
                self.record.answers["broken"] += 1
            else:
                self.record.answers[str(answer.status)] += 1
                if not answer.says_later:
                    return answer
            self.record.refused.append(time.monotonic())
            if time.monotonic() > deadline:
                return None
            time.sleep(self._random.uniform(0.1, 0.3))

    # Deeds ----------------------------------------------------------------------------------------

    def _any_of(self, those: Iterable[str]) -> str:
        return self._random.choice(self._free(those))

    def _must_hear(self, *about: str, by: frozenset[str] = frozenset()) -> None:
        self.record.heard.append(Event(about, by))

    def _text(self) -> str:
        return f"{self.member.id}-{self._turn}"

    def _post(self) -> Deed:
        made, text = "", self._text()

        def done(data: dict[str, Any]) -> None:
            nonlocal made
            made = data["post"]["id"]
            self.record.posts[made] = text
            self._must_hear("post.created", made, text)

        body = {"text": text, "privacy": "public"}
        return Deed("", "POST", "posts", body, done, lambda: self._as_told("posts", made))

    def _edit(self) -> Deed:
        pk, text = self._any_of(self.record.posts), self._text()

        def done(_: dict[str, Any]) -> None:
            self.record.posts[pk] = text
            self._must_hear("post.updated", pk, text)

        return Deed(
            pk, "PATCH", f"posts/{pk}", {"text": text}, done, lambda: self._as_told("posts", pk)
        )

    def _drop_post(self) -> Deed:
        pk = self._any_of(self.record.posts)

        def done(_: dict[str, Any]) -> None:
            del self.record.posts[pk]
            self.record.gone.add(pk)
            self._must_hear("post.deleted", pk)

        return Deed(pk, "DELETE", f"posts/{pk}", None, done, lambda: self._as_told("posts", pk))

    def _comment(self) -> Deed:
        made, post, text = "", self._random.choice(self.common), self._text()

        def done(data: dict[str, Any]) -> None:
            nonlocal made
            made = data["comment"]["id"]
            self.record.comments[made] = post, text
            self._must_hear("comment.created", made, text)

        look = lambda: self._as_told("comments", made)  # noqa: E731 - as its neighbours have it
        return Deed("", "POST", f"posts/{post}/comments", {"text": text}, done, look)

    def _drop_comment(self) -> Deed:
        pk = self._any_of(self.record.comments)

        def done(_: dict[str, Any]) -> None:
            del self.record.comments[pk]
            self.record.gone.add(pk)
            self._must_hear("comment.deleted", pk)

        return Deed(
            pk, "DELETE", f"comments/{pk}", None, done, lambda: self._as_told("comments", pk)
        )

    def _react(self) -> Deed:
        post = self._any_of(self.common)
        old = self.record.reactions.get(post, "")
        new = self._random.choice([kind for kind in ("", *KINDS) if kind != old])
        path = f"posts/{post}/reaction"

        def done(_: dict[str, Any]) -> None:
            self.record.reactions.pop(post, None)
            if new:
                self.record.reactions[post] = new
            self._must_hear("reaction.changed", post, self.member.id, new)

        def look() -> tuple[str, Callable[[Answer], bool]]:
            said = {"type": new or None}
            return f"posts/{post}/reactions/mine", lambda seen: bool(seen.data == said)

        if not new:
            return Deed(post, "DELETE", path, None, done, look)
        return Deed(post, "PUT", path, {"type": new}, done, look)

    def _follow(self) -> Deed:
        other = self._any_of(self.others)
        is_new = other not in self.record.follows
        both = frozenset({self.member.id, other})

        def done(_: dict[str, Any]) -> None:
            if is_new:
                self.record.follows.add(other)
            else:
                self.record.follows.discard(other)
            kind = "follow.created" if is_new else "follow.deleted"
            self._must_hear(kind, self.member.id, other, by=both)

        def look() -> tuple[str, Callable[[Answer], bool]]:
            def is_right(seen: Answer) -> bool:
                return bool(seen.data["relationships"][0]["following"] == is_new)

            return f"users/relationships?id={other}", is_right

        method = "PUT" if is_new else "DELETE"
        return Deed(other, method, f"users/{other}/follow", None, done, look)

    def _message(self) -> Deed:
        made, other, text = "", self._random.choice(self.others), self._text()
        both = frozenset({self.member.id, other})

        def done(data: dict[str, Any]) -> None:
            nonlocal made
            made = data["chat_message"]["id"]
            self.record.messages[made] = text
            self._must_hear("message.created", made, text, by=both)

        def look() -> tuple[str, Callable[[Answer], bool]]:
            return f"chat/messages/{other}?limit=50", lambda seen: f'"{made}"'.encode() in seen.body

        body = {"receiver_id": other, "text": text}
        return Deed("", "POST", "chat/message", body, done, look)

    def _as_told(self, kind: str, pk: str) -> tuple[str, Callable[[Answer], bool]]:
        """Return where a post or a comment is read, and what judges the answer."""
        return f"{kind}/{pk}", lambda seen: self.is_as_told(kind, pk, seen)

    def is_as_told(self, kind: str, pk: str, seen: Answer) -> bool:
        """Whether an answer about something of one's own says what was acknowledged."""
        if pk in self.record.gone:
            return seen.status == 404
        told = self.record.posts[pk] if kind == "posts" else self.record.comments[pk][1]
        return seen.is_success and bool(seen.data["text"] == told)
