"""Cascade deletions: queued with the deletion of a record, and retried until they succeed."""

from typing import ClassVar

import pytest

from mysocial.core.errors import Unavailable
from mysocial.outbox import Cascade, CascadeDeletion, cascades, run_due_cascades, tasks
from mysocial.outbox.cascades import CASCADES_BY_MODEL


class Dependents(Cascade):
    """Ten dependents of each post, deleted at most three at a time."""

    model_label: ClassVar[str] = "posts.post"
    left: ClassVar[dict[str, int]] = {}
    errors: ClassVar[list[Exception]] = []

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        if cls.errors:
            raise cls.errors.pop()
        assert limit == cascades.BATCH
        cls.left[pk] = max(0, cls.left.get(pk, 10) - 3)
        return cls.left[pk] == 0


CASCADES_BY_MODEL["posts.post"].remove(Dependents)


@pytest.fixture
def dependents():
    """Register `Dependents` for one test."""
    CASCADES_BY_MODEL["posts.post"].append(Dependents)
    Dependents.left.clear()
    yield Dependents
    Dependents.errors.clear()
    CASCADES_BY_MODEL["posts.post"].remove(Dependents)


def states(flush_all, documents) -> list[str]:
    flush_all()
    return [document["status"] for document in documents(CascadeDeletion)]


def test_the_dependents_of_a_deleted_post_are_deleted(alice, dependents, flush_all, documents):
    post, kept = alice.create_post("Gone"), alice.create_post("Kept")

    alice.delete(f"posts/{post['id']}")
    assert states(flush_all, documents) == ["queued"]

    assert run_due_cascades() == 1
    assert dependents.left == {post["id"]: 0}
    assert kept["id"] not in dependents.left
    assert states(flush_all, documents) == ["done"]
    assert run_due_cascades() == 0


def test_a_forbidden_deletion_queues_no_cascade(alice, bob, dependents, flush_all, documents):
    post = alice.create_post("Mine")

    assert bob.delete(f"posts/{post['id']}").status_code == 403

    assert run_due_cascades() == 0
    assert states(flush_all, documents) == []


def test_a_cascade_stays_queued_while_a_server_is_unreachable(
    alice, dependents, flush_all, documents
):
    alice.delete(f"posts/{alice.create_post('Gone')['id']}")
    dependents.errors.append(Unavailable())

    with pytest.raises(Unavailable):
        run_due_cascades()

    assert states(flush_all, documents) == ["queued"]


def test_a_failed_cascade_is_retried_and_does_not_block_others(
    alice, dependents, flush_all, documents
):
    for text in ("One", "Two"):
        alice.delete(f"posts/{alice.create_post(text)['id']}")
    dependents.errors.append(ValueError("a defect"))

    assert run_due_cascades() == 1
    assert sorted(states(flush_all, documents)) == ["done", "queued"]


def test_an_unreachable_server_is_logged_in_one_line(alice, dependents, caplog):
    alice.delete(f"posts/{alice.create_post('Gone')['id']}")
    dependents.errors.append(Unavailable("The database is unreachable."))

    with pytest.raises(Unavailable):  # Celery retries the task
        tasks.run_cascades()

    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "The workers wait, and retry at most every 3 seconds: The database is unreachable."
    ]
    assert not [record for record in caplog.records if record.exc_info]
