"""A random sequence of actions over all apps, reproducible by its seed."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.client_model.world import World, run_workers
from tests.images.pictures import make_image, send_form
from tests.support.people import Person

SUCCESS_CODES = {200, 201}
ERROR_CODES = {400, 403, 404, 409}
PRIVACIES = ("public", "public", "followers", "private")
COMMENT_POLICIES = ("everyone", "followers", "mentioned", "nobody")
POST_ACTIONS_RATIO = 0.3
REACTION_TYPES = ("like", "love", "happy", "wow", "sad", "angry")


class RandomWalk:
    """Random actions of random members, one after the other."""

    def __init__(self, w: World, seed: int) -> None:
        self.people = list(w.people.values())
        self.ids = {name: person.id for name, person in w.people.items()}
        self.random = Random(seed)
        # Of the actions on what posts have besides comments and reactions.
        self.post_random = Random(seed + 1_000)
        self.posts = [w.ids[name] for name in ("public", "followers", "private", "of_bob")]
        self.comments = [w.ids["bob_under_public"], w.ids["alice_under_of_carol"]]
        self.polls = [w.ids["poll"], w.ids["hidden_poll"]]
        self.messages = [w.ids["message_0"], w.ids["message_3"]]
        self.done: list[str] = []
        self.last_result: Any = None  # the last response body; None after an error
        # Which member commented or reacted on which post; blocked members get no events of it.
        self.interactions: set[tuple[str, str]] = set()
        self.actions: list[Callable[[Person, Person], str]] = [
            self._create_post, self._edit_post, self._delete_post, self._comment, self._comment,
            self._edit_comment, self._delete_comment, self._react, self._relate, self._relate,
            self._relate, self._answer_follow_request, self._profile, self._settings, self._picture,
            self._notification, self._send_message, self._send_message, self._change_message,
            self._mark_read, self._open_or_close_chat,
        ]  # fmt: skip
        self.replies = [w.ids["carol_below_bob"], w.ids["dora_below_erik"]]
        self.post_actions: list[Callable[[Person], str]] = [
            self._bookmark, self._pin, self._choose_commenters, self._reply, self._reply,
            self._change_reply, self._react_to_comment, self._react_to_comment,
            self._create_poll, self._vote, self._vote, self._vote,
        ]  # fmt: skip

    def step(self) -> None:
        """Perform a random action, which may be rejected, and run the workers."""
        if self.post_random.random() < POST_ACTIONS_RATIO:
            actor, other = self.post_random.sample(self.people, 2)
            description = self.post_random.choice(self.post_actions)(actor)
        else:
            actor, other = self.random.sample(self.people, 2)
            description = self.random.choice(self.actions)(actor, other)
        self.done.append(f"{actor.username}, {other.username}: {description}")
        run_workers()

    def _request(self, actor: Person, method: str, path: str, body: Any = None) -> str:
        response = actor.call(method, path, body)
        assert response.status_code in SUCCESS_CODES | ERROR_CODES, response.content
        self.last_result = response.json() if response.status_code in SUCCESS_CODES else None
        return f"{method} {path} {body or ''} {response.status_code}"

    def _create_post(self, actor: Person, other: Person) -> str:
        text, privacy = f"A post for @{other.username}", self.random.choice(PRIVACIES)
        if self.random.random() < 0.3:
            response = send_form(
                actor, "POST", "posts", text=text, privacy=privacy, image=make_image()
            )
            self.posts.append(response.json()["post"]["id"])
            return f"a post with a picture, {privacy}"
        description = self._request(actor, "POST", "posts", {"text": text, "privacy": privacy})
        self.posts.append(self.last_result["post"]["id"])
        return description

    def _edit_post(self, actor: Person, other: Person) -> str:
        path = f"posts/{self.random.choice(self.posts)}"
        change = self.random.choice(
            [{"text": f"Changed for @{other.username}"}, {"privacy": self.random.choice(PRIVACIES)}]
        )
        return " ".join(self._request(each, "PATCH", path, change) for each in self.people)

    def _delete_post(self, actor: Person, other: Person) -> str:
        return self._request(actor, "DELETE", f"posts/{self.random.choice(self.posts)}")

    def _comment(self, actor: Person, other: Person) -> str:
        post_id = self.random.choice(self.posts)
        self.interactions.add((actor.id, post_id))
        text = {"text": f"A comment for @{other.username}"}
        description = self._request(actor, "POST", f"posts/{post_id}/comments", text)
        if self.last_result:
            self.comments.append(self.last_result["comment"]["id"])
        return description

    def _edit_comment(self, actor: Person, other: Person) -> str:
        path, text = f"comments/{self.random.choice(self.comments)}", f"Now for @{other.username}"
        return " ".join(self._request(each, "PATCH", path, {"text": text}) for each in self.people)

    def _delete_comment(self, actor: Person, other: Person) -> str:
        path = f"comments/{self.random.choice(self.comments)}"
        comment = next((c for p in self.people if (c := p.get(path)).status_code == 200), None)
        if comment:
            body = comment.json()
            self.interactions.add((body["author"]["id"], body["post_id"]))
        return " ".join(self._request(each, "DELETE", path) for each in self.people)

    def _react(self, actor: Person, other: Person) -> str:
        post_id = self.random.choice(self.posts)
        self.interactions.add((actor.id, post_id))
        if self.random.random() < 0.3:
            return self._request(actor, "DELETE", f"posts/{post_id}/reaction")
        kind = {"type": self.random.choice(REACTION_TYPES)}
        return self._request(actor, "PUT", f"posts/{post_id}/reaction", kind)

    def _bookmark(self, actor: Person) -> str:
        method = self.post_random.choice(("PUT", "DELETE"))
        post_id = self.post_random.choice(self.posts)
        return self._request(actor, method, f"posts/{post_id}/bookmark")

    def _create_poll(self, actor: Person) -> str:
        post_id = self.post_random.choice(self.posts)
        poll = {
            "options": ["Tea", "Coffee", "Water"],
            "duration_seconds": 3600,
            "may_change_vote": self.post_random.random() < 0.7,
            "hide_results": self.post_random.random() < 0.5,
        }
        self.polls.append(post_id)
        path = f"posts/{post_id}"
        return " ".join(self._request(each, "PATCH", path, {"poll": poll}) for each in self.people)

    def _vote(self, actor: Person) -> str:
        path = f"posts/{self.post_random.choice(self.polls)}/poll/vote"
        if self.post_random.random() < 0.3:
            return self._request(actor, "DELETE", path)
        return self._request(actor, "PUT", path, {"choices": [self.post_random.randrange(3)]})

    def _pin(self, actor: Person) -> str:
        method = self.post_random.choice(("PUT", "DELETE"))
        post_id = self.post_random.choice(self.posts)
        return " ".join(self._request(each, method, f"posts/{post_id}/pin") for each in self.people)

    def _choose_commenters(self, actor: Person) -> str:
        change = {"who_may_comment": self.post_random.choice(COMMENT_POLICIES)}
        path = f"posts/{self.post_random.choice(self.posts)}"
        return " ".join(self._request(each, "PATCH", path, change) for each in self.people)

    def _reply(self, actor: Person) -> str:
        parent = self._find_comment(actor)
        if not parent:
            return "a reply to a hidden comment"
        body = {"text": f"A reply by @{actor.username}", "parent_id": parent["id"]}
        self._note_interaction(actor.id, parent)
        description = self._request(actor, "POST", f"posts/{parent['post_id']}/comments", body)
        if self.last_result:
            self.replies.append(self.last_result["comment"]["id"])
        return description

    def _change_reply(self, actor: Person) -> str:
        path = f"comments/{self.post_random.choice(self.replies)}"
        if self.post_random.random() < 0.5:
            body = {"text": f"Not so, @{actor.username}"}
            return " ".join(self._request(each, "PATCH", path, body) for each in self.people)
        for each in self.people:
            reply = each.get(path)
            if reply.status_code == 200:
                self._note_interaction(reply.json()["author"]["id"], reply.json())
        return " ".join(self._request(each, "DELETE", path) for each in self.people)

    def _react_to_comment(self, actor: Person) -> str:
        comment = self._find_comment(actor)
        if not comment:
            return "a reaction to a hidden comment"
        self._note_interaction(actor.id, comment)
        method = self.post_random.choice(("PUT", "PUT", "DELETE"))
        kind = {"type": self.post_random.choice(REACTION_TYPES)} if method == "PUT" else None
        return self._request(actor, method, f"comments/{comment['id']}/reaction", kind)

    def _note_interaction(self, actor_id: str, comment: Any) -> None:
        """Note an action in a thread.

        Members who do not see the first comment, because its author is blocked, get no events of
        its replies.
        """
        self.interactions.add((actor_id, comment["post_id"]))
        for each in self.people:
            first = each.get(f"comments/{comment['thread_id'] or comment['id']}")
            if first.status_code == 200:
                self.interactions.add((first.json()["author"]["id"], comment["post_id"]))

    def _find_comment(self, person: Person) -> Any:
        """Return a random comment or reply, if a person sees it."""
        comment_id = self.post_random.choice([*self.comments, *self.replies])
        response = person.get(f"comments/{comment_id}")
        return response.json() if response.status_code == 200 else None

    def _relate(self, actor: Person, other: Person) -> str:
        verb = self.random.choice(("follow", "follow", "block", "mute"))
        if verb == "follow" and self.random.random() < 0.2:
            return self._request(actor, "DELETE", f"users/me/followers/{other.id}")
        method = self.random.choice(("PUT", "DELETE"))
        return self._request(actor, method, f"users/{other.id}/{verb}")

    def _answer_follow_request(self, actor: Person, other: Person) -> str:
        path = f"users/me/follow-requests/{actor.id}"
        method = self.random.choice(("PUT", "DELETE"))
        return " ".join(self._request(each, method, path) for each in self.people if each != actor)

    def _profile(self, actor: Person, other: Person) -> str:
        return self._request(actor, "PATCH", "users/me", {"quote": f"Not {other.username}"})

    def _settings(self, actor: Person, other: Person) -> str:
        is_private = self.random.random() < 0.5
        return self._request(actor, "PATCH", "users/me/settings", {"is_private": is_private})

    def _picture(self, actor: Person, other: Person) -> str:
        gallery = actor.get(f"users/{actor.id}/images").json()["images"]
        if gallery and self.random.random() < 0.5:
            return self._request(
                actor, "DELETE", f"users/me/images/{self.random.choice(gallery)['id']}"
            )
        send_form(actor, "POST", "users/me/images/profile", image=make_image())
        return "a profile picture"

    def _notification(self, actor: Person, other: Person) -> str:
        inbox = actor.get("notifications").json()["notifications"]
        if not inbox or self.random.random() < 0.2:
            return self._request(actor, "POST", "notifications/read-all")
        path = f"notifications/{self.random.choice(inbox)['id']}"
        if self.random.random() < 0.3:
            return self._request(actor, "DELETE", path)
        return self._request(actor, "PATCH", path, {"read": self.random.random() < 0.6})

    def _send_message(self, actor: Person, other: Person) -> str:
        description = self._request(
            actor, "POST", "chat/messages", {"receiver_id": other.id, "text": "Hello"}
        )
        if self.last_result:
            self.messages.append(self.last_result["chat_message"]["id"])
        return description

    def _change_message(self, actor: Person, other: Person) -> str:
        path = f"chat/messages/{self.random.choice(self.messages)}"
        method, rest, body = self.random.choice((
            ("PATCH", "", {"text": "Changed"}),
            ("DELETE", "?for=me", None),
            ("DELETE", "?for=everyone", None),
            ("PUT", "/reaction", {"type": self.random.choice(REACTION_TYPES)}),
            ("DELETE", "/reaction", None),
        ))  # fmt: skip
        return " ".join(self._request(each, method, path + rest, body) for each in self.people)

    def _mark_read(self, actor: Person, other: Person) -> str:
        return self._request(actor, "PUT", f"chat/conversations/{other.id}/read", {})

    def _open_or_close_chat(self, actor: Person, other: Person) -> str:
        return self._request(actor, self.random.choice(("PUT", "DELETE")), f"chat/users/{other.id}")
