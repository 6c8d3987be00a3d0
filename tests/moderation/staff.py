"""What staff do, by the services, as somebody who is written down."""

from datetime import UTC, datetime, timedelta

from moderation import services
from moderation.services import Decision
from mysocial.admin.audit import entries, staff_action
from mysocial.core.ids import milliseconds, new_id, now
from mysocial.store import latest
from tests.support.people import anonymous
from tests.support.servers import PASSWORD


def in_seconds(seconds):
    """Return the moment so many seconds from now, in milliseconds."""
    return milliseconds(now() + timedelta(seconds=seconds))


def when(until):
    """Return a moment as the API writes it."""
    return f"{datetime.fromtimestamp(until / 1000, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def staff():
    """Act as somebody of staff."""
    return staff_action(actor="mod", channel="admin", action="test", target="x", reason="because")


def measure(person, act, *, words="", until=0):
    """Act against a person without a report."""
    decision = Decision(act, "mod", words, until)
    with staff():
        return services.apply_action(measure_id=new_id(), name=person.username, decision=decision)


def reports(person, kind, target_id, reason="spam", **more):
    """Report something; return the answer."""
    body = {"target_type": kind, "target_id": target_id, "reason": reason, **more}
    return person.post("reports", body)


def reported(person, kind, target_id):
    """Report something; return the id of the report."""
    answer = reports(person, kind, target_id)
    assert answer.status_code == 201, answer.content
    return answer.json()["report"]["id"]


def resolve(report_id, act="", *, words="", until=0):
    """Resolve a report."""
    with staff():
        return services.resolve(report_id=report_id, decision=Decision(act, "mod", words, until))


def undo(one):
    """Lift a measure, or restore what it withheld."""
    with staff():
        return services.revoke_action(measure_id=one.id, staff="mod")


def signs_in(person):
    return anonymous.post("signin", {"username": person.username, "password": PASSWORD})


def audit_log():
    """Return what the audit log says, newest first."""
    found, _ = latest(entries, "all", "", limit=100)
    return [(one.actor, one.channel, one.action, one.target, one.reason) for one in found]
