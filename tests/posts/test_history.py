"""Earlier versions of posts."""

import pytest

from mysocial.outbox import run_due_cascades
from posts.models import PostVersion
from tests.images.pictures import make_image, send_form
from tests.support.concurrency import live_records


def get_versions(person, post):
    response = person.get(f"posts/{post['id']}/versions")
    assert response.status_code == 200
    return response.json()["versions"]


def test_each_edit_keeps_the_previous_version(alice, bob, flush_all, documents):
    post = alice.create_post("One", feelings="happy")
    assert get_versions(bob, post) == []

    second = alice.patch(f"posts/{post['id']}", {"text": "Two"}).json()["post"]
    response = send_form(alice, "PATCH", f"posts/{post['id']}", text="Three", image=make_image())
    third = response.json()["post"]
    alice.patch(f"posts/{post['id']}", {"image": None})

    earlier = get_versions(bob, post)
    ids = [version.pop("id") for version in earlier]
    assert sorted(ids, reverse=True) == ids
    was = {"facets": [], "bg_color": "", "feelings": "happy", "gif_url": "", "media": None}
    assert earlier == [
        {**was, "written_at": third["edited_at"], "text": "Three", "media": third["media"]},
        {**was, "written_at": second["edited_at"], "text": "Two"},
        {**was, "written_at": post["created_at"], "text": "One"},
    ]
    flush_all()
    assert [version["text"] for version in documents(PostVersion)] == ["One", "Two", "Three"]


def test_an_edit_without_new_content_keeps_no_version(alice):
    post = alice.create_post("One")
    alice.patch(f"posts/{post['id']}", {"privacy": "followers"})
    alice.patch(f"posts/{post['id']}", {"text": "One"})
    assert get_versions(alice, post) == []


def test_versions_of_an_invisible_post_are_not_found(alice, bob):
    post = alice.create_post("One")
    alice.patch(f"posts/{post['id']}", {"text": "Two"})
    alice.patch(f"posts/{post['id']}", {"privacy": "private"})
    assert bob.get(f"posts/{post['id']}/versions").status_code == 404
    assert len(get_versions(alice, post)) == 1


def test_versions_are_paginated(alice):
    post = alice.create_post("0")
    for number in range(1, 6):
        alice.patch(f"posts/{post['id']}", {"text": str(number)})
    first = alice.get(f"posts/{post['id']}/versions?limit=3").json()
    rest = alice.get(f"posts/{post['id']}/versions?limit=3&cursor={first['next']}").json()
    assert [version["text"] for version in first["versions"]] == ["4", "3", "2"]
    assert [version["text"] for version in rest["versions"]] == ["1", "0"]
    assert rest["next"] is None


def test_versions_are_deleted_with_their_post(alice):
    post = alice.create_post("One")
    alice.patch(f"posts/{post['id']}", {"text": "Two"})
    alice.delete(f"posts/{post['id']}")
    assert alice.get(f"posts/{post['id']}/versions").status_code == 404
    run_due_cascades()
    assert live_records("posts.postversion") == {}


@pytest.mark.parametrize("before", ["private", "followers"])
def test_a_version_is_shown_only_to_those_who_could_see_it_then(alice, bob, stranger, before):
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post("Secret", privacy=before)
    alice.patch(f"posts/{post['id']}", {"text": "Nice weather", "privacy": "public"})
    alice.patch(f"posts/{post['id']}", {"text": "Rain"})
    texts = {
        person.username: [version["text"] for version in get_versions(person, post)]
        for person in (alice, bob, stranger)
    }
    seen_by_followers = ["Secret"] if before == "followers" else []
    assert texts == {
        "alice": ["Nice weather", "Secret"],
        "bob": ["Nice weather", *seen_by_followers],
        "stranger": ["Nice weather"],
    }


def test_a_version_that_was_published_unchanged_is_shown(alice, stranger):
    post = alice.create_post("Draft", privacy="private")
    alice.patch(f"posts/{post['id']}", {"privacy": "public"})
    alice.patch(f"posts/{post['id']}", {"text": "Final"})
    assert [version["text"] for version in get_versions(stranger, post)] == ["Draft"]


def test_versions_of_a_private_account_stay_with_its_followers(alice, bob, stranger):
    bob.put(f"users/{alice.id}/follow")
    alice.patch("users/me/settings", {"is_private": True})
    post = alice.create_post("For followers")
    alice.patch(f"posts/{post['id']}", {"text": "For everybody"})
    alice.patch("users/me/settings", {"is_private": False})
    assert [version["text"] for version in get_versions(bob, post)] == ["For followers"]
    assert get_versions(stranger, post) == []
    assert len(get_versions(alice, post)) == 1


def test_hidden_versions_do_not_make_pages_short(alice, stranger):
    post = alice.create_post("0", privacy="private")
    for number in range(1, 4):
        alice.patch(f"posts/{post['id']}", {"text": str(number)})
    alice.patch(f"posts/{post['id']}", {"text": "4", "privacy": "public"})
    for number in range(5, 8):
        alice.patch(f"posts/{post['id']}", {"text": str(number)})
    first = stranger.get(f"posts/{post['id']}/versions?limit=2").json()
    rest = stranger.get(f"posts/{post['id']}/versions?limit=2&cursor={first['next']}").json()
    assert [version["text"] for version in first["versions"]] == ["6", "5"]
    assert [version["text"] for version in rest["versions"]] == ["4"]
    assert rest["next"] is None


def test_a_picture_that_was_replaced_in_private_is_not_in_the_gallery(alice, bob, stranger):
    bob.put(f"users/{alice.id}/follow")
    response = send_form(alice, "POST", "posts", image=make_image(), privacy="followers")
    post = response.json()["post"]
    changes = {"image": make_image(), "privacy": "public"}
    changed = send_form(alice, "PATCH", f"posts/{post['id']}", **changes).json()["post"]
    old, new = post["media"]["id"], changed["media"]["id"]
    galleries = {
        person.username: [image["id"] for image in person.get(path).json()["images"]]
        for person in (alice, bob, stranger)
        if (path := f"users/{alice.id}/images")
    }
    assert galleries == {"alice": [new, old], "bob": [new, old], "stranger": [new]}
    assert stranger.delete(f"users/me/images/{old}").status_code == 404
    assert stranger.delete(f"users/me/images/{new}").status_code == 403
