"""What lists cost, and what staff see."""

from mysocial.core.redis import client
from tests.chat.conversations import listed, read, say, texts, unread
from tests.support.concurrency import count_script_calls
from tests.support.people import sign_up


def test_a_page_of_conversations_takes_as_many_questions_as_a_single_one(alice, bob):
    say(bob, alice)
    one = (count_script_calls(lambda: listed(alice)), count_script_calls(lambda: unread(alice)))
    for number in range(15):
        say(sign_up(f"person{number}"), alice)
    listed(alice), unread(alice)
    assert len(listed(alice)) == 16
    assert (
        count_script_calls(lambda: listed(alice)),
        count_script_calls(lambda: unread(alice)),
    ) == one
    assert max(one) <= 2


def test_conversations_are_read_from_mongodb_when_redis_knows_nothing(alice, bob, flush_all):
    say(alice, bob, "One")
    message = say(bob, alice, "Two")
    before = (listed(alice), unread(alice), alice.get(f"chat/messages/{bob.id}").json())
    flush_all()
    for key in client().scan_iter("chat.*"):
        client().delete(key)
    assert (listed(alice), unread(alice), alice.get(f"chat/messages/{bob.id}").json()) == before
    for key in client().scan_iter("chat.*"):
        client().delete(key)
    path = f"chat/messages/{message['id']}"
    assert bob.delete(f"{path}?for=everyone").status_code == 200
    assert unread(alice) == (0, 0)


def test_what_both_did_with_messages_comes_back_from_mongodb(alice, bob, flush_all):
    read_one, hidden, liked = (say(alice, bob, text) for text in ("Read", "Hidden", "Liked"))
    read(bob, alice)
    say(alice, bob, "Unread")
    assert bob.put(f"chat/messages/{liked['id']}/reaction", {"type": "love"}).status_code == 200
    assert bob.delete(f"chat/messages/{hidden['id']}?for=me").status_code == 200
    before = [(listed(p), unread(p), texts(p, o)) for p, o in ((alice, bob), (bob, alice))]
    flush_all()
    client().flushall()
    after = [(listed(p), unread(p), texts(p, o)) for p, o in ((alice, bob), (bob, alice))]
    assert after == before
    assert after[1][1:] == ((1, 1), ["Unread", "Liked", "Read"])
    seen = alice.get(f"chat/messages/{bob.id}").json()
    assert seen["read_up_to"] == liked["id"]
    assert [one["reactions"] for one in seen["messages"]] == [{}, {bob.id: "love"}, {}, {}]
    assert seen["messages"][-1] == read_one


def test_staff_see_that_messages_were_sent_and_never_what_they_say(
    moderator, alice, bob, flush_all
):
    message = say(alice, bob, "Between us")
    flush_all()
    pages = ["", f"{message['id']}/change/"]
    for page in (moderator.get(f"/admin/chat/message/{one}").content.decode() for one in pages):
        assert alice.id in page
        assert "Between us" not in page
    for one in ("add/", f"{message['id']}/delete/"):
        assert moderator.get(f"/admin/chat/message/{one}").status_code == 403
    form = {"sender_id": bob.id}
    answer = moderator.post(f"/admin/chat/message/{message['id']}/change/", form)
    assert answer.status_code == 403
    assert listed(bob)[0]["last_message"] == message
