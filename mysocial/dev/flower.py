"""Flower for development: it answers only allowed hosts.

Its /metrics and /healthcheck need no password. Without this check, a page on the Internet could
read them through a name that leads to this machine (DNS rebinding). In production, Flower has no
port of its own: the proxy authorizes each request.

    python -m mysocial.dev.flower --address=127.0.0.1 --port=8001
"""

import sys
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from flower import command
from flower.app import Flower
from tornado.httputil import HTTPServerRequest
from tornado.web import Application, ErrorHandler

from mysocial.celery import app


class LocalFlower(Flower):  # type: ignore[misc] # untyped
    """Flower's application, with a check of the `Host` header before any handler."""

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> Any:
        """Return the handler of a request, or the one that answers 400."""
        domain, _ = split_domain_port(request.host)
        if not validate_host(domain, settings.ALLOWED_HOSTS):
            return self.get_handler_delegate(request, ErrorHandler, {"status_code": 400})
        return Application.find_handler(self, request, **kwargs)


def main(arguments: list[str]) -> None:
    """Run Flower with the arguments of `celery flower`."""
    command.Flower = LocalFlower
    app.start(["--quiet", "flower", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
