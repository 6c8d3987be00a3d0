"""Permissions of the staff roles, the audit log, and the start page of the admin."""

import pytest
from django.contrib.auth.models import Group
from django.contrib.auth.models import User as Staff
from django.core.management import call_command

from moderation.roles import ROLES
from mysocial.admin.audit import AuditEntry
from mysocial.core import mongo
from tests.chat.conversations import send_message
from tests.moderation.staff import audit_log

AUDIT = "/admin/mysocial/auditentry/"
ACTIONS = "/admin/moderation/moderationaction/"


def test_the_audit_log_cannot_be_changed_in_the_admin(
    moderator_client, moderator, alice, flush_all
):
    moderator_client.post(
        f"{ACTIONS}add/",
        {
            "member": "alice",
            "action_type": "warn",
            "message": "Hm.",
            "duration": "",
            "confirmed_id": alice.id,
        },
    )
    flush_all()
    (entry,) = mongo.find(AuditEntry, {})
    path = f"{AUDIT}{entry['_id']}/"
    for browser in (moderator_client, moderator):  # `moderator` is a superuser
        assert "add moderation action" in browser.get(AUDIT).content.decode()
        assert browser.get(f"{path}change/").status_code == 200
        changed = {"actor": "nobody", "action": "nothing", "channel": "x"}
        assert browser.post(f"{path}change/", changed).status_code == 403
        assert browser.post(f"{path}delete/", {"post": "yes"}).status_code == 403
        assert browser.get(f"{AUDIT}add/").status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [entry["_id"]], "post": "yes"}
        browser.post(AUDIT, chosen)
    flush_all()
    assert mongo.find(AuditEntry, {}) == [entry]


def test_edits_and_deletions_are_in_the_audit_log_with_their_reasons(
    moderator_client, alice, flush_all
):
    post = alice.create_post("Rude words")
    flush_all()
    path = f"/admin/posts/post/{post['id']}/"
    form = {"text": "[removed]", "privacy": "public", "bg_color": "", "feelings": ""}
    assert (
        moderator_client.post(f"{path}change/", {**form, "audit_reason": "Rude"}).status_code == 302
    )
    assert (
        moderator_client.post(
            f"{path}delete/", {"post": "yes", "audit_reason": "Ruder"}
        ).status_code
        == 302
    )
    target = f"posts.post:{post['id']}"
    assert audit_log() == [
        ("the_moderator", "admin", "delete post", target, "Ruder"),
        ("the_moderator", "admin", "change post", target, "Rude"),
    ]


@pytest.mark.parametrize(
    ("role", "allowed", "forbidden"),
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
            "sign_ups",
            ("", "accounts/account/", "accounts/invite/", "accounts/invite/add/"),
            (
                *("accounts/session/", "accounts/onetimetoken/", "chat/message/"),
                *("posts/post/", "moderation/report/", "mysocial/email/", "users/user/"),
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
def test_each_role_can_open_its_pages_only(role, allowed, forbidden, sign_in_staff):
    browser = sign_in_staff(role)
    assert {path: browser.get(f"/admin/{path}").status_code for path in allowed} == dict.fromkeys(
        allowed, 200
    )
    assert {path: browser.get(f"/admin/{path}").status_code for path in forbidden} == dict.fromkeys(
        forbidden, 403
    )


def test_only_ops_may_open_flower_and_metrics(sign_in_staff):
    paths = ("/staff/queues", "/metrics")
    assert [sign_in_staff("ops").get(path).status_code for path in paths] == [204, 200]
    assert [sign_in_staff("moderator").get(path).status_code for path in paths] == [403, 404]


def test_make_roles_restores_the_exact_permissions(sign_in_staff):
    sign_in_staff("moderator")
    group = Group.objects.get(name="moderator")
    group.permissions.clear()
    call_command("make_roles")
    call_command("make_roles")
    for role, names in ROLES.items():
        permissions = Group.objects.get(name=role).permissions.select_related("content_type")
        granted = {f"{each.content_type.app_label}.{each.codename}" for each in permissions}
        assert granted == set(names)
        assert len(names) == len(set(names))


def test_changes_of_staff_users_are_in_the_audit_log(moderator):
    Staff.objects.filter(username="newbie").delete()
    form = {"username": "newbie", "usable_password": "true"}
    form |= dict.fromkeys(("password1", "password2"), "correct-horse-battery")
    assert moderator.post("/admin/auth/user/add/", form).status_code == 302
    user = Staff.objects.get(username="newbie")
    assert moderator.post(f"/admin/auth/user/{user.pk}/delete/", {"post": "yes"}).status_code == 302
    assert [entry[:3] for entry in audit_log()] == [
        ("mod", "admin", "delete user"),
        ("mod", "admin", "add user"),
    ]


def test_commands_that_change_data_are_in_the_audit_log(alice):
    call_command("verify", repair=True, pause=0)
    call_command("verify", pause=0)
    call_command("dead_letters", "list")
    assert [entry[1:4] for entry in audit_log()] == [("manage.py", "verify", "repair=True")]


def test_createsuperuser_is_in_the_audit_log(sign_in_staff, alice):
    Staff.objects.filter(username="chief").delete()
    options = {"username": "chief", "email": "chief@example.com", "interactive": False}
    call_command("createsuperuser", **options)
    assert Staff.objects.get(username="chief").is_superuser
    assert [entry[1:4] for entry in audit_log()] == [
        ("manage.py", "createsuperuser", "username=chief")
    ]


def test_the_operations_page_shows_no_content_of_members(sign_in_staff, alice):
    alice.create_post("canary")
    page = sign_in_staff("ops").get("/admin/operations/").content.decode()
    assert "None." in page
    assert "moderation" in page
    assert "canary" not in page


def test_the_start_page_has_charts_and_totals(moderator_client, alice, bob, flush_all):
    alice.create_post()
    send_message(alice, bob, "canary")
    flush_all()
    page = moderator_client.get("/admin/").content.decode()
    assert page.count("<canvas") == 3
    assert "Sign-ups: 2 · Posts: 1 · Messages: 1" in page
    assert "canary" not in page
