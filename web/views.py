"""Page of the web client. It loads all data through the public API."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from web.assets import get_assets

STAFF_ROLE_PREFIX = "staff"
IMMUTABLE = "public, max-age=31536000, immutable"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Render the page. With DEBUG it offers the demo users for sign-in with one click."""
    logins = settings.DEMO_LOGINS if settings.DEBUG else []  # (username, password, role)
    demo_users = [login for login in logins if not login[2].startswith(STAFF_ROLE_PREFIX)]
    staff = [login for login in logins if login[2].startswith(STAFF_ROLE_PREFIX)]
    assets = get_assets()
    context = {
        "debug": settings.DEBUG,
        "demo_users": demo_users,
        "staff": staff,
        "are_links_sent": settings.SIGN_IN_LINKS,
        "inspector": settings.WEB_INSPECTOR,
        "script": assets["app.js"].url,
        "styles": assets["app.css"].url,
    }
    response = render(request, "index.html", context)
    response["Content-Security-Policy"] = content_security_policy(request)
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def asset(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """Return the scripts or the styles of the page.

    A process of another version, during an update, has other content for the address. It must not
    be kept.
    """
    current = get_assets()[name]
    response = HttpResponse(current.content, content_type=current.content_type)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = current.compressed
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = IMMUTABLE if digest == current.digest else "no-store"
    return response


@require_safe
def profile(_request: HttpRequest, pk: str) -> HttpResponse:
    """Redirect the public URL of a profile to the page, whether or not there is such a member."""
    return HttpResponseRedirect(f"{reverse('index')}#/people/{pk}")


def content_security_policy(request: HttpRequest) -> str:
    """Return a policy that allows the page's own files, pictures and videos, and nothing else.

    Media URLs start with PUBLIC_URL, which may differ from the host name in the address bar. They
    may redirect to a bucket.
    """
    socket_url = f"{'wss' if request.is_secure() else 'ws'}://{request.get_host()}"
    media_sources = f"'self' https: {settings.PUBLIC_URL} {settings.S3_ENDPOINT_URL}".rstrip()
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {media_sources} data:",
            f"media-src {media_sources}",
            f"connect-src 'self' {socket_url}",  # 'self' does not include ws: in every browser
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",  # forbids strings as markup
        )
    )
