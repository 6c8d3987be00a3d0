"""What a post showed before its edits."""

from mysocial.outbox import run_due_cascades
from posts.models import PostVersion
from tests.images.pictures import picture, send
from tests.support.concurrency import live_records


def versions(person, post):
    answer = person.get(f"posts/{post['id']}/versions")
    assert answer.status_code == 200
    return answer.json()["versions"]


def test_each_edit_keeps_what_was_there(alice, bob, flush_all, documents):
    post = alice.create_post("One", feelings="happy")
    assert versions(bob, post) == []

    second = alice.patch(f"posts/{post['id']}", {"text": "Two"}).json()["post"]
    answer = send(alice, "PATCH", f"posts/{post['id']}", text="Three", image=picture())
    third = answer.json()["post"]
    alice.patch(f"posts/{post['id']}", {"image": None})

    found = versions(bob, post)
    ids = [one.pop("id") for one in found]
    assert sorted(ids, reverse=True) == ids
    was = {"bg_color": "", "feelings": "happy", "gif_url": "", "media": None}
    assert found == [
        {**was, "written_at": third["edited_at"], "text": "Three", "media": third["media"]},
        {**was, "written_at": second["edited_at"], "text": "Two"},
        {**was, "written_at": post["created_at"], "text": "One"},
    ]
    flush_all()
    assert [one["text"] for one in documents(PostVersion)] == ["One", "Two", "Three"]


def test_what_changes_nothing_that_is_shown_keeps_nothing(alice):
    post = alice.create_post("One")
    alice.patch(f"posts/{post['id']}", {"privacy": "followers"})
    alice.patch(f"posts/{post['id']}", {"text": "One"})
    assert versions(alice, post) == []


def test_whoever_does_not_see_the_post_sees_no_version(alice, bob):
    post = alice.create_post("One")
    alice.patch(f"posts/{post['id']}", {"text": "Two"})
    alice.patch(f"posts/{post['id']}", {"privacy": "private"})
    assert bob.get(f"posts/{post['id']}/versions").status_code == 404
    assert len(versions(alice, post)) == 1


def test_versions_are_paged(alice):
    post = alice.create_post("0")
    for number in range(1, 6):
        alice.patch(f"posts/{post['id']}", {"text": str(number)})
    first = alice.get(f"posts/{post['id']}/versions?limit=3").json()
    rest = alice.get(f"posts/{post['id']}/versions?limit=3&cursor={first['next']}").json()
    assert [one["text"] for one in first["versions"]] == ["4", "3", "2"]
    assert [one["text"] for one in rest["versions"]] == ["1", "0"]
    assert rest["next"] is None


def test_versions_go_with_their_post(alice):
    post = alice.create_post("One")
    alice.patch(f"posts/{post['id']}", {"text": "Two"})
    alice.delete(f"posts/{post['id']}")
    assert alice.get(f"posts/{post['id']}/versions").status_code == 404
    run_due_cascades()
    assert live_records("posts.postversion") == {}
