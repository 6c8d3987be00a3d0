"""The unsubscribe link of an e-mail."""

import re

import pytest
from django.conf import settings

from mysocial.outbox import send_due
from tests.notifications.notification_checks import create_comment, list_notifications, set_reaction
from tests.support.concurrency import assert_no_changes
from tests.support.people import anonymous, confirm_emails, new_client, sign_up

COOKIE = settings.UNSUBSCRIBE_COOKIE_NAME


@pytest.fixture
def token(alice, bob, mailoutbox):
    """Return the token of an e-mail about a reaction to Alice's post."""
    confirm_emails(alice)
    set_reaction(bob, alice.create_post())
    send_due()
    (email,) = [email for email in mailoutbox if "reacted" in email.subject]
    return email.extra_headers["List-Unsubscribe"].strip("<>").partition("token=")[2]


def get_channels(person, kind="reaction"):
    return person.get("users/me/settings").json()["notifications"][kind]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        ("{}", "application/json"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/notifications/unsubscribe/{}", "/unsubscribe?token={}"])
def test_one_click_unsubscribes_from_emails_of_one_type(  # noqa: PLR0917 - each is one case
    alice, bob, token, body, kind, path
):
    before = alice.get("users/me/settings").json()["notifications"]
    for _ in range(2):
        response = new_client().generic("POST", path.format(token), data=body, content_type=kind)
        assert response.status_code == 200
        before["reaction"] = {"in_app": True, "email": False}
        assert alice.get("users/me/settings").json()["notifications"] == before
    assert get_channels(bob) == {"in_app": True, "email": True}


def test_the_api_confirms_and_repeats_the_response(alice, token):
    key = {"Idempotency-Key": "off"}
    first = anonymous.post(f"notifications/unsubscribe/{token}", **key)
    assert first.json() == {"message": "Unsubscribed"}
    alice.patch("users/me/settings", {"notifications": {"reaction": {"email": True}}})
    again = anonymous.post(f"notifications/unsubscribe/{token}", **key)
    assert (again.status_code, again.content) == (200, first.content)
    assert get_channels(alice) == {"in_app": True, "email": True}


def test_an_unsubscribed_member_is_still_notified_in_the_app(alice, bob, token, mailoutbox):
    anonymous.post(f"notifications/unsubscribe/{token}")
    mailoutbox.clear()
    post = alice.create_post()
    set_reaction(bob, post)
    create_comment(bob, post)
    send_due()
    assert [email.subject for email in mailoutbox] == ["bob commented on your post"]
    assert len(list_notifications(alice)) == 3


def test_the_page_changes_nothing_until_the_form_is_submitted(alice, token):
    browser = new_client()
    with assert_no_changes():
        response = browser.get(f"/unsubscribe?token={token}")
        assert '<form method="post" action="/unsubscribe">' in response.content.decode()
        page = browser.get("/unsubscribe")
    assert (response.status_code, page.status_code) == (200, 200)
    assert get_channels(alice) == {"in_app": True, "email": True}
    (hidden,) = re.findall(r'name="token" value="([^"]+)"', page.content.decode())
    done = browser.post("/unsubscribe", {"token": hidden})
    assert "You are unsubscribed" in done.content.decode()
    assert get_channels(alice) == {"in_app": True, "email": False}


def test_the_address_of_the_page_loses_the_token(token):
    browser = new_client()
    link = browser.get(f"/unsubscribe?token={token}")
    assert '<meta http-equiv="refresh" content="0; url=/unsubscribe">' in link.content.decode()
    cookie = link.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 900)
    page = browser.get("/unsubscribe")
    assert "refresh" not in page.content.decode()
    for response in (link, page):
        assert '<meta name="referrer" content="no-referrer">' in response.content.decode()
        assert "no-store" in response["Cache-Control"]
    done = browser.post("/unsubscribe", {"token": token})
    assert (done.status_code, done.cookies[COOKIE].value) == (200, "")
    assert browser.get("/unsubscribe").status_code == 404


def test_the_cookie_alone_does_not_unsubscribe(alice, token):
    browser = new_client()
    with assert_no_changes():
        browser.get(f"/unsubscribe?token={token}")
        assert browser.post("/unsubscribe", {}).status_code == 404
    assert get_channels(alice) == {"in_app": True, "email": True}


def test_an_invalid_token_changes_nothing(alice, token):
    user_id, kind, proof = token.split(".")
    other = sign_up("carol")
    forged = [
        f"{other.id}.{kind}.{proof}",
        f"{user_id}.comment.{proof}",
        f"{user_id}.{kind}.{proof[:-1]}",
        f"{user_id}.{kind}.{'A' * 43}",
        "x" * 40,
    ]
    with assert_no_changes():
        for forged_token in forged:
            assert anonymous.post(f"notifications/unsubscribe/{forged_token}").status_code == 404
            page = new_client().get(f"/unsubscribe?token={forged_token}")
            assert (page.status_code, "is not valid" in page.content.decode()) == (404, True)
            assert new_client().post(f"/unsubscribe?token={forged_token}").status_code == 404
        assert new_client().get("/unsubscribe").status_code == 404
        assert anonymous.get(f"notifications/unsubscribe/{token}").status_code == 405
