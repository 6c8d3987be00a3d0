"""The WSGI application: `granian --interface wsgi mysocial.wsgi:application`."""

import gc
import os
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from mysocial.core.shared_metrics import share_metrics

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysocial.settings")
share_metrics()
django.setup(set_prefix=False)

from mysocial.api.fast_reads import FastReadHandler  # noqa: E402 - it needs the settings

_application = FastReadHandler() if settings.FAST_READS else WSGIHandler()


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Respond to a request, and read what is left of its body, unless that is large.

    A server closes a connection with an unread body. The proxy would then respond with a 502,
    perhaps to the next request that it sends on the connection, which is another client's.
    """
    response = _application(environ, start_response)
    length = environ.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and 0 < int(length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        environ["wsgi.input"].read()
    return response


# The modules that are loaded now are never freed: exempt them from garbage collection. Requests
# create hardly any reference cycles, so the collector can also run less often.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
