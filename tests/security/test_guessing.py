"""A1, A2, A3, A19: stolen tokens, account enumeration and password guessing."""

import threading

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from django.contrib.auth.models import User as Staff
from django.test import Client

from accounts import passwords
from accounts.services.guesses import LIMITS
from mysocial import settings as real_settings
from mysocial.core import mongo
from mysocial.core.rate_limits import DAY, HOUR, MINUTE
from mysocial.core.redis import client
from tests.support.concurrency import assert_no_changes, count_statuses, run_concurrently
from tests.support.people import PASSWORD, anonymous, confirm_emails, sign_up

WRONG = "wrong-horse-battery"


def refresh(token):
    return anonymous.post("token/refresh", {"refresh": token})


def guess(name, password=WRONG, address="192.0.2.1"):
    body = {"username": name, "password": password}
    return anonymous.post("signin", body, **{"X-Forwarded-For": address})


# Stolen tokens -----------------------------------------------------------------------------------


async def test_the_sockets_of_a_stolen_session_are_closed_at_once(connected, alice, bob):
    mine, others = await connected(alice), await connected(bob)
    second = (await sync_to_async(refresh)(alice.refresh)).json()["refresh"]
    await sync_to_async(refresh)(second)

    assert (await sync_to_async(refresh)(alice.refresh)).status_code == 401
    assert (await mine.next())["type"] == "session.ended"
    assert await mine.code() == 4401
    assert await others.receive_nothing(timeout=0.1)


def test_one_of_32_concurrent_refreshes_rotates_the_token(alice):
    run_concurrently(*[lambda: refresh(alice.refresh)] * 32)
    (session,) = client().scan_iter("accounts.session:*")
    assert b'"generation":2' in b"".join(client().hvals(session)).replace(b" ", b"")


@pytest.mark.parametrize("name", ["token", "access_token", "access", "authorization", "refresh"])
async def test_no_token_is_accepted_from_the_query_string(alice, connected, name):
    def ask():
        assert anonymous.get(f"posts?{name}={alice.access}").status_code == 401
        answer = anonymous.post(f"token/refresh?{name}={alice.refresh}", {})
        assert answer.status_code == 401

    await sync_to_async(ask)()
    socket = await connected(path=f"/ws?{name}={alice.access}")
    await socket.send_to(text_data='{"type": "ping", "cid": "1"}')
    assert (await socket.next())["problem"]["status"] == 401


ORIGINS = [
    b"null", b"https://localhost:8000", b"http://localhost", b"http://localhost:8001",
    b"http://localhost:8000.evil.example", b"http://evil.example/http://localhost:8000",
    b"http://localhost:8000@evil.example", b"http://user@localhost:8000", b"HTTP://LOCALHOST:8000",
    b"http://localhost:8000/", b"file://", b"chrome-extension://x", b"http://evil.example", b"",
    b"http://[::1]:8000", b"http://localhost:08000", b" http://localhost:8000", b"\xff",
]  # fmt: skip


@pytest.mark.parametrize("origin", ORIGINS)
async def test_only_our_own_origin_can_open_a_socket(connected, origin):
    assert "http://localhost:8000" in django_settings.ALLOWED_ORIGINS
    assert await connected(origin=b"http://localhost:8000")
    with pytest.raises(AssertionError):
        await connected(origin=origin)


# Who is here -------------------------------------------------------------------------------------


def test_sign_in_and_password_reset_do_not_reveal_accounts(alice, bob):
    confirm_emails(bob)
    pairs = [
        (guess("alice"), guess("nobody")),
        (guess("alice@example.com"), guess("nobody@example.com")),
        (
            anonymous.post("forgot-password", {"email": "alice@example.com"}),
            anonymous.post("forgot-password", {"email": "nobody@example.com"}),
        ),
        *(
            (
                anonymous.post("signin/link", {"email": f"{name}@example.com"}),
                anonymous.post("signin/link", {"email": "nobody@example.com"}),
            )
            for name in ("alice", "bob")  # one has no confirmed address
        ),
    ]
    for known, unknown in pairs:
        assert known.status_code == unknown.status_code
        assert known.content == unknown.content
        own = {"X-Event-Cursor": "", "X-Request-ID": ""}
        assert dict(known.headers) | own == dict(unknown.headers) | own


def test_a_password_is_hashed_for_an_unknown_name_too(monkeypatch, alice):
    checked = []
    real = passwords.check_password
    monkeypatch.setattr(passwords, "check_password", lambda *a: checked.append(a) or real(*a))
    guess("nobody")
    guess("alice")
    assert [call[0] for call in checked] == [WRONG, WRONG]
    kinds = {call[1].partition("$")[0] for call in checked}
    assert len(kinds) == 1


def test_known_and_unknown_names_cost_the_same_mongodb_queries(alice):
    def questions(name):
        before = mongo.client().admin.command("serverStatus")["opcounters"]["query"]
        assert guess(name).status_code == 401
        return mongo.client().admin.command("serverStatus")["opcounters"]["query"] - before

    assert questions("alice") == questions("nobody") == 2  # usernames and former ones
    assert questions("alice@example.com") == questions("nobody@example.com") == 1


# Guessing ----------------------------------------------------------------------------------------


@pytest.fixture
def limited(alice, settings):
    settings.RATE_LIMITS, settings.TRUSTED_PROXIES = True, 1


def let_window_end(limit):
    """Let the windows of a limit end, both the current and the previous one."""
    keys = list(client().scan_iter(limit.key("*")))
    assert keys
    client().delete(*keys)


@pytest.mark.usefixtures("limited")
def test_guesses_at_one_name_are_delayed_increasingly():
    limits = LIMITS.by_name_and_network
    assert [(limit.max_requests, limit.seconds) for limit in limits] == [
        (20, 15 * MINUTE),
        (60, DAY),
    ]
    for _ in range(3):
        assert count_statuses([guess("alice") for _ in range(20)]) == {401: 20}
        let_window_end(limits[0])
    answer = guess("alice", PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 23 * HOUR
    assert guess("alice", PASSWORD, "192.0.2.2").status_code == 200


@pytest.mark.usefixtures("limited")
def test_one_address_alone_cannot_lock_a_member_out():
    answers = [guess("alice") for _ in range(250)]
    assert count_statuses(answers) == {401: 20, 429: 230}
    assert guess("alice", PASSWORD, "192.0.2.2").status_code == 200


@pytest.mark.usefixtures("limited")
def test_all_addresses_together_have_200_guesses_an_hour_for_a_name():
    answers = [guess("alice", address=f"192.0.2.{n // 20}") for n in range(201)]
    assert count_statuses(answers) == {401: 200, 429: 1}


@pytest.mark.usefixtures("limited")
def test_one_address_has_300_guesses_an_hour_for_all_names():
    answers = [guess(f"name{n}") for n in range(301)]
    assert count_statuses(answers) == {401: 300, 429: 1}


def test_guesses_at_staff_accounts_are_limited_more_strictly(moderator, settings):
    settings.RATE_LIMITS = True
    browser, form = Client(), {"username": "mod", "password": WRONG, "next": "/admin/"}
    for _ in range(5):
        assert b"Please enter the correct" in browser.post("/admin/login/", form).content
    right = {**form, "password": PASSWORD}
    page = browser.post("/admin/login/", right).content
    assert b"Too many requests" in page
    assert browser.get("/admin/posts/post/").status_code == 302
    Staff.objects.create_superuser("mod2", "mod2@example.com", PASSWORD)
    answer = browser.post("/admin/login/", {**right, "username": "mod2"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    Staff.objects.filter(username="mod2").delete()


@pytest.mark.parametrize(
    ("password", "is_taken"),
    [
        ("7 chars", False), ("8 chars!", True), ("x1" * 64, True), ("x1" * 64 + "y", False),
        ("password1", False), ("iloveyou", False), ("12345678", False), ("ada_lovelace", False),
("pässwörd 😀 ☃", True),
    ],
)  # fmt: skip
def test_passwords_have_8_to_128_characters_and_are_not_common(password, is_taken):
    body = {"username": "ada_lovelace", "email": "ada@example.com", "password": password}
    answer = anonymous.post("signup", body)
    assert answer.status_code == (201 if is_taken else 400), answer.content
    if is_taken:
        assert guess("ada_lovelace", password).status_code == 200
        assert guess("ada_lovelace", password[:-1]).status_code == 401


def test_at_most_four_passwords_are_hashed_at_once_and_long_waits_are_rejected(monkeypatch, alice):
    """Meanwhile, requests without a password are served."""
    monkeypatch.setattr(passwords, "MAX_WAIT_SECONDS", 0.5)
    busy, max_busy, lock, go_on = 0, 0, threading.Lock(), threading.Event()
    done_early = []

    def slow(*_):
        nonlocal busy, max_busy
        with lock:
            busy += 1
            max_busy = max(max_busy, busy)
        assert go_on.wait(50)
        with lock:
            busy -= 1
        return True

    def request(call):
        """Let the hashing go on after six rejected guesses and a read."""
        response = call()
        with lock:
            done_early.append(response)
            if len(done_early) == 7:
                go_on.set()
        return response

    monkeypatch.setattr(passwords, "check_password", slow)
    calls = [*[lambda: guess("alice")] * 10, lambda: alice.get("posts")]
    responses = run_concurrently(*[lambda call=call: request(call) for call in calls])
    assert max_busy == passwords.MAX_CONCURRENT_HASHES == 4
    assert count_statuses(done_early[:7]) == {200: 1, 503: 6}
    assert count_statuses(responses) == {200: 5, 503: 6}
    rejected = [response for response in responses if response.status_code == 503]
    assert {response.headers["Retry-After"] for response in rejected} == {"2"}


# Quotas ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("limited")
def test_messages_are_limited_to_60_a_minute(alice, bob):
    body = {"receiver_id": bob.id, "text": "x"}
    assert count_statuses([alice.post("chat/messages", body) for _ in range(61)]) == {
        201: 60,
        429: 1,
    }
    with assert_no_changes():
        assert alice.post("chat/messages", body).status_code == 429


@pytest.mark.usefixtures("limited")
def test_follows_are_limited_to_200_a_day(alice, bob):
    def turn(number):
        return (alice.put if number % 2 else alice.delete)(f"users/{bob.id}/follow")

    answers = [turn(number) for number in range(1, 202)]
    assert count_statuses(answers) == {200: 200, 429: 1}
    assert int(answers[-1].headers["Retry-After"]) > 23 * HOUR


def test_rate_limits_are_on_by_default_and_off_in_tests():
    assert real_settings.RATE_LIMITS is True
    assert sign_up("ada").id
