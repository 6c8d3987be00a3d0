"""The security log: what is recorded of members, by which network, and how much."""

import json
import logging

import pytest

from accounts.models import Account
from accounts.store import accounts
from mysocial.core import keys, mongo
from mysocial.core.logging import JsonFormatter
from mysocial.core.redis import client
from mysocial.outbox import run_due_cascades
from mysocial.security_log import SecurityEvent, network_of, save_counted_events
from mysocial.security_log.failures import ENTRY_BYTES
from mysocial.store import reads, write
from tests.support.people import PASSWORD, anonymous

WRONG = "wrong-horse-battery"
FIREFOX = "Firefox " + "x" * 300


def sign_in(name, password=PASSWORD, address="192.0.2.1"):
    headers = {"X-Forwarded-For": address, "User-Agent": FIREFOX}
    return anonymous.post("signin", {"username": name, "password": password}, **headers)


@pytest.fixture
def events(flush_all, settings):
    """Return a function that returns the events of MongoDB as tuples, oldest first."""
    settings.TRUSTED_PROXIES = 1

    def read(*fields):
        save_counted_events()
        flush_all()
        names = fields or ("kind", "outcome", "account_id", "network", "count")
        rows = mongo.find(SecurityEvent, {"_deleted_at": None}, sort=[("_id", 1)])
        return [tuple(event[name] for name in names) for event in rows]

    return read


def test_successes_and_failures_are_recorded_with_their_network(alice, events):
    assert sign_in("alice").status_code == 200
    assert sign_in("alice", WRONG).status_code == 401
    assert sign_in("nobody", WRONG, "2001:db8:1:2::3").status_code == 401
    recorded = events()
    assert recorded[0][:3] == ("sign_up", "success", alice.id)
    assert recorded[1:] == [
        ("sign_in", "success", alice.id, "192.0.2.0/24", 1),
        ("sign_in", "failure", alice.id, "192.0.2.0/24", 1),
        ("sign_in", "failure", "", "2001:db8:1::/48", 1),
    ]
    agents = {agent for (agent,) in events("user_agent")[1:]}
    assert agents == {FIREFOX[:100]}


def test_failures_of_a_day_from_one_network_are_one_record(alice, bob, events):
    for number in range(30):
        assert sign_in("alice", WRONG, f"192.0.2.{number}").status_code == 401
    save_counted_events()
    for number in range(7):
        sign_in("alice", WRONG, f"192.0.2.{number}")
        sign_in("bob", WRONG)
    failures = [event for event in events() if event[1] == "failure"]
    assert failures == [
        ("sign_in", "failure", alice.id, "192.0.2.0/24", 37),
        ("sign_in", "failure", bob.id, "192.0.2.0/24", 7),
    ]
    assert save_counted_events() == 0


def test_the_failures_of_a_day_are_bounded_in_bytes(alice, events, settings):
    settings.SECURITY_LOG_BYTES_PER_DAY = 20_000
    for number in range(60):
        assert sign_in("nobody", WRONG, f"10.{number}.0.1").status_code == 401
    failures = [event for event in events() if event[1] == "failure"]
    assert sum(event[4] for event in failures) == 60
    assert 5 < len(failures) < 20_000 // ENTRY_BYTES + 2
    (rest,) = [event for event in failures if not event[3]]
    assert rest[4] == 60 - (len(failures) - 1)
    (day,) = client().scan_iter(keys.security_events("*"))
    assert client().ttl(day) > 86400
    stored = client().hgetall(day)
    assert sum(map(len, stored)) + sum(map(len, stored.values())) < 20_000


def test_no_entry_takes_more_bytes_than_are_counted(alice, events):
    anonymous.post(
        "signin",
        {"username": "alice", "password": WRONG},
        **{"X-Forwarded-For": "2001:db8:1:2::3", "User-Agent": '"\\\x01é' * 300},
    )
    (day,) = client().scan_iter(keys.security_events("*"))
    counts = {b"", keys.UNSAVED_EVENTS.encode()}
    (entry,) = [len(text) for field, text in client().hgetall(day).items() if field not in counts]
    events()
    (record,) = mongo.find(SecurityEvent, {"outcome": "failure"})
    in_redis = client().memory_usage(f"mysocial.securityevent:{record['_id']}")
    assert entry < 1000
    assert in_redis < 2 * ENTRY_BYTES


def test_changes_of_credentials_exports_and_token_reuse_are_recorded(alice, bob, events):
    second = anonymous.post("token/refresh", {"refresh": alice.refresh}).json()["refresh"]
    third = anonymous.post("token/refresh", {"refresh": second}).json()["refresh"]
    change = {"current_password": WRONG, "new_password": "another-horse-battery"}
    assert alice.put("accounts/me/password", change).status_code == 400
    assert (
        alice.put("accounts/me/password", {**change, "current_password": PASSWORD}).status_code
        == 200
    )
    assert alice.post("accounts/me/export", {"password": WRONG}).status_code == 400
    body = {"password": "another-horse-battery"}
    assert alice.post("accounts/me/export", body).status_code == 202
    assert anonymous.post("token/refresh", {"refresh": alice.refresh}).status_code == 401
    assert anonymous.post(f"reset-password/{'x' * 43}", body).status_code == 400
    assert anonymous.post("token/refresh", {"refresh": third[:-4] + "AAAA"}).status_code == 401
    assert bob.call("DELETE", "accounts/me", {"password": PASSWORD}).status_code == 200
    run_due_cascades()
    recorded = sorted(event[:3] + event[4:] for event in events())
    assert recorded == sorted([
        ("sign_up", "success", alice.id, 1),
        ("password_check", "failure", alice.id, 2),
        ("password_change", "success", alice.id, 1),
        ("export", "success", alice.id, 1),
        ("refresh", "reuse", alice.id, 1),
        ("password_reset", "failure", "", 1),
        ("erasure", "success", "", 1),
    ])  # fmt: skip


def test_a_reached_limit_is_recorded(alice, events, settings):
    settings.RATE_LIMITS = True
    for _ in range(24):
        alice.post("accounts/me/export", {"password": WRONG})
    limited = [event for event in events("outcome", "account_id", "detail", "count")
               if event[0] == "limited"]  # fmt: skip
    assert limited == [("limited", alice.id, "POST accounts.request_export", 4)]


def test_an_erasure_deletes_the_events_of_the_member(alice, bob, events):
    sign_in("alice", WRONG)
    events()
    sign_in("alice", WRONG)
    sign_in("alice")
    alice.call("DELETE", "accounts/me", {"password": PASSWORD})
    run_due_cascades()
    assert {event[2] for event in events()} == {"", bob.id}
    assert alice.id not in repr([client().hgetall(key) for key in client().scan_iter("security*")])


def test_the_log_has_no_secret_and_no_typed_name(alice, events, caplog):
    caplog.set_level(logging.INFO, "mysocial.security")
    sign_in("my-secret-password", WRONG)
    sign_in("alice", WRONG)
    sign_in("alice")
    events()
    stored = repr(mongo.find(SecurityEvent, {})) + repr(
        [client().hgetall(key) for key in client().scan_iter("security*")]
    )
    lines = [JsonFormatter().format(record) for record in caplog.records]
    for secret in ("my-secret-password", WRONG, PASSWORD, '192.0.2.1"'):
        assert secret not in stored + "".join(lines)
    logged = [json.loads(line) for line in lines]
    fields = [(line["kind"], line["outcome"], line.get("account_id"), line["network"])
              for line in logged if line.get("security_event")]  # fmt: skip
    assert fields == [
        ("sign_in", "success", alice.id, "192.0.2.0/24"),
        ("sign_in", "failure", None, "192.0.2.0/24"),
        ("sign_in", "failure", alice.id, "192.0.2.0/24"),
    ]


def test_a_sign_in_that_fails_in_its_write_is_not_recorded(alice, events):
    key = {"Idempotency-Key": "k", "User-Agent": FIREFOX}
    body = {"username": "alice", "password": PASSWORD}
    for _ in range(2):  # the second is a repetition
        assert anonymous.post("signin", body, **key).status_code == 200
    assert [event[0] for event in events()] == ["sign_up", "sign_in"]


def test_events_expire_after_90_days(alice, events):
    assert events()
    indexes = mongo.collection(SecurityEvent).index_information()
    assert indexes["expires"]["expireAfterSeconds"] == 90 * 86400


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
        ("testserver", ""),
    ],
)
def test_an_address_is_recorded_as_its_network(address, network):
    assert network_of(address) == network


# For members -----------------------------------------------------------------------------------


def test_members_see_their_own_successful_sign_ins(alice, bob, events):
    sign_in("alice")
    sign_in("alice", WRONG)
    events()
    first = alice.get("accounts/me/sign-ins?limit=1").json()
    (newest,) = first["sign_ins"]
    assert set(newest) == {"id", "created_at", "network", "user_agent"}
    assert (newest["network"], newest["user_agent"]) == ("192.0.2.0/24", FIREFOX[:100])
    (oldest,) = alice.get(f"accounts/me/sign-ins?limit=1&cursor={first['next']}").json()["sign_ins"]
    assert oldest["created_at"] < newest["created_at"]
    assert len(bob.get("accounts/me/sign-ins").json()["sign_ins"]) == 1
    assert anonymous.get("accounts/me/sign-ins").status_code == 401


def new_network_mails(emails):
    return [mail.read_text() for mail in emails() if "New sign-in" in mail.read_text()]


def confirm_address(person):
    with write() as w:
        w.update(reads.get_record(accounts, person.id), email_verified=True)


def test_a_sign_in_from_a_new_network_is_mailed_once(alice, events, emails):
    confirm_address(alice)
    sign_in("alice", address="198.51.100.7")
    sign_in("alice", address="198.51.100.8")
    sign_in("alice", WRONG, address="203.0.113.1")
    (mail,) = new_network_mails(emails)
    assert "198.51.100.0/24" in mail
    assert "To: alice@example.com" in mail


@pytest.mark.usefixtures("events")
def test_the_first_network_and_unconfirmed_addresses_get_no_mail(alice, emails):
    sign_in("alice", address="198.51.100.7")
    confirm_address(alice)
    sign_in("alice", address="198.51.100.7")
    with write() as w:  # an account of an earlier version
        w.update(reads.get_record(accounts, alice.id), known_networks="")
    sign_in("alice", address="203.0.113.1")
    assert new_network_mails(emails) == []


def test_the_known_networks_of_an_account_are_bounded(alice, events):
    for number in range(30):
        assert sign_in("alice", address=f"2001:db8:{number:x}::1").status_code == 200
    account = reads.get_record(accounts, alice.id)
    assert len(account.known_networks.split()) == 20
    assert account.known_networks.startswith("2001:db8:1d::/48 ")
    longest = " ".join(["ffff:ffff:ffff::/48"] * 20)
    assert len(longest) < Account._meta.get_field("known_networks").max_length
