"""Budgets in bytes of what one member, and all members together, can store in Redis."""

import pytest

from mysocial.core.redis import client
from mysocial.persistence import packing
from tests.support.concurrency import assert_no_changes, run_concurrently, stored_state
from tests.support.people import Person, anonymous, sign_up
from tests.support.servers import PASSWORD

TEXT = "😀" * 2000  # 8 KB
KEY = "Idempotency-Key"


@pytest.fixture(autouse=True)
def _budgets(settings) -> None:
    settings.RATE_LIMITS = True
    settings.MEMBER_DAILY_BYTES = 100_000


def daily_bytes(member_id: str) -> int:
    (day,) = client().scan_iter("daily_bytes:*")
    return int(client().hget(day, member_id) or 0)


def stored_bytes(kind: str) -> int:
    return int(client().hget("stored_bytes", kind) or 0)


def edit_until_refused(person, path: str, number: int = 0):
    """Edit with a new key each time; return the refusal and how many edits were accepted."""
    for count in range(100):
        response = person.patch(path, {"text": f"{TEXT}{count}"}, **{KEY: f"{number}-{count}"})
        if response.status_code != 200:
            return response, count
    raise AssertionError("No edit was refused.")


def test_a_member_past_the_daily_budget_is_refused_and_nothing_changes(alice, bob):
    path = f"posts/{alice.create_post('x')['id']}"
    refusal, count = edit_until_refused(alice, path)

    assert 3 <= count <= 100_000 // 8000
    assert refusal.status_code == 429
    problem = refusal.json()
    assert problem["code"] == "storage_budget_exceeded"
    assert 0 < int(refusal.headers["Retry-After"]) <= 24 * 3600
    # The budget is exceeded by at most one request.
    assert 100_000 <= daily_bytes(alice.id) < 100_000 + 4 * len(TEXT.encode())

    written, expected = daily_bytes(alice.id), alice.get(path).content
    with assert_no_changes():
        assert alice.patch(path, {"text": TEXT}).status_code == 429
        assert alice.post("posts", {"text": TEXT}, **{KEY: "new"}).status_code == 429
    assert daily_bytes(alice.id) == written
    assert alice.get(path).content == expected
    # Acknowledged requests are still replayed, and other members are not affected.
    assert alice.patch(path, {"text": f"{TEXT}0"}, **{KEY: "0-0"}).status_code == 200
    assert bob.post("posts", {"text": TEXT}).status_code == 201


def test_past_the_budget_small_requests_are_accepted_up_to_twice_the_budget(alice, bob):
    post = alice.create_post("x")
    edit_until_refused(alice, f"posts/{post['id']}")
    assert alice.put(f"users/{bob.id}/block").status_code == 200
    assert alice.delete(f"posts/{post['id']}").status_code == 200

    for _ in range(200):
        refusal = alice.post("posts", {"text": "y"})
        if refusal.status_code != 201:
            break
    assert (refusal.status_code, refusal.json()["code"]) == (429, "storage_budget_exceeded")
    assert 200_000 <= daily_bytes(alice.id) < 204_000


def test_a_refused_request_can_be_repeated_on_the_next_day_with_the_same_key(alice):
    path = f"posts/{alice.create_post('x')['id']}"
    _, count = edit_until_refused(alice, path)
    (day,) = client().scan_iter("daily_bytes:*")
    assert client().ttl(day) == -1
    seconds, _ = client().time()
    assert client().zscore("expiring", day) / 1000 == pytest.approx(seconds + 2 * 86400, abs=60)

    client().rename(day, "daily_bytes:1")
    body = {"text": f"{TEXT}{count}"}
    assert alice.patch(path, body, **{KEY: f"0-{count}"}).status_code == 200


def test_concurrent_requests_exceed_the_budget_by_at_most_one_request(alice):
    post = alice.create_post("x")
    responses = run_concurrently(
        *[lambda n=n: alice.patch(f"posts/{post['id']}", {"text": f"{TEXT}{n}"}) for n in range(24)]
    )
    codes = {response.status_code for response in responses}
    assert codes == {200, 429}
    assert daily_bytes(alice.id) < 100_000 + 4 * len(TEXT.encode())


def test_an_address_without_a_session_has_a_budget_too(settings):
    settings.MEMBER_DAILY_BYTES = 3000
    people = []
    for number in range(5):
        body = {
            "username": f"name{number}",
            "email": f"n{number}@example.com",
            "password": PASSWORD,
        }
        before = stored_state()
        response = anonymous.post("signup", body)
        if response.status_code != 201:
            break
        people.append(response.json()["access"])
    assert (response.status_code, response.json()["code"]) == (429, "storage_budget_exceeded")
    assert stored_state() == before
    assert len(people) >= 1
    assert Person("", "", people[0]).post("posts", {"text": "x"}).status_code == 201


def test_the_budget_of_a_member_is_smaller_while_many_responses_are_stored(alice, settings):
    path = f"posts/{alice.create_post('x')['id']}"
    settings.STORED_RESPONSE_BYTES = 40_000
    refusal, _ = edit_until_refused(alice, path)
    assert refusal.status_code == 429
    assert 20_000 < stored_bytes("responses") < 20_000 + 2 * len(TEXT.encode())
    # Every other member has an eighth of the budget.
    other = sign_up("other")
    assert other.post("posts", {"text": "x"}, **{KEY: "a"}).status_code == 201


def test_no_stored_response_is_deleted_when_the_responses_reach_their_budget(alice, settings):
    post = alice.create_post("x")
    first = alice.patch(f"posts/{post['id']}", {"text": TEXT}, **{KEY: "a"})
    settings.STORED_RESPONSE_BYTES = stored_bytes("responses")
    settings.MEMBER_DAILY_BYTES = 1_000_000
    with assert_no_changes():
        refusal = alice.patch(f"posts/{post['id']}", {"text": "y"}, **{KEY: "b"})
    assert (refusal.status_code, refusal.json()["code"]) == (503, "unavailable")
    again = alice.patch(f"posts/{post['id']}", {"text": TEXT}, **{KEY: "a"})
    assert again.content == first.content
    assert alice.patch(f"posts/{post['id']}", {"text": "z"}).status_code == 200  # without a key

    packing.pack_new_responses()  # makes room
    assert alice.patch(f"posts/{post['id']}", {"text": "y"}, **{KEY: "b"}).status_code == 200


def test_the_events_and_responses_of_many_members_stay_within_their_budgets(settings):
    settings.EVENT_LOG_BYTES = settings.STORED_RESPONSE_BYTES = 60_000
    people = [sign_up(f"member{number}") for number in range(6)]
    for number, person in enumerate(people):
        post = person.create_post("x")
        edit_until_refused(person, f"posts/{post['id']}", number)
        assert stored_bytes("events") <= 60_000
        assert stored_bytes("responses") <= 60_000 + 2 * len(TEXT.encode())
