"""Passwords with accents and letters of full width, as different devices type them."""

import unicodedata

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher
from django.contrib.auth.models import User as Staff

from accounts import passwords
from accounts.models import Account
from accounts.store import accounts
from mysocial.store import reads, write
from tests.accounts.test_signin import BCRYPT, sign_in
from tests.support.concurrency import assert_no_changes, count_statuses, run_concurrently
from tests.support.people import anonymous, sign_up

FORMS = ("NFC", "NFD", "NFKC", "NFKD")
PASSWORDS = (
    "sch\u00f6n-genug-f\u00fcr-alle",
    "Vi\u1ec7t-Nam-m\u1ebfn-y\u00eau",
    "\uff46\uff55\uff4c\uff4c\u3000width",
)


@pytest.fixture(autouse=True)
def _real_hasher(settings):
    settings.PASSWORD_HASHERS = [BCRYPT]


def set_stored_hash(person, password):
    """Store the hash of a password as it was given, as earlier versions did."""
    hasher = BCryptSHA256PasswordHasher()
    hasher.rounds = 10
    account = reads.get_record(accounts, person.id)
    with write() as w:
        w.update(account, password=hasher.encode(password, hasher.salt()))


def stored_hash(person):
    return reads.get_record(accounts, person.id).password


@pytest.mark.parametrize("password", PASSWORDS)
def test_a_password_is_accepted_in_every_normalization_form(password):
    sign_up("ada", password=unicodedata.normalize("NFD", password))
    for form in FORMS:
        assert sign_in("ada", unicodedata.normalize(form, password)).status_code == 200, form
    with assert_no_changes():
        assert sign_in("ada", password[:-1]).status_code == 401


def test_a_changed_password_is_accepted_in_every_normalization_form(alice):
    new = {"current_password": "correct-horse-battery", "new_password": "neue-\u00fcbung-1"}
    response = alice.put("accounts/me/password", new)
    assert response.status_code == 200, response.content
    for form in FORMS:
        assert sign_in("alice", unicodedata.normalize(form, "neue-\u00fcbung-1")).status_code == 200


@pytest.mark.parametrize("form", FORMS)
def test_an_earlier_hash_is_still_accepted_and_is_replaced(form):
    password = PASSWORDS[1]
    typed = unicodedata.normalize(form, password)
    ada = sign_up("ada")
    set_stored_hash(ada, typed)
    earlier = stored_hash(ada)
    assert sign_in("ada", typed).status_code == 200
    is_normalized = unicodedata.is_normalized("NFKC", typed)
    assert (stored_hash(ada) == earlier) == is_normalized
    for other in FORMS:
        assert sign_in("ada", unicodedata.normalize(other, password)).status_code == 200


def test_concurrent_sign_ins_with_an_earlier_hash_all_succeed():
    typed = unicodedata.normalize("NFD", PASSWORDS[0])
    ada = sign_up("ada")
    set_stored_hash(ada, typed)
    responses = run_concurrently(*[lambda: sign_in("ada", typed)] * 4)
    assert count_statuses(responses) == {200: 4}


def test_a_weak_password_is_weak_in_every_form():
    with assert_no_changes():
        for password in ("\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44", "e\u0301" * 4):
            body = {"username": "ada", "email": "ada@example.com", "password": password}
            response = anonymous.post("signup", body)
            assert [error["field"] for error in response.json()["errors"]] == ["password"]


def test_a_password_is_counted_in_its_normalized_form():
    body = {"username": "ada", "email": "ada@example.com"}
    long = "\u00fc" * 127
    decomposed = unicodedata.normalize("NFD", f"{long}1")
    assert len(decomposed) == 255
    with assert_no_changes():
        assert anonymous.post("signup", {**body, "password": f"{long}12"}).status_code == 400
        assert anonymous.post("signup", {**body, "password": "\u0301" * 513}).status_code == 400
    assert anonymous.post("signup", {**body, "password": decomposed}).status_code == 201
    assert sign_in("ada", f"{long}1").status_code == 200


def test_a_password_of_staff_is_accepted_in_every_normalization_form(moderator):
    staff = Staff.objects.get(username="mod")
    staff.set_password(unicodedata.normalize("NFD", PASSWORDS[0]))
    staff.save()
    for form in FORMS:
        password = unicodedata.normalize(form, PASSWORDS[0])
        assert authenticate(None, username="mod", password=password)
    assert authenticate(None, username="mod", password="wrong") is None


def test_an_unknown_name_takes_as_many_hashes_as_a_known_one(monkeypatch):
    hashed = []
    original = BCryptSHA256PasswordHasher.encode
    monkeypatch.setattr(
        BCryptSHA256PasswordHasher,
        "encode",
        lambda self, password, salt: hashed.append(password) or original(self, password, salt),
    )
    passwords._dummy_hash.cache_clear()  # an earlier test may have used another hasher
    sign_up("ada")
    counts = []
    for name in ("ada", "nobody", "nobody"):
        hashed.clear()
        assert sign_in(name, unicodedata.normalize("NFD", PASSWORDS[0])).status_code == 401
        counts.append(len(hashed))
    assert (
        counts[0] == counts[2] == 2
    )  # the first unknown name makes the hash that it is compared to
    assert isinstance(reads.get_record(accounts, sign_up("bea").id), Account)
