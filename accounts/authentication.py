"""Who is calling: `Authorization: Bearer <access>` for REST, the token itself for sockets."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.store import sessions
from accounts.tokens import read_access
from mysocial import context, reads
from mysocial.consumers import SignedIn
from mysocial.errors import NotAuthenticated, NotFound

SCHEME = "bearer "


class Viewer:
    """The member who calls, as far as the token tells."""

    is_authenticated = True

    def __init__(self, who: SignedIn) -> None:
        self.id = self.pk = who.user_id


class AccessTokenAuthentication(BaseAuthentication):
    """Believes the token's signature; that its session is alive is a precondition of the first
    script that the call runs, so it costs no round trip of its own."""

    def authenticate(self, request: Request) -> tuple[Viewer, SignedIn] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        if not header.lower().startswith(SCHEME):
            raise NotAuthenticated("Use Authorization: Bearer <access>.")
        who = read_access(header[len(SCHEME) :].strip())
        call = context.current()
        if call is not None:
            call.session_key = sessions.key(who.session_id)
        return Viewer(who), who

    def authenticate_header(
        self,
        request: Request,
    ) -> str:
        return "Bearer"


def authenticate_token(token: str) -> SignedIn:
    """Return whom a socket's token stands for; `NotAuthenticated` also when its session ended."""
    who = read_access(token)
    check_session(who.session_id)
    return who


def check_session(session_id: str) -> None:
    """Raise `NotAuthenticated` when the session has ended."""
    try:
        reads.get(sessions, session_id)
    except NotFound:
        raise NotAuthenticated("The session has ended.") from None
