"""How the API describes itself: what drf-spectacular is told."""

from typing import Any

SPECTACULAR: dict[str, Any] = {
    "TITLE": "MySocial",
    "DESCRIPTION": "The REST API of MySocial. Realtime is described in docs/events.md.",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api",
    "COMPONENT_SPLIT_REQUEST": True,
    # Several fields are called `type`: each set of values has a name of its own.
    "ENUM_NAME_OVERRIDES": {
        "NoticeEnum": "users.models.NOTICES",
        "ReactionEnum": "reactions.models.Kind",
        "ReportStateEnum": "moderation.models.State",
        "StateEnum": "images.models.State",
    },
}
