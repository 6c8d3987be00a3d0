"""Actions of staff through the services, recorded in the audit log."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from moderation import services
from moderation.selectors import phrases
from moderation.services import Decision
from moderation.text_matching import matching_actions
from mysocial.admin.audit import entries, staff_action
from mysocial.core.ids import milliseconds, new_id, now
from mysocial.store import newest_records
from tests.support.people import anonymous
from tests.support.servers import PASSWORD
from tests.support.stack import wait_for


def ms_from_now(seconds):
    """Return the time so many seconds from now, in milliseconds."""
    return milliseconds(now() + timedelta(seconds=seconds))


def api_time(until_ms):
    """Return a time in the format of the API."""
    return f"{datetime.fromtimestamp(until_ms / 1000, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def as_staff():
    """Return a context in which writes are actions of the staff member `mod`."""
    return staff_action(actor="mod", channel="admin", action="test", target="x", reason="because")


def add_filter(phrase, action):
    """Add a filter, wait until it takes effect in this process, and return its id."""
    filter_id = new_id()
    with as_staff():
        services.add_filter(filter_id=filter_id, phrase=phrase, action=action)
    wait_for(lambda: matching_actions(phrase, phrases()) == {action}, within=20, name="the filter")
    return filter_id


def take_action(person, action_type, *, message="", until_ms=0, username=""):
    """Take an action against a member without a report and return it."""
    decision = Decision(action_type, "mod", message, until_ms, username)
    with as_staff():
        return services.apply_action(action_id=new_id(), member=person.username, decision=decision)


def post_report(person, target_type, target_id, reason="spam", **fields):
    """Post a report and return the response."""
    body = {"target_type": target_type, "target_id": target_id, "reason": reason, **fields}
    return person.post("reports", body)


def file_report(person, target_type, target_id):
    """Report something and return the id of the report."""
    response = post_report(person, target_type, target_id)
    assert response.status_code == 201, response.content
    return response.json()["report"]["id"]


def resolve(report_id, action_type="", *, message="", until_ms=0, username=""):
    """Resolve a report."""
    decision = Decision(action_type, "mod", message, until_ms, username)
    with as_staff():
        return services.resolve_report(report_id=report_id, decision=decision)


def revoke(action):
    """Revoke an action."""
    with as_staff():
        return services.revoke_action(action_id=action.id, staff_username="mod")


def sign_in(person):
    """Sign in and return the response."""
    return anonymous.post("signin", {"username": person.username, "password": PASSWORD})


class LoggedAction(NamedTuple):
    """An entry of the audit log, without its id and time."""

    actor: str
    channel: str
    action: str
    target: str
    reason: str


def audit_log():
    """Return the entries of the audit log, newest first."""
    log, _ = newest_records(entries, "all", "", limit=100)
    return [LoggedAction(*(getattr(entry, name) for name in LoggedAction._fields)) for entry in log]
