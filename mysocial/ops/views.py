"""Operations pages: health, metrics, the documents of the API, and access to Flower."""

import hmac
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User as Staff
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_redis.exceptions import ConnectionInterrupted
from prometheus_client import CONTENT_TYPE_LATEST
from redis.exceptions import RedisError

from mysocial.admin.audit import MANAGE_QUEUES, VIEW_OPERATIONS
from mysocial.admin.site import has_staff_permission
from mysocial.api.openapi_document import openapi_document
from mysocial.api.served_document import ServedDocument
from mysocial.core.errors import error_classes
from mysocial.ops import collectors, health
from mysocial.realtime import asyncapi

METRICS_PATH = "/metrics"
_api_document = ServedDocument(openapi_document)
_socket_document = ServedDocument(asyncapi.document)


@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    """List the error codes; the `type` of each problem response links to this page."""
    # Templates call classes, and an error class needs arguments: pass the attributes instead.
    rows = [(error.code, error.status, error.title) for error in error_classes()]
    return render(request, "errors.html", {"errors": rows})


@require_safe
def api_document(request: HttpRequest) -> HttpResponse:
    """Return the OpenAPI document of the REST API."""
    return _api_document.response(request)


@require_safe
def socket_document(request: HttpRequest) -> HttpResponse:
    """Return the AsyncAPI document of the WebSocket."""
    return _socket_document.response(request)


@require_safe
def socket_page(request: HttpRequest) -> HttpResponse:
    """Show the AsyncAPI document as a page without scripts or external resources."""
    return render(request, "asyncapi.html", asyncapi.outline())


@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """Return 200: the process responds."""
    return JsonResponse({"status": health.OK})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Return 200 if the process can serve requests, else 503; operators also get the checks.

    A degraded site can still serve them.
    """
    report = health.readiness()
    is_operator = _has_token(request) or _is_staff(request)
    content = report if is_operator else {"status": report["status"]}
    response = JsonResponse(content, status=503 if report["status"] == health.FAILING else 200)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Return the metrics of this process and of Redis, for Prometheus.

    Raises:
        Http404: The request has neither the token nor a session of staff with the permission.
    """
    if not _has_token(request) and not _can_view_operations(request):
        raise Http404
    response = HttpResponse(collectors.metrics_page(), content_type=CONTENT_TYPE_LATEST)
    response["Cache-Control"] = "no-store"
    return response


class MetricsMiddleware:
    """Serves `/metrics` to requests with the token before the host and TLS checks.

    Prometheus reaches each replica by its internal address and without TLS. The host check would
    reject such a request, and the redirect to TLS would lead to another replica.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == METRICS_PATH and request.method == "GET" and _has_token(request):
            return metrics_page(request)
        return self.get_response(request)


def _has_token(request: HttpRequest) -> bool:
    header = request.headers.get("Authorization", "")
    given, token = header.removeprefix("Bearer ").encode(), settings.METRICS_TOKEN
    return bool(token) and hmac.compare_digest(given, token.encode())


def _is_staff(request: HttpRequest) -> bool:
    user: Any = request.user
    try:
        return bool(user.is_staff)
    except (ConnectionInterrupted, RedisError, OSError):
        return False  # sessions are in Redis, which is unavailable


def _can_view_operations(request: HttpRequest) -> bool:
    return _is_staff(request) and has_staff_permission(request, VIEW_OPERATIONS)


@never_cache
def queues(request: HttpRequest) -> HttpResponse:
    """Authorize access to Flower, for the proxy: 204 if the user may see it.

    Other staff get 403. Everybody else is redirected to the login page, unless its path is secret.

    Raises:
        Http404: The user is not staff and ADMIN_PATH is not the default.
    """
    user = request.user
    if isinstance(user, Staff) and user.is_active and user.is_staff:
        return HttpResponse(status=204 if user.has_perm(MANAGE_QUEUES) else 403)
    if settings.ADMIN_PATH != "admin":
        raise Http404
    return redirect_to_login("/flower/", reverse("admin:login"))
