"""Pages of no app: health, documents, and the mails that were sent locally."""

import hmac
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
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
from mysocial.core.errors import error_classes
from mysocial.ops import collectors, health
from mysocial.realtime import asyncapi

MAX_EMAILS = 100
METRICS = "/metrics"


@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    """List the problem codes: where the `type` of a problem points."""
    # Not the classes: a template would call them, and show nothing of those that take arguments.
    told = [(one.code, one.status, one.title) for one in error_classes()]
    return render(request, "errors.html", {"kinds": told})


@require_safe
def socket_document(_request: HttpRequest) -> JsonResponse:
    """Describe the socket as AsyncAPI."""
    return JsonResponse(asyncapi.document())


@require_safe
def socket_page(request: HttpRequest) -> HttpResponse:
    """Show the same to people; it needs nothing from elsewhere, nor any script."""
    return render(request, "asyncapi.html", asyncapi.outline())


@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process answers at all."""
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process can keep its promises, else 503; operators are told why."""
    report = health.report()
    told = report if _has_token(request) or _is_staff(request) else {"status": report["status"]}
    answer = JsonResponse(told, status=200 if report["status"] == "ok" else 503)
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Tell Prometheus, or staff who may see it, what this process and Redis know; else a 404."""
    if not _has_token(request) and not _can_view_operations(request):
        raise Http404
    answer = HttpResponse(collectors.metrics_page(), content_type=CONTENT_TYPE_LATEST)
    answer["Cache-Control"] = "no-store"
    return answer


class MetricsMiddleware:
    """Lets Prometheus ask each replica by its address and without TLS, as it reaches them inside.

    Else it would be told that there is no such host, or be sent to the site's own address, behind
    which another replica answers. Without the token nothing is different.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == METRICS and request.method == "GET" and _has_token(request):
            return metrics_page(request)
        return self.get_response(request)


def _has_token(request: HttpRequest) -> bool:
    said = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    token: str = settings.METRICS_TOKEN
    return bool(token) and hmac.compare_digest(said, token.encode())


def _is_staff(request: HttpRequest) -> bool:
    user: Any = request.user
    try:
        return bool(user.is_staff)
    except (ConnectionInterrupted, RedisError, OSError):
        return False  # sessions are in Redis: when it is away nobody is known


def _can_view_operations(request: HttpRequest) -> bool:
    return _is_staff(request) and has_staff_permission(request, VIEW_OPERATIONS)


@never_cache
def queues(request: HttpRequest) -> HttpResponse:
    """Tell the proxy, which asks first, whether somebody may see Flower: 204, or what they get."""
    staff = request.user
    if isinstance(staff, Staff) and staff.is_active and staff.is_staff:
        return HttpResponse(status=204 if staff.has_perm(MANAGE_QUEUES) else 403)
    if settings.ADMIN_PATH != "admin":
        raise Http404  # it is nobody's business where staff sign in
    return redirect_to_login("/flower/", reverse("admin:login"))


@require_safe
def emails(request: HttpRequest) -> HttpResponse:
    """List the newest mails that were sent to files; only with DEBUG."""
    folder = _folder()
    files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)
    found = [(file.name, _read(file)) for file in files[:MAX_EMAILS]]
    return render(request, "emails.html", {"emails": found})


@require_safe
def email(_request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail as its receiver sees it, or its text with `?text`; only with DEBUG."""
    file = _folder() / Path(name).name
    if not file.is_file():
        raise Http404
    wanted = "plain" if "text" in _request.GET else "html"
    body = _read(file).get_body(preferencelist=(wanted, "plain"))
    content = body.get_content() if body else ""
    answer = HttpResponse(content, content_type=f"text/{wanted}; charset=utf-8")
    # A mail holds what members wrote: nothing in it may run or load.
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer


def _folder() -> Path:
    if not settings.DEBUG:
        raise Http404
    settings.EMAIL_FILE_PATH.mkdir(parents=True, exist_ok=True)
    return Path(settings.EMAIL_FILE_PATH)


def _read(file: Path) -> EmailMessage:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - policy.default makes one
    return message
