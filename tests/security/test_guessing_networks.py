"""A3: guesses are counted by network and by account, and do not lock their owners out."""

import pytest
from django.test import Client

from mysocial.core import mongo
from mysocial.core.rate_limits import DAY
from mysocial.core.redis import client
from tests.support.concurrency import count_statuses
from tests.support.people import PASSWORD, anonymous

WRONG = "wrong-horse-battery"


def guess(name, password=WRONG, address="192.0.2.1"):
    body = {"username": name, "password": password}
    return anonymous.post("signin", body, **{"X-Forwarded-For": address})


@pytest.fixture
def limited(alice, settings):
    settings.RATE_LIMITS, settings.TRUSTED_PROXIES = True, 1


# Networks ----------------------------------------------------------------------------------------


def address_in(network, number):
    """Return one of many addresses of an IPv6 network, given as its first four groups."""
    return f"{network}:{number:x}:{number * 7919 % 65536:x}:1:2"


@pytest.mark.usefixtures("limited")
def test_an_ipv6_network_has_the_guesses_of_one_address():
    responses = [guess("alice", address=address_in("2001:db8:1:2", n)) for n in range(21)]
    assert count_statuses(responses) == {401: 20, 429: 1}
    # The next /64 counts apart; four of them have as many as their /56 has.
    responses = [
        guess("alice", address=address_in(f"2001:db8:1:{2 + n // 20:x}", n)) for n in range(20, 90)
    ]
    assert count_statuses(responses) == {401: 60, 429: 10}
    assert guess("alice", address=address_in("2001:db8:1:ff", 1)).status_code == 429
    assert guess("alice", address=address_in("2001:db8:1:100", 1)).status_code == 401


@pytest.mark.usefixtures("limited")
def test_an_ipv4_address_written_as_ipv6_is_the_same_address():
    spellings = ["192.0.2.7", "::ffff:192.0.2.7", "::FFFF:C000:207", "192.0.2.7:1234",
                 "[::ffff:192.0.2.7]:99"]  # fmt: skip
    responses = [guess("alice", address=spellings[n % 5]) for n in range(21)]
    assert count_statuses(responses) == {401: 20, 429: 1}


@pytest.mark.usefixtures("limited")
def test_sign_ups_and_password_resets_from_one_ipv6_network_are_limited():
    for path, body in (
        ("signup", {}),
        ("forgot-password", {"email": "nobody{n}@example.com"}),
        ("reset-password/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", {"password": PASSWORD}),
    ):
        responses = [
            anonymous.post(
                path,
                {name: value.format(n=n) for name, value in body.items()},
                **{"X-Forwarded-For": address_in("2001:db8:1:2", n)},
            )
            for n in range(61)
        ]
        assert [response.status_code for response in responses].index(429) == 60, path


# Accounts ----------------------------------------------------------------------------------------

SPELLINGS = [
    "alice", "ALICE", " Alice ", "\uff41\uff4c\uff49\uff43\uff45", "alice@example.com",
    "ALICE@EXAMPLE.COM", "alice@ex\u00adample.com", "alice@\u24d4xample.com",
]  # fmt: skip


@pytest.mark.usefixtures("limited")
def test_all_spellings_of_an_account_have_200_guesses_an_hour_together():
    responses = [
        guess(SPELLINGS[n % len(SPELLINGS)], address=f"192.0.2.{n // 10}") for n in range(200)
    ]
    assert count_statuses(responses) == {401: 200}
    for number, name in enumerate(SPELLINGS):
        assert guess(name, PASSWORD, f"192.0.3.{number}").status_code == 429


@pytest.mark.usefixtures("limited")
def test_guesses_at_an_unknown_account_are_counted_alike():
    def attempt(names, network):
        return [
            (
                response.status_code,
                response.headers["X-RateLimit-Remaining"],
                response.json()["code"],
            )
            for n in range(202)
            for response in [guess(names[n % len(names)], address=f"{network}.{n // 10}")]
        ]

    assert attempt(["alice", "Alice"], "192.0.2") == attempt(["nobody", "Nobody"], "192.0.3")


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize(("known", "unknown"), [("alice", "no"), ("alice@example.com", "n@x.com")])
def test_a_limited_guess_costs_the_same_mongodb_queries_for_an_unknown_name(known, unknown):
    def queries(name):
        for n in range(20):
            guess(name, address=f"192.0.2.{n % 2}")
        before = mongo.client().admin.command("serverStatus")["opcounters"]["query"]
        # Again, after the lookup of the unknown name has expired.
        client().delete(*client().scan_iter("*=username_key:*"), *client().scan_iter("*=email:*"))
        costs = []
        for _ in range(2):
            statuses = {guess(name, address="192.0.2.0").status_code for _ in range(11)}
            now = mongo.client().admin.command("serverStatus")["opcounters"]["query"]
            costs.append((statuses, now - before))
            before = now
        return costs

    assert queries(unknown)[1] == queries(known)[1] == ({429}, 0)


@pytest.mark.usefixtures("limited")
def test_guesses_from_other_networks_do_not_lock_a_member_out_of_a_known_network():
    home = address_in("2001:db8:aaaa:1", 1)
    assert guess("alice", PASSWORD, home).status_code == 200
    responses = [guess("alice", address=f"192.0.2.{n // 20}") for n in range(200)]
    # Neighbors in the same /56 and /48 guess, too.
    neighbors = [
        guess("alice", address=address_in(f"2001:db8:aaaa:{n:x}", 1)) for n in range(2, 60)
    ]
    assert count_statuses(responses) == {401: 199, 429: 1}  # the sign-in was counted, too
    assert count_statuses(neighbors) == {429: 58}
    assert guess("alice", PASSWORD, "192.0.3.1").status_code == 429
    another = address_in("2001:db8:aaaa:1", 2)  # in the same /64
    assert guess("alice@example.com", PASSWORD, another).status_code == 200
    # The known network has a budget of its own, no more.
    assert count_statuses([guess("alice", address=home) for _ in range(21)]) == {401: 20, 429: 1}


@pytest.mark.usefixtures("limited")
def test_the_network_of_a_sign_up_is_known():
    body = {"username": "ada", "email": "ada@example.com", "password": PASSWORD}
    sent = anonymous.post("signup", body, **{"X-Forwarded-For": "192.0.4.1"})
    assert sent.status_code == 201
    for n in range(200):
        guess("ada", address=f"192.0.2.{n // 20}")
    assert guess("ada", PASSWORD, "192.0.3.1").status_code == 429
    assert guess("ada", PASSWORD, "192.0.4.1").status_code == 200


@pytest.mark.usefixtures("limited")
def test_a_wrong_password_or_another_account_makes_no_network_known(bob):
    guess("alice", address="192.0.4.1")
    guess("bob", PASSWORD, "192.0.4.1")
    for n in range(200):
        guess("alice", address=f"192.0.2.{n // 20}")
    assert guess("alice", PASSWORD, "192.0.4.1").status_code == 429


@pytest.mark.usefixtures("limited")
def test_the_latest_five_networks_are_known_for_thirty_days_as_keyed_hashes(alice):
    for n in range(6):
        assert guess("alice", PASSWORD, f"192.0.4.{n}").status_code == 200
    (key,) = client().scan_iter("known_networks:*")
    assert client().zcard(key) == 5
    assert 30 * DAY - 60 < client().ttl(key) <= 30 * DAY
    stored = key + b"".join(client().zrange(key, 0, -1))
    assert not any(word in stored for word in (alice.id.encode(), b"alice", b"192.0"))
    for n in range(200):
        guess("alice", address=f"192.0.2.{n // 20}")
    assert guess("alice", PASSWORD, "192.0.4.0").status_code == 429  # the sixth is forgotten
    assert guess("alice", PASSWORD, "192.0.4.1").status_code == 200
    # An entry that is older than 30 days does not count.
    for network in client().zrange(key, 0, -1):
        client().zadd(key, {network: 1})
    assert guess("alice", PASSWORD, "192.0.4.1").status_code == 429


# Staff -------------------------------------------------------------------------------------------


def staff_login(username, password=WRONG, address="192.0.2.1"):
    form = {"username": username, "password": password, "next": "/admin/"}
    response = Client().post("/admin/login/", form, headers={"X-Forwarded-For": address})
    if response.status_code == 302:
        return "accepted"
    return "limited" if b"Too many requests" in response.content else "wrong"


@pytest.fixture
def staff_limited(moderator, settings):
    settings.RATE_LIMITS, settings.TRUSTED_PROXIES = True, 1


@pytest.mark.usefixtures("staff_limited")
def test_staff_logins_from_one_ipv6_network_are_limited():
    results = [staff_login("mod", address=address_in("2001:db8:1:2", n)) for n in range(6)]
    assert results == ["wrong"] * 5 + ["limited"]
    assert staff_login("mod", PASSWORD, address_in("2001:db8:1:2", 99)) == "limited"


@pytest.mark.usefixtures("staff_limited")
@pytest.mark.parametrize(
    "names", [["mod", "MOD", "\uff4d\uff4f\uff44", " mod"], ["nobody", "NOBODY"]]
)
def test_all_networks_together_have_30_staff_logins_an_hour_for_a_name(names):
    results = [staff_login(names[n % len(names)], address=f"192.0.2.{n // 4}") for n in range(31)]
    assert results == ["wrong"] * 30 + ["limited"]
    assert {staff_login(name, address="192.0.3.1") for name in names} == {"limited"}


@pytest.mark.usefixtures("staff_limited")
def test_guesses_from_other_networks_do_not_lock_staff_out_of_a_known_network():
    assert staff_login("mod", PASSWORD, "192.0.4.1") == "accepted"
    for n in range(31):
        staff_login("mod", address=f"192.0.2.{n // 4}")
    assert staff_login("mod", PASSWORD, "192.0.3.1") == "limited"
    assert staff_login("mod", PASSWORD, "192.0.4.1") == "accepted"
