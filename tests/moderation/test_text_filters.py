"""Unwanted words: what is refused and flagged, whoever writes it and wherever."""

import subprocess
import sys
import time

import httpx
import pytest

from moderation import services
from moderation.selectors import FILTERS_SECONDS, phrases
from moderation.store import reports as report_store
from moderation.store import word_filters
from moderation.text_matching import acts_on, by_first_word
from mysocial.core.errors import Invalid
from mysocial.core.ids import new_id
from mysocial.core.redis import client
from mysocial.store import latest
from posts.services import moderate_post
from tests.chat.conversations import say
from tests.moderation.staff import resolve, staff
from tests.notifications.notification_checks import comments
from tests.support.concurrency import assert_no_changes, mongod_paused
from tests.support.people import anonymous
from tests.support.servers import PASSWORD
from tests.support.stack import ROOT, wait_for

KEEP = """
from moderation.services import add_filter
from mysocial.admin.audit import staff_action
with staff_action(actor="mod", channel="test", action="add"):
    add_filter(filter_id="a" * 24, phrase="frobnicate", act="refuse")
"""


def keeps(phrase, act):
    """Keep a filter; return its id when this process minds it."""
    pk = new_id()
    with staff():
        services.add_filter(filter_id=pk, phrase=phrase, act=act)
    wait_for(lambda: acts_on(phrase, phrases()) == {act}, within=20, name="the filter")
    return pk


def filed():
    return latest(report_store, "all", "", limit=9)[0]


@pytest.mark.parametrize(
    ("phrase", "text", "is_meant"),
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
    ],
)
def test_words_are_compared_folded_and_whole(phrase, text, is_meant):
    assert bool(acts_on(text, by_first_word([(phrase, "flag")]))) is is_meant


def test_a_refused_word_is_taken_nowhere_and_changes_nothing(alice, bob):
    post = alice.create_post("Fine")
    comment, message = comments(alice, post, "Fine"), say(alice, bob, "Fine")
    keeps("vile one", "refuse")
    vile = {"text": "You VILE, one"}
    tries = [
        ("POST", "posts", vile),
        ("PATCH", f"posts/{post['id']}", vile),
        ("POST", f"posts/{post['id']}/comments", vile),
        ("PATCH", f"comments/{comment['id']}", vile),
        ("POST", "chat/message", {"receiver_id": bob.id, **vile}),
        ("PATCH", f"chat/messages/{message['id']}", vile),
    ]
    with assert_no_changes():
        for method, path, body in tries:
            answer = alice.call(method, path, body)
            assert answer.status_code == 400, (method, path)
            assert [one["field"] for one in answer.json()["errors"]] == ["text"]
            assert "vile" not in answer.content.decode().lower()
        answer = alice.patch("users/me", {"quote": "vile one", "work": "None"})
        assert [one["field"] for one in answer.json()["errors"]] == ["quote"]
        taken = {"username": "vile_one", "email": "v@example.com", "password": PASSWORD}
        assert anonymous.post("signup", taken).status_code == 400
    assert filed() == []


def test_a_flagged_word_goes_through_and_is_reported_once_while_that_is_open(alice, bob):
    keeps("dubious", "flag")
    post = alice.create_post("Dubious!")
    (report,) = filed()
    kept = (report.reporter_id, report.target_type, report.target_id, report.subject_id)
    assert kept == ("", "post", post["id"], alice.id)
    assert (report.reason, report.said, report.state) == ("filter", "Dubious!", "open")
    alice.patch(f"posts/{post['id']}", {"text": "Still dubious"})
    assert len(filed()) == 1
    resolve(report.id)
    alice.patch(f"posts/{post['id']}", {"text": "Dubious anew"})
    assert [one.state for one in filed()] == ["open", "resolved"]
    say(alice, bob, "dubious")
    assert bob.get("reports").json()["reports"] == []
    assert alice.get("reports").json()["reports"] == []


def test_a_filter_is_changed_and_removed_and_each_counts_soon(alice):
    pk = keeps("shady", "refuse")
    assert alice.post("posts", {"text": "shady"}).status_code == 400
    with staff():
        services.change_filter(filter_id=pk, phrase="murky")
    wait_for(
        lambda: alice.post("posts", {"text": "shady"}).status_code == 201, within=20, name="it"
    )
    assert alice.post("posts", {"text": "murky"}).status_code == 400
    with staff():
        services.remove_filter(filter_id=pk)
    wait_for(
        lambda: alice.post("posts", {"text": "murky"}).status_code == 201, within=20, name="it"
    )


def test_a_filter_needs_a_word():
    with assert_no_changes(), staff(), pytest.raises(Invalid):
        services.add_filter(filter_id=new_id(), phrase=" .* ", act="flag")


def test_staff_may_write_what_members_may_not(alice):
    post = alice.create_post("Fine")
    keeps("crude", "refuse")
    with staff():
        moderate_post(post_id=post["id"], text="[this was crude]")
    assert alice.get(f"posts/{post['id']}").json()["text"] == "[this was crude]"


@pytest.mark.timeout(180)  # it starts two web processes
def test_a_filter_counts_in_every_process_within_a_second(two_web_stack):
    url = f"{two_web_stack.url}/api"
    who = {"username": "walter", "email": "walter@example.com", "password": PASSWORD}
    access = httpx.post(f"{url}/signup", json=who).json()["access"]

    def posts():
        """Write a post on a connection of its own, which either process may take."""
        headers = {"Authorization": f"Bearer {access}"}
        return httpx.post(f"{url}/posts", json={"text": "frobnicate"}, headers=headers).status_code

    assert {posts() for _ in range(10)} == {201}
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", KEEP]
    subprocess.run(
        command, cwd=ROOT, env=two_web_stack.environment, check=True, capture_output=True
    )
    a_second_later = time.monotonic() + 1
    wait_for(lambda: time.monotonic() > a_second_later, within=20, name="a second")
    assert {posts() for _ in range(10)} == {400}


def test_writes_do_not_each_wait_for_a_mongodb_that_is_away(alice):
    keeps("unwanted", "refuse")
    alice.create_post("All that posts need is in Redis from now on")
    alice.post("posts", {"text": "An unwanted word"})
    time.sleep(FILTERS_SECONDS)
    with mongod_paused():
        client().delete(word_filters.list_key("all", ""))
        begun = time.monotonic()
        for number in range(10):
            alice.create_post(f"{number}")
        refused = alice.post("posts", {"text": "An unwanted word"})
        assert time.monotonic() - begun < 15  # each would wait for 3
    assert refused.status_code == 400
