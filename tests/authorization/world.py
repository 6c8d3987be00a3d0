"""A post and all that hangs on it, and people who stand to its author in each way.

A world is built through HTTP, once for each visibility, and put back as it was for each test.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from images.services import process_due_media
from mysocial.core.errors import FOREVER_MS
from mysocial.core.events import EVENTS
from mysocial.outbox import run_due_cascades, send_due
from notifications.tokens import make_unsubscribe_token
from tests.chat.conversations import send_message
from tests.images.pictures import picture, send
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
    "requester",  # asks the private account; else as the stranger
    "foe",  # blocks the friend, not the owner
    "blocked",  # is blocked by the owner
    "blocker",  # blocks the owner
)
FOLLOWERS = {"friend", "follower", "muter", "foe"}
UNPARTED = set(MEMBERS) - {"blocked", "blocker"}
OPEN_TOPICS = ("feed", "post:", "user:")
ABSENT = "0" * 24
# Not the friend, whose name the foe is never to see.
MENTIONED = " ".join(f"@the_{name}" for name in MEMBERS if name not in {"owner", "friend"})


def sees_post(visibility: str) -> set[str]:
    """Return who sees the post."""
    return {
        "public": UNPARTED,
        "followers": {"owner", *FOLLOWERS},
        "private": {"owner"},
        "private account": {"owner", *FOLLOWERS},
    }[visibility]


def sees_comment(visibility: str) -> set[str]:
    """Return who sees what the friend wrote and did under the post."""
    return sees_post(visibility) - {"foe"}


@dataclass
class World:
    """Who is there, and what there is."""

    visibility: str
    people: dict[str, Person] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)  # ids and tokens, by name
    secrets: dict[str, set[str]] = field(default_factory=dict)  # what only these may be shown
    kept: Snapshot | None = None

    def leaks(self, viewer: str, said: str, *, but: tuple[str, ...] = ()) -> list[str]:
        """Return what is said to a viewer and is not for them; `but` may be said."""
        told = {one.format(**self.things) for one in but}
        kept = {one for one, who in self.secrets.items() if viewer not in who} - told
        return sorted(one for one in kept if one in said)

    def is_open(self, event: dict[str, Any]) -> bool:
        """Tell whether an event is on a topic to which anybody may subscribe."""
        return any(topic.startswith(OPEN_TOPICS) for topic in event["topics"])

    def named(self, event: dict[str, Any]) -> set[str]:
        """Return those on whose own topics an event is."""
        return {one for one in MEMBERS if f"self:{self.people[one].id}" in event["topics"]}

    def judged(self, event: dict[str, Any]) -> set[str]:
        """Return whom an event would be sent to, had everybody got to all of its topics."""
        ids = {self.people[name].id: name for name in MEMBERS}
        return {ids[pk] for pk in EVENTS[event["type"]].audience(event["about"], set(ids))}

    def hearers(self, event: dict[str, Any]) -> set[str]:
        """Return who hears an event, were everybody subscribed to all that can be subscribed."""
        return self.judged(event) if self.is_open(event) else self.judged(event) & self.named(event)


def build(visibility: str, mailbox: list[Any]) -> World:
    """Make a world; the mails of its tokens are read from `mailbox`."""
    w = World(visibility)
    _add_people(w)
    _add_post(w)
    _add_rest(w)
    _add_tokens(w, mailbox)
    _add_outsiders(w)
    _name_secrets(w)
    w.kept = Snapshot()
    return w


def _add_people(w: World) -> None:
    w.people = {name: sign_up(f"the_{name}") for name in MEMBERS}
    owner, friend = w.people["owner"], w.people["friend"]
    for name in sorted(FOLLOWERS):
        follow(w.people[name], owner)
    for who, verb, whom in (
        (w.people["muter"], "mute", owner),
        (owner, "mute", w.people["muted"]),
        (w.people["foe"], "block", friend),
    ):
        assert who.put(f"users/{whom.id}/{verb}").status_code == 200
    w.things |= {name: person.id for name, person in w.people.items()}


def _add_post(w: World) -> None:
    """Write a post that everybody sees, let people take part, then narrow it."""
    owner, friend = w.people["owner"], w.people["friend"]
    answer = send(owner, "POST", "posts", text=f"As it was first. {MENTIONED}", image=picture())
    w.things["post"] = answer.json()["post"]["id"]
    process_due_media()
    post = owner.get(f"posts/{w.things['post']}").json()
    w.things |= {"image": post["media"]["id"], "image_url": post["media"]["url"]}
    w.things["comment"] = create_comment(friend, post, "Said by the friend.")["id"]
    w.things["own_comment"] = create_comment(owner, post, "Said by the owner.")["id"]
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
    """Bring a background, write a message, sign in a second time; then the blocks."""
    owner, friend = w.people["owner"], w.people["friend"]
    brought = send(owner, "POST", "images/background", image=picture())
    w.things["background"] = brought.json()["image"]["id"]
    process_due_media()
    w.things["message"] = send_message(owner, friend, "Written to the friend.")["id"]
    send_message(friend, owner, "Written to the owner.")
    w.things["notification"] = list_notifications(owner, "&type=comment")[0]["id"]
    assert anonymous.post("signin", _credentials("owner")).status_code == 200
    sessions = owner.get("sessions").json()["sessions"]
    w.things["session"] = next(one["id"] for one in sessions if not one["current"])
    assert owner.put(f"users/{w.things['blocked']}/block").status_code == 200
    assert w.people["blocker"].put(f"users/{owner.id}/block").status_code == 200


def _add_tokens(w: World, mailbox: list[Any]) -> None:
    del mailbox[:]
    send_due()
    address = {"email": "the_owner@example.com"}
    assert anonymous.post("forgot-password", address).status_code == 200
    send_due()
    mine = [mail for mail in mailbox if mail.to == [address["email"]]]
    confirm, reset = (
        re.search(r"token=([A-Za-z0-9_-]{43})\b", mail.body)[1]
        for words in ("Confirm", "Reset")
        for mail in mine
        if words in mail.subject
    )
    unsubscribe = make_unsubscribe_token(w.things["owner"], "comment")
    w.things |= {"confirm": confirm, "reset": reset, "unsubscribe": unsubscribe}
    w.things["refresh"] = w.people["owner"].refresh


def _add_outsiders(w: World) -> None:
    new = {name: sign_up(f"the_{name}") for name in ("ended", "erased", "suspended")}
    w.people |= {"nobody": anonymous, **new}
    take_action(new["suspended"], "suspend", until_ms=FOREVER_MS)
    assert w.people["ended"].post("signout").status_code == 200
    gone = w.people["erased"].call("DELETE", "currentuser", {"password": PASSWORD})
    assert gone.status_code == 200
    while run_due_cascades():
        pass


def _credentials(name: str) -> dict[str, str]:
    return {"username": f"the_{name}", "password": PASSWORD}


def _name_secrets(w: World) -> None:
    seen, commented = sees_post(w.visibility), sees_comment(w.visibility)
    w.secrets = {
        "As it is now.": seen,
        "As it was first.": seen,
        w.things["image_url"]: seen,
        "Said by the owner.": seen,
        "Said by the friend.": commented,
        "Written to the friend.": {"owner", "friend"},
        "Written to the owner.": {"owner", "friend"},
        w.things["notification"]: {"owner"},
        w.things["session"]: {"owner"},
        "the_owner": UNPARTED,
        "the_friend": set(MEMBERS) - {"foe"},
        **{f"the_{name}@example.com": {name} for name in MEMBERS},
    }
