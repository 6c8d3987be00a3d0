"""Galleries, images of profiles, and the deletion of images."""

from images.models import DeletedFile
from images.services import process_due_media
from mysocial.core.redis import client
from mysocial.outbox import run_due_cascades
from tests.images.pictures import (
    get_gallery,
    make_image,
    make_video,
    open_image,
    profile_images,
    public_files,
    read_file,
    send_form,
    spooled_files,
    upload_profile_image,
)
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    mongod_paused,
    run_concurrently,
)
from tests.support.people import new_client
from tests.support.shared_objects import shared, shared_profile


def test_a_background_is_shown_and_removed(alice, bob, flush_all):
    avatar, _ = profile_images(alice)
    image = upload_profile_image(alice, "background")
    assert profile_images(alice) == (avatar, image["url"])
    assert image["purpose"] == "background"

    with assert_no_changes():
        assert bob.delete(f"users/me/images/background/{image['id']}").status_code == 403
    flush_all()
    client().flushall()
    assert profile_images(alice) == (avatar, image["url"])
    response = alice.delete(f"users/me/images/background/{image['id']}")
    assert response.json() == {"message": "Image deleted"}
    assert profile_images(alice) == (avatar, "")
    assert get_gallery(alice, alice) == []
    assert process_due_media() == 1
    assert public_files() == []
    assert alice.delete(f"users/me/images/background/{image['id']}").status_code == 404


def test_an_existing_image_is_shown_on_the_profile_without_another_upload(alice, bob):
    first, second = upload_profile_image(alice), upload_profile_image(alice)
    assert profile_images(alice)[0] == second["url"]
    for purpose in ("profile", "background"):
        response = alice.post(f"users/me/images/{purpose}", {"image_id": first["id"]})
        assert response.status_code == 200
        assert response.json()["image"]["url"] == first["url"]
    assert profile_images(alice) == (first["url"], first["url"])
    assert len(public_files()) == 2
    assert alice.delete(f"users/me/images/background/{first['id']}").status_code == 200
    assert profile_images(alice) == (first["url"], "")
    assert len(get_gallery(alice, alice)) == 2


def test_a_profile_cannot_show_another_members_image_or_an_unprocessed_one(alice, bob):
    image = upload_profile_image(alice)
    unready = send_form(bob, "POST", "posts", image=make_image()).json()["post"]["media"]
    video = send_form(bob, "POST", "posts", video=make_video()).json()["post"]["media"]
    with assert_no_changes():
        for image_id, code in [(image["id"], 403), (unready["id"], 409), (video["id"], 404),
                               ("0" * 24, 404), ("x", 400)]:  # fmt: skip
            response = bob.post("users/me/images/profile", {"image_id": image_id})
            assert response.status_code == code, image_id


def test_the_profile_shows_the_later_of_two_uploads(alice):
    send_form(alice, "POST", "users/me/images/profile", image=make_image(size=(10, 10)))
    send_form(alice, "POST", "users/me/images/profile", image=make_image(size=(20, 20)))
    assert process_due_media() == 2
    assert open_image(profile_images(alice)[0]).size == (20, 20)
    assert [event["type"] for event in alice.received_events()] == ["user.updated"]


def test_deleting_an_unprocessed_image_keeps_the_one_on_the_profile(alice):
    avatar, background = upload_profile_image(alice), upload_profile_image(alice, "background")
    shown_now = (avatar["url"], background["url"])
    for purpose, path in (
        ("profile", "users/me/images"),
        ("background", "users/me/images/background"),
    ):
        image = send_form(alice, "POST", f"users/me/images/{purpose}", image=make_image()).json()[
            "image"
        ]
        assert alice.delete(f"{path}/{image['id']}").status_code == 200
        assert profile_images(alice) == shown_now
    assert alice.delete(f"users/me/images/background/{background['id']}").status_code == 200
    assert profile_images(alice) == (avatar["url"], "")


def test_a_deleted_image_is_removed_everywhere_and_announced(alice, bob):
    initial, _ = profile_images(alice)
    image = upload_profile_image(alice)
    with assert_no_changes():
        assert bob.delete(f"users/me/images/{image['id']}").status_code == 403
    count = len(bob.received_events(f"user:{alice.id}"))
    response = alice.delete(f"users/me/images/{image['id']}")
    assert response.json() == {"message": "Image deleted"}
    profile = bob.get(f"users/{alice.id}").json()
    assert profile["avatar_url"] == initial
    assert bob.received_events(f"user:{alice.id}")[count:] == [
        {"type": "user.updated", "data": shared_profile(profile)},
        {"type": "image.deleted", "data": {"id": image["id"]}},
    ]
    assert get_gallery(bob, alice) == []
    assert read_file(image["url"])
    assert process_due_media() == 1
    assert public_files() == []
    assert new_client().get(image["url"]).status_code == 404
    assert alice.delete(f"users/me/images/{image['id']}").status_code == 404


def test_an_image_that_is_deleted_before_its_processing_is_never_shown(alice, flush_all, documents):
    before = profile_images(alice)
    image = send_form(alice, "POST", "users/me/images/profile", image=make_image()).json()["image"]
    assert alice.delete(f"users/me/images/{image['id']}").status_code == 200
    assert spooled_files() == public_files() == []
    assert process_due_media() == 0
    assert profile_images(alice) == before
    flush_all()
    assert [file["status"] for file in documents(DeletedFile)] == ["queued"]  # Due in an hour.


def test_only_one_of_many_concurrent_deletions_succeeds(alice):
    image = upload_profile_image(alice)
    responses = run_concurrently(*[lambda: alice.delete(f"users/me/images/{image['id']}")] * 6)
    assert count_statuses(responses) == {200: 1, 404: 5}
    assert len(live_records("images.deletedfile")) == 1
    assert [event["type"] for event in alice.received_events()].count("image.deleted") == 1


def test_a_profile_never_shows_an_image_that_was_deleted_concurrently(alice):
    initial, _ = profile_images(alice)
    for _ in range(8):
        image = upload_profile_image(alice)
        upload_profile_image(alice)
        shows, deletes = run_concurrently(
            lambda image=image: alice.post("users/me/images/profile", {"image_id": image["id"]}),
            lambda image=image: alice.delete(f"users/me/images/{image['id']}"),
        )
        assert deletes.status_code == 200
        assert shows.status_code in {200, 404}
        assert profile_images(alice)[0] != image["url"]
        if shows.status_code == 200:
            assert profile_images(alice)[0] == initial


def test_a_gallery_lists_the_visible_images_newest_first(alice, bob, stranger):
    bob.put(f"users/{alice.id}/follow")
    background, avatar = upload_profile_image(alice, "background"), upload_profile_image(alice)
    ids = {}
    for privacy in ("public", "followers", "private"):
        post = send_form(alice, "POST", "posts", image=make_image(), privacy=privacy).json()["post"]
        ids[privacy] = (post["media"]["id"], post["id"])
    send_form(alice, "POST", "posts", video=make_video())
    process_due_media()

    people = {"alice": alice, "bob": bob, "stranger": stranger}
    seen = {
        name: [record["id"] for record in get_gallery(who, alice)] for name, who in people.items()
    }
    media = {privacy: pair[0] for privacy, pair in ids.items()}
    profile = [avatar["id"], background["id"]]
    assert seen == {
        "alice": [media["private"], media["followers"], media["public"], *profile],
        "bob": [media["followers"], media["public"], *profile],
        "stranger": [media["public"], *profile],
    }
    assert get_gallery(stranger, alice)[0]["post_id"] == ids["public"][1]
    assert get_gallery(stranger, alice)[1]["post_id"] == ""

    alice.put(f"users/{stranger.id}/block")
    assert stranger.get(f"users/{alice.id}/images").status_code == 404
    assert bob.get(f"users/{'0' * 24}/images").status_code == 404


def test_a_gallery_is_paginated_and_reloaded_from_mongodb(alice, bob, flush_all):
    images = [upload_profile_image(alice)["id"] for _ in range(5)]
    flush_all()
    for key in client().scan_iter("images.media*"):
        client().delete(key)
    first = bob.get(f"users/{alice.id}/images?limit=3").json()
    rest = bob.get(f"users/{alice.id}/images?limit=3&cursor={first['next']}").json()
    assert [record["id"] for record in first["images"] + rest["images"]] == images[::-1]
    assert rest["next"] is None


def test_a_gallery_needs_no_mongodb(alice):
    with mongod_paused():
        send_form(alice, "POST", "users/me/images/background", image=make_image())
        assert len(get_gallery(alice, alice)) == 1


def test_an_image_of_an_invisible_post_is_not_found(alice, bob):
    post = send_form(alice, "POST", "posts", image=make_image(), privacy="followers").json()["post"]
    video = send_form(alice, "POST", "posts", text="x", video=make_video()).json()["post"]
    with assert_no_changes():
        assert bob.delete(f"users/me/images/{post['media']['id']}").status_code == 404
        assert bob.delete(f"users/me/images/{video['media']['id']}").status_code == 404
        assert alice.delete(f"users/me/images/{video['media']['id']}").status_code == 404


def test_deleting_the_image_of_a_post_keeps_its_text_and_is_announced_to_its_viewers(
    alice, bob, stranger
):
    bob.put(f"users/{alice.id}/follow")
    fields = {"text": "Look", "privacy": "followers"}
    post = shared(send_form(alice, "POST", "posts", image=make_image(), **fields).json()["post"])
    process_due_media()
    count = len(bob.received_events(f"user:{alice.id}"))
    assert alice.delete(f"users/me/images/{post['media']['id']}").status_code == 200
    bare = shared(bob.get(f"posts/{post['id']}").json())
    assert bare == {**post, "media": None}
    assert bob.received_events(f"user:{alice.id}")[count:] == [
        {"type": "post.updated", "data": bare},
        {"type": "image.deleted", "data": {"id": post["media"]["id"]}},
    ]
    assert stranger.received_events(f"user:{alice.id}") == []
    assert alice.get(f"users/{alice.id}/posts?media=images").json()["posts"] == []


def test_the_only_content_of_a_post_cannot_be_deleted_alone(alice):
    post = send_form(alice, "POST", "posts", image=make_image()).json()["post"]
    process_due_media()
    with assert_no_changes():
        assert alice.delete(f"users/me/images/{post['media']['id']}").status_code == 409


def test_deleting_a_post_removes_its_image_from_the_profile(alice):
    initial, _ = profile_images(alice)
    post = send_form(alice, "POST", "posts", image=make_image()).json()["post"]
    process_due_media()
    alice.post("users/me/images/profile", {"image_id": post["media"]["id"]})
    assert profile_images(alice)[0] != initial
    alice.delete(f"posts/{post['id']}")
    run_due_cascades()
    assert profile_images(alice)[0] == initial


def test_staff_delete_an_image_in_the_admin(alice, moderator, flush_all):
    initial, _ = profile_images(alice)
    image = upload_profile_image(alice)
    flush_all()
    assert moderator.get("/admin/images/media/").status_code == 200
    moderator.post(f"/admin/images/media/{image['id']}/delete/", {"post": "yes"})
    assert profile_images(alice)[0] == initial
    assert get_gallery(alice, alice) == []
