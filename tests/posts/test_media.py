"""Images, videos and GIFs of posts."""

import pytest
from django.conf import settings

from images.models import Media
from images.services import process_due_media
from mysocial.core.redis import client
from mysocial.outbox import run_due_cascades
from posts.models import Post
from tests.images.pictures import (
    UNREADY,
    WEBM,
    data_url,
    make_animation,
    make_image,
    make_video,
    public_files,
    read_file,
    send_form,
    spooled_files,
)
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    mongod_paused,
    run_concurrently,
)
from tests.support.people import sign_up
from tests.support.shared_objects import shared

GIF = "https://media.giphy.com/media/abc/giphy.gif"


def created_post(response):
    assert response.status_code in {200, 201}, response.content
    return shared(response.json()["post"])


def test_a_post_with_an_image_is_created_at_once_and_announced_when_ready(
    alice, bob, flush_all, document
):
    post = created_post(send_form(alice, "POST", "posts", text="Look", image=make_image()))
    media = post["media"]
    assert media == {"id": media["id"], "kind": "image", **UNREADY}
    assert (post["text"], post["gif_url"]) == ("Look", "")
    assert shared(bob.get(f"posts/{post['id']}").json()) == post
    assert shared(bob.get("posts").json()["posts"]) == [post]

    assert process_due_media() == 1
    ready = shared(bob.get(f"posts/{post['id']}").json())
    url = ready["media"]["url"]
    blurhash = ready["media"]["blurhash"]
    assert ready["media"] == {
        **media, "state": "ready", "url": url, "width": 40, "height": 30, "blurhash": blurhash,
    }  # fmt: skip
    assert len(blurhash) == 28
    assert {**ready, "media": media} == post
    assert bob.received_events("feed") == [
        {"type": "post.created", "data": post},
        {"type": "post.updated", "data": ready},
    ]
    flush_all()
    assert document(Post, post["id"])["media_id"] == media["id"]
    assert document(Media, media["id"])["url"] == url.removeprefix(settings.PUBLIC_URL)


@pytest.mark.parametrize(("content", "end"), [(make_video(), "mp4"), (WEBM, "webm")])
def test_a_post_with_a_video_and_no_text(alice, bob, content, end):
    post = created_post(send_form(alice, "POST", "posts", video=content))
    assert post["text"] == ""
    assert process_due_media() == 1
    media = bob.get(f"posts/{post['id']}").json()["media"]
    assert (media["kind"], media["state"], media["width"]) == ("video", "ready", 64)
    assert media["url"].endswith(f".{end}")
    assert len(read_file(media["url"])) == len(content)


def test_a_post_with_a_gif_shows_its_url(alice, bob):
    post = created_post(alice.post("posts", {"gif_url": GIF}))
    assert (post["gif_url"], post["media"]) == (GIF, None)
    assert shared(bob.get("posts?media=images").json()["posts"]) == [post]
    assert live_records("images.media") == {}


@pytest.mark.parametrize(
    "url",
    ["http://media.giphy.com/a.gif", "https://evil.com/media.giphy.com", "https://media.giphy.com",
     "https://media.giphy.com@evil.com/a.gif", "https://media.giphy.com:80/a.gif", "javascript:1",
     'https://media.giphy.com/"onload=x', "https://media.giphy.com/a b", 5,
     "https://media.giphy.com/" + "x" * 500],
)  # fmt: skip
def test_a_gif_of_another_host_is_rejected(alice, url):
    with assert_no_changes():
        response = alice.post("posts", {"gif_url": url})
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["gif_url"]


def test_a_post_takes_only_one_of_image_video_and_gif(alice):
    with assert_no_changes():
        response = send_form(
            alice, "POST", "posts", image=make_image(), video=make_video(), gif_url=GIF
        )
    assert response.status_code == 400
    assert {error["field"] for error in response.json()["errors"]} == {"image", "video", "gif_url"}
    assert spooled_files() == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"image": make_video()}, 415),
        ({"video": make_image()}, 415),
        ({"video": b"x"}, 415),
        ({"image": make_image(), "privacy": "friends"}, 400),
        ({"image": make_image(), "x": "y"}, 400),
    ],
)
def test_a_rejected_post_leaves_no_file(alice, fields, code):
    with assert_no_changes():
        assert send_form(alice, "POST", "posts", **fields).status_code == code
    assert spooled_files() == public_files() == []


def test_a_video_that_is_too_large_is_rejected(alice, settings):
    settings.VIDEO_MAX_BYTES = 1500
    with assert_no_changes():
        assert (
            send_form(alice, "POST", "posts", video=make_video(extra=bytes(2000))).status_code
            == 413
        )
    assert spooled_files() == []


def test_an_edit_replaces_the_image_and_null_removes_it(alice, bob):
    post = created_post(send_form(alice, "POST", "posts", text="x", image=make_image()))
    path = f"posts/{post['id']}"

    filmed = created_post(send_form(alice, "PATCH", path, video=make_video()))
    assert filmed["media"]["kind"] == "video"
    assert bob.get("posts?media=images").json()["posts"] == []
    assert shared(bob.get("posts?media=videos").json()["posts"]) == [filmed]

    assert created_post(alice.patch(path, {"image": None})) == filmed
    bare = created_post(alice.patch(path, {"video": None}))
    assert bare["media"] is None
    assert bob.get("posts?media=videos").json()["posts"] == []

    moving = created_post(alice.patch(path, {"gif_url": GIF}))
    assert (moving["gif_url"], moving["media"]) == (GIF, None)
    pictured = created_post(alice.patch(path, {"image": data_url(make_animation(), "image/gif")}))
    assert (pictured["gif_url"], pictured["media"]["kind"]) == ("", "image")
    with assert_no_changes():
        assert alice.patch(path, {"text": "", "image": None}).status_code == 400


def test_only_the_author_replaces_an_image_and_a_rejection_leaves_no_file(alice, bob):
    post = alice.create_post()
    hidden = alice.create_post(privacy="private")
    with assert_no_changes():
        assert send_form(bob, "PATCH", f"posts/{post['id']}", image=make_image()).status_code == 403
        assert (
            send_form(bob, "PATCH", f"posts/{hidden['id']}", image=make_image()).status_code == 404
        )
    assert spooled_files() == []


def test_an_image_that_was_replaced_before_its_processing_is_not_announced(alice, bob):
    post = created_post(send_form(alice, "POST", "posts", image=make_image()))
    post = created_post(alice.patch(f"posts/{post['id']}", {"gif_url": GIF}))
    received = bob.received_events("feed")
    assert process_due_media() == 1
    assert bob.received_events("feed") == received
    assert shared(bob.get(f"posts/{post['id']}").json()) == post


def test_an_invalid_image_is_announced_as_failed(alice, bob):
    post = created_post(
        send_form(alice, "POST", "posts", text="x", image=make_image(size=(400, 400))[:-200])
    )
    assert process_due_media() == 1
    shown = shared(bob.get(f"posts/{post['id']}").json())
    assert (shown["media"]["state"], shown["media"]["url"]) == ("failed", None)
    assert bob.received_events("feed")[1:] == [{"type": "post.updated", "data": shown}]
    assert spooled_files() == public_files() == []


def test_the_image_of_a_post_is_announced_to_its_viewers_only(alice, bob):
    send_form(alice, "POST", "posts", image=make_image(), privacy="followers")
    process_due_media()
    assert bob.received_events("feed", f"user:{alice.id}") == []
    assert [event["type"] for event in alice.received_events("feed")] == [
        "post.created",
        "post.updated",
    ]


def test_lists_filtered_by_media_have_full_pages(alice, bob, flush_all):
    kinds = [{"gif_url": GIF}, {"text": "x"}, {"image": data_url(make_image())}, {"text": "y"}] * 3
    posts = [created_post(alice.post("posts", fields)) for fields in kinds]
    wanted = [post["id"] for post in reversed(posts) if post["text"] == ""]
    for path in ("posts", f"users/{alice.id}/posts"):
        listed, cursor = [], ""
        while cursor is not None:
            page = bob.get(f"{path}?media=images&limit=4{cursor and '&cursor=' + cursor}").json()
            listed += [post["id"] for post in page["posts"]]
            cursor = page["next"]
        assert listed == wanted
    assert [post["id"] for post in bob.get("posts?media=images&page=1").json()["posts"]] == wanted
    assert bob.get("posts?media=films").status_code == 400


def test_lists_filtered_by_media_are_reloaded_from_mongodb(alice, bob, flush_all):
    post = created_post(alice.post("posts", {"gif_url": GIF}))
    alice.create_post("No media")
    created_post(send_form(alice, "POST", "posts", video=make_video()))
    process_due_media()
    flush_all()
    for key in client().scan_iter("posts.post*"):
        client().delete(key)
    assert shared(bob.get("posts?media=images").json()["posts"]) == [post]
    assert shared(bob.get(f"users/{alice.id}/posts?media=images").json()["posts"]) == [post]


def test_a_post_with_an_image_needs_no_mongodb(alice, bob):
    bob.get("posts")
    with mongod_paused():
        post = created_post(send_form(alice, "POST", "posts", image=make_image()))
        assert shared(alice.get(f"users/{alice.id}/posts?media=images").json()["posts"]) == [post]


def test_concurrent_requests_with_the_same_key_create_one_post_with_one_image(alice):
    responses = run_concurrently(
        *[lambda: send_form(alice, "POST", "posts", key="k", text="x", image=make_image())] * 8
    )
    assert count_statuses(responses) == {201: 8}
    assert len({response.content for response in responses}) == 1
    assert (
        len(live_records("posts.post"))
        == len(live_records("images.media"))
        == len(spooled_files())
        == 1
    )


def test_concurrent_edits_are_all_kept_in_order(alice):
    post = created_post(send_form(alice, "POST", "posts", image=make_image()))
    path = f"posts/{post['id']}"
    responses = run_concurrently(
        *[
            lambda n=n: send_form(alice, "PATCH", path, image=make_image(size=(n, 9)))
            for n in range(10, 15)
        ]
    )
    assert count_statuses(responses) == {200: 5}
    versions = alice.get(f"{path}/versions").json()["versions"]
    assert len(versions) == 5
    ids = {version["media"]["id"] for version in [*versions, alice.get(path).json()]}
    assert ids == live_records("images.media").keys()
    assert len(ids) == 6


def test_the_media_of_a_post_are_deleted_with_it(alice, bob, documents, flush_all):
    post = created_post(send_form(alice, "POST", "posts", image=make_image()))
    process_due_media()
    send_form(alice, "PATCH", f"posts/{post['id']}", video=make_video())
    kept = created_post(send_form(alice, "POST", "posts", image=make_image()))
    process_due_media()
    assert len(public_files()) == 4  # two images, the video and its poster

    assert alice.delete(f"posts/{post['id']}").status_code == 200
    received = bob.received_events("feed", f"user:{alice.id}")
    run_due_cascades()
    assert process_due_media() == 2
    assert list(live_records("images.media")) == [kept["media"]["id"]]
    assert len(public_files()) == 1
    assert bob.received_events("feed", f"user:{alice.id}") == received
    flush_all()
    assert [document["_id"] for document in documents(Media)] == [kept["media"]["id"]]


def test_the_feed_with_media_is_read_in_one_round_trip(alice, bob):
    for number in range(10):
        send_form(sign_up(f"member{number}"), "POST", "posts", image=make_image())
    process_due_media()
    bob.get("posts")
    before = client().info("commandstats")
    assert len(bob.get("posts").json()["posts"]) == 10
    after = client().info("commandstats")
    calls = {
        name: after[name]["calls"] - before.get(name, {"calls": 0})["calls"]
        for name in after
        if "evalsha" in name or "fcall" in name
    }
    assert sum(calls.values()) == 1
