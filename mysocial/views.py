"""Pages of no app: health, documents, and the mails that were sent locally."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mysocial import asyncapi, health
from mysocial.errors import Refused

MOST_EMAILS = 100


@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    """List the problem codes: where the `type` of a problem points."""
    return render(request, "errors.html", {"kinds": Refused.__subclasses__()})


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
def ready(_request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process can keep its promises, else 503 with the reasons."""
    report = health.report()
    answer = JsonResponse(report, status=200 if report["status"] == "ok" else 503)
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
def emails(request: HttpRequest) -> HttpResponse:
    """List the newest mails that were sent to files; only with DEBUG."""
    folder = _folder()
    files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)
    found = [(file.name, _read(file)) for file in files[:MOST_EMAILS]]
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
