"""What hangs on a deleted record: owed with the deletion, removed whatever happens."""

from typing import ClassVar

import pytest

from mysocial.core.errors import Unavailable
from mysocial.outbox import Cascade, CascadeDeletion, cascades, run_due_cascades, tasks
from mysocial.outbox.cascades import CASCADES_BY_MODEL


class Leaves(Cascade):
    """Ten of something on each post, removed at most three at a time."""

    model_label: ClassVar[str] = "posts.post"
    left: ClassVar[dict[str, int]] = {}
    troubles: ClassVar[list[Exception]] = []

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        if cls.troubles:
            raise cls.troubles.pop()
        assert limit == cascades.BATCH
        cls.left[pk] = max(0, cls.left.get(pk, 10) - 3)
        return cls.left[pk] == 0


CASCADES_BY_MODEL["posts.post"].remove(Leaves)


@pytest.fixture
def leaves():
    """Let `Leaves` hang on posts for one test."""
    CASCADES_BY_MODEL["posts.post"].append(Leaves)
    Leaves.left.clear()
    yield Leaves
    Leaves.troubles.clear()
    CASCADES_BY_MODEL["posts.post"].remove(Leaves)


def states(flush_all, documents) -> list[str]:
    flush_all()
    return [document["status"] for document in documents(CascadeDeletion)]


def test_a_deleted_post_takes_along_what_hangs_on_it(alice, leaves, flush_all, documents):
    post, kept = alice.create_post("Gone"), alice.create_post("Kept")

    alice.delete(f"posts/{post['id']}")
    assert states(flush_all, documents) == ["queued"]

    assert run_due_cascades() == 1
    assert leaves.left == {post["id"]: 0}
    assert kept["id"] not in leaves.left
    assert states(flush_all, documents) == ["done"]
    assert run_due_cascades() == 0


def test_a_refused_deletion_removes_nothing(alice, bob, leaves, flush_all, documents):
    post = alice.create_post("Mine")

    assert bob.delete(f"posts/{post['id']}").status_code == 403

    assert run_due_cascades() == 0
    assert states(flush_all, documents) == []


def test_a_store_that_is_away_leaves_the_removal_owed(alice, leaves, flush_all, documents):
    alice.delete(f"posts/{alice.create_post('Gone')['id']}")
    leaves.troubles.append(Unavailable())

    with pytest.raises(Unavailable):
        run_due_cascades()

    assert states(flush_all, documents) == ["queued"]


def test_a_removal_that_failed_is_due_again_and_stops_no_other(alice, leaves, flush_all, documents):
    for text in ("One", "Two"):
        alice.delete(f"posts/{alice.create_post(text)['id']}")
    leaves.troubles.append(ValueError("a defect"))

    assert run_due_cascades() == 1
    assert sorted(states(flush_all, documents)) == ["done", "queued"]


def test_a_task_that_finds_a_server_away_says_so_in_one_line(alice, leaves, caplog):
    alice.delete(f"posts/{alice.create_post('Gone')['id']}")
    leaves.troubles.append(Unavailable("The database is away."))

    assert tasks.run_cascades() == 0

    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "run_cascades is skipped for now: The database is away."
    ]
    assert not [record for record in caplog.records if record.exc_info]
