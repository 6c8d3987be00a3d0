"""The link in a mail that switches off the mails of its kind."""

import pytest

from mysocial.outbox import send_due
from tests.notifications.notification_checks import create_comment, list_notifications, set_reaction
from tests.support.concurrency import assert_no_changes
from tests.support.people import anonymous, new_client, sign_up


@pytest.fixture
def token(alice, bob, mailoutbox):
    """The token of a mail about a reaction to Alice's post."""
    set_reaction(bob, alice.create_post())
    send_due()
    (mail,) = [one for one in mailoutbox if "reacted" in one.subject]
    return mail.extra_headers["List-Unsubscribe"].strip("<>").partition("token=")[2]


def wanted(person, kind="reaction"):
    return person.get("users/me/settings").json()["notifications"][kind]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        ("{}", "application/json"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("path", ["/api/notifications/unsubscribe/{}", "/unsubscribe?token={}"])
def test_one_click_switches_off_the_mails_of_one_kind(  # noqa: PLR0917 - each is one case
    alice, bob, token, body, kind, path
):
    before = alice.get("users/me/settings").json()["notifications"]
    for _ in range(2):
        answer = new_client().generic("POST", path.format(token), data=body, content_type=kind)
        assert answer.status_code == 200
        before["reaction"] = {"in_app": True, "email": False}
        assert alice.get("users/me/settings").json()["notifications"] == before
    assert wanted(bob) == {"in_app": True, "email": True}


def test_the_api_says_so_and_repeats_it(alice, token):
    key = {"Idempotency-Key": "off"}
    first = anonymous.post(f"notifications/unsubscribe/{token}", **key)
    assert first.json() == {"message": "Unsubscribed"}
    alice.patch("users/me/settings", {"notifications": {"reaction": {"email": True}}})
    again = anonymous.post(f"notifications/unsubscribe/{token}", **key)
    assert (again.status_code, again.content) == (200, first.content)
    assert wanted(alice) == {"in_app": True, "email": True}


def test_after_it_no_mail_is_sent_but_the_app_tells(alice, bob, token, mailoutbox):
    anonymous.post(f"notifications/unsubscribe/{token}")
    mailoutbox.clear()
    post = alice.create_post()
    set_reaction(bob, post)
    create_comment(bob, post)
    send_due()
    assert [one.subject for one in mailoutbox] == ["bob commented on your post"]
    assert len(list_notifications(alice)) == 3


def test_the_page_asks_and_changes_nothing_until_the_button_is_pressed(alice, token):
    with assert_no_changes():
        answer = new_client().get(f"/unsubscribe?token={token}")
    assert answer.status_code == 200
    assert '<form method="post"><button>Unsubscribe</button></form>' in answer.content.decode()
    done = new_client().post(f"/unsubscribe?token={token}")
    assert "You are unsubscribed" in done.content.decode()
    assert wanted(alice) == {"in_app": True, "email": False}


def test_a_token_that_is_not_ours_changes_nothing(alice, token):
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
        for one in forged:
            assert anonymous.post(f"notifications/unsubscribe/{one}").status_code == 404
            assert new_client().get(f"/unsubscribe?token={one}").status_code == 404
            assert new_client().post(f"/unsubscribe?token={one}").status_code == 404
        assert new_client().get("/unsubscribe").status_code == 404
        assert anonymous.get(f"notifications/unsubscribe/{token}").status_code == 405
