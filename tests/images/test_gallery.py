"""Galleries, the pictures of profiles, and deleting images."""

import pytest

from images.models import DeletedFile
from images.services import process_due_media
from mysocial.core.redis import client
from mysocial.outbox import run_due_cascades
from tests.images.pictures import (
    bytes_at,
    data_url,
    film,
    opened,
    picture,
    send,
    shown,
    waiting,
)
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    mongod_paused,
    run_concurrently,
)
from tests.support.people import anonymous, new_client, sign_up
from tests.support.servers import PASSWORD


def brings(person, purpose="profile", size=(40, 30)):
    """Set a picture of the profile and let it be processed; return it as the gallery shows it."""
    answer = send(person, "POST", f"images/{purpose}", image=picture(size=size))
    assert answer.status_code == 201, answer.content
    process_due_media()
    return next(one for one in gallery(person, person) if one["id"] == answer.json()["image"]["id"])


def gallery(person, owner):
    answer = person.get(f"users/{owner.id}/images")
    assert answer.status_code == 200
    return answer.json()["images"]


def pictures(person):
    """Return what a profile shows."""
    profile = person.get("users/me").json()
    return profile["avatar_url"], profile["background_url"]


def test_everybody_has_an_avatar_at_once(alice, settings):
    url, background = pictures(alice)
    color = alice.get("users/me").json()["avatar_color"]
    assert url == f"{settings.PUBLIC_URL}/avatars/{color[1:]}/A.png"
    assert background == ""
    answer = new_client().get(url)
    assert answer["Content-Type"] == "image/png"
    assert "immutable" in answer["Cache-Control"]
    assert answer.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "path", ["zzzzzz/A.png", "ABCDEF/A.png", "abcdef/a.png", "abcdef/<.png", "abcdef/AB.png"]
)
def test_no_other_avatar_is_drawn(path):
    assert new_client().get(f"/avatars/{path}").status_code == 404


def test_somebody_signs_up_with_a_picture(bob):
    ada = sign_up("ada", avatar_image=data_url(picture()))
    assert "/avatars/" in pictures(ada)[0]
    assert process_due_media() == 1
    (image,) = gallery(bob, ada)
    assert pictures(ada)[0] == image["url"]
    assert opened(image["url"]).size == (40, 30)


def test_a_refused_sign_up_leaves_no_picture(alice):
    body = {"username": "alice", "email": "x@example.com", "password": PASSWORD}
    with assert_no_changes():
        image = data_url(picture())
        assert anonymous.post("signup", {**body, "avatar_image": image}).status_code == 409
        image = data_url(b"<svg>")
        assert anonymous.post("signup", {**body, "avatar_image": image}).status_code == 415
    assert waiting() == []


def test_a_background_is_shown_and_removed(alice, bob, flush_all):
    avatar, _ = pictures(alice)
    image = brings(alice, "background")
    assert pictures(alice) == (avatar, image["url"])
    assert image["purpose"] == "background"

    with assert_no_changes():
        assert bob.delete(f"images/background/{image['id']}").status_code == 403
    flush_all()
    client().flushall()
    assert pictures(alice) == (avatar, image["url"])
    answer = alice.delete(f"images/background/{image['id']}")
    assert answer.json() == {"message": "Image deleted"}
    assert pictures(alice) == (avatar, "")
    assert gallery(alice, alice) == []
    assert process_due_media() == 1
    assert shown() == []
    assert alice.delete(f"images/background/{image['id']}").status_code == 404


def test_an_image_of_ones_own_is_shown_again_without_another_upload(alice, bob):
    first, second = brings(alice), brings(alice)
    assert pictures(alice)[0] == second["url"]
    for purpose in ("profile", "background"):
        answer = alice.post(f"images/{purpose}", {"image_id": first["id"]})
        assert answer.status_code == 200
        assert answer.json()["image"]["url"] == first["url"]
    assert pictures(alice) == (first["url"], first["url"])
    assert len(shown()) == 2
    assert alice.delete(f"images/background/{first['id']}").status_code == 200
    assert pictures(alice) == (first["url"], "")
    assert len(gallery(alice, alice)) == 2


def test_nobody_shows_an_image_of_somebody_else_or_one_that_is_not_ready(alice, bob):
    image = brings(alice)
    unready = send(bob, "POST", "posts", image=picture()).json()["post"]["media"]
    video = send(bob, "POST", "posts", video=film()).json()["post"]["media"]
    with assert_no_changes():
        for image_id, code in [(image["id"], 403), (unready["id"], 409), (video["id"], 404),
                               ("0" * 24, 404), ("x", 400)]:  # fmt: skip
            answer = bob.post("images/profile", {"image_id": image_id})
            assert answer.status_code == code, image_id


def test_of_two_pictures_the_one_that_was_brought_last_is_shown(alice):
    send(alice, "POST", "images/profile", image=picture(size=(10, 10)))
    send(alice, "POST", "images/profile", image=picture(size=(20, 20)))
    assert process_due_media() == 2
    assert opened(pictures(alice)[0]).size == (20, 20)
    assert [one["type"] for one in alice.received_events()] == ["user.updated"]


def test_deleting_a_picture_that_waits_leaves_the_one_that_is_shown(alice):
    avatar, background = brings(alice), brings(alice, "background")
    shown_now = (avatar["url"], background["url"])
    for purpose, path in (("profile", "images"), ("background", "images/background")):
        image = send(alice, "POST", f"images/{purpose}", image=picture()).json()["image"]
        assert alice.delete(f"{path}/{image['id']}").status_code == 200
        assert pictures(alice) == shown_now
    assert alice.delete(f"images/background/{background['id']}").status_code == 200
    assert pictures(alice) == (avatar["url"], "")


def test_a_deleted_picture_is_gone_everywhere_and_whoever_saw_it_hears(alice, bob):
    initial, _ = pictures(alice)
    image = brings(alice)
    with assert_no_changes():
        assert bob.delete(f"images/{image['id']}").status_code == 403
    heard = len(bob.received_events(f"user:{alice.id}"))
    answer = alice.delete(f"images/{image['id']}")
    assert answer.json() == {"message": "Image deleted"}
    profile = bob.get(f"users/{alice.id}").json()
    assert profile["avatar_url"] == initial
    assert bob.received_events(f"user:{alice.id}")[heard:] == [
        {"type": "user.updated", "data": profile},
        {"type": "image.deleted", "data": {"id": image["id"]}},
    ]
    assert gallery(bob, alice) == []
    assert bytes_at(image["url"])
    assert process_due_media() == 1
    assert shown() == []
    assert new_client().get(image["url"]).status_code == 404
    assert alice.delete(f"images/{image['id']}").status_code == 404


def test_a_picture_that_is_deleted_while_it_waits_is_never_shown(alice, flush_all, documents):
    before = pictures(alice)
    image = send(alice, "POST", "images/profile", image=picture()).json()["image"]
    assert alice.delete(f"images/{image['id']}").status_code == 200
    assert waiting() == shown() == []
    assert process_due_media() == 0
    assert pictures(alice) == before
    flush_all()
    assert [one["status"] for one in documents(DeletedFile)] == ["queued"]  # for an hour


def test_of_many_deletions_at_once_one_deletes(alice):
    image = brings(alice)
    answers = run_concurrently(*[lambda: alice.delete(f"images/{image['id']}")] * 6)
    assert count_statuses(answers) == {200: 1, 404: 5}
    assert len(live_records("images.deletedfile")) == 1
    assert [one["type"] for one in alice.received_events()].count("image.deleted") == 1


def test_a_picture_is_never_shown_after_it_was_deleted_at_the_same_moment(alice):
    initial, _ = pictures(alice)
    for _ in range(8):
        image = brings(alice)
        brings(alice)
        shows, deletes = run_concurrently(
            lambda image=image: alice.post("images/profile", {"image_id": image["id"]}),
            lambda image=image: alice.delete(f"images/{image['id']}"),
        )
        assert deletes.status_code == 200
        assert shows.status_code in {200, 404}
        assert pictures(alice)[0] != image["url"]
        if shows.status_code == 200:
            assert pictures(alice)[0] == initial


def test_a_gallery_shows_what_the_viewer_may_see_newest_first(alice, bob, stranger):
    bob.put(f"users/{alice.id}/follow")
    background, avatar = brings(alice, "background"), brings(alice)
    ids = {}
    for privacy in ("public", "followers", "private"):
        post = send(alice, "POST", "posts", image=picture(), privacy=privacy).json()["post"]
        ids[privacy] = (post["media"]["id"], post["id"])
    send(alice, "POST", "posts", video=film())
    process_due_media()

    people = {"alice": alice, "bob": bob, "stranger": stranger}
    seen = {name: [one["id"] for one in gallery(who, alice)] for name, who in people.items()}
    media = {privacy: pair[0] for privacy, pair in ids.items()}
    profile = [avatar["id"], background["id"]]
    assert seen == {
        "alice": [media["private"], media["followers"], media["public"], *profile],
        "bob": [media["followers"], media["public"], *profile],
        "stranger": [media["public"], *profile],
    }
    assert gallery(stranger, alice)[0]["post_id"] == ids["public"][1]
    assert gallery(stranger, alice)[1]["post_id"] == ""

    alice.put(f"users/{stranger.id}/block")
    assert stranger.get(f"users/{alice.id}/images").status_code == 404
    assert bob.get(f"users/{'0' * 24}/images").status_code == 404


def test_a_gallery_is_paged_and_comes_back_from_mongodb(alice, bob, flush_all):
    images = [brings(alice)["id"] for _ in range(5)]
    flush_all()
    for key in client().scan_iter("images.media*"):
        client().delete(key)
    first = bob.get(f"users/{alice.id}/images?limit=3").json()
    rest = bob.get(f"users/{alice.id}/images?limit=3&cursor={first['next']}").json()
    assert [one["id"] for one in first["images"] + rest["images"]] == images[::-1]
    assert rest["next"] is None


def test_a_gallery_needs_no_mongodb(alice):
    with mongod_paused():
        send(alice, "POST", "images/background", image=picture())
        assert len(gallery(alice, alice)) == 1


def test_what_is_in_a_post_that_one_does_not_see_cannot_even_be_refused(alice, bob):
    post = send(alice, "POST", "posts", image=picture(), privacy="followers").json()["post"]
    video = send(alice, "POST", "posts", text="x", video=film()).json()["post"]
    with assert_no_changes():
        assert bob.delete(f"images/{post['media']['id']}").status_code == 404
        assert bob.delete(f"images/{video['media']['id']}").status_code == 404
        assert alice.delete(f"images/{video['media']['id']}").status_code == 404


def test_deleting_the_image_of_a_post_leaves_its_text_and_is_heard_by_who_sees_it(
    alice, bob, stranger
):
    bob.put(f"users/{alice.id}/follow")
    fields = {"text": "Look", "privacy": "followers"}
    post = send(alice, "POST", "posts", image=picture(), **fields).json()["post"]
    process_due_media()
    heard = len(bob.received_events(f"user:{alice.id}"))
    assert alice.delete(f"images/{post['media']['id']}").status_code == 200
    bare = bob.get(f"posts/{post['id']}").json()
    assert bare == {**post, "media": None}
    assert bob.received_events(f"user:{alice.id}")[heard:] == [
        {"type": "post.updated", "data": bare},
        {"type": "image.deleted", "data": {"id": post["media"]["id"]}},
    ]
    assert stranger.received_events(f"user:{alice.id}") == []
    assert alice.get(f"users/{alice.id}/posts?media=images").json()["posts"] == []


def test_an_image_that_is_all_of_its_post_goes_with_the_post_only(alice):
    post = send(alice, "POST", "posts", image=picture()).json()["post"]
    process_due_media()
    with assert_no_changes():
        assert alice.delete(f"images/{post['media']['id']}").status_code == 409


def test_a_post_that_goes_takes_its_image_off_the_profile(alice):
    initial, _ = pictures(alice)
    post = send(alice, "POST", "posts", image=picture()).json()["post"]
    process_due_media()
    alice.post("images/profile", {"image_id": post["media"]["id"]})
    assert pictures(alice)[0] != initial
    alice.delete(f"posts/{post['id']}")
    run_due_cascades()
    assert pictures(alice)[0] == initial


def test_staff_delete_an_image_in_the_admin(alice, moderator, flush_all):
    initial, _ = pictures(alice)
    image = brings(alice)
    flush_all()
    assert moderator.get("/admin/images/media/").status_code == 200
    moderator.post(f"/admin/images/media/{image['id']}/delete/", {"post": "yes"})
    assert pictures(alice)[0] == initial
    assert gallery(alice, alice) == []
