"""Members who write under faults, and record what was acknowledged.

Each record has one owner, who performs one operation after the other, so the final state is known.
An operation whose outcome is unknown is repeated with its idempotency key until it is acknowledged.
After a while it is postponed, and its subject is not touched by other operations.
"""

import random
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from tests.chaos.http_client import ConnectionBroken, MemberClient, Response
from tests.chaos.records import ExpectedEvent, Operation, Record
from tests.support.journey import Member

# The average pause between two operations. Without it, six members would take both cores of a small
# machine, and its recovery would depend on the rest.
PAUSE_SECONDS = 0.03
RETRY_SECONDS = 20.0  # an operation is repeated so long before it is postponed
FINAL_RETRY_SECONDS = 180.0  # time to acknowledge postponed operations at the end
RETRY_EVERY_TURNS = 25  # turns between two attempts of postponed operations
READ_BACK_SHARE = 0.5  # of writes that are read back at once
REPEAT_SHARE = 0.05  # of writes that are sent again with the same key
REACTION_TYPES = ("like", "love", "happy", "wow", "sad", "angry")


class Actor(threading.Thread):
    """A member who writes until `stop` is set; `record` holds the acknowledged writes."""

    def __init__(self, member: Member, port: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.member, self.record = member, Record()
        self.stop = threading.Event()
        self.may_write, self.is_resting = threading.Event(), threading.Event()
        self.may_write.set()
        self.others: list[str] = []
        self.shared_posts: list[str] = []  # posts that all members comment on and react to
        self._random = random.Random(seed)
        self._client = MemberClient(member, port)
        self._turn = 0
        self._postponed: list[tuple[Operation, str]] = []  # with their idempotency keys
        self._last: tuple[Operation, str, Response] | None = None  # that was acknowledged

    def run(self) -> None:
        while not self.stop.is_set() and not self.record.problems:
            self._turn += 1
            if not self.may_write.is_set():
                self._rest()
            if self._turn % RETRY_EVERY_TURNS == 0:
                self._retry_postponed(0)
            operation = self._random.choices(*zip(*self._possible_operations(), strict=True))[0]()
            self._perform(operation, f"{self.member.id}-{self._turn}", RETRY_SECONDS)
            self.stop.wait(PAUSE_SECONDS * self._random.uniform(0.5, 1.5))
        self._retry_postponed(FINAL_RETRY_SECONDS)
        for operation, _ in self._postponed:
            self.record.problems.append(
                f"{operation.method} {operation.path}: not acknowledged for {FINAL_RETRY_SECONDS} s"
            )
        self._client.close()

    def _possible_operations(self) -> list[tuple[Callable[[], Operation], int]]:
        operations = [(self._post, 30), (self._comment, 14), (self._message, 8)]
        operations += [(self._react, 18)] if self._not_in_doubt(self.shared_posts) else []
        operations += (
            [(self._edit, 15), (self._delete_post, 8)]
            if self._not_in_doubt(self.record.posts)
            else []
        )
        operations += (
            [(self._delete_comment, 4)] if self._not_in_doubt(self.record.comments) else []
        )
        return operations + ([(self._follow, 4)] if self._not_in_doubt(self.others) else [])

    def _rest(self) -> None:
        """Wait until the members may write again. Then repeat the last write."""
        self.is_resting.set()
        self.may_write.wait()
        self.is_resting.clear()
        if self._last:
            self._repeat(*self._last)

    def _not_in_doubt(self, ids: Iterable[str]) -> list[str]:
        """Return the ids that no postponed operation uses."""
        busy = {operation.subject for operation, _ in self._postponed}
        return [pk for pk in ids if pk not in busy]

    # Requests -------------------------------------------------------------------------------------

    def _retry_postponed(self, retry_seconds: float) -> None:
        postponed, self._postponed = self._postponed, []
        for operation, key in postponed:
            self._perform(operation, key, retry_seconds)

    def _perform(self, operation: Operation, key: str, retry_seconds: float) -> None:
        response = self._request(
            operation.method, operation.path, operation.body, key, retry_seconds=retry_seconds
        )
        if response is None:
            self._postponed.append((operation, key))
            return
        if not response.is_success:
            self._report(operation, response)
            return
        self.record.acknowledged.append(time.monotonic())
        operation.on_acknowledged(response.data if response.body else {})
        self._last = operation, key, response
        if self._random.random() < REPEAT_SHARE:
            self._repeat(*self._last)
        if self._random.random() < READ_BACK_SHARE:
            path, is_right = operation.read_back()
            response = self._request("GET", path)
            self.record.read_backs += response is not None
            if response and not is_right(response):
                self.record.problems.append(
                    f"after {operation.method} {operation.path}: GET {path}: {response}"
                )

    def _repeat(self, operation: Operation, key: str, response: Response) -> None:
        """Send an acknowledged request again: the response must be the same."""
        again = self._request(operation.method, operation.path, operation.body, key)
        if again and (again.status, again.body) != (response.status, response.body):
            self._report(operation, again)

    def _report(self, operation: Operation, response: Response) -> None:
        self.record.problems.append(
            f"{operation.method} {operation.path} {operation.body}: {response}"
        )

    def _request(
        self,
        method: str,
        path: str,
        body: Any = None,
        key: str = "",
        *,
        retry_seconds: float = RETRY_SECONDS,
    ) -> Response | None:
        """Return a response that is not the effect of a fault; None if there is none in time."""
        deadline = time.monotonic() + retry_seconds
        while True:
            try:
                response = self._client.request(method, path, body, key)
            except ConnectionBroken:
                self.record.statuses["broken"] += 1
            else:
                self.record.statuses[str(response.status)] += 1
                if not response.is_retry_later:
                    return response
            self.record.failed.append(time.monotonic())
            if time.monotonic() > deadline:
                return None
            time.sleep(self._random.uniform(0.1, 0.3))

    # Operations -----------------------------------------------------------------------------------

    def _choose(self, ids: Iterable[str]) -> str:
        return self._random.choice(self._not_in_doubt(ids))

    def _expect_event(self, *about: str, audience: frozenset[str] = frozenset()) -> None:
        self.record.expected_events.append(ExpectedEvent(about, audience))

    def _text(self) -> str:
        return f"{self.member.id}-{self._turn}"

    def _post(self) -> Operation:
        created_id, text = "", self._text()

        def done(data: dict[str, Any]) -> None:
            nonlocal created_id
            created_id = data["post"]["id"]
            self.record.posts[created_id] = text
            self._expect_event("post.created", created_id, text)

        body = {"text": text, "privacy": "public"}
        return Operation(
            "", "POST", "posts", body, done, lambda: self._read_back("posts", created_id)
        )

    def _edit(self) -> Operation:
        pk, text = self._choose(self.record.posts), self._text()

        def done(_: dict[str, Any]) -> None:
            self.record.posts[pk] = text
            self._expect_event("post.updated", pk, text)

        return Operation(
            pk, "PATCH", f"posts/{pk}", {"text": text}, done, lambda: self._read_back("posts", pk)
        )

    def _delete_post(self) -> Operation:
        pk = self._choose(self.record.posts)

        def done(_: dict[str, Any]) -> None:
            del self.record.posts[pk]
            self.record.deleted.add(pk)
            self._expect_event("post.deleted", pk)

        return Operation(
            pk, "DELETE", f"posts/{pk}", None, done, lambda: self._read_back("posts", pk)
        )

    def _comment(self) -> Operation:
        created_id, post, text = "", self._random.choice(self.shared_posts), self._text()

        def done(data: dict[str, Any]) -> None:
            nonlocal created_id
            created_id = data["comment"]["id"]
            self.record.comments[created_id] = post, text
            self._expect_event("comment.created", created_id, text)

        def read_back() -> tuple[str, Callable[[Response], bool]]:
            return self._read_back("comments", created_id)

        return Operation("", "POST", f"posts/{post}/comments", {"text": text}, done, read_back)

    def _delete_comment(self) -> Operation:
        pk = self._choose(self.record.comments)

        def done(_: dict[str, Any]) -> None:
            del self.record.comments[pk]
            self.record.deleted.add(pk)
            self._expect_event("comment.deleted", pk)

        return Operation(
            pk, "DELETE", f"comments/{pk}", None, done, lambda: self._read_back("comments", pk)
        )

    def _react(self) -> Operation:
        post = self._choose(self.shared_posts)
        old = self.record.reactions.get(post, "")
        new = self._random.choice([kind for kind in ("", *REACTION_TYPES) if kind != old])
        path = f"posts/{post}/reaction"

        def done(_: dict[str, Any]) -> None:
            self.record.reactions.pop(post, None)
            if new:
                self.record.reactions[post] = new
            self._expect_event("reaction.changed", post, self.member.id, new)

        def read_back() -> tuple[str, Callable[[Response], bool]]:
            body = {"type": new or None}
            return f"posts/{post}/reactions/mine", lambda response: bool(response.data == body)

        if not new:
            return Operation(post, "DELETE", path, None, done, read_back)
        return Operation(post, "PUT", path, {"type": new}, done, read_back)

    def _follow(self) -> Operation:
        other = self._choose(self.others)
        is_new = other not in self.record.follows
        both = frozenset({self.member.id, other})

        def done(_: dict[str, Any]) -> None:
            if is_new:
                self.record.follows.add(other)
            else:
                self.record.follows.discard(other)
            kind = "follow.created" if is_new else "follow.deleted"
            self._expect_event(kind, self.member.id, other, audience=both)

        def read_back() -> tuple[str, Callable[[Response], bool]]:
            def is_right(response: Response) -> bool:
                return bool(response.data["relationships"][0]["following"] == is_new)

            return f"users/relationships?id={other}", is_right

        method = "PUT" if is_new else "DELETE"
        return Operation(other, method, f"users/{other}/follow", None, done, read_back)

    def _message(self) -> Operation:
        created_id, other, text = "", self._random.choice(self.others), self._text()
        both = frozenset({self.member.id, other})

        def done(data: dict[str, Any]) -> None:
            nonlocal created_id
            created_id = data["chat_message"]["id"]
            self.record.messages[created_id] = text
            self._expect_event("message.created", created_id, text, audience=both)

        def read_back() -> tuple[str, Callable[[Response], bool]]:
            return (
                f"chat/conversations/{other}/messages?limit=50",
                lambda response: f'"{created_id}"'.encode() in response.body,
            )

        body = {"receiver_id": other, "text": text}
        return Operation("", "POST", "chat/messages", body, done, read_back)

    def _read_back(self, kind: str, pk: str) -> tuple[str, Callable[[Response], bool]]:
        """Return the path of a post or a comment, and the check of the response."""
        return f"{kind}/{pk}", lambda response: self.is_as_acknowledged(kind, pk, response)

    def is_as_acknowledged(self, kind: str, pk: str, response: Response) -> bool:
        """Return whether a response about an own record shows what was acknowledged."""
        if pk in self.record.deleted:
            return response.status == 404
        text = self.record.posts[pk] if kind == "posts" else self.record.comments[pk][1]
        return response.is_success and bool(response.data["text"] == text)
