"""The admin, as a moderator drives it who is no superuser."""

import re

from moderation.models import ModerationAction, WordFilter
from moderation.selectors import actions_against, get_report, notes_on, phrases
from moderation.text_matching import acts_on
from mysocial.core import mongo
from mysocial.core.redis import client
from tests.chat.conversations import say
from tests.moderation.staff import audit_log, reported, signs_in
from tests.notifications.notification_checks import kinds, told
from tests.support.concurrency import assert_no_changes
from tests.support.stack import wait_for

QUEUE = "/admin/moderation/report/"
MEASURES = "/admin/moderation/moderationaction/"
FILTERS = "/admin/moderation/wordfilter/"
AUDIT = "/admin/mysocial/auditentry/"


def page_of(report_id):
    return f"{QUEUE}{report_id}/change/"


def does(browser, report_id, do, **more):
    """Do something on the page of a report; return what the page says then."""
    answer = browser.post(page_of(report_id), {"do": do, **more}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_queue_is_filtered_by_state_kind_and_assignee(keeper, alice, bob, flush_all):
    post = alice.create_post("Buy now")
    first, second = reported(bob, "post", post["id"]), reported(bob, "user", alice.id)
    does(keeper, first, "assign")
    does(keeper, second, "decline", why="Nothing to see.")
    flush_all()

    def listed(**query):
        answer = keeper.get(QUEUE, query)
        assert answer.status_code == 200
        return set(re.findall(rf"{QUEUE}(\w+)/change/", answer.content.decode()))

    assert listed() == {first, second}
    assert listed(state__exact="open") == {first}
    assert listed(state__exact="declined") == {second}
    assert listed(target_type__exact="user") == {second}
    assert listed(whose="mine") == {first, second}
    assert listed(whose="nobody") == set()
    assert listed(q=post["id"]) == {first}
    assert "Buy now" not in keeper.get(QUEUE).content.decode()


def test_a_moderator_assigns_notes_and_resolves_and_all_of_it_is_written_down(keeper, alice, bob):
    post = alice.create_post("Buy <b>now</b>")
    pk = reported(bob, "post", post["id"])
    page = keeper.get(page_of(pk)).content.decode()
    assert "Buy &lt;b&gt;now&lt;/b&gt;" in page
    assert "Assign to me" in page

    assert "Give it back" in does(keeper, pk, "assign")
    assert "Seen before." in does(keeper, pk, "note", text="Seen before.")
    acted = {"act": "delete", "lasts": "", "words": "", "why": "It is spam."}
    assert "Resolved" in does(keeper, pk, "resolve", **acted)

    report = get_report(pk)
    shown = (report.state, report.act, report.assignee, report.closed_by)
    assert shown == ("resolved", "delete", "the_moderator", "the_moderator")
    assert [(one.author, one.text) for one in notes_on(pk)] == [("the_moderator", "Seen before.")]
    assert bob.get(f"posts/{post['id']}").status_code == 404
    assert kinds(bob) == ["report"]
    on = f"moderation.report:{pk}"
    said = ("the_moderator", "admin")
    acts = [one for one in audit_log() if "look" not in one[2]]
    # The post is deleted by a write before the one that closes the report.
    assert acts == [
        (*said, "resolve (delete) report", on, "It is spam."),
        (*said, "resolve (delete) report", on, "It is spam."),
        (*said, "note on report", on, ""),
        (*said, "assign report", on, ""),
    ]
    looks = [one for one in audit_log() if "look" in one[2]]
    assert looks == [(*said, "look at report", on, "")] * 4

    page = does(keeper, pk, "undo", measure=measure_of(pk), why="It was none.")
    assert "Lift or restore" in page
    assert bob.get(f"posts/{post['id']}").status_code == 200


def measure_of(report_id):
    report = get_report(report_id)
    return actions_against(report.subject_id)[0].id


def test_a_resolution_without_a_reason_or_a_moment_changes_nothing(keeper, alice, bob):
    pk = reported(bob, "user", alice.id)
    keeper.get(page_of(pk))
    for given in (
        {"act": "suspend", "lasts": "good", "why": ""},
        {"act": "suspend", "lasts": "", "why": "x"},
        {"act": "delete", "lasts": "", "why": "x"},
        {"act": "warn", "lasts": "", "words": "", "why": "x"},
        {"act": "explode", "lasts": "", "why": "x"},
    ):
        does(keeper, pk, "resolve", **given)
        assert get_report(pk).state == "open"
    assert "Say why nothing is done." in does(keeper, pk, "decline", why=" ")
    assert get_report(pk).state == "open"
    assert [one for one in audit_log() if "look" not in one[2]] == []
    assert alice.get("currentuser").status_code == 200


def test_a_reported_message_is_read_by_its_report_only(keeper, moderator, alice, bob, flush_all):
    """The canary: what nobody reported is on no page, for no kind of staff."""
    said = [say(alice, bob, f"canary-{number}") for number in range(9)]
    flush_all()
    pages = [f"/admin/chat/message/{one['id']}/change/" for one in said]
    for browser in (keeper, moderator):
        for path in (*pages, "/admin/chat/message/", "/admin/chat/side/", QUEUE):
            assert "canary" not in browser.get(path).content.decode(), path
    assert keeper.get(pages[4]).status_code == 403
    assert keeper.get(page_of(said[4]["id"])).status_code == 404
    assert audit_log() == []

    pk = reported(bob, "message", said[4]["id"])
    page = keeper.get(page_of(pk)).content.decode()
    seen = set(re.findall(r"canary-\d", page))
    assert seen == {f"canary-{number}" for number in range(1, 8)}
    assert [one[2] for one in audit_log()] == ["look at report"]
    flush_all()
    assert "canary" not in keeper.get(QUEUE).content.decode()

    does(keeper, pk, "decline", why="Fine.")
    page = keeper.get(page_of(pk)).content.decode()
    assert set(re.findall(r"canary-\d", page)) == {"canary-4"}


def test_nothing_is_shown_when_the_look_cannot_be_written_down(keeper, alice, bob):
    pk = reported(bob, "message", say(alice, bob, "canary")["id"])
    client().config_set("min-replicas-to-write", 1)  # it reads, and takes no write
    try:
        answer = keeper.get(page_of(pk))
    finally:
        client().config_set("min-replicas-to-write", 0)
    assert (answer.status_code, answer["Location"]) == (302, QUEUE)
    assert "canary" not in answer.content.decode()
    assert audit_log() == []


def test_a_member_is_suspended_without_a_report_and_let_back(keeper, alice, flush_all):
    form = {"name": "alice", "act": "suspend", "lasts": "good", "words": "Enough.", "why": "Spam"}
    answer = keeper.post(f"{MEASURES}add/", form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    refused = signs_in(alice)
    assert refused.json()["detail"] == "This account is suspended permanently: Enough."
    flush_all()
    (measure,) = mongo.find(ModerationAction, {})
    assert audit_log() == [
        (
            "the_moderator",
            "admin",
            "add moderation action",
            f"moderation.moderationaction:{measure['_id']}",
            "Spam",
        )
    ]
    listed = keeper.get(MEASURES).content.decode()
    assert "alice" in listed
    assert keeper.get(f"{MEASURES}{measure['_id']}/change/").status_code == 200
    keeper.post(MEASURES, {"action": "undo", "_selected_action": [measure["_id"]]})
    assert signs_in(alice).status_code == 200


def test_a_refused_measure_says_why_and_is_not_there(keeper, alice):
    form = {"name": "nobody_at_all", "act": "warn", "lasts": "", "words": "x"}
    with assert_no_changes():
        page = keeper.post(f"{MEASURES}add/", form, follow=True).content.decode()
    assert "There is no such member." in page
    assert "added successfully" not in page


def test_a_warning_from_the_admin_reaches_the_member(keeper, alice):
    form = {"name": alice.id, "act": "warn", "lasts": "", "words": "Be kind.", "why": ""}
    assert keeper.post(f"{MEASURES}add/", form).status_code == 302
    assert [one["message"] for one in told(alice)] == ["Be kind."]


def test_word_filters_are_kept_in_the_admin(keeper, alice, flush_all):
    def minds(word, act):
        wait_for(lambda: acts_on(word, phrases()) == act, within=20, name=f"the filter of {word}")

    assert keeper.post(f"{FILTERS}add/", {"phrase": "gizmo", "act": "refuse"}).status_code == 302
    minds("gizmo", {"refuse"})
    assert alice.post("posts", {"text": "A Gizmo"}).status_code == 400
    flush_all()
    (one,) = mongo.find(WordFilter, {})
    path = f"{FILTERS}{one['_id']}/"
    assert keeper.post(f"{path}change/", {"phrase": "gadget", "act": "refuse"}).status_code == 302
    minds("gadget", {"refuse"})
    flush_all()
    page = keeper.post(f"{path}change/", {"phrase": "?!", "act": "flag"}, follow=True)
    assert "This needs a word." in page.content.decode()
    assert keeper.post(f"{path}delete/", {"post": "yes", "why": "Fine now"}).status_code == 302
    minds("gadget", set())
    assert [one[2::2] for one in audit_log()] == [
        ("delete word filter", "Fine now"),
        ("change word filter", ""),
        ("add word filter", ""),
    ]
