"""A hash that was cached before the model had a field: its default is read in its place."""

from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.store import reads
from posts.models import Post
from posts.reaction_types import ReactionType
from posts.representations import post_template
from posts.store import posts
from tests.reactions.totals import expected_totals
from tests.support.example_records import get, key, put, thing_template, things
from tests.support.shared_objects import shared
from users.store import users


def forget(store, pk, *names):
    assert client().hdel(store.key(pk), *names) == len(names)


def test_a_post_without_counters_is_read_listed_announced_and_answered(alice, bob):
    post = alice.create_post()
    forget(
        posts, post["id"], "comments_count", *(f"reactions_{kind}" for kind in ReactionType.values)
    )

    assert shared(bob.get(f"posts/{post['id']}").json()) == post
    assert shared(bob.get("posts").json()["posts"]) == [post]
    edited = alice.patch(f"posts/{post['id']}", {"text": "New"}).json()["post"]
    edited = shared(edited)
    assert (edited["comments_count"], edited["reactions"]) == (0, expected_totals())
    assert bob.received_events("feed")[-1] == {"type": "post.updated", "data": edited}


def test_a_post_without_counters_is_counted_from_their_defaults(alice, bob, flush_all, document):
    post = alice.create_post()
    forget(posts, post["id"], *(f"reactions_{kind}" for kind in ReactionType.values))
    path = f"posts/{post['id']}/reaction"
    assert bob.delete(path).json()["reactions"] == expected_totals()
    assert bob.put(path, {"type": "wow"}).json()["reactions"] == expected_totals(wow=1)
    flush_all()
    kept = document(Post, post["id"])
    assert {kind: kept[f"reactions_{kind}"] for kind in ReactionType.values} == expected_totals(
        wow=1
    )


def test_a_document_without_counters_is_read_as_well(alice, bob, flush_all):
    post = alice.create_post()
    flush_all()
    fields = {f"reactions_{kind}": "" for kind in ReactionType.values}
    mongo.collection(Post).update_one({"_id": post["id"]}, {"$unset": fields})
    client().flushall()
    assert shared(bob.get(f"posts/{post['id']}").json()) == post


def test_a_raw_field_that_is_missing_is_its_default(alice, bob):
    post = alice.create_post(privacy="public")
    forget(posts, post["id"], "privacy")
    forget(users, alice.id, "is_private")
    assert shared(bob.get(f"posts/{post['id']}").json()) == post
    assert bob.put(f"posts/{post['id']}/reaction", {"type": "sad"}).status_code == 200
    assert bob.get(f"users/{alice.id}").json()["is_private"] is False


def test_a_reference_that_is_missing_names_nobody(alice):
    post = alice.create_post()
    forget(posts, post["id"], "author_id")
    (row,) = reads.get_rows(post_template, [post["id"]])
    assert row.values["author_id"] == b""
    assert not row.related("author_id").exists
    assert reads.get_record(posts, post["id"]).author_id == ""


def test_a_part_that_is_missing_has_the_defaults_of_its_fields():
    thing = put(shelf="off", name="Vase", code="x", note="n")
    assert client().hdel(key(thing), "code", "shelf", "likes") == 3
    result = get(thing)
    assert (result.code, result.shelf, result.likes) == ("", "on", 0)
    assert (result.name, result.note, result.owner_id) == ("Vase", "n", thing.owner_id)
    (row,) = reads.get_rows(thing_template, [thing.id])
    assert (row.values["shelf"], row.values["likes"]) == (b"on", b"0")
    assert thing_template.render(row) == reads.render_placeholders(
        thing_template.placeholders(thing.id)
    )
    assert things.defaults == {"owner_id": b"", "shelf": b"on", "likes": b"0"}
