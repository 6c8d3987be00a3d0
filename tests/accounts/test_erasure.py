"""Erasing an account, through HTTP."""

from accounts.models import Account
from mysocial.outbox import run_due_cascades
from mysocial.store import STORES
from tests.support.concurrency import (
    assert_no_changes,
    live_records,
    mongod_paused,
    run_concurrently,
)
from tests.support.people import anonymous, confirm_emails, sign_up
from tests.support.servers import PASSWORD
from users.models import User


def erase(person, password=PASSWORD):
    return person.call("DELETE", "accounts/me", {"password": password})


def test_an_erasure_deletes_all_dependent_data(alice, bob, stranger, flush_all, document):
    own_post, other_post = alice.create_post("mine"), bob.create_post("theirs")
    for writer, post in ((alice, other_post), (bob, own_post), (bob, other_post)):
        writer.post(f"posts/{post['id']}/comments", {"text": f"by {writer.username}"})
        writer.put(f"posts/{post['id']}/reaction", {"type": "love"})
    alice.put(f"users/{bob.id}/follow")
    bob.put(f"users/{alice.id}/follow")
    alice.put(f"users/{stranger.id}/block")
    stranger.put(f"users/{alice.id}/mute")
    flush_all()

    response = erase(alice)
    assert (response.status_code, response.json()) == (200, {"message": "Account erased"})
    assert run_due_cascades() >= 1
    while run_due_cascades():
        pass

    assert bob.get(f"users/{alice.id}").status_code == 404
    assert bob.get(f"posts/{own_post['id']}").status_code == 404
    post = bob.get(f"posts/{other_post['id']}").json()
    assert (post["comments_count"], post["reactions"]["love"]) == (1, 1)
    comments = bob.get(f"posts/{other_post['id']}/comments").json()["comments"]
    assert [comment["text"] for comment in comments] == ["by bob"]
    profile = bob.get(f"users/{bob.id}").json()
    assert (profile["followers_count"], profile["following_count"]) == (0, 0)
    assert bob.get("posts").json()["total_posts"] == 1
    # Kept for a while as records of the erasure.
    retained = {"mysocial.cascadedeletion", "mysocial.email"}
    for label in set(STORES) - retained:
        mentioned = [pk for pk, fields in live_records(label).items() if alice.id in repr(fields)]
        assert mentioned == [], label
    flush_all()
    assert document(User, alice.id)["_deleted_at"]
    assert document(Account, alice.id)["_deleted_at"]


def test_an_erased_member_is_hidden_before_any_cascade_runs(alice, bob):
    own_post, other_post = alice.create_post("mine"), bob.create_post("theirs")
    comment = alice.post(f"posts/{other_post['id']}/comments", {"text": "hi"}).json()["comment"]
    alice.put(f"posts/{other_post['id']}/reaction", {"type": "like"})
    bob.put(f"users/{alice.id}/follow")
    erase(alice)

    assert alice.get("accounts/me").status_code == 401
    assert bob.get(f"users/{alice.id}").status_code == 404
    assert bob.get(f"posts/{own_post['id']}").status_code == 404
    assert bob.get(f"comments/{comment['id']}").status_code == 404
    assert bob.get(f"posts/{other_post['id']}/comments").json()["comments"] == []
    assert bob.get(f"posts/{other_post['id']}/reactions").json()["reactions"] == []
    assert bob.get(f"users/{bob.id}/following").json()["users"] == []
    for feed in ("posts", "posts/home"):
        assert [post["id"] for post in bob.get(feed).json()["posts"]] == [other_post["id"]]
    assert bob.received_events(f"post:{own_post['id']}", "feed")[-1]["type"] != "post.updated"
    assert {"type": "user.deleted", "data": {"id": alice.id}} in bob.received_events(
        f"user:{alice.id}"
    )


def test_an_erasure_ends_all_sessions_and_frees_name_and_address(alice, emails):
    confirm_emails(alice)
    other = anonymous.post("signin", {"username": "alice", "password": PASSWORD}).json()
    erase(alice)
    assert anonymous.post("token/refresh", {"refresh": other["refresh"]}).status_code == 401
    assert anonymous.post("signin", {"username": "alice", "password": PASSWORD}).status_code == 401
    new_member = sign_up("alice")
    assert new_member.id != alice.id
    assert new_member.get("posts/home").json()["posts"] == []
    subjects = [mail.read_text().partition("Subject: ")[2].partition("\n")[0] for mail in emails()]
    assert subjects.count("Your account was erased") == 1


def test_a_wrong_password_erases_nothing(alice):
    with assert_no_changes():
        for body in ({"password": "wrong-horse-battery"}, {}, {"password": None}):
            assert alice.call("DELETE", "accounts/me", body).status_code == 400
        assert anonymous.call("DELETE", "accounts/me", {"password": PASSWORD}).status_code == 401


def test_an_account_can_be_erased_while_mongodb_is_down(alice, bob):
    alice.create_post("mine")
    bob.get("posts")
    with mongod_paused():
        assert erase(alice).status_code == 200
        assert bob.get("posts").json()["posts"] == []


def test_concurrent_erasures_erase_once(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    responses = run_concurrently(*(lambda: erase(alice) for _ in range(4)))
    assert sorted(response.status_code for response in responses) == [200, 401, 401, 401]
    while run_due_cascades():
        pass
    assert bob.get(f"users/{bob.id}").json()["following_count"] == 0
