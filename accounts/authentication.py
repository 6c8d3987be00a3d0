"""Who is calling: `Authorization: Bearer <access>` for REST, the token itself for sockets."""

from collections.abc import Sequence

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.store import sessions
from accounts.tokens import parse_access_token
from mysocial.core import request_context, tracing
from mysocial.core.errors import NotAuthenticated
from mysocial.realtime.auth import AuthenticatedSession
from mysocial.store import reads

SCHEME = "bearer "


class RequestUser:
    """The member who calls, as far as the token tells."""

    is_authenticated = True

    def __init__(self, who: AuthenticatedSession) -> None:
        self.id = self.pk = who.user_id


class AccessTokenAuthentication(BaseAuthentication):
    """Believes the token's signature; that its session is alive is a precondition of the first
    script that the call runs, so it costs no round trip of its own."""

    def authenticate(self, request: Request) -> tuple[RequestUser, AuthenticatedSession] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        if not header.lower().startswith(SCHEME):
            raise NotAuthenticated("Use Authorization: Bearer <access>.")
        who = parse_access_token(header[len(SCHEME) :].strip())
        tracing.set_member(who.user_id)
        call = request_context.current()
        if call is not None:
            call.session_key = sessions.key(who.session_id)
        return RequestUser(who), who

    def authenticate_header(
        self,
        request: Request,
    ) -> str:
        return "Bearer"


def authenticate_token(token: str) -> AuthenticatedSession:
    """Return whom a socket's token stands for; whether its session lives is told by `find_ended`.

    `NotAuthenticated`.
    """
    return parse_access_token(token)


def find_ended_sessions(session_ids: Sequence[str]) -> set[str]:
    """Return those of the ids whose session has ended, or never was."""
    return set(session_ids) - set(reads.get_records(sessions, session_ids))
