"""`Endpoints`: DRF's viewset, without what an API has no use for that answers JSON only."""

import functools
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from rest_framework import status
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from mysocial.api.responses import JSONOnlyNegotiation
from mysocial.store import require_session


@functools.cache
def _instances(kinds: tuple[Any, ...]) -> list[Any]:
    """Return one of each kind. They know nothing of a request, so all requests share them."""
    return [kind() for kind in kinds]


class ApiViewSet(ViewSet):
    """The HTTP verbs of a domain; `mysocial.api.routing.route` says which verb is which method.

    Who calls, whether they may, and every error are handled as DRF does. There is nothing to
    negotiate, no version and no throttle of DRF's, and answers are complete as they are made: to
    ask for all of that at each request would cost as much as a read.
    """

    content_negotiation_class = JSONOnlyNegotiation

    def get_authenticators(self) -> list[Any]:
        return _instances(tuple(self.authentication_classes))

    def get_parsers(self) -> list[Any]:
        return _instances(tuple(self.parser_classes))

    def get_permissions(self) -> list[Any]:
        return _instances(tuple(self.permission_classes))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a request; an exception is answered as `EXCEPTION_HANDLER` says."""
        self.args, self.kwargs = args, kwargs
        self.request = asked = self.initialize_request(request, *args, **kwargs)
        try:
            self.perform_authentication(asked)
            self.check_permissions(asked)
            name = str(asked.method).lower()
            known = name if name in self.http_method_names else ""
            verb = getattr(self, known, self.http_method_not_allowed)
            response: HttpResponseBase = verb(asked, *args, **kwargs)
            require_session()  # of what asked nothing, as a repeated answer: ended ones get nothing
        except Exception as error:  # noqa: BLE001 - as DRF does
            response = self.handle_exception(error)
        if response.status_code == status.HTTP_405_METHOD_NOT_ALLOWED:
            response["Allow"] = ", ".join(self.allowed_methods)
        if isinstance(response, Response):  # what OPTIONS says
            self.headers = self.default_response_headers
            response = self.finalize_response(asked, response, *args, **kwargs)
        # These name each other. Cut, they go at once, and with them all that was read: else they
        # would wait for the collector, and what comes next would be made in memory that is cold.
        asked.parser_context.clear()
        vars(self).clear()
        return response
