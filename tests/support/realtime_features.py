"""Checks of all realtime features across processes.

A `Layout` names the processes that hold sockets. `check_all_features` makes each change through
each process and expects its event on the sockets and streams of every process: once, in order, and
the same everywhere.
"""

import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

import httpx

from tests.support.event_listeners import SocketListener, StreamListener, offset
from tests.support.realtime_scenario import Caller, Layout, Scenario
from tests.support.shared_objects import shared

MAX_POSTS_PER_MINUTE = 30


def check_posts(scenario: Scenario, caller: Caller) -> None:
    """Check the events of a post, and repeats of its idempotency key at every process."""
    key, body = uuid.uuid4().hex, {"text": "A post"}
    began = time.monotonic()
    response = caller.call(scenario.alice, "POST", "posts", body, **{"Idempotency-Key": key})
    post = response.json()["post"]

    def is_post(data: Mapping[str, Any]) -> bool:
        return bool(data["id"] == post["id"])

    assert scenario.wait_for_event("post.created", is_post, began) == shared(post)
    for other_caller in scenario.layout.clients:
        again = other_caller.call(scenario.alice, "POST", "posts", body, **{"Idempotency-Key": key})
        assert (again.status_code, again.content) == (response.status_code, response.content)
    began = time.monotonic()
    changed = caller.call(scenario.alice, "PATCH", f"posts/{post['id']}", {"text": "Changed"})
    assert scenario.wait_for_event("post.updated", is_post, began) == shared(changed.json()["post"])
    began = time.monotonic()
    assert caller.call(scenario.alice, "DELETE", f"posts/{post['id']}").is_success
    assert scenario.wait_for_event("post.deleted", is_post, began) == {"id": post["id"]}


def check_comments_and_reactions(scenario: Scenario, caller: Caller) -> None:
    """Check the events of a post's comments and reactions, and its author's notifications."""
    began = time.monotonic()
    response = caller.call(
        scenario.alice, "POST", f"posts/{scenario.post}/comments", {"text": "Well said"}
    )
    comment = response.json()["comment"]
    data = scenario.wait_for_event(
        "comment.created", lambda data: data["comment"]["id"] == comment["id"], began
    )
    assert data == {
        "comment": shared(comment),
        "comments_count": data["comments_count"],
        "thread_replies_count": None,
    }
    scenario.wait_for_notification(scenario.alice, "comment")
    fan, began = scenario.add_member("fan"), time.monotonic()
    caller.call(fan, "PUT", f"posts/{scenario.post}/reaction", {"type": "love"})
    data = scenario.wait_for_event(
        "reaction.changed", lambda data: data["user_id"] == fan.id, began
    )
    assert (data["post_id"], data["type"]) == (scenario.post, "love")
    scenario.wait_for_notification(fan, "reaction")


def check_follows(scenario: Scenario, caller: Caller) -> None:
    """Check the event and the notification of a follow."""
    fan, began = scenario.add_member("fan"), time.monotonic()
    assert caller.call(fan, "PUT", f"users/{scenario.bob.id}/follow", {}).is_success
    scenario.wait_for_event("follow.created", lambda data: data["follower_id"] == fan.id, began)
    scenario.wait_for_notification(fan, "follow")


def check_chat(scenario: Scenario, caller: Caller) -> None:
    """Check the events of a message, its conversation, its read receipt and a reaction."""
    began = time.monotonic()
    body = {"receiver_id": scenario.bob.id, "text": "Hello, Bob"}
    sent = caller.call(scenario.alice, "POST", "chat/messages", body).json()["chat_message"]
    assert (
        scenario.wait_for_event("message.created", lambda data: data["id"] == sent["id"], began)
        == sent
    )
    scenario.wait_for_event(
        "conversation.updated", lambda data: data["last_message"]["id"] == sent["id"]
    )
    scenario.wait_for_notification(scenario.alice, "message")
    assert caller.call(
        scenario.bob, "PUT", f"chat/conversations/{scenario.alice.id}/read", {}
    ).is_success
    scenario.wait_for_event("message.read", lambda data: data["read_up_to"] == sent["id"])
    caller.call(scenario.bob, "PUT", f"chat/messages/{sent['id']}/reaction", {"type": "like"})
    scenario.wait_for_event("message.reaction", lambda data: data["message_id"] == sent["id"])


def check_typing(scenario: Scenario) -> None:
    """Check that typing events from one process are received at all processes."""
    for process in scenario.layout.socket_process_names:
        typist = scenario.add_member("typist")
        mine = scenario.open(process, SocketListener, typist)
        began = time.monotonic()
        for kind, on in (("typing.started", True), ("typing.stopped", False)):
            assert mine.send_command(type="typing", to=scenario.bob.id, on=on)["type"] == "ok"
            scenario.wait_for_event(kind, lambda data, me=typist.id: data == {"user_id": me}, began)  # type: ignore[misc]


def check_sessions(scenario: Scenario, caller: Caller) -> None:
    """Check that the end of a session closes its connections at every process."""
    guest = scenario.add_member("guest")
    listeners = [
        scenario.open(process, kind, guest)
        for process in scenario.layout.socket_process_names
        for kind in (SocketListener, StreamListener)
    ]
    began = time.monotonic()
    assert caller.call(guest, "POST", "signout").is_success
    for listener in listeners:
        assert listener.wait_closed() == (4401 if isinstance(listener, SocketListener) else 0)
        assert listener.types()[-1] == "session.ended"
    scenario.slowest["session.ended"] = max(listener.closed_at for listener in listeners) - began
    assert caller.call(guest, "GET", "accounts/me").status_code == httpx.codes.UNAUTHORIZED


def check_resume(scenario: Scenario, caller: Caller) -> None:
    """Check that missed events are replayed at any process: all, in order, once."""
    topic = f"user:{scenario.alice.id}"
    for first_process in scenario.layout.socket_process_names:
        listener = scenario.open(first_process, SocketListener, scenario.bob, topic)
        first = caller.call(scenario.alice, "POST", "posts", {"text": "0"}).json()["post"]
        listener.wait_for_event("post.created", lambda data, pk=first["id"]: data["id"] == pk)  # type: ignore[misc]
        listener.close()
        missed = [
            caller.call(scenario.alice, "POST", "posts", {"text": f"{n}"}).json()["post"]
            for n in range(1, 4)
        ]
        for next_process in scenario.layout.socket_process_names:
            for kind in (SocketListener, StreamListener):
                resumed = scenario.open(
                    next_process, kind, scenario.bob, topic, cursor=listener.cursor
                )
                assert [
                    frame.payload["recovered"]
                    for frame in resumed.frames
                    if "recovered" in frame.payload
                ] == [True]
                assert [event["data"] for event in resumed.events] == shared(missed)
                resumed.close()


def check_limits(scenario: Scenario) -> None:
    """Check that all processes share the rate limit of posts."""
    writer, callers = scenario.add_member("writer"), scenario.layout.clients
    codes = [
        callers[n % len(callers)].call(writer, "POST", "posts", {"text": f"{n}"}).status_code
        for n in range(MAX_POSTS_PER_MINUTE + 2)
    ]
    assert codes == [201] * MAX_POSTS_PER_MINUTE + [429] * 2


def check_presence(scenario: Scenario, meanwhile: Callable[[], None]) -> None:
    """Check that a member is online until their last device disconnects, at any process."""
    dora = scenario.add_member("dora")
    scenario.call(dora, "PUT", f"users/{scenario.bob.id}/follow", {})
    scenario.wait_for_notification(dora, "follow")
    scenario.call(scenario.bob, "PUT", f"users/{dora.id}/follow", {})
    first = scenario.open(scenario.layout.socket_process_names[0], SocketListener, dora)
    scenario.wait_for_event(
        "presence.changed", lambda data: data == {"user_id": dora.id, "online": True}
    )
    last = scenario.open(scenario.layout.socket_process_names[-1], SocketListener, dora)
    first.close()
    closed = time.monotonic()
    meanwhile()
    time.sleep(max(0, closed + 7 - time.monotonic()))  # longer than the grace period
    for caller in scenario.layout.clients:
        response = caller.call(scenario.bob, "GET", f"users/online?id={dora.id}")
        assert response.json() == {"users": [dora.id]}
    last.close()
    closed = time.monotonic()
    gone = {"user_id": dora.id, "online": False}
    scenario.wait_for_event("presence.changed", lambda data: data == gone, closed)
    for listener in scenario.listeners:
        changes = [
            frame.payload["data"]["online"]
            for frame in listener.frames_of_type("presence.changed")
            if frame.payload["data"]["user_id"] == dora.id
        ]
        assert changes == [True, False]


def check_all_features(layout: Layout) -> dict[str, float]:
    """Check every feature at every process; return the longest delay by type of event."""
    with ExitStack() as stack:
        scenario = Scenario(layout, stack)

        def features() -> None:
            for caller in layout.clients:
                check_posts(scenario, caller)
                check_comments_and_reactions(scenario, caller)
                check_follows(scenario, caller)
                check_chat(scenario, caller)
                check_sessions(scenario, caller)
                check_resume(scenario, caller)
            check_typing(scenario)
            check_limits(scenario)

        check_presence(scenario, features)
        last = scenario.call(scenario.alice, "POST", "posts", {"text": "The last"}).json()["post"]
        scenario.wait_for_event("post.created", lambda data: data["id"] == last["id"])
        logs = [
            [offset(event["id"]) for event in listener.events] for listener in scenario.listeners
        ]
        received = [[entry for entry in log if entry > scenario.first_offset] for log in logs]
        assert all(log == received[0] == sorted(set(log)) for log in received)
        return {kind: round(took, 3) for kind, took in scenario.slowest.items()}
