"""Development pages: the e-mails that were written to files. They exist only with DEBUG."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mysocial.outbox import email_folder

MAX_EMAILS = 100


@require_safe
def emails(request: HttpRequest) -> HttpResponse:
    """List the newest e-mails.

    Raises:
        Http404: DEBUG is off.
    """
    files = _email_folder().glob("*.eml")
    newest = sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)[:MAX_EMAILS]
    return render(request, "emails.html", {"emails": [(file.name, _read(file)) for file in newest]})


@require_safe
def email(request: HttpRequest, name: str) -> HttpResponse:
    """Show an e-mail as its recipient sees it, or with `?text` its plain text.

    Raises:
        Http404: DEBUG is off, or there is no such e-mail.
    """
    file = _email_folder() / Path(name).name
    if not file.is_file():
        raise Http404
    subtype = "plain" if "text" in request.GET else "html"
    body = _read(file).get_body(preferencelist=(subtype, "plain"))
    content = body.get_content() if body else ""
    response = HttpResponse(content, content_type=f"text/{subtype}; charset=utf-8")
    # E-mails contain text by members: nothing in it may run or load.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


def _email_folder() -> Path:
    if not settings.DEBUG:
        raise Http404
    return email_folder()


def _read(file: Path) -> EmailMessage:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - policy.default makes one
    return message
