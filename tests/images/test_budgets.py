"""Budgets in bytes of uploads: what a member uploads in a day, and what waits for the workers."""

import pytest

from mysocial.core.redis import client
from tests.images.pictures import make_image, send_form, spooled_files
from tests.support.concurrency import assert_no_changes

IMAGE = make_image("PNG", (300, 200))


@pytest.fixture(autouse=True)
def _limits(settings) -> None:
    settings.RATE_LIMITS = True


def upload(person):
    return send_form(person, "POST", "posts", text="x", image=IMAGE)


def uploaded_bytes(person) -> int:
    (day,) = client().scan_iter("daily_bytes:*")
    return int(client().hget(day, f"uploads:{person.id}") or 0)


def test_a_member_uploads_as_much_as_is_allowed_in_a_day_and_no_more(alice, bob, settings):
    settings.MEMBER_DAILY_UPLOAD_BYTES = 2 * len(IMAGE)
    assert [upload(alice).status_code for _ in range(2)] == [201, 201]
    waiting = spooled_files()
    assert len(waiting) == 2

    with assert_no_changes():
        refusal = upload(alice)
    assert (refusal.status_code, refusal.json()["code"]) == (429, "storage_budget_exceeded")
    assert int(refusal.headers["Retry-After"]) > 0
    assert spooled_files() == waiting
    assert uploaded_bytes(alice) == 2 * len(IMAGE)
    assert alice.post("posts", {"text": "without a file"}).status_code == 201
    assert upload(bob).status_code == 201


def test_an_upload_is_refused_while_too_many_wait_for_the_workers(alice, settings):
    settings.UPLOAD_SPOOL_BYTES = 2 * len(IMAGE) - 1
    assert upload(alice).status_code == 201
    waiting = spooled_files()

    with assert_no_changes():
        refusal = upload(alice)
    assert (refusal.status_code, refusal.json()["code"]) == (503, "unavailable")
    assert "uploads wait" in refusal.json()["detail"]
    assert spooled_files() == waiting
    assert uploaded_bytes(alice) == len(IMAGE)
    settings.UPLOAD_SPOOL_BYTES = 2 * len(IMAGE)
    assert upload(alice).status_code == 201
