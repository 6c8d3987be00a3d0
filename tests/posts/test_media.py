"""Pictures, videos and GIFs of posts."""

import pytest

from images.models import Media
from images.services import process_due_media
from mysocial.core.redis import client
from mysocial.outbox import run_due_cascades
from posts.models import Post
from tests.images.pictures import (
    WEBM,
    animation,
    bytes_at,
    data_url,
    film,
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
from tests.support.people import sign_up

GIF = "https://media.giphy.com/media/abc/giphy.gif"


def post_of(answer):
    assert answer.status_code in {200, 201}, answer.content
    return answer.json()["post"]


def test_a_post_with_an_image_is_there_at_once_and_told_of_when_it_is_ready(
    alice, bob, flush_all, document
):
    post = post_of(send(alice, "POST", "posts", text="Look", image=picture()))
    media = post["media"]
    unready = {"state": "processing", "url": None, "width": None, "height": None}
    assert media == {"id": media["id"], "kind": "image", **unready}
    assert (post["text"], post["gif_url"]) == ("Look", "")
    assert bob.get(f"posts/{post['id']}").json() == post
    assert bob.get("posts").json()["posts"] == [post]

    assert process_due_media() == 1
    ready = bob.get(f"posts/{post['id']}").json()
    url = ready["media"]["url"]
    assert ready["media"] == {**media, "state": "ready", "url": url, "width": 40, "height": 30}
    assert {**ready, "media": media} == post
    assert bob.received_events("feed") == [
        {"type": "post.created", "data": post},
        {"type": "post.updated", "data": ready},
    ]
    flush_all()
    assert document(Post, post["id"])["media_id"] == media["id"]
    assert document(Media, media["id"])["url"] == url


@pytest.mark.parametrize(("content", "end"), [(film(), "mp4"), (WEBM, "webm")])
def test_a_post_with_a_video_and_no_text(alice, bob, content, end):
    post = post_of(send(alice, "POST", "posts", video=content))
    assert post["text"] == ""
    assert process_due_media() == 1
    media = bob.get(f"posts/{post['id']}").json()["media"]
    assert (media["kind"], media["state"], media["width"]) == ("video", "ready", None)
    assert media["url"].endswith(f".{end}")
    assert len(bytes_at(media["url"])) == len(content)


def test_a_post_with_a_gif_shows_it_from_where_it_is(alice, bob):
    post = post_of(alice.post("posts", {"gif_url": GIF}))
    assert (post["gif_url"], post["media"]) == (GIF, None)
    assert bob.get("posts?media=images").json()["posts"] == [post]
    assert live_records("images.media") == {}


@pytest.mark.parametrize(
    "url",
    ["http://media.giphy.com/a.gif", "https://evil.com/media.giphy.com", "https://media.giphy.com",
     "https://media.giphy.com@evil.com/a.gif", "https://media.giphy.com:80/a.gif", "javascript:1",
     'https://media.giphy.com/"onload=x', "https://media.giphy.com/a b", 5,
     "https://media.giphy.com/" + "x" * 500],
)  # fmt: skip
def test_a_gif_from_elsewhere_is_refused(alice, url):
    with assert_no_changes():
        answer = alice.post("posts", {"gif_url": url})
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == ["gif_url"]


def test_of_image_video_and_gif_one_is_taken(alice):
    with assert_no_changes():
        answer = send(alice, "POST", "posts", image=picture(), video=film(), gif_url=GIF)
    assert answer.status_code == 400
    assert {one["field"] for one in answer.json()["errors"]} == {"image", "video", "gif_url"}
    assert waiting() == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"image": film()}, 415), ({"video": picture()}, 415), ({"video": b"x"}, 415),
     ({"image": picture(), "privacy": "friends"}, 400), ({"image": picture(), "x": "y"}, 400)],
)  # fmt: skip
def test_a_refused_post_leaves_no_file(alice, fields, code):
    with assert_no_changes():
        assert send(alice, "POST", "posts", **fields).status_code == code
    assert waiting() == shown() == []


def test_a_video_that_is_too_large_is_refused(alice, settings):
    settings.VIDEO_MAX_BYTES = 1500
    with assert_no_changes():
        assert send(alice, "POST", "posts", video=film(extra=bytes(2000))).status_code == 413
    assert waiting() == []


def test_an_edit_replaces_the_image_and_null_removes_what_is_there(alice, bob):
    post = post_of(send(alice, "POST", "posts", text="x", image=picture()))
    path = f"posts/{post['id']}"

    filmed = post_of(send(alice, "PATCH", path, video=film()))
    assert filmed["media"]["kind"] == "video"
    assert bob.get("posts?media=images").json()["posts"] == []
    assert bob.get("posts?media=videos").json()["posts"] == [filmed]

    assert post_of(alice.patch(path, {"image": None})) == filmed
    bare = post_of(alice.patch(path, {"video": None}))
    assert bare["media"] is None
    assert bob.get("posts?media=videos").json()["posts"] == []

    moving = post_of(alice.patch(path, {"gif_url": GIF}))
    assert (moving["gif_url"], moving["media"]) == (GIF, None)
    pictured = post_of(alice.patch(path, {"image": data_url(animation(), "image/gif")}))
    assert (pictured["gif_url"], pictured["media"]["kind"]) == ("", "image")
    with assert_no_changes():
        assert alice.patch(path, {"text": "", "image": None}).status_code == 400


def test_only_the_author_replaces_an_image_and_a_refusal_leaves_no_file(alice, bob):
    post = alice.create_post()
    hidden = alice.create_post(privacy="private")
    with assert_no_changes():
        assert send(bob, "PATCH", f"posts/{post['id']}", image=picture()).status_code == 403
        assert send(bob, "PATCH", f"posts/{hidden['id']}", image=picture()).status_code == 404
    assert waiting() == []


def test_what_was_replaced_while_it_was_processed_is_not_told_of(alice, bob):
    post = post_of(send(alice, "POST", "posts", image=picture()))
    post = post_of(alice.patch(f"posts/{post['id']}", {"gif_url": GIF}))
    heard = bob.received_events("feed")
    assert process_due_media() == 1
    assert bob.received_events("feed") == heard
    assert bob.get(f"posts/{post['id']}").json() == post


def test_a_broken_image_is_told_of_as_failed(alice, bob):
    post = post_of(send(alice, "POST", "posts", text="x", image=picture(size=(400, 400))[:-200]))
    assert process_due_media() == 1
    seen = bob.get(f"posts/{post['id']}").json()
    assert (seen["media"]["state"], seen["media"]["url"]) == ("failed", None)
    assert bob.received_events("feed")[1:] == [{"type": "post.updated", "data": seen}]
    assert waiting() == shown() == []


def test_who_does_not_see_the_post_hears_nothing_of_its_image(alice, bob):
    send(alice, "POST", "posts", image=picture(), privacy="followers")
    process_due_media()
    assert bob.received_events("feed", f"user:{alice.id}") == []
    assert [one["type"] for one in alice.received_events("feed")] == [
        "post.created",
        "post.updated",
    ]


def test_lists_are_narrowed_to_media_and_paged_whole(alice, bob, flush_all):
    kinds = [{"gif_url": GIF}, {"text": "x"}, {"image": data_url(picture())}, {"text": "y"}] * 3
    posts = [post_of(alice.post("posts", fields)) for fields in kinds]
    wanted = [post["id"] for post in reversed(posts) if post["text"] == ""]
    for path in ("posts", f"users/{alice.id}/posts"):
        seen, cursor = [], ""
        while cursor is not None:
            page = bob.get(f"{path}?media=images&limit=4{cursor and '&cursor=' + cursor}").json()
            seen += [post["id"] for post in page["posts"]]
            cursor = page["next"]
        assert seen == wanted
    assert [post["id"] for post in bob.get("posts?media=images&page=1").json()["posts"]] == wanted
    assert bob.get("posts?media=films").status_code == 400


def test_narrowed_lists_come_back_from_mongodb(alice, bob, flush_all):
    post = post_of(alice.post("posts", {"gif_url": GIF}))
    alice.create_post("No media")
    post_of(send(alice, "POST", "posts", video=film()))
    process_due_media()
    flush_all()
    for key in client().scan_iter("posts.post*"):
        client().delete(key)
    assert bob.get("posts?media=images").json()["posts"] == [post]
    assert bob.get(f"users/{alice.id}/posts?media=images").json()["posts"] == [post]


def test_a_post_with_an_image_needs_no_mongodb(alice, bob):
    bob.get("posts")
    with mongod_paused():
        post = post_of(send(alice, "POST", "posts", image=picture()))
        assert alice.get(f"users/{alice.id}/posts?media=images").json()["posts"] == [post]


def test_of_many_repeats_at_once_one_makes_a_post_with_one_image(alice):
    answers = run_concurrently(
        *[lambda: send(alice, "POST", "posts", key="k", text="x", image=picture())] * 8
    )
    assert count_statuses(answers) == {201: 8}
    assert len({answer.content for answer in answers}) == 1
    assert (
        len(live_records("posts.post")) == len(live_records("images.media")) == len(waiting()) == 1
    )


def test_of_many_edits_at_once_each_is_kept_in_order(alice):
    post = post_of(send(alice, "POST", "posts", image=picture()))
    path = f"posts/{post['id']}"
    answers = run_concurrently(
        *[lambda n=n: send(alice, "PATCH", path, image=picture(size=(n, 9))) for n in range(10, 15)]
    )
    assert count_statuses(answers) == {200: 5}
    versions = alice.get(f"{path}/versions").json()["versions"]
    assert len(versions) == 5
    ids = {one["media"]["id"] for one in [*versions, alice.get(path).json()]}
    assert ids == live_records("images.media").keys()
    assert len(ids) == 6


def test_a_deleted_post_takes_its_media_along(alice, bob, documents, flush_all):
    post = post_of(send(alice, "POST", "posts", image=picture()))
    process_due_media()
    send(alice, "PATCH", f"posts/{post['id']}", video=film())
    kept = post_of(send(alice, "POST", "posts", image=picture()))
    process_due_media()
    assert len(shown()) == 3

    assert alice.delete(f"posts/{post['id']}").status_code == 200
    heard = bob.received_events("feed", f"user:{alice.id}")
    run_due_cascades()
    assert process_due_media() == 2
    assert list(live_records("images.media")) == [kept["media"]["id"]]
    assert len(shown()) == 1
    assert bob.received_events("feed", f"user:{alice.id}") == heard
    flush_all()
    assert [one["_id"] for one in documents(Media)] == [kept["media"]["id"]]


def test_the_feed_with_media_is_read_in_one_round_trip(alice, bob):
    for number in range(10):
        send(sign_up(f"member{number}"), "POST", "posts", image=picture())
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
