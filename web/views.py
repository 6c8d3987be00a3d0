"""The page of the web client. What it shows it gets by the public API, as any client does."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

STAFF = "staff"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Send the page; with DEBUG the demo people are in it, to be signed in with a click."""
    logins = settings.DEMO_LOGINS if settings.DEBUG else []
    people = [one for one in logins if not one[2].startswith(STAFF)]
    staff = [one for one in logins if one[2].startswith(STAFF)]
    page = {"debug": settings.DEBUG, "people": people, "staff": staff}
    answer = render(request, "index.html", page)
    answer["Content-Security-Policy"] = policy(request)
    answer["Cache-Control"] = "no-cache"
    return answer


def policy(request: HttpRequest) -> str:
    """Return what the page may do: load what is ours, show pictures, and nothing else.

    Pictures have full addresses, which begin with PUBLIC_URL by whatever name the page was reached.
    """
    socket = f"{'wss' if request.is_secure() else 'ws'}://{request.get_host()}"
    media = f"'self' https: {settings.PUBLIC_URL}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {media} data:",
            f"media-src {media}",
            f"connect-src 'self' {socket}",  # not every browser counts ws: as 'self'
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",  # text never becomes markup
        )
    )
