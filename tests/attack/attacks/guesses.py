"""Guesses at passwords, and the limits that count networks."""

import secrets
from collections import Counter

import httpx

from tests.attack.attacks.staff import StaffBrowser
from tests.attack.registry import attack, expect
from tests.attack.site import STAFF_PASSWORD
from tests.attack.target import Target
from tests.support.servers import PASSWORD

MAX_ACCOUNT_GUESSES = 200  # an hour
MAX_SIGN_UPS = 60  # an hour, of a network


def address_in(network: str) -> str:
    """Return a random address of an IPv6 /64, such as `2001:db8:1:2`."""
    return f"{network}:" + ":".join(f"{secrets.randbits(16):x}" for _ in range(4))


def random_network() -> str:
    """Return a random IPv6 /64, in a /48 of its own."""
    return f"2001:{secrets.randbits(16):x}:{secrets.randbits(16):x}:1"


def post_from(target: Target, address: str, path: str, body: dict[str, str]) -> httpx.Response:
    """Send a request with the address that the proxy would add."""
    url = f"{target.local.http_url}/api/v1/{path}"
    return httpx.post(url, json=body, headers={"X-Forwarded-For": address}, timeout=30)


@attack(expected="at most 30 guesses; staff on a known network still sign in", local=True)
def staff_guesses_from_ipv6(target: Target) -> str:
    """Guess the password of staff from the addresses of one IPv6 network."""
    name, network = target.local.new_staff("moderator"), random_network()
    owner = target.keep(StaffBrowser(target.local.http_url, "198.51.100.7"))
    assert owner.sign_in(name), "staff cannot sign in"
    browser = target.keep(StaffBrowser(target.local.http_url))
    answered = 0
    for number in range(60):
        browser.address = address_in(network)
        answered += "Too many" not in browser.enter_password(name, f"wrong-{number}").text
    browser.address = address_in(network)
    broken = browser.sign_in(name, STAFF_PASSWORD)
    locked = not target.keep(StaffBrowser(target.local.http_url, "198.51.100.7")).sign_in(name)
    text = f"{answered} of 60 guesses were checked; the right password afterwards: {broken}"
    return expect(answered <= 30 and not broken and not locked, f"{text}; owner locked: {locked}")


@attack(expected="at most 60 sign-ups an hour from a /64", local=True)
def sign_ups_from_ipv6(target: Target) -> str:
    """Sign up from the addresses of one IPv6 network."""
    network = random_network()
    statuses = Counter(
        post_from(target, address_in(network), "signup", {"username": "x"}).status_code
        for _ in range(80)
    )
    return expect(statuses[400] <= MAX_SIGN_UPS and statuses[429] >= 20, f"{dict(statuses)}")


@attack(expected="200 guesses an hour for all names; the owner signs in", local=True, quick=False)
def guesses_by_name_and_address(target: Target) -> str:
    """Guess at the username and at the address of a member, from many networks."""
    owner = target.sign_up(own_network=True)
    address = f"{owner.name}@attack.example"
    names = (owner.name, address, address.upper(), owner.name.upper())
    statuses: Counter[int] = Counter()
    for number in range(260):
        if number % 16 == 0:
            network = random_network()
        body = {"username": names[number % 4], "password": f"wrong-{number}-battery"}
        statuses[post_from(target, address_in(network), "signin", body).status_code] += 1
    body = {"username": owner.name, "password": PASSWORD}
    right = owner.client.post("/api/v1/signin", json=body).status_code
    text = f"{statuses[401]} of 260 guesses were checked; the owner: {right}"
    return expect(statuses[401] <= MAX_ACCOUNT_GUESSES and right == 200, text)


@attack(expected="20 guesses from one network in 15 minutes", quick=False)
def guesses_from_one_network(target: Target) -> str:
    """Guess the password of a member from one network, under different spellings."""
    owner, attacker = target.sign_up(), target.outsider()
    names = (owner.name, owner.name.upper(), f" {owner.name}", f"{owner.name} ")
    statuses: Counter[int] = Counter()
    for number in range(60):
        body = {"username": names[number % 4], "password": f"wrong-{number}-battery"}
        statuses[attacker.call("POST", "signin", body).status_code] += 1
    return expect(statuses[401] <= 20 and statuses[429] >= 20, f"{dict(statuses)}")
