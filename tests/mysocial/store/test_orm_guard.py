"""Django's ORM reads records, and every write of it is refused with an explanation."""

import asyncio
import json

import pytest
from django.core import serializers
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.deletion import Collector

from mysocial.store import STORES, OrmWriteRefused, Record, RecordManager
from mysocial.store.orm_guard import RecordQuerySet, guard_model
from posts.models import Post
from tests.support.concurrency import assert_no_changes
from users.models import User


def collect_and_delete(post):
    collector = Collector(using="default")
    collector.collect([post])
    collector.delete()


def bulk_update(post):
    post.text = "Changed"
    return Post.objects.bulk_update([post], ["text"])


WRITES = {
    "QuerySet.update": lambda post: Post.objects.filter(pk=post.pk).update(text="Changed"),
    "QuerySet.delete": lambda post: Post.objects.filter(pk=post.pk).delete(),
    "QuerySet.create": lambda post: Post.objects.create(text="New"),
    "QuerySet.bulk_create": lambda post: Post.objects.bulk_create([Post(text="New")]),
    "QuerySet.bulk_update": bulk_update,
    "QuerySet.get_or_create": lambda post: Post.objects.get_or_create(pk=post.pk),
    "QuerySet.update_or_create": lambda post: Post.objects.update_or_create(
        pk=post.pk, defaults={"text": "Changed"}
    ),
    "QuerySet.aupdate": lambda post: asyncio.run(Post.objects.aupdate(text="Changed")),
    "QuerySet.adelete": lambda post: asyncio.run(Post.objects.all().adelete()),
    "QuerySet.using": lambda post: Post.objects.using("default").update(text="Changed"),
    "QuerySet.none": lambda post: Post.objects.none().delete(),
    "base manager": lambda post: Post._base_manager.update(text="Changed"),
    "default manager": lambda post: Post._default_manager.filter(pk=post.pk).delete(),
    "QuerySet._raw_delete": lambda post: Post.objects.all()._raw_delete("default"),
    "Model.save": Record.save,
    "Model.save(update_fields)": lambda post: post.save(update_fields=["text"]),
    "Model.asave": lambda post: asyncio.run(post.asave()),
    "Model.save_base": Record.save_base,
    "Model.save_base(raw)": lambda post: models.Model.save_base(post, raw=True),
    "django.db.models.Model.save": models.Model.save,
    "Model.delete": Record.delete,
    "django.db.models.Model.delete": models.Model.delete,
    "Collector.delete": collect_and_delete,
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_of_the_orm_is_refused_and_changes_nothing(
    alice, flush_all, document, django_db_blocker, write
):
    post = alice.create_post("Kept")
    flush_all()
    before = document(Post, post["id"])
    with django_db_blocker.unblock(), assert_no_changes():
        record = Post.objects.get(pk=post["id"])
        with pytest.raises(OrmWriteRefused, match="cannot write posts") as refused:
            write(record)
        assert "posts.services" in str(refused.value)
        assert Post.objects.filter(text="New").count() == 0
    assert document(Post, post["id"]) == before
    assert alice.get(f"posts/{post['id']}").json()["text"] == "Kept"


def test_an_object_of_a_fixture_cannot_be_saved(alice, django_db_blocker):
    rows = json.dumps([{"model": "users.user", "pk": alice.id, "fields": {"username": "eve"}}])
    (deserialized,) = serializers.deserialize("json", rows)
    with django_db_blocker.unblock(), pytest.raises(OrmWriteRefused, match=r"users\.services"):
        deserialized.save()
    assert alice.get("users/me").json()["username"] == "alice"


def test_the_orm_reads_records_with_and_without_tombstones(alice, flush_all, django_db_blocker):
    kept, deleted = alice.create_post("Kept"), alice.create_post("Deleted")
    flush_all()
    alice.delete(f"posts/{deleted['id']}")
    flush_all()
    with django_db_blocker.unblock():
        assert [post.pk for post in Post.objects.all()] == [kept["id"]]
        everything = Post.with_tombstones.values_list("pk", flat=True)
        assert set(everything) == {kept["id"], deleted["id"]}
        assert User.objects.filter(username="alice").exists()


def test_every_stored_model_is_guarded():
    for store in STORES.values():
        options = store.model._meta
        for manager in (*options.managers, options.base_manager):
            assert isinstance(manager.get_queryset(), RecordQuerySet), store.label
            assert not isinstance(manager, RecordManager) or manager.model is store.model


def test_a_model_with_a_manager_that_could_write_is_refused():
    class Unguarded(Record):
        everything = models.Manager()

        class Meta(Record.Meta):
            app_label = "posts"

    with pytest.raises(ImproperlyConfigured, match=r"posts\.Unguarded\.everything could write"):
        guard_model(Unguarded)
