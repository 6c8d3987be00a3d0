"""Modes of the sign-up: open, by invite code, with an approval by staff, and closed."""

from datetime import timedelta

import pytest

from accounts import selectors, services
from accounts.models import VERIFY_EMAIL
from mysocial.core.errors import Invalid
from mysocial.core.ids import new_id, now
from mysocial.outbox import send_due
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import PASSWORD, anonymous, confirm_emails, sign_up

ACCOUNTS = "accounts.account"


def sign_up_as(username="newcomer", **fields):
    body = {"username": username, "email": f"{username}@example.com", "password": PASSWORD}
    return anonymous.post("signup", {**body, **fields})


def sign_in(name):
    return anonymous.post("signin", {"username": name, "password": PASSWORD})


def errors_of(response):
    assert response.status_code == 400
    return [error["field"] for error in response.json()["errors"]]


def options():
    return anonymous.get("signup").json()


@pytest.fixture
def new_code():
    """Return a function that creates an invite code and returns it."""

    def create(max_uses=1, **lifetime):
        expires_at = now() + timedelta(**(lifetime or {"days": 1}))
        return services.create_invite(
            invite_id=new_id(), max_uses=max_uses, expires_at=expires_at
        ).code

    return create


# Open and closed ---------------------------------------------------------------------------------


def test_a_site_is_open_by_default():
    assert options() == {"mode": "open", "minimum_age": 0, "captcha": "off"}
    assert sign_up_as(invite="ignored").status_code == 201


def test_a_closed_site_refuses_sign_ups(alice, settings):
    settings.SIGN_UP_MODE = "closed"
    with assert_no_changes():
        response = sign_up_as()
    assert (response.status_code, response.json()["code"]) == (403, "signup_closed")
    assert options()["mode"] == "closed"
    assert sign_in("alice").status_code == 200


@pytest.mark.parametrize("mode", ["invite", "approval", "closed"])
def test_the_demo_members_sign_up_whatever_a_sign_up_needs(settings, mode):
    settings.SIGN_UP_MODE, settings.MINIMUM_AGE, settings.SIGN_UP_CAPTCHA = mode, 16, "altcha"
    settings.BLOCKED_EMAIL_DOMAINS = ["mysocial.example"]
    signed_up = services.sign_up(
        username="demo",
        email="demo@mysocial.example",
        password=PASSWORD,
        device=services.Device(),
        is_confirmed=True,
    )
    assert signed_up.session is not None
    assert sign_in("demo").status_code == 200


# Invites -----------------------------------------------------------------------------------------


@pytest.fixture
def by_invite(settings):
    settings.SIGN_UP_MODE = "invite"


def test_a_code_admits_as_many_people_as_it_has_uses(by_invite, new_code):
    code = new_code(2)
    assert sign_up_as("first", invite=code).status_code == 201
    assert sign_up_as("second", invite=f" {code.replace('-', ' ').lower()} ").status_code == 201
    with assert_no_changes():
        assert errors_of(sign_up_as("third", invite=code)) == ["invite"]


@pytest.mark.parametrize("code", [None, "", "ABCD-EFGH-JKMN", "x" * 41, "é" * 12, "\x00"])
def test_a_sign_up_without_a_valid_code_is_refused(by_invite, new_code, code):
    new_code()
    with assert_no_changes():
        assert errors_of(sign_up_as(**({} if code is None else {"invite": code}))) == ["invite"]


def test_an_expired_or_deleted_code_is_refused(by_invite, new_code, monkeypatch):
    code = new_code(hours=1)
    monkeypatch.setattr("accounts.services.invites.now", lambda: now() + timedelta(hours=2))
    with assert_no_changes():
        assert errors_of(sign_up_as(invite=code)) == ["invite"]
    monkeypatch.undo()
    (invite_id,) = live_records("accounts.invite")
    services.remove_invite(invite_id=invite_id)
    with assert_no_changes():
        assert errors_of(sign_up_as(invite=code)) == ["invite"]


def test_a_refused_sign_up_uses_no_code(by_invite, new_code, alice_before):
    code = new_code()
    with assert_no_changes():
        assert sign_up_as("alice", invite=code).status_code == 409
        assert errors_of(sign_up_as(password="short", invite=code)) == ["password"]
    assert sign_up_as(invite=code).status_code == 201


@pytest.fixture
def alice_before(settings):
    """Sign up Alice while the site is open."""
    mode, settings.SIGN_UP_MODE = settings.SIGN_UP_MODE, "open"
    sign_up("alice")
    settings.SIGN_UP_MODE = mode


def test_concurrent_sign_ups_use_a_code_exactly_as_often_as_allowed(by_invite, new_code):
    code = new_code(3)
    responses = run_concurrently(
        *(lambda n=n: sign_up_as(f"person{n}", invite=code) for n in range(6))
    )
    assert count_statuses(responses) == {201: 3, 400: 3}
    assert len(live_records(ACCOUNTS)) == 3


@pytest.mark.parametrize(
    ("max_uses", "days", "field"),
    [(0, 1, "max_uses"), (10_001, 1, "max_uses"), (1, 0, "expires_at"), (1, 366, "expires_at")],
)
def test_a_code_has_bounds(max_uses, days, field):
    with assert_no_changes(), pytest.raises(Invalid) as raised:
        services.create_invite(
            invite_id=new_id(), max_uses=max_uses, expires_at=now() + timedelta(days=days)
        )
    assert list(raised.value.errors) == [field]


def test_staff_create_and_see_codes(moderator, flush_all, by_invite):
    tomorrow = now() + timedelta(days=1)
    form = {
        "max_uses": "5",
        "expires_at_0": f"{tomorrow:%Y-%m-%d}",
        "expires_at_1": "12:00:00",
        "note": "For the choir",
        "audit_reason": "",
    }
    assert moderator.post("/admin/accounts/invite/add/", form).status_code == 302
    flush_all()
    page = moderator.get("/admin/accounts/invite/").content.decode()
    (fields,) = live_records("accounts.invite").values()
    code = fields[b"main"].decode().partition('"code":"')[2][:14]
    assert code in page
    assert sign_up_as(invite=code).status_code == 201
    flush_all()


# Approval ----------------------------------------------------------------------------------------


@pytest.fixture
def by_approval(alice, settings):
    settings.SIGN_UP_MODE = "approval"


def test_a_sign_up_waits_for_an_approval(by_approval, alice, mailoutbox):
    response = sign_up_as()
    assert response.status_code == 202
    assert response.json() == {
        "message": "Your sign-up waits for an approval. You get an e-mail when you can sign in."
    }
    with assert_no_changes():
        refused = sign_in("newcomer")
    assert (refused.status_code, refused.json()["code"]) == (403, "awaiting_approval")
    assert set(live_records("accounts.session")) == {session_of(alice)}
    assert [user["username"] for user in alice.get("users").json()["users"]] == ["alice"]
    assert alice.get("users/lookup?username=newcomer").status_code == 404
    send_due()
    assert [mail.subject for mail in mailoutbox if mail.to == ["newcomer@example.com"]] == [
        "Confirm your e-mail address"
    ]


def session_of(person):
    return person.refresh.partition(".")[0]


def new_account():
    """Return the id of the account that waits."""
    (pk,) = (
        pk
        for pk, fields in live_records(ACCOUNTS).items()
        if b'"awaits_approval":true' in fields[b"main"]
    )
    return pk


def test_staff_approve_a_sign_up(by_approval, alice, moderator, flush_all, mailoutbox):
    sign_up_as()
    pk = new_account()
    flush_all()
    token = services.create_token(selectors.get_account(pk), VERIFY_EMAIL)
    assert anonymous.post(f"verify-email/{token}").status_code == 200
    flush_all()
    form = {"action": "approve", "_selected_action": pk}
    assert moderator.post("/admin/accounts/account/", form).status_code == 302
    assert sign_in("newcomer").status_code == 200
    assert alice.get("users/lookup?username=newcomer").json()["id"] == pk
    send_due()
    assert "Your sign-up was approved" in [mail.subject for mail in mailoutbox]


def test_only_a_waiting_account_can_be_approved(alice):
    with assert_no_changes(), pytest.raises(Invalid):
        services.approve_account(account_id=alice.id)


def test_a_declined_sign_up_frees_the_names(by_approval, settings):
    sign_up_as()
    services.erase_account(account_id=new_account())
    settings.SIGN_UP_MODE = "open"
    assert sign_up_as().status_code == 201


# Domains -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", ["blocked.example", "BLOCKED.example", "sub.blocked.example"])
def test_addresses_of_blocked_domains_are_refused(alice, settings, domain):
    settings.BLOCKED_EMAIL_DOMAINS = ["Blocked.example", "bücher.example"]
    with assert_no_changes():
        assert errors_of(sign_up_as(email=f"a@{domain}")) == ["email"]
        body = {"email": f"a@{domain}", "password": PASSWORD}
        assert errors_of(alice.put("accounts/me/email", body)) == ["email"]
    assert errors_of(sign_up_as(email="a@xn--bcher-kva.example")) == ["email"]
    assert sign_up_as(email="a@notblocked.example").status_code == 201


def test_disposable_addresses_are_refused_on_demand(settings):
    assert sign_up_as("first", email="a@mailinator.com").status_code == 201
    settings.BLOCK_DISPOSABLE_EMAIL = True
    with assert_no_changes():
        assert errors_of(sign_up_as("second", email="b@mailinator.com")) == ["email"]
    assert sign_up_as("second").status_code == 201


def test_members_with_an_address_that_is_blocked_later_keep_it(alice, settings):
    settings.BLOCKED_EMAIL_DOMAINS = ["example.com"]
    confirm_emails(alice)
    assert sign_in("alice@example.com").status_code == 200
