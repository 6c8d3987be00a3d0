"""The base viewset: DRF's `ViewSet` without the steps that a JSON-only API does not need."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase
from rest_framework import status
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from mysocial.api.body_encoding import require_readable_body
from mysocial.api.inputs import IgnoredBodyParser
from mysocial.api.negotiation import JSONOnlyNegotiation
from mysocial.api.request_limits import count_refusal, enforce_request_limits
from mysocial.store import require_session

Method = TypeVar("Method", bound=Callable[..., Any])


def fast_read(method: Method) -> Method:
    """Declare that a method of an `ApiViewSet` may respond to GET requests without DRF.

    `mysocial/api/fast_reads.py` calls it then. The method only reads, so it may be called twice for
    a request. Its `request` may be a `FastRequest`, and `self` has nothing that DRF sets.
    """
    method.is_fast_read = True  # type: ignore[attr-defined]
    return method


@functools.cache
def _shared_instances(classes: tuple[Any, ...]) -> list[Any]:
    """Return an instance of each class; they are stateless, so all requests share them."""
    return [cls() for cls in classes]


class ApiViewSet(ViewSet):
    """The base of all viewsets; `mysocial.api.routing.api_path` maps HTTP methods to its methods.

    Authentication, permissions and exceptions are handled as in DRF. Content negotiation,
    versioning and throttling are skipped, and responses are complete when the method returns them:
    those steps would take as long as a read.
    """

    content_negotiation_class = JSONOnlyNegotiation

    def get_authenticators(self) -> list[Any]:
        return _shared_instances(tuple(self.authentication_classes))

    def get_parsers(self) -> list[Any]:
        return _shared_instances(tuple(self.parser_classes))

    def get_permissions(self) -> list[Any]:
        return _shared_instances(tuple(self.permission_classes))

    def _max_body_bytes(self) -> int:
        parsers: list[Any] = self.get_parsers()
        return max(int(parser.max_body_bytes()) for parser in parsers)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.args, self.kwargs = args, kwargs
        self.request = api_request = self.initialize_request(request, *args, **kwargs)
        try:
            try:
                self.perform_authentication(api_request)
            finally:  # a request with an invalid token counts as one without
                enforce_request_limits(request)
            self.check_permissions(api_request)
            parsers = api_request.parsers or ()
            if not any(isinstance(parser, IgnoredBodyParser) for parser in parsers):
                require_readable_body(request)
            name = str(api_request.method).lower()
            allowed_name = name if name in self.http_method_names else ""
            handler = getattr(self, allowed_name, self.http_method_not_allowed)
            response: HttpResponseBase = handler(api_request, *args, **kwargs)
            # A repeated response, for example, runs no script that would check the session.
            require_session()
        except Exception as error:  # noqa: BLE001 - as DRF does
            response = self.handle_exception(error)
        if response.status_code >= status.HTTP_400_BAD_REQUEST:
            count_refusal(request, response.status_code, self._max_body_bytes())
        if response.status_code == status.HTTP_405_METHOD_NOT_ALLOWED:
            response["Allow"] = ", ".join(self.allowed_methods)
        if isinstance(response, Response):  # only OPTIONS returns one
            self.headers = self.default_response_headers
            response = self.finalize_response(api_request, response, *args, **kwargs)
        # The view, the request and the parser context refer to each other. Without these cycles
        # the memory of a request is freed and reused at once, not by the garbage collector.
        api_request.parser_context.clear()
        vars(self).clear()
        return response
