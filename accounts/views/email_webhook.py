"""The webhook of the e-mail provider: what anymail understands becomes a report to the service."""

import logging
from importlib import import_module
from typing import Any

from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailError,
    AnymailWebhookValidationFailure,
)
from anymail.signals import EventType, RejectReason, tracking
from anymail.utils import get_request_basic_auth
from django.conf import settings
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from accounts import services
from accounts.models import EmailFailure
from mysocial.api import error_response, get_origin
from mysocial.core.email_url import PROVIDERS
from mysocial.core.errors import Unavailable
from mysocial.security_log import Kind, count_event

logger = logging.getLogger(__name__)
MODULES = {module for module, _ in PROVIDERS.values()} - {"scaleway"}  # it has no webhook
TRACKING_VIEWS = ("TrackingWebhookView", "CombinedWebhookView")
# What providers call a bounce that may end by itself. anymail reports most of them as bounces.
SOFT_BOUNCES = frozenset(
    {"soft_bounce", "soft_bounced", "activity.soft_bounced", "softbounce", "transient", "blocked"}
)
HARD_CLASSES_OF_SPARKPOST = frozenset({"10", "30"})  # an invalid recipient, no mailbox
MALFORMED = (AnymailError, ValueError, LookupError, TypeError, AttributeError)


@csrf_exempt
def email_webhook(request: HttpRequest, provider: str) -> HttpResponseBase:
    """Pass the request of a provider that knows the secret to anymail."""
    secrets = _webhook_secrets()
    if not secrets or provider not in MODULES:
        raise Http404
    given = get_request_basic_auth(request) or ""
    if not any(constant_time_compare(given, secret) for secret in secrets):
        count_event(Kind.EMAIL_WEBHOOK, detail="wrong secret", origin=get_origin(request))
        challenge = HttpResponse(status=401)
        challenge["WWW-Authenticate"] = 'Basic realm="webhook"'  # Amazon waits for it
        return challenge
    try:
        response: HttpResponseBase = _tracking_view(provider)(request)
        return response
    except Unavailable as error:
        return error_response(error)  # The provider repeats the request.
    except AnymailWebhookValidationFailure:
        count_event(Kind.EMAIL_WEBHOOK, detail="wrong signature", origin=get_origin(request))
        return HttpResponse(status=403)
    except AnymailConfigurationError as error:
        logger.error("The webhook of %s is not set up: %s", provider, error)
        raise Http404 from None
    except MALFORMED as error:
        logger.warning("A report of %s is malformed: %s", provider, type(error).__name__)
        return HttpResponse(status=400)


def _webhook_secrets() -> list[str]:
    secret = settings.ANYMAIL.get("WEBHOOK_SECRET", [])
    return [text for text in ([secret] if isinstance(secret, str) else secret) if text]


def _tracking_view(provider: str) -> Any:
    """Return anymail's view of a provider. Its module is imported when it is needed first."""
    module = import_module(f"anymail.webhooks.{provider}")
    (view,) = (
        value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, View)
        and value.__module__ == module.__name__
        and name.endswith(TRACKING_VIEWS)
    )
    return view.as_view()


@receiver(tracking, dispatch_uid="accounts.email_webhook")
def report_event(event: Any, **_: Any) -> None:
    """Report a permanent failure or a complaint to the service; ignore all other events."""
    failure = failure_of(event)
    if failure and event.recipient:
        services.report_email_failure(
            message_id=event.message_id, address=str(event.recipient), failure=failure
        )


def failure_of(event: Any) -> EmailFailure | None:
    """Return what an event of anymail says about the address, or None."""
    if event.event_type == EventType.COMPLAINED:
        return EmailFailure.COMPLAINT
    if event.event_type == EventType.REJECTED:  # by the provider, because of an earlier failure
        return {
            RejectReason.BOUNCED: EmailFailure.BOUNCE,
            RejectReason.INVALID: EmailFailure.BOUNCE,
            RejectReason.SPAM: EmailFailure.COMPLAINT,
        }.get(event.reject_reason)
    is_bounce = event.event_type == EventType.BOUNCED and event.reject_reason in {
        *(None, RejectReason.BOUNCED, RejectReason.INVALID)
    }
    return EmailFailure.BOUNCE if is_bounce and not _is_soft(event.esp_event) else None


def _is_soft(raw: Any) -> bool:
    """Return whether a bounce, as the provider reported it, may end by itself."""
    if not hasattr(raw, "get"):
        return False
    kinds = {str(raw.get(name, "")).lower() for name in ("event", "type", "Type")}
    if kinds & SOFT_BOUNCES or raw.get("hard_bounce") is False:  # the last is Mailjet's
        return True
    bounce = raw.get("bounce")  # of Amazon SES
    if hasattr(bounce, "get") and bounce.get("bounceType"):
        return bool(bounce["bounceType"] != "Permanent")
    classes = {
        str(details["bounce_class"])
        for details in getattr(raw.get("msys"), "values", tuple)()  # of SparkPost
        if "bounce_class" in details
    }
    return bool(classes - HARD_CLASSES_OF_SPARKPOST)
