"""Spellings of e-mail addresses, through HTTP: one mailbox is one account."""

import pytest

from accounts import services
from accounts.models import Account
from accounts.services import Device
from mysocial.core.errors import Invalid
from tests.support.concurrency import assert_no_changes, live_records
from tests.support.people import PASSWORD, anonymous, sign_up

SPELLINGS = [
    "vic@mailhost.com",
    "VIC@MAILHOST.COM",
    "vic@\uff4dailhost.com",
    "vic@\u24dcailhost.com",
    "vic@mail\u00adhost.com",
    "vic@mail\u200bhost.com",
    "vic@mail\u2060host.com",
    "vic@mail\ufeffhost.com",
    "vic@mailho\ufb05.com",
    "vic@mailho\u017ft.com",
    "vic@mailhost\u3002com",
]
INVALID_ADDRESSES = [
    "a@localhost",
    "a@LOCALHOST",
    "a@mail.localhost",
    "a@localhost.localdomain",
    "a@com",
    "a@[127.0.0.1]",
    "a@[IPv6:::1]",
    "a@127.0.0.1",
    "a@0x7f.1",
    "a@example.com.",
    "a@example..com",
    "a@.example.com",
    "a@-example.com",
    "a@exa_mple.com",
    "a@mail\u200dhost.com",
    "a@mail\u202ehost.com",
    "a@mail\U000e0041host.com",
    "a\u00adb@example.com",
    "\uff41@example.com",
    f"a@{'b' * 64}.com",
    "@example.com",
]


def sign_up_body(email, username="victor"):
    return {"username": username, "email": email, "password": PASSWORD}


@pytest.mark.parametrize("email", SPELLINGS)
def test_every_spelling_of_a_mailbox_is_one_account(email):
    victor = sign_up("victor", email="vic@mailhost.com")
    with assert_no_changes():
        response = anonymous.post("signup", sign_up_body(email, "second"))
    assert response.status_code == 409
    assert [error["field"] for error in response.json()["errors"]] == ["email"]
    signed_in = anonymous.post("signin", {"username": email, "password": PASSWORD})
    assert signed_in.json()["user"]["id"] == victor.id
    assert signed_in.json()["user"]["email"] == "vic@mailhost.com"


def test_a_domain_is_stored_in_its_ascii_form(emails, flush_all, document):
    person = sign_up("buchhalter", email="Buch@Bücher.example")
    flush_all()
    assert document(Account, person.id)["email"] == "buch@xn--bcher-kva.example"
    assert person.get("accounts/me").json()["email"] == "buch@xn--bcher-kva.example"
    for spelling in ("buch@BÜCHER.example", "buch@XN--BCHER-KVA.EXAMPLE"):
        response = anonymous.post("signin", {"username": spelling, "password": PASSWORD})
        assert response.json()["user"]["id"] == person.id
    assert anonymous.post("forgot-password", {"email": "BUCH@bücher.example"}).status_code == 200
    assert [b"To: buch@xn--bcher-kva.example" in file.read_bytes() for file in emails()] == [
        True,
        True,
    ]


@pytest.mark.parametrize("email", INVALID_ADDRESSES)
def test_an_address_without_a_mailbox_on_the_internet_is_rejected(email):
    with assert_no_changes():
        response = anonymous.post("signup", sign_up_body(email))
        assert anonymous.post("forgot-password", {"email": email}).status_code == 400
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["email"]
    assert live_records("accounts.account") == {}


def test_an_address_may_have_254_characters_in_its_ascii_form():
    domain = ".".join(["d" * 63] * 3) + ".com"
    longest = "a" * (254 - 1 - len(domain)) + f"@{domain}"
    with assert_no_changes():
        assert anonymous.post("signup", sign_up_body(f"a{longest}")).status_code == 400
    # 254 characters as it is written, and more in its ASCII form.
    umlaut = longest.replace("d", "ü", 1)
    with assert_no_changes():
        assert anonymous.post("signup", sign_up_body(umlaut)).status_code == 400
    assert anonymous.post("signup", sign_up_body(longest)).status_code == 201


@pytest.mark.parametrize("email", ["a@localhost", "not an address"])
def test_no_command_creates_an_account_without_a_valid_address(email):
    with assert_no_changes(), pytest.raises(Invalid):
        services.sign_up(username="ada", email=email, password=PASSWORD, device=Device())
