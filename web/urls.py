"""URLs of the web client: a page for each route of its router, and files of the site."""

from django.urls import path, re_path

from web.views import asset, favicon, index, manifest, robots

ID = r"(?P<pk>[0-9a-f]{24})"
# The routes of `web/static/web/routes.js`. The page is the same for all of them.
ROUTES = (
    "home",
    rf"posts/{ID}",
    rf"posts/{ID}/comments/(?P<comment>[0-9a-f]{{24}})",
    rf"people/{ID}",
    rf"people/{ID}/(?P<tab>followers|following|pictures|reactions)",
    "search",
    r"search/(?P<query>.*)",
    "notifications",
    "chat",
    rf"chat/{ID}",
    "settings",
    r"settings/(?P<tab>privacy|notifications|account|security)",
    "bookmarks",
    "reports",
    r"@(?P<username>[A-Za-z0-9_]{3,30})",
    "requests",
    "blocked",
    "muted",
    "signed-in",
)

urlpatterns = [
    path("", index, name="index"),
    *(re_path(rf"^{route}/?\Z", index) for route in ROUTES),
    re_path(
        r"^assets/(?P<digest>[0-9a-f]{16})/(?P<name>app\.js|app\.css|later\.js)\Z",
        asset,
        name="asset",
    ),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("favicon.ico", favicon),
    path("robots.txt", robots),
]
