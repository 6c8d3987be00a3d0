"""Earlier versions of posts."""

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
    was = {"bg_color": "", "feelings": "happy", "gif_url": "", "media": None}
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
