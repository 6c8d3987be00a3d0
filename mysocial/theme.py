"""The look of the admin (django-unfold). Everything comes from our own static files."""

from typing import Any

from django.templatetags.static import static

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "MySocial",
    "SITE_HEADER": "MySocial",
    "SITE_SUBHEADER": "Staff",
    "SITE_SYMBOL": "shield_person",
    "SHOW_HISTORY": False,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda _request: static("web/icon.svg"),
        }
    ],
    "STYLES": [lambda _request: static("moderation/staff.css")],
    "DASHBOARD_CALLBACK": "moderation.dashboard.dashboard",
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": True,
        "navigation": "moderation.dashboard.navigation",
    },
}
