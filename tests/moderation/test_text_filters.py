"""Word filters: rejected and flagged phrases in every text of members."""

import subprocess
import sys
import time

import httpx
import pytest

from moderation import services
from moderation.selectors import FILTERS_TTL_SECONDS
from moderation.store import reports as report_store
from moderation.store import word_filters
from moderation.text_matching import by_first_word, matching_actions
from mysocial.core.errors import Invalid
from mysocial.core.ids import new_id
from mysocial.core.redis import client
from mysocial.store import newest_records
from posts.services import moderate_post
from tests.chat.conversations import send_message
from tests.moderation.staff import add_filter, as_staff, resolve
from tests.notifications.notification_checks import create_comment
from tests.support.concurrency import assert_no_changes, mongod_paused
from tests.support.people import anonymous
from tests.support.servers import PASSWORD
from tests.support.stack import ROOT, wait_for

ADD_FILTER = """
from moderation.services import add_filter
from mysocial.admin.audit import staff_action
with staff_action(actor="mod", channel="test", action="add"):
    add_filter(filter_id="a" * 24, phrase="frobnicate", action="reject")
"""


def all_reports():
    """Return all reports, newest first."""
    return newest_records(report_store, "all", "", limit=9)[0]


@pytest.mark.parametrize(
    ("phrase", "text", "matches"),
    [
        ("buy now", "BUY, now!", True),
        ("buy now", "buy it now", False),
        ("ass", "a class act", False),
        ("ass", "what an ÁSS.", True),
        ("straße", "STRASSE", True),
        ("word", "\uff57\uff4f\uff52\uff44", True),
        ("word", "wo\u200brd", True),
        ("naïve", "nai\u0308ve", True),
        ("слово", "СЛОВО!", True),
        ("a_b", "a b", True),
        (".*", "anything", False),
        ("paypal", "your P\u0430yp\u0430l", True),  # Cyrillic letters
        ("paypal", "your paypaI", True),
        ("paypal", "\U0001d429\U0001d41a\U0001d432\U0001d429\U0001d41a\U0001d425", True),
        ("\u0440\u0430\u0443\u0440\u0430l", "paypal", True),
        ("good", "g00d", True),
        ("tail", "TALL", False),
        ("bum", "burn", False),
        ("lol", "101", False),
        ("\u0915\u0941\u0932", "\u0915\u0932", False),
    ],
)
def test_phrases_match_folded_whole_words(phrase, text, matches):
    assert bool(matching_actions(text, by_first_word([(phrase, "flag")]))) is matches


def test_a_rejected_phrase_is_rejected_in_every_text(alice, bob):
    post = alice.create_post("Fine")
    comment, message = create_comment(alice, post, "Fine"), send_message(alice, bob, "Fine")
    add_filter("vile one", "reject")
    vile = {"text": "You VILE, one"}
    requests = [
        ("POST", "posts", vile),
        ("PATCH", f"posts/{post['id']}", vile),
        ("POST", f"posts/{post['id']}/comments", vile),
        ("PATCH", f"comments/{comment['id']}", vile),
        ("POST", "chat/messages", {"receiver_id": bob.id, **vile}),
        ("PATCH", f"chat/messages/{message['id']}", vile),
    ]
    with assert_no_changes():
        for method, path, body in requests:
            response = alice.call(method, path, body)
            assert response.status_code == 400, (method, path)
            assert [error["field"] for error in response.json()["errors"]] == ["text"]
            assert "vile" not in response.content.decode().lower()
        response = alice.patch("users/me", {"quote": "vile one", "work": "None"})
        assert [error["field"] for error in response.json()["errors"]] == ["quote"]
        account = {"username": "vile_one", "email": "v@example.com", "password": PASSWORD}
        assert anonymous.post("signup", account).status_code == 400
    assert all_reports() == []


def test_a_flagged_phrase_is_accepted_and_reported_once(alice, bob):
    add_filter("dubious", "flag")
    post = alice.create_post("Dubious!")
    (report,) = all_reports()
    parties = (report.reporter_id, report.target_type, report.target_id, report.subject_id)
    assert parties == ("", "post", post["id"], alice.id)
    assert (report.reason, report.excerpt, report.state) == ("filter", "Dubious!", "open")
    alice.patch(f"posts/{post['id']}", {"text": "Still dubious"})
    assert len(all_reports()) == 1
    resolve(report.id)
    alice.patch(f"posts/{post['id']}", {"text": "Dubious again"})
    assert [report.state for report in all_reports()] == ["open", "resolved"]
    send_message(alice, bob, "dubious")
    assert bob.get("reports").json()["reports"] == []
    assert alice.get("reports").json()["reports"] == []


def test_changed_and_removed_filters_take_effect(alice):
    filter_id = add_filter("shady", "reject")
    assert alice.post("posts", {"text": "shady"}).status_code == 400
    with as_staff():
        services.change_filter(filter_id=filter_id, phrase="murky")
    wait_for(
        lambda: alice.post("posts", {"text": "shady"}).status_code == 201,
        within=20,
        name="the filter to change",
    )
    assert alice.post("posts", {"text": "murky"}).status_code == 400
    with as_staff():
        services.remove_filter(filter_id=filter_id)
    wait_for(
        lambda: alice.post("posts", {"text": "murky"}).status_code == 201,
        within=20,
        name="the filter to change",
    )


def test_a_filter_without_a_word_is_rejected():
    with assert_no_changes(), as_staff(), pytest.raises(Invalid):
        services.add_filter(filter_id=new_id(), phrase=" .* ", action="flag")


def test_filters_do_not_apply_to_staff(alice):
    post = alice.create_post("Fine")
    add_filter("crude", "reject")
    with as_staff():
        moderate_post(post_id=post["id"], text="[this was crude]")
    assert alice.get(f"posts/{post['id']}").json()["text"] == "[this was crude]"


@pytest.mark.timeout(180)  # starts two web processes
def test_a_filter_takes_effect_in_every_process_within_a_second(two_web_stack):
    url = f"{two_web_stack.url}/api"
    account = {"username": "walter", "email": "walter@example.com", "password": PASSWORD}
    access = httpx.post(f"{url}/signup", json=account).json()["access"]

    def post_status():
        """Create a post on a new connection, which either process may accept."""
        headers = {"Authorization": f"Bearer {access}"}
        return httpx.post(f"{url}/posts", json={"text": "frobnicate"}, headers=headers).status_code

    assert {post_status() for _ in range(10)} == {201}
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", ADD_FILTER]
    subprocess.run(
        command, cwd=ROOT, env=two_web_stack.environment, check=True, capture_output=True
    )
    time.sleep(1)
    assert {post_status() for _ in range(10)} == {400}


def test_writes_do_not_each_wait_for_an_unavailable_mongodb(alice):
    add_filter("unwanted", "reject")
    alice.create_post("This loads into Redis everything that posts need.")
    alice.post("posts", {"text": "An unwanted word"})
    time.sleep(FILTERS_TTL_SECONDS)
    with mongod_paused():
        client().delete(word_filters.list_key("all", ""))
        started_at = time.monotonic()
        for number in range(10):
            alice.create_post(f"{number}")
        rejected = alice.post("posts", {"text": "An unwanted word"})
        assert (
            time.monotonic() - started_at < 15
        )  # without the cached filters each would wait for 3 s
    assert rejected.status_code == 400
