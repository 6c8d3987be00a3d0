"""Worlds: a post with its dependents, and members in every relation to its author.

A world is built through HTTP, once for each visibility, and restored for each test.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import orjson

from images.services import process_due_media
from mysocial.core.errors import FOREVER_MS
from mysocial.core.events import EVENTS
from mysocial.outbox import run_due_cascades, send_due
from notifications.tokens import make_unsubscribe_token
from tests.chat.conversations import send_message
from tests.images.pictures import make_image, send_form
from tests.moderation.staff import take_action
from tests.notifications.notification_checks import (
    create_comment,
    follow,
    list_notifications,
    set_reaction,
)
from tests.support.people import Person, anonymous, sign_up
from tests.support.redis_snapshot import Snapshot
from tests.support.servers import PASSWORD

VISIBILITIES = ("public", "followers", "private", "private account")
OUTSIDERS = ("nobody", "ended", "erased", "suspended")
MEMBERS = (
    "owner",
    "friend",  # commented and reacted, and writes with the owner
    "follower",
    "muter",  # mutes the owner
    "muted",  # is muted by the owner
    "stranger",
    "requester",  # requests to follow the private account; otherwise like the stranger
    "foe",  # blocks the friend, not the owner
    "blocked",  # is blocked by the owner
    "blocker",  # blocks the owner
)
FOLLOWERS = {"friend", "follower", "muter", "foe"}
NOT_BLOCKED = set(MEMBERS) - {"blocked", "blocker"}
OPEN_TOPICS = ("feed", "post:", "user:")
ABSENT = "0" * 24
# Not the friend, whose name the foe must never see.
MENTIONED = " ".join(f"@the_{name}" for name in MEMBERS if name not in {"owner", "friend"})


def post_viewers(visibility: str) -> set[str]:
    """Return the members that may see the post."""
    return {
        "public": NOT_BLOCKED,
        "followers": {"owner", *FOLLOWERS},
        "private": {"owner"},
        "private account": {"owner", *FOLLOWERS},
    }[visibility]


def comment_viewers(visibility: str) -> set[str]:
    """Return the members that may see the friend's comment and reaction."""
    return post_viewers(visibility) - {"foe"}


@dataclass
class World:
    """The members, the ids of the records, and the secrets with their readers."""

    visibility: str
    people: dict[str, Person] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)  # and tokens, by name
    secrets: dict[str, set[str]] = field(
        default_factory=dict
    )  # by secret, the members that may read it
    snapshot: Snapshot | None = None

    def find_leaks(self, viewer: str, text: str, *, allowed: tuple[str, ...] = ()) -> list[str]:
        """Return the secrets in a text that a viewer may not read, except the `allowed` ones."""
        revealed = {secret.format(**self.ids) for secret in allowed}
        hidden = {key for key, readers in self.secrets.items() if viewer not in readers} - revealed
        return sorted(secret for secret in hidden if secret in text)

    def is_on_public_topic(self, event: dict[str, Any]) -> bool:
        """Return whether an event is on a topic that anybody may subscribe to."""
        return any(topic.startswith(OPEN_TOPICS) for topic in event["topics"])

    def topic_owners(self, event: dict[str, Any]) -> set[str]:
        """Return the members on whose own topics an event is."""
        return {name for name in MEMBERS if f"self:{self.people[name].id}" in event["topics"]}

    def audience_of(self, event: dict[str, Any]) -> set[str]:
        """Return the members in the audience of an event, whatever they subscribe to."""
        ids = {self.people[name].id: name for name in MEMBERS}
        return {ids[pk] for pk in EVENTS[event["type"]].audience(event["about"], set(ids))}

    def recipients(self, event: dict[str, Any]) -> set[str]:
        """Return the members that get an event if they subscribe to all that they can."""
        return (
            self.audience_of(event)
            if self.is_on_public_topic(event)
            else self.audience_of(event) & self.topic_owners(event)
        )


def build(visibility: str, mailbox: list[Any]) -> World:
    """Build a world; the tokens are read from the e-mails in `mailbox`."""
    w = World(visibility)
    _add_people(w)
    _add_post(w)
    _add_rest(w)
    _add_tokens(w, mailbox)
    _add_outsiders(w)
    _name_secrets(w)
    w.snapshot = Snapshot()
    return w


def _add_people(w: World) -> None:
    w.people = {name: sign_up(f"the_{name}") for name in MEMBERS}
    owner, friend = w.people["owner"], w.people["friend"]
    for name in sorted(FOLLOWERS):
        follow(w.people[name], owner)
    for actor, action, target in (
        (w.people["muter"], "mute", owner),
        (owner, "mute", w.people["muted"]),
        (w.people["foe"], "block", friend),
    ):
        assert actor.put(f"users/{target.id}/{action}").status_code == 200
    w.ids |= {name: person.id for name, person in w.people.items()}


def _add_post(w: World) -> None:
    """Write a public post, let members comment and react, then restrict it."""
    owner, friend = w.people["owner"], w.people["friend"]
    poll = {
        "options": ["Asked by the owner.", "Another answer."],
        "hide_results": True,
        "may_change_vote": True,
        "duration_seconds": 3600,
    }
    answer = send_form(
        owner,
        "POST",
        "posts",
        text=f"As it was first. {MENTIONED}",
        image=make_image(),
        poll=orjson.dumps(poll).decode(),
    )
    w.ids["post"] = answer.json()["post"]["id"]
    process_due_media()
    post = owner.get(f"posts/{w.ids['post']}").json()
    w.ids |= {"image": post["media"]["id"], "image_url": post["media"]["url"]}
    w.ids["comment"] = create_comment(friend, post, "Said by the friend.")["id"]
    w.ids["own_comment"] = create_comment(owner, post, "Said by the owner.")["id"]
    reply = create_comment(owner, post, "Answered by the owner.", parent=w.ids["comment"])
    w.ids["reply"] = reply["id"]
    path = f"comments/{w.ids['own_comment']}/reaction"
    assert friend.put(path, {"type": "sad"}).status_code == 200
    assert friend.put(f"posts/{post['id']}/bookmark").status_code == 200
    assert friend.put(f"posts/{post['id']}/poll/vote", {"choices": [1]}).status_code == 200
    set_reaction(friend, post)
    set_reaction(owner, post)
    is_private = w.visibility == "private account"
    privacy = "public" if is_private else w.visibility
    change = {"text": f"As it is now. {MENTIONED}", "privacy": privacy}
    assert owner.patch(f"posts/{post['id']}", change).status_code == 200
    if is_private:
        assert owner.patch("users/me/settings", {"is_private": True}).status_code == 200
        follow(w.people["requester"], owner)


def _add_rest(w: World) -> None:
    """Upload a background, send messages, sign in a second time, then block."""
    owner, friend = w.people["owner"], w.people["friend"]
    brought = send_form(owner, "POST", "users/me/images/background", image=make_image())
    w.ids["background"] = brought.json()["image"]["id"]
    process_due_media()
    w.ids["message"] = send_message(owner, friend, "Written to the friend.")["id"]
    send_message(friend, owner, "Written to the owner.")
    w.ids["notification"] = list_notifications(owner, "&type=comment")[0]["id"]
    assert anonymous.post("signin", _credentials_of("owner")).status_code == 200
    sessions = owner.get("accounts/me/sessions").json()["sessions"]
    w.ids["session"] = next(session["id"] for session in sessions if not session["current"])
    assert owner.put(f"users/{w.ids['blocked']}/block").status_code == 200
    assert w.people["blocker"].put(f"users/{owner.id}/block").status_code == 200


def _add_tokens(w: World, mailbox: list[Any]) -> None:
    del mailbox[:]
    send_due()
    address = {"email": "the_owner@example.com"}
    confirm = _mailed_token(mailbox, "Confirm your e-mail", address["email"])
    for email in ("the_former@example.com", address["email"]):
        body = {"email": email, "password": PASSWORD}
        assert w.people["owner"].put("accounts/me/email", body).status_code == 200
        send_due()
        token = _mailed_token(mailbox, "Confirm your new", email)
        assert anonymous.post(f"verify-email/{token}").status_code == 200
    for path in ("forgot-password", "signin/link"):
        assert anonymous.post(path, address).status_code == 200
    send_due()
    reset = _mailed_token(mailbox, "Reset", address["email"])
    w.ids["link"] = _mailed_token(mailbox, "link to sign in", address["email"])
    w.ids["revoke"] = _mailed_token(mailbox, "was changed", "the_former@example.com")
    unsubscribe = make_unsubscribe_token(w.ids["owner"], "comment")
    w.ids |= {"confirm": confirm, "reset": reset, "unsubscribe": unsubscribe}
    w.ids["refresh"] = w.people["owner"].refresh


def _mailed_token(mailbox: list[Any], words: str, address: str) -> str:
    (mail,) = (mail for mail in mailbox if mail.to == [address] and words in mail.subject)
    match = re.search(r"token=([A-Za-z0-9_-]{43})\b", mail.body)
    assert match
    return match[1]


def _add_outsiders(w: World) -> None:
    new = {name: sign_up(f"the_{name}") for name in ("ended", "erased", "suspended")}
    w.people |= {"nobody": anonymous, **new}
    take_action(new["suspended"], "suspend", until_ms=FOREVER_MS)
    assert w.people["ended"].post("signout").status_code == 200
    gone = w.people["erased"].call("DELETE", "accounts/me", {"password": PASSWORD})
    assert gone.status_code == 200
    while run_due_cascades():
        pass


def _credentials_of(name: str) -> dict[str, str]:
    return {"username": f"the_{name}", "password": PASSWORD}


def _name_secrets(w: World) -> None:
    seen, commented = post_viewers(w.visibility), comment_viewers(w.visibility)
    w.secrets = {
        "As it is now.": seen,
        "As it was first.": seen,
        "Asked by the owner.": seen,
        w.ids["image_url"]: seen,
        "Said by the owner.": seen,
        "Said by the friend.": commented,
        "Answered by the owner.": commented,
        "Written to the friend.": {"owner", "friend"},
        "Written to the owner.": {"owner", "friend"},
        w.ids["notification"]: {"owner"},
        w.ids["session"]: {"owner"},
        "the_owner": NOT_BLOCKED,
        "the_friend": set(MEMBERS) - {"foe"},
        **{f"the_{name}@example.com": {name} for name in MEMBERS},
    }
