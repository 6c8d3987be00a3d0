"""Error reports to Sentry, without secrets. Imported only if SENTRY_DSN is set."""

import logging
from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from mysocial.core import tracing
from mysocial.core.logging import is_connection_error

# Attributes of a request that may contain tokens, e-mail addresses or texts of members.
SECRET_ATTRIBUTES = ("url", "query_string", "data", "headers", "cookies", "env")


def initialize() -> None:
    """Start to report errors."""
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        integrations=[
            DjangoIntegration(middleware_spans=False, signals_spans=False),
            CeleryIntegration(),
            LoggingIntegration(event_level=logging.ERROR),
        ],
        before_send=_scrub_event,  # type: ignore[arg-type]
        before_breadcrumb=lambda _crumb, _hint: None,  # log lines and queries may contain secrets
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        send_default_pii=False,
        server_name="",
        traces_sample_rate=0,
    )


def _scrub_event(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any] | None:
    """Return an event without secrets, or None if a server was unavailable."""
    if is_connection_error((hint.get("exc_info") or (None, None))[1]):
        return None
    request = event.get("request", {})
    event["request"] = {
        name: value for name, value in request.items() if name not in SECRET_ATTRIBUTES
    }
    event.pop("extra", None)
    trace = tracing.current()
    if trace is not None:
        tags = {"request_id": trace.request_id, "task": trace.task.partition(" ")[0]}
        event["tags"] = {name: value for name, value in tags.items() if value}
        event["user"] = {"id": trace.member_id} if trace.member_id else {}
    return event
