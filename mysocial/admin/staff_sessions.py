"""Sessions of staff: how long they last, and the second factor that they need."""

import time
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.models import User as Staff
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from mysocial.admin.second_factor import is_required
from mysocial.api import get_origin
from mysocial.api.page_middleware import PageMiddleware
from mysocial.core.request_context import Origin
from mysocial.security_log import Kind, count_event, record_single_event

# Keys of the session.
SIGNED_IN_AT, SEEN_AT, IS_VERIFIED = "signed_in_at", "seen_at", "second_factor"
TOUCH_SECONDS = 60  # how often a request renews the idle time


class StaffSessionMiddleware(PageMiddleware):
    """Signs out staff whose session is too old, was idle for too long or lacks a second factor.

    Everything that asks for `request.user` gets the result: the admin, Flower and the metrics.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        user = request.user
        request.user = SimpleLazyObject(lambda: _live_user(request, user))  # type: ignore[assignment]
        return self.get_response(request)


def _live_user(request: HttpRequest, user: Any) -> Any:
    """Return the user of a session that is still valid, else an anonymous user."""
    if not user.is_authenticated:
        return user
    session, now = request.session, time.time()
    is_old = now - session.get(SIGNED_IN_AT, 0) > settings.STAFF_SESSION_SECONDS
    is_idle = now - session.get(SEEN_AT, 0) > settings.STAFF_SESSION_IDLE_SECONDS
    if is_old or is_idle or (is_required(user) and not session.get(IS_VERIFIED)):
        session.flush()
        return AnonymousUser()
    if now - session[SEEN_AT] > min(TOUCH_SECONDS, settings.STAFF_SESSION_IDLE_SECONDS / 2):
        session[SEEN_AT] = now
    return user


def log_in(request: HttpRequest, user: Staff, *, is_verified: bool) -> None:
    """Start a session of staff; `is_verified` is whether the second factor was."""
    auth.login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[IS_VERIFIED] = is_verified


def is_verified(request: HttpRequest) -> bool:
    """Return whether the session was started with a second factor."""
    return bool(request.session.get(IS_VERIFIED))


def mark_verified(request: HttpRequest) -> None:
    """Mark the session as verified, as after the set-up of a second factor."""
    request.session[IS_VERIFIED] = True


@receiver(user_logged_in)
def _start_session(request: HttpRequest, user: Staff, **_: Any) -> None:
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = time.time()
    record_single_event(Kind.STAFF_SIGN_IN, staff=user.get_username(), origin=_origin_of(request))


@receiver(user_login_failed)
def _record_failure(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    # Never the typed name: it may be a password that was typed into the wrong field.
    name = str(credentials.get("username", ""))
    is_known = Staff.objects.filter(username=name).exists()
    origin = _origin_of(request)
    count_event(Kind.STAFF_SIGN_IN, staff=name if is_known else "", origin=origin)


def _origin_of(request: HttpRequest | None) -> Origin:
    return get_origin(request) if request is not None else Origin()
