"""Attacks on what members hide: old content, blocks, and what counts reveal."""

from typing import Any

from tests.attack.registry import attack, expect
from tests.attack.target import Outsider, Target

SECRET = "SECRET-street-5"
UNKNOWN_ID = "0" * 24


@attack(expected="nobody else finds what the post was in private")
def published_post_shows_private_versions(target: Target) -> str:
    """Read what a post said before it was edited and published in one step."""
    author, stranger = target.sign_up(), target.sign_up()
    cursor = stranger.cursor()
    post = author.create_post(SECRET, privacy="private")
    author.done("PATCH", f"posts/{post}", {"text": "Nice weather", "privacy": "public"})
    late = target.sign_up()
    versions = late.done("GET", f"posts/{post}/versions")
    events = [
        stranger.resumed_events(cursor, f"user:{author.id}", "feed", f"post:{post}"),
        late.resumed_events(cursor, f"user:{author.id}", "feed"),
    ]
    is_shown = SECRET in str(versions), SECRET in str(events)
    text = f"in versions: {is_shown[0]}; in the replay: {is_shown[1]}"
    return expect(not any(is_shown), f"{text}, of {sum(map(len, events))} events")


@attack(expected="nobody who does not follow finds what the post was", quick=False)
def published_post_shows_followers_versions(target: Target) -> str:
    """Read what a post for followers said before it was edited and published."""
    author, stranger = target.sign_up(), target.sign_up()
    cursor = stranger.cursor()
    post = author.create_post(SECRET, privacy="followers")
    author.done("PATCH", f"posts/{post}", {"text": "Nice weather", "privacy": "public"})
    versions = stranger.done("GET", f"posts/{post}/versions")
    events = stranger.resumed_events(cursor, f"user:{author.id}", "feed", f"post:{post}")
    is_shown = SECRET in str(versions), SECRET in str(events)
    return expect(not any(is_shown), f"in versions: {is_shown[0]}; in the replay: {is_shown[1]}")


@attack(expected="the responses for a blocker and for no account are equal")
def block_is_distinguishable(target: Target) -> str:
    """Find out by their responses whether a member has blocked you."""
    blocker, blocked = target.sign_up(), target.sign_up()
    blocker.done("PUT", f"users/{blocked.id}/block")
    requests = [
        *[(method, f"users/{{}}/{of}") for method in ("PUT", "DELETE") for of in
          ("block", "mute", "follow")],
        *[("GET", f"users/{{}}{of}") for of in ("", "/posts", "/images", "/followers",
                                                "/following", "/reactions")],
        ("PUT", "users/me/follow-requests/{}"), ("DELETE", "users/me/followers/{}"),
        ("PUT", "chat/users/{}"), ("GET", "chat/conversations/{}/messages"),
        ("PUT", "chat/conversations/{}/read"),
    ]  # fmt: skip
    different = [
        f"{method} {path}"
        for method, path in requests
        if _status(blocked, method, path.format(blocker.id))
        != _status(blocked, method, path.format(UNKNOWN_ID))
    ]
    return expect(not different, f"{len(requests)} requests; different: {different}")


def _status(member: Outsider, method: str, path: str) -> tuple[int, str]:
    body: Any = {} if method in {"PUT", "POST"} else None
    response = member.call(method, path, body)
    return response.status_code, str(response.json().get("detail", ""))


@attack(expected="the list of blocks shows what was known when it was made")
def block_list_shows_the_blocker(target: Target) -> str:
    """Block a blocker, and read their new profile in the own list of blocks."""
    blocker, blocked = target.sign_up(), target.sign_up()
    new_name = f"n{blocker.name}"
    before = blocked.done("GET", f"users/{blocker.id}")
    blocker.done("PUT", f"users/{blocked.id}/block")
    blocked.call("PUT", f"users/{blocker.id}/block", {})
    blocker.call("PATCH", "users/me", {"username": new_name, "location": SECRET})
    blocker.done("PATCH", "users/me/settings", {"is_private": True})
    shown = blocked.done("GET", "users/me/blocks")
    changed = [word for word in (new_name, SECRET) if word in str(shown)]
    new = [
        item for item in shown.get("users", shown.get("blocks", []))
        if item.get("is_private") not in (None, before.get("is_private"))
    ]  # fmt: skip
    return expect(not changed and not new, f"shown of the new profile: {changed + new}")


@attack(expected="403 for edits and reactions, as for messages")
def edits_past_who_may_message(target: Target) -> str:
    """Write to a member who takes no messages, by editing and reacting to old ones."""
    member, writer = target.sign_up(), target.sign_up()
    old = writer.send_message(member)
    member.done("PATCH", "users/me/settings", {"who_may_message": "nobody"})
    cursor = member.cursor()
    statuses = [
        writer.call("POST", "chat/messages", {"receiver_id": member.id, "text": "x"}),
        writer.call("PATCH", f"chat/messages/{old}", {"text": SECRET}),
        writer.call("PUT", f"chat/messages/{old}/reaction", {"type": "angry"}),
    ]
    codes = [response.status_code for response in statuses]
    events = [event["type"] for event in member.resumed_events(cursor)]
    text = member.get(f"chat/conversations/{writer.id}/messages").text
    held = set(codes) == {403} and SECRET not in text
    return expect(held and not any(t.startswith("message.") for t in events), f"{codes}, {events}")


@attack(expected="no event shows what was edited away, or is from before the sign-up")
def forged_cursors_replay_old_content(target: Target) -> str:
    """Sign up later, and resume with an invented cursor from before an edit."""
    author, reader = target.sign_up(), target.sign_up()
    cursor = author.cursor()
    post = author.create_post()
    comment = author.done("POST", f"posts/{post}/comments", {"text": f"My phone is {SECRET}"})
    author.done("PATCH", f"comments/{comment['comment']['id']}", {"text": "Never mind"})
    for location in (SECRET, ""):
        author.done("PATCH", "users/me", {"location": location})
    late = target.sign_up()
    epoch, _, clock = cursor.partition(":")
    forged = f"{epoch}:{int(clock) - 1_000_000}"
    topics = (f"post:{post}", f"user:{author.id}", "feed")
    earlier = reader.resumed_events(cursor, *topics)
    replays = [late.resumed_events(c, *topics) for c in (cursor, forged)]
    events = [event for replay in replays for event in replay if author.id in str(event)]
    secret = SECRET in str((earlier, replays))
    types = [event["type"] for event in events]
    return expect(not secret and not events, f"for the late member: {types}; secret: {secret}")


@attack(
    expected="a stranger's responses do not change when a hidden post is written",
)
def counts_reveal_hidden_posts(target: Target) -> str:
    """Poll counts to learn that, and when, a hidden post is written."""
    author, stranger = target.sign_up(), target.sign_up()
    author.create_post()

    def seen() -> list[Any]:
        feed = stranger.done("GET", "posts?limit=1")
        profile = stranger.done("GET", f"users/{author.id}")
        return [feed.get("total_posts"), profile.get("posts_count")]

    before = seen()
    for privacy in ("private", "followers"):
        author.create_post("Hidden", privacy=privacy)
    after = seen()
    return expect(before == after, f"total_posts, posts_count: {before} -> {after}")


@attack(expected="404 for strangers")
def likes_of_a_private_account(target: Target) -> str:
    """Read what a private account likes."""
    private, author, stranger = target.sign_up(), target.sign_up(), target.sign_up()
    post = author.create_post()
    private.done("PUT", f"posts/{post}/reaction", {"type": "love"})
    private.done("PATCH", "users/me/settings", {"is_private": True})
    response = stranger.get(f"users/{private.id}/reactions")
    return expect(response.status_code == 404, f"{response.status_code} {response.text[:80]}")


@attack(expected="the author can delete it")
def blocked_authors_cannot_delete(target: Target) -> str:
    """Block a member, so that they cannot delete what they wrote."""
    blocker, author = target.sign_up(), target.sign_up()
    post = blocker.create_post()
    body = {"text": "Rash words"}
    comment = author.done("POST", f"posts/{post}/comments", body)["comment"]["id"]
    author.done("PUT", f"posts/{post}/reaction", {"type": "angry"})
    message = author.send_message(blocker)
    blocker.done("PUT", f"users/{author.id}/block")
    statuses = [
        author.call("DELETE", f"comments/{comment}").status_code,
        author.call("DELETE", f"posts/{post}/reaction").status_code,
        author.call("DELETE", f"chat/messages/{message}?for=everyone").status_code,
    ]
    left = target.sign_up().get(f"posts/{post}/comments").text
    return expect(set(statuses) == {200} and body["text"] not in left, f"{statuses}")
