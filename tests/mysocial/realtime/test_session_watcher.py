"""The watcher of sessions whose end no event announces."""

import asyncio
from dataclasses import dataclass, field

import pytest

from mysocial.core.errors import Unavailable
from mysocial.realtime import auth
from mysocial.realtime.auth import AuthenticatedSession, SessionBackend, SessionWatcher


@dataclass(eq=False)
class Connection:
    """A connection that records that it was signed out."""

    session_id: str
    signed_out: asyncio.Event = field(default_factory=asyncio.Event)

    def sign_out(self) -> None:
        self.signed_out.set()


@pytest.mark.parametrize("error", [Unavailable(), ZeroDivisionError()])
async def test_a_failed_check_is_followed_by_the_next(monkeypatch, caplog, error):
    monkeypatch.setattr(auth, "CHECK_SECONDS", 0.01)
    errors = iter([error, error])

    def find_ended(session_ids):
        if (current := next(errors, None)) is not None:
            raise current
        return {"ended"} & set(session_ids)

    ended, active = Connection("ended"), Connection("active")
    watcher = SessionWatcher()
    watcher.start()
    try:
        await asyncio.sleep(0.05)  # without connections there is no query
        for connection in (ended, active):
            watcher.add(
                connection, SessionBackend(lambda _: AuthenticatedSession("", ""), find_ended)
            )
        await asyncio.wait_for(ended.signed_out.wait(), 20)
    finally:
        await watcher.stop()
    assert not active.signed_out.is_set()
    assert next(errors, None) is None
    assert ("Unexpected error" in caplog.text) is isinstance(error, ZeroDivisionError)
