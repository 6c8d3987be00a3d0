"""Who of staff may what, that all of it is written down, and the first page they see."""

import pytest
from django.contrib.auth.models import Group
from django.contrib.auth.models import User as Staff
from django.core.management import call_command

from moderation.roles import ROLES
from mysocial.admin.audit import AuditEntry
from mysocial.core import mongo
from tests.chat.conversations import say
from tests.moderation.staff import audit_log

AUDIT = "/admin/mysocial/auditentry/"
MEASURES = "/admin/moderation/moderationaction/"


def test_nobody_edits_or_deletes_the_audit_log(keeper, moderator, alice, flush_all):
    keeper.post(f"{MEASURES}add/", {"name": "alice", "act": "warn", "words": "Hm.", "lasts": ""})
    flush_all()
    (entry,) = mongo.find(AuditEntry, {})
    path = f"{AUDIT}{entry['_id']}/"
    for browser in (keeper, moderator):  # `moderator` is a superuser
        assert "add moderation action" in browser.get(AUDIT).content.decode()
        assert browser.get(f"{path}change/").status_code == 200
        changed = {"who": "nobody", "what": "nothing", "via": "x"}
        assert browser.post(f"{path}change/", changed).status_code == 403
        assert browser.post(f"{path}delete/", {"post": "yes"}).status_code == 403
        assert browser.get(f"{AUDIT}add/").status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [entry["_id"]], "post": "yes"}
        browser.post(AUDIT, chosen)
    flush_all()
    assert mongo.find(AuditEntry, {}) == [entry]


def test_each_edit_and_deletion_in_the_admin_is_written_down_with_its_reason(
    keeper, alice, flush_all
):
    post = alice.create_post("Rude words")
    flush_all()
    path = f"/admin/posts/post/{post['id']}/"
    form = {"text": "[removed]", "privacy": "public", "bg_color": "", "feelings": ""}
    assert keeper.post(f"{path}change/", {**form, "why": "Rude"}).status_code == 302
    assert keeper.post(f"{path}delete/", {"post": "yes", "why": "Ruder"}).status_code == 302
    on = f"posts.post:{post['id']}"
    assert audit_log() == [
        ("the_moderator", "admin", "delete post", on, "Ruder"),
        ("the_moderator", "admin", "change post", on, "Rude"),
    ]


@pytest.mark.parametrize(
    ("role", "seen", "refused"),
    [
        (
            "moderator",
            (
                *("", "moderation/report/", "moderation/moderationaction/add/"),
                *("moderation/wordfilter/add/", "mysocial/auditentry/", "posts/post/"),
            ),
            (
                *("auth/user/", "auth/group/", "chat/message/", "accounts/account/"),
                *("accounts/session/", "mysocial/email/", "operations/"),
            ),
        ),
        (
            "ops",
            ("", "operations/", "mysocial/email/", "mysocial/cascadedeletion/"),
            (
                *("auth/user/", "chat/message/", "posts/post/", "moderation/report/"),
                *("moderation/moderationaction/add/", "mysocial/auditentry/", "accounts/account/"),
            ),
        ),
        ("", (), ("moderation/report/", "mysocial/auditentry/", "operations/", "posts/post/")),
    ],
)
def test_each_role_sees_its_pages_and_no_other(role, seen, refused, staff_in):
    browser = staff_in(role)
    assert {path: browser.get(f"/admin/{path}").status_code for path in seen} == dict.fromkeys(
        seen, 200
    )
    assert {path: browser.get(f"/admin/{path}").status_code for path in refused} == dict.fromkeys(
        refused, 403
    )


def test_ops_see_flower_and_figures_and_a_moderator_does_not(staff_in):
    paths = ("/staff/queues", "/metrics")
    assert [staff_in("ops").get(path).status_code for path in paths] == [204, 200]
    assert [staff_in("moderator").get(path).status_code for path in paths] == [403, 404]


def test_roles_are_made_again_with_exactly_what_they_may(staff_in):
    staff_in("moderator")
    group = Group.objects.get(name="moderator")
    group.permissions.clear()
    call_command("make_roles")
    call_command("make_roles")
    for role, names in ROLES.items():
        some = Group.objects.get(name=role).permissions.select_related("content_type")
        may = {f"{one.content_type.app_label}.{one.codename}" for one in some}
        assert may == set(names)
        assert len(names) == len(set(names))


def test_who_is_made_staff_and_what_they_may_is_written_down(moderator):
    Staff.objects.filter(username="newbie").delete()
    form = {"username": "newbie", "usable_password": "true"}
    form |= dict.fromkeys(("password1", "password2"), "correct-horse-battery")
    assert moderator.post("/admin/auth/user/add/", form).status_code == 302
    made = Staff.objects.get(username="newbie")
    assert moderator.post(f"/admin/auth/user/{made.pk}/delete/", {"post": "yes"}).status_code == 302
    assert [one[:3] for one in audit_log()] == [
        ("mod", "admin", "delete user"),
        ("mod", "admin", "add user"),
    ]


def test_commands_that_act_are_written_down(alice):
    call_command("verify", repair=True, pause=0)
    call_command("verify", pause=0)
    call_command("dead_letters", "list")
    assert [one[1:4] for one in audit_log()] == [("manage.py", "verify", "repair=True")]


def test_who_is_made_a_superuser_on_the_machine_is_written_down(staff_in, alice):
    Staff.objects.filter(username="chief").delete()
    given = {"username": "chief", "email": "chief@example.com", "interactive": False}
    call_command("createsuperuser", **given)
    assert Staff.objects.get(username="chief").is_superuser
    assert [one[1:4] for one in audit_log()] == [("manage.py", "createsuperuser", "username=chief")]


def test_operations_lists_debts_and_dead_letters_to_ops_without_words(staff_in, alice):
    alice.create_post("canary")
    page = staff_in("ops").get("/admin/operations/").content.decode()
    assert "There are none." in page
    assert "moderation" in page
    assert "canary" not in page


def test_the_first_page_has_plots_of_what_there_is(keeper, alice, bob, flush_all):
    alice.create_post()
    say(alice, bob, "canary")
    flush_all()
    page = keeper.get("/admin/").content.decode()
    assert page.count("<canvas") == 3
    assert "Sign-ups: 2 · Posts: 1 · Messages: 1" in page
    assert "canary" not in page
