"""Authentication by access token: of REST requests and of realtime connections."""

from collections.abc import Sequence

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.store import sessions
from accounts.tokens import parse_access_token
from mysocial.core import request_context, tracing
from mysocial.core.errors import NotAuthenticated
from mysocial.core.ids import now
from mysocial.realtime.auth import AuthenticatedSession
from mysocial.store import reads

SCHEME = "bearer "


class RequestUser:
    """The member of an access token, as `request.user`."""

    is_authenticated = True

    def __init__(self, session: AuthenticatedSession) -> None:
        self.id = self.pk = session.user_id


class AccessTokenAuthentication(BaseAuthentication):
    """Reads `Authorization: Bearer <access>` and verifies the signature of the token.

    The first script that the request runs checks that the session is alive, so this costs no
    round trip of its own.
    """

    def authenticate(self, request: Request) -> tuple[RequestUser, AuthenticatedSession] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        if not header.lower().startswith(SCHEME):
            raise NotAuthenticated("Send the header `Authorization: Bearer <access token>`.")
        session = parse_access_token(header[len(SCHEME) :].strip())
        tracing.set_member(session.user_id)
        context = request_context.current()
        if context is not None:
            context.member_id = session.user_id
            context.session_key = sessions.key(session.session_id)
        return RequestUser(session), session

    def authenticate_header(
        self,
        request: Request,
    ) -> str:
        return "Bearer"


def authenticate_token(token: str) -> AuthenticatedSession:
    """Return the session of a connection's access token.

    `find_ended_sessions` tells whether the session is still alive.

    Raises:
        NotAuthenticated: The token is invalid or has expired.
    """
    return parse_access_token(token)


def find_ended_sessions(session_ids: Sequence[str]) -> set[str]:
    """Return those of the ids whose session has ended, has expired or never existed."""
    records = reads.get_records(sessions, session_ids)
    return set(session_ids) - {pk for pk, session in records.items() if now() <= session.ends_at}
