"""The admin: it shows what MongoDB has, and what is changed there goes through the services."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from mysocial.core import mongo
from mysocial.store import STORES
from posts.models import Post
from users.models import User


def test_a_stranger_is_sent_to_the_login():
    answer = Client().get("/admin/posts/post/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


def test_posts_are_listed_and_found_as_mongodb_has_them(moderator, alice, flush_all):
    alice.create_post("The first one (a.b)")
    alice.create_post("The second one (axb)")
    flush_all()
    alice.create_post("Not flush_all yet")

    page = moderator.get("/admin/posts/post/").content.decode()
    assert "The first one" in page
    assert "The second one" in page
    assert "Not flush_all yet" not in page
    found = moderator.get("/admin/posts/post/", {"q": "a.b"}).content.decode()
    assert "The first one" in found
    assert "The second one" not in found


def test_an_edit_goes_through_the_services(moderator, alice, bob, flush_all, document):
    post = alice.create_post("Rude words")
    flush_all()

    form = {"text": "[removed]", "privacy": "public", "bg_color": "", "feelings": ""}
    answer = moderator.post(f"/admin/posts/post/{post['id']}/change/", form)

    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert bob.get(f"posts/{post['id']}").json()["text"] == "[removed]"
    assert [event["type"] for event in bob.received_events("feed")] == [
        "post.created",
        "post.updated",
    ]
    flush_all()
    assert document(Post, post["id"])["text"] == "[removed]"


def test_an_edit_that_breaks_a_rule_changes_nothing(moderator, alice, bob, flush_all):
    post = alice.create_post("Fine words")
    flush_all()

    form = {"text": "", "privacy": "public", "bg_color": "", "feelings": ""}
    answer = moderator.post(f"/admin/posts/post/{post['id']}/change/", form, follow=True)

    assert "A post needs text or media." in answer.content.decode()
    assert bob.get(f"posts/{post['id']}").json()["text"] == "Fine words"
    assert [event["type"] for event in bob.received_events("feed")] == ["post.created"]


def test_a_deletion_goes_through_the_services(moderator, alice, bob, flush_all):
    kept, gone = alice.create_post("Kept"), alice.create_post("Gone")
    flush_all()

    form = {"action": "delete_selected", "_selected_action": [gone["id"]], "post": "yes"}
    answer = moderator.post("/admin/posts/post/", form)

    assert answer.status_code == 302
    assert bob.get(f"posts/{gone['id']}").status_code == 404
    feed = bob.get("posts").json()
    assert [post["id"] for post in feed["posts"]] == [kept["id"]]
    assert feed["total_posts"] == 1
    assert bob.get(f"users/{alice.id}").json()["posts_count"] == 1
    flush_all()
    assert "Gone" not in moderator.get("/admin/posts/post/").content.decode()


def test_a_reaction_is_removed_through_the_services(moderator, alice, bob, flush_all):
    post = alice.create_post()
    for person in (alice, bob):
        person.put(f"posts/{post['id']}/reaction", {"type": "angry"})
    flush_all()
    assert bob.id in moderator.get("/admin/reactions/reaction/", {"q": bob.id}).content.decode()

    doomed = [f"{post['id']}:{bob.id}"]
    form = {"action": "delete_selected", "_selected_action": doomed, "post": "yes"}
    answer = moderator.post("/admin/reactions/reaction/", form)

    assert answer.status_code == 302
    assert bob.get(f"posts/{post['id']}/reactions/mine").json() == {"type": None}
    assert alice.get(f"posts/{post['id']}").json()["reactions"]["angry"] == 1
    assert alice.received_events()[-1]["data"]["type"] is None
    assert moderator.get("/admin/reactions/reaction/add/").status_code == 403


def test_a_profile_is_edited_through_the_services(moderator, alice, bob, flush_all):
    flush_all()
    names = ("quote", "work", "school", "location", "facebook", "instagram", "twitter", "youtube")
    form = dict.fromkeys(names, "") | {"quote": "Less, but better."}

    answer = moderator.post(f"/admin/users/user/{alice.id}/change/", form)

    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert bob.get(f"users/{alice.id}").json()["quote"] == "Less, but better."
    assert mongo.collection(User).find_one({"_id": alice.id})["quote"] == ""
    flush_all()
    assert mongo.collection(User).find_one({"_id": alice.id})["quote"] == "Less, but better."


def test_nothing_can_be_added_past_the_services(moderator):
    assert moderator.get("/admin/posts/post/add/").status_code == 403
    assert moderator.get("/admin/users/user/add/").status_code == 403


def test_the_demo_refuses_to_run_without_debug():
    assert settings.DEBUG is False  # Django's test runner turns it off
    with pytest.raises(Exception, match="needs DEBUG=1"):
        call_command("seed_demo")


def test_every_model_has_its_pages_and_they_tell_no_secret(moderator, alice, bob, flush_all):
    bob.put(f"users/{alice.id}/follow")
    alice.post(f"posts/{alice.create_post()['id']}/comments", {"text": "hi"})
    flush_all()
    for store in STORES.values():
        if store.label in {"posts.thing", "posts.like", "posts.tally"}:
            continue  # of other tests
        path = f"/admin/{store.label.replace('.', '/')}/"
        page = moderator.get(path)
        assert page.status_code == 200, path
        found = mongo.find(store.model, {}, limit=1)
        if found:
            page = moderator.get(f"{path}{found[0]['_id']}/change/")
            assert page.status_code == 200, path
        for name in ("salt", "password", "fingerprint"):
            secret = found[0].get(name) if found else None
            assert not secret or secret not in page.content.decode(), (path, name)


def test_staff_erase_accounts_and_end_sessions_and_follows(moderator, alice, bob, flush_all):
    bob.put(f"users/{alice.id}/follow")
    flush_all()
    confirmed = {"post": "yes"}
    moderator.post(f"/admin/followers/follow/{bob.id}:{alice.id}/delete/", confirmed)
    assert alice.get(f"users/{alice.id}").json()["followers_count"] == 0
    session = bob.get("sessions").json()["sessions"][0]["id"]
    moderator.post(f"/admin/accounts/session/{session}/delete/", confirmed)
    assert bob.get("currentuser").status_code == 401
    moderator.post(f"/admin/accounts/account/{bob.id}/delete/", confirmed)
    assert alice.get(f"users/{bob.id}").status_code == 404
