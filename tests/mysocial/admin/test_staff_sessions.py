"""The life of staff sessions, and access to the security log."""

import time

import pytest
from django.contrib.auth.models import Permission
from django.contrib.auth.models import User as Staff
from django.test import Client

from mysocial.admin.staff_sessions import IS_VERIFIED, SEEN_AT, SIGNED_IN_AT
from mysocial.core import mongo
from mysocial.security_log import SecurityEvent
from tests.mysocial.admin.logins import enter_password, is_signed_in
from tests.support.people import new_client


def age_session(browser, **seconds):
    session = browser.session
    for name, age in seconds.items():
        session[name] = time.time() - age
    session.save()


def test_a_session_of_staff_ends_after_twelve_hours(helper, settings):
    assert (settings.STAFF_SESSION_SECONDS, settings.STAFF_SESSION_IDLE_SECONDS) == (43200, 3600)
    browser = Client()
    enter_password(browser, "helper")
    age_session(browser, **{SIGNED_IN_AT: 43100})
    assert is_signed_in(browser)
    age_session(browser, **{SIGNED_IN_AT: 43201})
    assert browser.get("/staff/queues").status_code == 302
    assert not is_signed_in(browser)


def test_a_session_of_staff_ends_after_an_idle_hour(helper):
    browser = Client()
    enter_password(browser, "helper")
    age_session(browser, **{SEEN_AT: 3500})
    assert is_signed_in(browser)  # and is not idle any more
    assert browser.session[SEEN_AT] > time.time() - 60
    age_session(browser, **{SEEN_AT: 3601})
    assert not is_signed_in(browser)


def test_a_session_of_an_earlier_version_ends(helper):
    browser = Client()
    enter_password(browser, "helper")
    session = browser.session
    del session[SIGNED_IN_AT], session[IS_VERIFIED]
    session.save()
    assert not is_signed_in(browser)


def test_pages_without_staff_do_not_load_a_session():
    response = new_client().get("/")
    assert response.status_code == 200
    assert response.cookies == {}


def test_the_security_log_is_shown_read_only_to_staff_with_the_permission(helper, flush_all):
    browser = Client()
    enter_password(browser, "helper")
    flush_all()
    url = "/admin/mysocial/securityevent/"
    assert browser.get(url).status_code == 403
    helper.user_permissions.add(Permission.objects.get(codename="view_securityevent"))
    (event,) = mongo.find(SecurityEvent, {"staff": "helper"})
    assert event["_id"] in browser.get(f"{url}?q=helper").content.decode()
    assert event["_id"] not in browser.get(f"{url}?q=nobody").content.decode()
    assert browser.get(f"{url}{event['_id']}/change/").status_code == 200
    for path in ("add/", f"{event['_id']}/delete/"):
        assert browser.post(f"{url}{path}", {"post": "yes"}).status_code == 403
    browser.post(f"{url}{event['_id']}/change/", {"detail": "changed"})
    flush_all()
    assert mongo.find(SecurityEvent, {"detail": "changed"}) == []


@pytest.mark.parametrize(
    ("scope", "ends"),
    [("off", (False, False)), ("superusers", (True, False)), ("all", (True, True))],
)
def test_sessions_without_a_second_factor_end_when_it_is_required(
    scope, ends, chief, helper, settings
):
    settings.STAFF_SECOND_FACTOR = "off"
    browsers = [Client(), Client()]
    for browser, name in zip(browsers, ("chief", "helper"), strict=True):
        enter_password(browser, name)
        assert is_signed_in(browser)
    settings.STAFF_SECOND_FACTOR = scope
    assert tuple(not is_signed_in(browser) for browser in browsers) == ends


def test_staff_who_become_superusers_have_to_sign_in_again(helper, settings):
    settings.STAFF_SECOND_FACTOR = "superusers"
    browser = Client()
    enter_password(browser, "helper")
    Staff.objects.filter(pk=helper.pk).update(is_superuser=True)
    assert not is_signed_in(browser)
