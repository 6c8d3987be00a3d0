"""Hashes cached before the model had a field: its default value is read."""

from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.store import reads
from posts.models import Post
from posts.reaction_types import ReactionType
from posts.representations import post_template
from posts.store import posts
from tests.reactions.totals import expected_totals
from tests.support.example_records import (
    create_thing,
    get_thing,
    record_key,
    thing_template,
    things,
)
from tests.support.shared_objects import shared
from users.store import users


def delete_fields(store, pk, *names):
    assert client().hdel(store.key(pk), *names) == len(names)


def test_missing_counters_are_zero_in_reads_lists_responses_and_events(alice, bob):
    post = alice.create_post()
    delete_fields(
        posts, post["id"], "comments_count", *(f"reactions_{kind}" for kind in ReactionType.values)
    )

    assert shared(bob.get(f"posts/{post['id']}").json()) == post
    assert shared(bob.get("posts").json()["posts"]) == [post]
    edited = alice.patch(f"posts/{post['id']}", {"text": "New"}).json()["post"]
    edited = shared(edited)
    assert (edited["comments_count"], edited["reactions"]) == (0, expected_totals())
    assert bob.received_events("feed")[-1] == {"type": "post.updated", "data": edited}


def test_missing_counters_are_counted_from_zero(alice, bob, flush_all, document):
    post = alice.create_post()
    delete_fields(posts, post["id"], *(f"reactions_{kind}" for kind in ReactionType.values))
    path = f"posts/{post['id']}/reaction"
    assert bob.delete(path).json()["reactions"] == expected_totals()
    assert bob.put(path, {"type": "wow"}).json()["reactions"] == expected_totals(wow=1)
    flush_all()
    stored = document(Post, post["id"])
    assert {kind: stored[f"reactions_{kind}"] for kind in ReactionType.values} == expected_totals(
        wow=1
    )


def test_a_document_without_counters_is_read(alice, bob, flush_all):
    post = alice.create_post()
    flush_all()
    fields = {f"reactions_{kind}": "" for kind in ReactionType.values}
    mongo.collection(Post).update_one({"_id": post["id"]}, {"$unset": fields})
    client().flushall()
    assert shared(bob.get(f"posts/{post['id']}").json()) == post


def test_a_missing_plain_field_has_its_default(alice, bob):
    post = alice.create_post(privacy="public")
    delete_fields(posts, post["id"], "privacy")
    delete_fields(users, alice.id, "is_private")
    assert shared(bob.get(f"posts/{post['id']}").json()) == post
    assert bob.put(f"posts/{post['id']}/reaction", {"type": "sad"}).status_code == 200
    assert bob.get(f"users/{alice.id}").json()["is_private"] is False


def test_a_missing_reference_is_empty(alice):
    post = alice.create_post()
    delete_fields(posts, post["id"], "author_id")
    (row,) = reads.get_rows(post_template, [post["id"]])
    assert row.values["author_id"] == b""
    assert not row.related("author_id").exists
    assert reads.get_record(posts, post["id"]).author_id == ""


def test_a_missing_fragment_has_the_defaults_of_its_fields():
    thing = create_thing(status="unlisted", name="Vase", code="x", note="n")
    assert client().hdel(record_key(thing), "code", "status", "likes") == 3
    result = get_thing(thing)
    assert (result.code, result.status, result.likes) == ("", "listed", 0)
    assert (result.name, result.note, result.owner_id) == ("Vase", "n", thing.owner_id)
    (row,) = reads.get_rows(thing_template, [thing.id])
    assert (row.values["status"], row.values["likes"]) == (b"listed", b"0")
    assert thing_template.render(row) == reads.render_placeholders(
        thing_template.placeholders(thing.id)
    )
    assert things.defaults == {"owner_id": b"", "status": b"listed", "likes": b"0"}
