"""The links of profiles: their rules, and who may change them."""

import pytest

from mysocial.core.ids import now
from mysocial.outbox import run_due_cascades
from tests.moderation.staff import add_filter, file_report, ms_from_now, take_action
from tests.support.concurrency import assert_no_changes, live_records, run_concurrently
from tests.support.people import PASSWORD
from tests.users.profile_links import check_of, links_of, set_links
from users.services import check_due_links

CHECKS = "users.linkcheck"


def test_links_are_shown_in_profiles_and_events(alice, bob):
    links = [{"label": "Blog", "url": "https://blog.example/a?b=c"}, {"url": "example.org"}]
    expected = [
        {"label": "Blog", "url": "https://blog.example/a?b=c", "verified_at": None},
        {"label": "", "url": "https://example.org", "verified_at": None},
    ]
    assert links_of(alice) == []
    assert set_links(alice, *links).json()["user"]["links"] == expected
    assert links_of(alice, bob) == expected
    assert bob.received_events(f"user:{alice.id}")[-1]["data"]["links"] == expected
    assert set_links(alice).json()["user"]["links"] == []
    assert live_records(CHECKS) == {}


@pytest.mark.parametrize(
    ("links", "field"),
    [
        ([{"url": "http://plain.example"}], "links.0.url"),
        ([{"url": "https://a.example"}, {"url": "javascript:alert(1)"}], "links.1.url"),
        ([{"url": "https://user:secret@a.example"}], "links.0.url"),
        ([{"url": "https://127.0.0.1 /"}], "links.0.url"),
        ([{"url": ""}], "links.0.url"),
        ([{"label": "Blog"}], "links.0.url"),
        ([{"url": None}], "links.0.url"),
        ([{"url": 7}], "links.0.url"),
        ([{"url": "https://a.example", "verified_at": "2026-01-01"}], "links.0.verified_at"),
        ([{"url": "https://a.example", "label": None}], "links.0.label"),
        ([{"url": "https://a.example", "label": "x" * 41}], "links.0.label"),
        ([{"url": "https://a.example", "label": "\U0001f468\u200d\U0001f469" * 20}],
         "links.0.label"),
        ([{"url": f"https://a.example/{'x' * 200}"}], "links.0.url"),
        ([{"url": "https://a.example"}, {"url": "https://a.example"}], "links"),
        ([{"url": f"https://a{number}.example"} for number in range(5)], "links"),
        (["https://a.example"], "links.0"),
        ("https://a.example", "links"),
        (None, "links"),
        ({}, "links"),
    ],
)  # fmt: skip
def test_an_invalid_link_is_refused_with_its_place(alice, links, field):
    set_links(alice, {"url": "https://kept.example"})
    with assert_no_changes():
        response_ = alice.patch("users/me", {"links": links, "quote": "Not saved"})
    assert response_.status_code == 400
    assert {error["field"] for error in response_.json()["errors"]} == {field}


def test_the_longest_links_are_kept(alice):
    longest = [
        {"label": "\U0001f600" * 40, "url": f"https://{number}.example/".ljust(200, "x")}
        for number in range(4)
    ]
    assert len(longest[0]["label"].encode()) == 160
    assert [link["url"] for link in set_links(alice, *longest).json()["user"]["links"]] == [
        link["url"] for link in longest
    ]


def test_thousands_of_links_are_refused_quickly(alice):
    with assert_no_changes():
        refused = set_links(alice, *[{"url": 1}] * 10_000)
    assert [error["code"] for error in refused.json()["errors"]] == ["max_length"]


def test_the_same_links_change_nothing_but_are_checked_again(alice, bob):
    set_links(alice, {"url": "https://unknown.test"})
    assert check_due_links() == 1
    assert check_of(alice).due_at > now()
    with_events = len(bob.received_events(f"user:{alice.id}"))
    assert set_links(alice, {"url": "https://unknown.test"}).status_code == 200
    assert check_of(alice).due_at <= now()
    assert len(bob.received_events(f"user:{alice.id}")) == with_events


def test_a_silenced_member_cannot_change_links(alice):
    take_action(alice, "silence", until_ms=ms_from_now(3600))
    with assert_no_changes():
        assert set_links(alice, {"url": "https://a.example"}).status_code == 403


def test_a_word_filter_applies_to_labels(alice):
    add_filter("buy now", "reject")
    with assert_no_changes():
        refused = set_links(alice, {"label": "Buy now", "url": "https://a.example"})
    assert refused.status_code == 400


def test_staff_see_links_in_reports_and_can_remove_them(alice, bob, moderator, flush_all):
    set_links(alice, {"label": "Rude", "url": "https://rude.example"})
    report_id = file_report(bob, "user", alice.id)
    page = moderator.get(f"/admin/moderation/report/{report_id}/change/").content.decode()
    assert "Rude https://rude.example" in page
    flush_all()
    form = {"action": "remove_links", "_selected_action": [alice.id]}
    assert moderator.post("/admin/users/user/", form).status_code == 302
    assert links_of(alice, bob) == []
    assert live_records(CHECKS) == {}


def test_an_erased_member_leaves_no_check(alice):
    set_links(alice, {"url": "https://a.example"})
    assert alice.call("DELETE", "accounts/me", {"password": PASSWORD}).status_code == 200
    while run_due_cascades():
        pass
    assert live_records(CHECKS) == {}
    assert check_due_links() == 0


def test_concurrent_changes_leave_one_of_the_lists(alice):
    choices = [[{"url": f"https://{name}.example"}] for name in "abcd"]
    responses = run_concurrently(*[lambda c=choice: set_links(alice, *c) for choice in choices])
    assert {each.status_code for each in responses} == {200}
    assert [link["url"] for link in links_of(alice)] in [
        [link["url"] for link in choice] for choice in choices
    ]
    assert list(live_records(CHECKS)) == [alice.id]
