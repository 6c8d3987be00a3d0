"""Signing in to the admin with the password and the second factor, as a browser does."""

import re
import time

import pyotp

from mysocial.core import mongo
from mysocial.security_log import SecurityEvent, save_counted_events
from tests.support.people import PASSWORD

LOGIN, VERIFY = "/admin/login/", "/admin/second-factor/verify/"
SET_UP, OVERVIEW = "/admin/second-factor/set-up/", "/admin/second-factor/"


def enter_password(browser, name, next_url="/admin/"):
    """Send the login form and return the response."""
    form = {"username": name, "password": PASSWORD, "next": next_url}
    return browser.post(LOGIN, form)


def set_up(browser):
    """Set up a second factor; return its secret and the recovery codes."""
    page = browser.get(SET_UP).content.decode()
    secret = re.search(r'id="second-factor-key">(\w+)<', page)[1]
    response = browser.post(SET_UP, {"code": pyotp.TOTP(secret).now()})
    codes = re.findall(r"<li><code>([\w-]+)</code></li>", response.content.decode())
    return secret, codes


def enter_code(browser, code):
    """Send a code after the password and return the response."""
    return browser.post(VERIFY, {"code": code})


def is_signed_in(browser):
    """Return whether the admin opens."""
    return browser.get("/admin/").status_code == 200


def later_code(secret, steps=1):
    """Return the code of a later time step, which is accepted because clocks differ."""
    return pyotp.TOTP(secret).at(time.time() + 30 * steps)


def security_events(flush_all):
    """Return the events of staff in the security log, oldest first."""
    save_counted_events()
    flush_all()
    events = mongo.find(SecurityEvent, {"staff": {"$ne": ""}}, sort=[("_id", 1)])
    return [tuple(event[name] for name in ("kind", "outcome", "staff", "count"))
            for event in events]  # fmt: skip
