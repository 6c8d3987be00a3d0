"""What people do at random, over all domains; the same for the same seed."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.client_model.world import World, work
from tests.images.pictures import picture, send
from tests.support.people import Person

FOUND = {200, 201}
REFUSED = {400, 403, 404, 409}
PRIVACIES = ("public", "public", "followers", "private")
KINDS = ("like", "love", "happy", "wow", "sad", "angry")


class Walk:
    """What random people do, one act after the other; the same for the same seed."""

    def __init__(self, w: World, seed: int) -> None:
        self.people = list(w.people.values())
        self.ids = {name: person.id for name, person in w.people.items()}
        self.random = Random(seed)
        self.posts = [w.things[name] for name in ("public", "followers", "private", "of_bob")]
        self.comments = [w.things["bob_under_public"], w.things["alice_under_of_carol"]]
        self.messages = [w.things["message_0"], w.things["message_3"]]
        self.done: list[str] = []
        self.last: Any = None  # what was answered; None to what was refused
        # Who wrote or reacted under which post: those whom a block parts are not told of it.
        self.acted: set[tuple[str, str]] = set()
        self.acts: list[Callable[[Person, Person], str]] = [
            self._write, self._edit, self._delete_post, self._comment, self._comment,
            self._edit_comment, self._delete_comment, self._react, self._stand, self._stand,
            self._stand, self._answer, self._profile, self._settings, self._picture, self._notice,
            self._say, self._say, self._message, self._read, self._open,
        ]  # fmt: skip

    def step(self) -> None:
        """Let somebody do something, which may be refused, and the workers theirs."""
        one, other = self.random.sample(self.people, 2)
        said = self.random.choice(self.acts)(one, other)
        self.done.append(f"{one.username}, {other.username}: {said}")
        work()

    def _ask(self, one: Person, method: str, path: str, body: Any = None) -> str:
        answer = one.call(method, path, body)
        assert answer.status_code in FOUND | REFUSED, answer.content
        self.last = answer.json() if answer.status_code in FOUND else None
        return f"{method} {path} {body or ''} {answer.status_code}"

    def _write(self, one: Person, other: Person) -> str:
        text, privacy = f"A post for @{other.username}", self.random.choice(PRIVACIES)
        if self.random.random() < 0.3:
            answer = send(one, "POST", "posts", text=text, privacy=privacy, image=picture())
            self.posts.append(answer.json()["post"]["id"])
            return f"a post with a picture, {privacy}"
        said = self._ask(one, "POST", "posts", {"text": text, "privacy": privacy})
        self.posts.append(self.last["post"]["id"])
        return said

    def _edit(self, one: Person, other: Person) -> str:
        path = f"posts/{self.random.choice(self.posts)}"
        change = self.random.choice(
            [{"text": f"Changed for @{other.username}"}, {"privacy": self.random.choice(PRIVACIES)}]
        )
        return " ".join(self._ask(each, "PATCH", path, change) for each in self.people)

    def _delete_post(self, one: Person, other: Person) -> str:
        return self._ask(one, "DELETE", f"posts/{self.random.choice(self.posts)}")

    def _comment(self, one: Person, other: Person) -> str:
        post_id = self.random.choice(self.posts)
        self.acted.add((one.id, post_id))
        text = {"text": f"A comment for @{other.username}"}
        said = self._ask(one, "POST", f"posts/{post_id}/comments", text)
        if self.last:
            self.comments.append(self.last["comment"]["id"])
        return said

    def _edit_comment(self, one: Person, other: Person) -> str:
        path, text = f"comments/{self.random.choice(self.comments)}", f"Now for @{other.username}"
        return " ".join(self._ask(each, "PATCH", path, {"text": text}) for each in self.people)

    def _delete_comment(self, one: Person, other: Person) -> str:
        path = f"comments/{self.random.choice(self.comments)}"
        comment = next((c for p in self.people if (c := p.get(path)).status_code == 200), None)
        if comment:
            said = comment.json()
            self.acted.add((said["author"]["id"], said["post_id"]))
        return " ".join(self._ask(each, "DELETE", path) for each in self.people)

    def _react(self, one: Person, other: Person) -> str:
        post_id = self.random.choice(self.posts)
        self.acted.add((one.id, post_id))
        if self.random.random() < 0.3:
            return self._ask(one, "DELETE", f"posts/{post_id}/reaction")
        kind = {"type": self.random.choice(KINDS)}
        return self._ask(one, "PUT", f"posts/{post_id}/reaction", kind)

    def _stand(self, one: Person, other: Person) -> str:
        verb = self.random.choice(("follow", "follow", "block", "mute"))
        if verb == "follow" and self.random.random() < 0.2:
            return self._ask(one, "DELETE", f"users/me/followers/{other.id}")
        method = self.random.choice(("PUT", "DELETE"))
        return self._ask(one, method, f"users/{other.id}/{verb}")

    def _answer(self, one: Person, other: Person) -> str:
        path = f"users/me/follow-requests/{one.id}"
        method = self.random.choice(("PUT", "DELETE"))
        return " ".join(self._ask(each, method, path) for each in self.people if each != one)

    def _profile(self, one: Person, other: Person) -> str:
        return self._ask(one, "PATCH", "users/me", {"quote": f"Not {other.username}"})

    def _settings(self, one: Person, other: Person) -> str:
        is_private = self.random.random() < 0.5
        return self._ask(one, "PATCH", "users/me/settings", {"is_private": is_private})

    def _picture(self, one: Person, other: Person) -> str:
        gallery = one.get(f"users/{one.id}/images").json()["images"]
        if gallery and self.random.random() < 0.5:
            return self._ask(one, "DELETE", f"images/{self.random.choice(gallery)['id']}")
        send(one, "POST", "images/profile", image=picture())
        return "a picture of oneself"

    def _notice(self, one: Person, other: Person) -> str:
        told = one.get("notifications").json()["notifications"]
        if not told or self.random.random() < 0.2:
            return self._ask(one, "POST", "notifications/read-all")
        path = f"notifications/{self.random.choice(told)['id']}"
        if self.random.random() < 0.3:
            return self._ask(one, "DELETE", path)
        return self._ask(one, "PATCH", path, {"read": self.random.random() < 0.6})

    def _say(self, one: Person, other: Person) -> str:
        said = self._ask(one, "POST", "chat/message", {"receiver_id": other.id, "text": "Hello"})
        if self.last:
            self.messages.append(self.last["chat_message"]["id"])
        return said

    def _message(self, one: Person, other: Person) -> str:
        path = f"chat/messages/{self.random.choice(self.messages)}"
        method, rest, body = self.random.choice((
            ("PATCH", "", {"text": "Changed"}),
            ("DELETE", "?for=me", None),
            ("DELETE", "?for=everyone", None),
            ("PUT", "/reaction", {"type": self.random.choice(KINDS)}),
            ("DELETE", "/reaction", None),
        ))  # fmt: skip
        return " ".join(self._ask(each, method, path + rest, body) for each in self.people)

    def _read(self, one: Person, other: Person) -> str:
        return self._ask(one, "PUT", "chat/messages/read", {"user_id": other.id})

    def _open(self, one: Person, other: Person) -> str:
        return self._ask(one, self.random.choice(("PUT", "DELETE")), f"chat/users/{other.id}")
