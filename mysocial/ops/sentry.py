"""Defects are told to Sentry where a DSN is set; what is said of them holds no secret.

Imported only then.
"""

import logging
from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from mysocial.core import tracing
from mysocial.core.logging import is_connection_error

# Of a request, what may hold a token, an address or a text: its path, too.
SECRETS = ("url", "query_string", "data", "headers", "cookies", "env")


def initialise() -> None:
    """Tell of defects from now on."""
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        integrations=[
            DjangoIntegration(middleware_spans=False, signals_spans=False),
            CeleryIntegration(),
            LoggingIntegration(event_level=logging.ERROR),
        ],
        before_send=_scrub_event,  # type: ignore[arg-type]
        before_breadcrumb=lambda _crumb, _hint: None,  # lines of the log, queries
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        send_default_pii=False,
        server_name="",
        traces_sample_rate=0,
    )


def _scrub_event(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any] | None:
    """Return what is told of a defect; None for what is none of ours."""
    if is_connection_error((hint.get("exc_info") or (None, None))[1]):
        return None
    request = event.get("request", {})
    event["request"] = {name: value for name, value in request.items() if name not in SECRETS}
    event.pop("extra", None)
    track = tracing.current()
    if track is not None:
        tags = {"request_id": track.request_id, "task": track.task.partition(" ")[0]}
        event["tags"] = {name: value for name, value in tags.items() if value}
        event["user"] = {"id": track.member_id} if track.member_id else {}
    return event
