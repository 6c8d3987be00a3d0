"""Page of the web client. It loads all data through the public API."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from web.assets import FOLDER, LATER, get_assets

STAFF_ROLE_PREFIX = "staff"
IMMUTABLE = "public, max-age=31536000, immutable"
ONE_DAY = "public, max-age=86400"
SITE_NAME = "MySocial"
ICON_SIZES = (192, 512)
FAVICON = FOLDER / "app-icons" / "favicon.ico"


@require_safe
def index(request: HttpRequest, **_route: str) -> HttpResponse:
    """Render the page, for any route: the client shows the view, or the sign-in before it.

    With DEBUG it offers the demo users for sign-in with one click.
    """
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
    be kept. A script that another one loads later must be of its version.
    """
    current = get_assets()[name]
    if digest != current.digest and name == LATER.name:
        raise Http404
    response = HttpResponse(current.content, content_type=current.content_type)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = current.compressed
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = IMMUTABLE if digest == current.digest else "no-store"
    return response


@require_safe
def manifest(_request: HttpRequest) -> JsonResponse:
    """Return the manifest, with which a browser offers to install the client as an app."""
    icons = [
        {"src": static(f"web/app-icons/{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in ICON_SIZES
    ]
    fields = {
        "name": SITE_NAME,
        "short_name": SITE_NAME,
        "id": "/",
        "start_url": "/",
        "display": "standalone",
        "background_color": "#f6f6fb",
        "theme_color": "#4338ca",
        "icons": [*icons, {**icons[-1], "purpose": "maskable"}],
    }
    response = JsonResponse(fields, content_type="application/manifest+json")
    response["Cache-Control"] = ONE_DAY
    return response


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Return the icon for programs that do not read the page."""
    response = HttpResponse(FAVICON.read_bytes(), content_type="image/x-icon")
    response["Cache-Control"] = ONE_DAY
    return response


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """Ask crawlers to leave out the API, which has nothing for them."""
    response = HttpResponse("User-agent: *\nDisallow: /api/\n", content_type="text/plain")
    response["Cache-Control"] = ONE_DAY
    return response


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
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",  # forbids strings as markup
        )
    )
