"""The look after sessions that no event tells the end of."""

import asyncio
from dataclasses import dataclass, field

import pytest

from mysocial.core.errors import Unavailable
from mysocial.realtime import auth
from mysocial.realtime.auth import AuthenticatedSession, SessionBackend, SessionWatcher


@dataclass(eq=False)
class Open:
    """Something open, which notes that it was signed out."""

    session_id: str
    signed_out: asyncio.Event = field(default_factory=asyncio.Event)

    def sign_out(self) -> None:
        self.signed_out.set()


@pytest.mark.parametrize("trouble", [Unavailable(), ZeroDivisionError()])
async def test_a_look_that_fails_is_followed_by_the_next(monkeypatch, caplog, trouble):
    monkeypatch.setattr(auth, "CHECK_SECONDS", 0.01)
    answers = iter([trouble, trouble])

    def find_ended(session_ids):
        if (answer := next(answers, None)) is not None:
            raise answer
        return {"one"} & set(session_ids)

    one, other = Open("one"), Open("other")
    watch = SessionWatcher()
    watch.start()
    try:
        await asyncio.sleep(0.05)  # nothing is open: nothing is asked
        for some in (one, other):
            watch.add(some, SessionBackend(lambda _: AuthenticatedSession("", ""), find_ended))
        await asyncio.wait_for(one.signed_out.wait(), 20)
    finally:
        await watch.stop()
    assert not other.signed_out.is_set()
    assert next(answers, None) is None
    assert ("Unexpected error" in caplog.text) is isinstance(trouble, ZeroDivisionError)
