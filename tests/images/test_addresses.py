"""Addresses of files: they are stored as paths, so that the site may change its domain or port."""

import json
import zipfile
from typing import Any

import orjson
import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from hypothesis import given
from hypothesis import strategies as st

from accounts.services import write_export
from images.models import Media
from images.services import process_due_media
from images.store import media as media_store
from moderation import selectors as moderation
from mysocial.core import mongo
from mysocial.core.addresses import insert_public_url
from mysocial.core.json import dumps
from mysocial.core.redis import client
from mysocial.ops.consistency import verify
from mysocial.ops.rebuild_cache import rebuild
from mysocial.persistence import flush
from tests.images.pictures import make_image, read_file, send_form, upload_profile_image
from tests.support.people import Person
from tests.support.sockets import Socket
from users.models import User
from users.store import users

OLD = django_settings.PUBLIC_URL
NEW = "https://other.example:8443"
QUEUES = ("users", "posts", "comments", "followers", "notifications", "images", "chat", "accounts")
# What looks like a marked address in JSON, in a text of a member.
TRICKY_TEXTS = [
    '"\\/media/x.png',
    "\\/media/x",
    '{"url":"/media/x"}',
    '","url":"/x',
    "/media/x",
]


def addresses_in(value: Any) -> set[str]:
    """Return all values in JSON under a name that ends in `url`, except empty ones."""
    if isinstance(value, list):
        return set().union(*map(addresses_in, value))
    if not isinstance(value, dict):
        return set()
    inner = set().union(*map(addresses_in, value.values()))
    return inner | {item for name, item in value.items() if name.endswith("url") and item}


class Site:
    """Two members whose pictures are shown everywhere."""

    def __init__(self, alice: Person, bob: Person) -> None:
        self.alice, self.bob = alice, bob
        form = send_form(alice, "POST", "posts", key="a-post", text="Look", image=make_image())
        self.post = form.json()["post"]["id"]
        for purpose in ("profile", "background"):
            upload_profile_image(alice, purpose)
        send_form(alice, "POST", "chat/messages", image=make_image(), receiver_id=bob.id)
        process_due_media()
        comment = alice.post(f"posts/{self.post}/comments", {"text": "Mine"})
        assert comment.status_code == 201, comment.content
        alice.put(f"posts/{self.post}/reaction", {"type": "like"})
        assert alice.patch(f"posts/{self.post}", {"text": "Look here"}).status_code == 200
        alice.put(f"users/{bob.id}/follow")
        for text in TRICKY_TEXTS:
            bob.create_post(text)

    def reads(self) -> dict[str, Any]:
        """Return responses that show pictures, by path."""
        paths = (
            "users/me", f"users/{self.alice.id}", f"users/{self.alice.id}/images", "posts",
            f"posts/{self.post}", f"posts/{self.post}/comments", f"posts/{self.post}/reactions",
            f"posts/{self.post}/versions", f"users/{self.alice.id}/posts",
            f"chat/conversations/{self.alice.id}/messages", "chat/conversations", "notifications",
            f"users/{self.bob.id}/followers", "users/search?q=ali",
        )  # fmt: skip
        responses = {path: self.bob.get(path) for path in paths}
        assert {response.status_code for response in responses.values()} == {200}
        return {path: response.json() for path, response in responses.items()}


@pytest.fixture
def site(alice: Person, bob: Person) -> Site:
    return Site(alice, bob)


def test_after_a_change_of_the_domain_all_addresses_are_new(site, settings):
    before = site.reads()
    settings.PUBLIC_URL = NEW
    after = site.reads()
    for path, response in after.items():
        addresses = addresses_in(response)
        assert addresses, path
        assert all(address.startswith(f"{NEW}/") for address in addresses), path
        moved = json.loads(json.dumps(before[path]).replace(f'"{OLD}/', f'"{NEW}/'))
        assert response == moved, path
    settings.PUBLIC_URL = OLD
    assert site.reads() == before


def test_texts_that_look_like_addresses_stay_as_they_are(site, settings):
    settings.PUBLIC_URL = NEW
    texts = [post["text"] for post in site.bob.get(f"users/{site.bob.id}/posts").json()["posts"]]
    assert texts == TRICKY_TEXTS[::-1]


@given(st.recursive(st.text() | st.sampled_from(TRICKY_TEXTS) | st.none(), lambda inner: (
    st.lists(inner) | st.dictionaries(st.text(), inner))))  # fmt: skip
def test_no_json_of_a_text_contains_the_mark(value):
    assert insert_public_url(dumps(value)) == dumps(value)


def test_a_repeated_request_gets_the_new_address(site, settings):
    picture = send_form(
        site.alice, "POST", "posts", key="again", text="x", image=make_image(size=(9, 9))
    )
    settings.PUBLIC_URL = NEW
    repeated = send_form(
        site.alice, "POST", "posts", key="again", text="x", image=make_image(size=(9, 9))
    )
    old, new = picture.json(), repeated.json()
    assert new["post"]["id"] == old["post"]["id"]
    assert old["post"]["author"]["avatar_url"].startswith(f"{OLD}/media/")
    assert new["post"]["author"]["avatar_url"].startswith(f"{NEW}/media/")


async def test_events_and_their_replay_have_the_new_address(alice, bob, settings):
    cursor = await sync_to_async(lambda: bob.get("users/me").headers["X-Event-Cursor"])()
    site = await sync_to_async(Site)(alice, bob)
    settings.PUBLIC_URL = NEW
    socket = Socket("mysocial", bob.access)
    await socket.connect()
    await socket.next()
    await socket.send_to(
        text_data=json.dumps({"type": "resume", "cid": "1", "cursor": cursor, "topics": ["feed"]})
    )
    frames = []
    while not frames or frames[-1]["type"] != "live":
        frames.append(await socket.next())
    await sync_to_async(alice.create_post)("One more")
    frames.append(await socket.next())
    shown = [addresses_in(frame) for frame in frames if addresses_in(frame)]
    assert len(shown) > 5
    assert all(address.startswith(f"{NEW}/") for addresses in shown for address in addresses)
    assert site.post in json.dumps(frames)
    await socket.disconnect()


def test_a_blocked_member_has_the_new_address(site, settings):
    assert site.bob.put(f"users/{site.alice.id}/block").status_code == 200
    settings.PUBLIC_URL = NEW
    (blocked,) = site.bob.get("users/me/blocks").json()["users"]
    assert blocked["avatar_url"].startswith(f"{NEW}/media/")


def test_an_export_has_the_new_address(site, settings, tmp_path):
    settings.PUBLIC_URL = NEW
    write_export(tmp_path / "alice.zip", user_id=site.alice.id)
    with zipfile.ZipFile(tmp_path / "alice.zip") as pack:
        texts = [pack.read(name).decode() for name in pack.namelist() if name[:5] != "files"]
    addresses = set()
    for text in texts:
        assert f"{OLD}/media/" not in text
        assert '"/media/' not in text
        addresses |= {part.split('"')[0] for part in text.split(f'"{NEW}/')[1:]}
    assert len([address for address in addresses if address.startswith("media/")]) == 4


def test_staff_see_the_new_address(site, settings):
    settings.PUBLIC_URL = NEW
    summary = moderation.summarize_member(site.alice.id)
    assert summary.avatar_url.startswith(f"{NEW}/media/")


def test_addresses_are_stored_as_paths(site):
    for queue in QUEUES:
        flush.flush_queue(queue)
    for model, names in ((User, ("avatar_url", "background_url")), (Media, ("url",))):
        documents = mongo.find(model, {})
        values = {document[name] for document in documents for name in names}
        assert values - {""}
        assert all(value == "" or value.startswith("/") for value in values)
    for key in client().scan_iter("*"):
        if client().type(key) == b"hash":
            stored = b"".join(client().hgetall(key).values())
            # The texts of the members contain it, but no address of the site does.
            assert f'url":"{OLD}'.encode() not in stored


def make_old(model: type, names: tuple[str, ...]) -> None:
    """Give the documents in MongoDB the addresses of a version that stored whole URLs."""
    collection = mongo.client()[django_settings.MONGO_DB][model._meta.db_table]
    for document in mongo.find(model, {}):
        changes = {name: f"{OLD}{document[name]}" for name in names if document[name]}
        if changes:
            collection.update_one({"_id": document["_id"]}, {"$set": changes})


def test_records_with_whole_urls_of_a_former_version_are_read_as_paths(site, settings):
    before = site.reads()
    for queue in QUEUES:
        flush.flush_queue(queue)
    make_old(User, ("avatar_url", "background_url"))
    make_old(Media, ("url",))
    rebuild(lambda *_: None)
    assert verify(pause=0) == set()
    settings.PUBLIC_URL, settings.FORMER_PUBLIC_URLS = NEW, [OLD]
    rebuild(lambda *_: None)
    moved = json.loads(json.dumps(before).replace(f'"{OLD}/', f'"{NEW}/'))
    assert site.reads() == moved
    assert verify(pause=0) == set()
    (image,) = (i for i in site.reads()[f"users/{site.alice.id}/images"]["images"] if i["post_id"])
    assert site.alice.delete(f"users/me/images/{image['id']}").status_code in (200, 409)


def test_a_cached_record_of_a_former_version_is_found_equal_and_can_be_replaced(site, settings):
    """Such a record in Redis has whole URLs in its fragments."""
    profile = site.alice.get("users/me").json()
    key = users.key(site.alice.id)
    for queue in QUEUES:
        flush.flush_queue(queue)
    for fragment in ("card", "main"):
        stored = client().hget(key, fragment)
        client().hset(key, fragment, stored.replace(b'"\\/', b'"' + OLD.encode() + b"/"))
    assert verify(pause=0) == set()
    assert site.alice.get("users/me").json() == profile
    (image,) = (
        image
        for image in site.alice.get(f"users/{site.alice.id}/images").json()["images"]
        if image["url"] == profile["avatar_url"]
    )
    assert site.alice.delete(f"users/me/images/{image['id']}").status_code == 200
    assert "/avatars/" in site.alice.get("users/me").json()["avatar_url"]


def test_addresses_of_other_hosts_stay_as_they_are(alice, settings):
    gif = "https://media.giphy.com/media/x/giphy.gif"
    alice.create_post("x", gif_url=gif)
    settings.PUBLIC_URL = NEW
    assert alice.get("posts").json()["posts"][0]["gif_url"] == gif


def test_the_file_is_found_by_its_path_whatever_the_domain(site, settings):
    (image, *_) = site.bob.get(f"users/{site.alice.id}/images").json()["images"]
    content = read_file(image["url"])
    settings.PUBLIC_URL = NEW
    (moved, *_) = site.bob.get(f"users/{site.alice.id}/images").json()["images"]
    assert moved["url"] == image["url"].replace(OLD, NEW)
    assert read_file(moved["url"]) == content
    record = orjson.loads(b"{" + client().hget(media_store.key(image["id"]), "card") + b"}")
    assert record["url"] == image["url"].removeprefix(OLD)
