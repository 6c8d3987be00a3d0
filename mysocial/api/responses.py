"""Responses of the API: JSON bodies, and writes with idempotency and rate limits."""

import functools
from collections.abc import Callable
from typing import Any, cast

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from mysocial.api.client_address import get_client_address
from mysocial.api.idempotency import bind_key, decrypt_last_part, encrypt_last_part
from mysocial.core import request_context
from mysocial.core.addresses import insert_public_url
from mysocial.core.errors import IdempotentReplay
from mysocial.core.networks import networks_of
from mysocial.core.rate_limits import RateLimit, count_checks_in_write
from mysocial.core.request_context import JsonParts, LimitCheck, RequestContext, ResponsePlan
from mysocial.store import reads, to_json, write

ViewMethod = Callable[..., Any]
View = Callable[..., HttpResponse]


class MessageSerializer(serializers.Serializer[Any]):
    """The result of an action."""

    message = serializers.CharField(help_text="What was done, for people.")


def current_user_id(request: Request) -> str:
    """Return the id of the member who makes the request."""
    return cast("str", request.user.pk)


def json_response(body: bytes, status: int = 200) -> HttpResponse:
    """Return a response whose body is JSON already."""
    return HttpResponse(insert_public_url(body), status=status, content_type="application/json")


def message_envelope(
    message: str, **representations: Callable[[Any], JsonParts]
) -> Callable[[Any], JsonParts]:
    """Return a function that renders a service's result.

    It renders `{"message": ..., "<name>": {...}}`, with one member per representation.
    """

    def render(result: Any) -> JsonParts:
        parts: JsonParts = [b'{"message":' + to_json(message)]
        for name, representation in representations.items():
            parts += [b',"' + name.encode() + b'":', *representation(result)]
        return [*parts, b"}"]

    return render


def write_response(  # noqa: PLR0913 - the parts of a write
    request: Request,
    status: int,
    render: Callable[[Any], JsonParts],
    service: Callable[[], Any],
    *,
    limit: RateLimit | None = None,
    secret: bool = False,
    client_id: str = "",
) -> HttpResponse:
    """Call a service that writes, and return `render` of its result.

    The script that applies the write also composes and stores the response, so that a repeated
    request with the same Idempotency-Key gets the same bytes. The same script counts the limit.

    Args:
        render: Returns the parts of the body for the result of the service.
        limit: The rate limit that counts this request, by member or else by network.
        secret: Whether the last part of the body is a secret, to be stored encrypted.
        client_id: Identifies a client that is not signed in; its address by default.
    """
    context = request_context.current() or RequestContext()
    member_id, address = getattr(request.user, "pk", ""), get_client_address(request)
    context.budget_id = member_id or networks_of(address)[0].name
    try:
        bind_key(context, request, client_id or member_id or address)
        if limit:
            count_checks_in_write(_limit_checks(limit, request))
        stored_render = (lambda result: encrypt_last_part(render(result))) if secret else render
        context.response_plan = ResponsePlan(status, stored_render)
        result = service()
        body = context.stored_response
        if body is None:
            body = _response_without_write(context, result)
    except IdempotentReplay as stored:
        status, body = stored.status, stored.body
    return json_response(decrypt_last_part(body) if secret else body, status)


def write_action(
    message: str,
    *,
    status: int = 200,
    limit: RateLimit | None = None,
    secret: bool = False,
    **representations: Callable[[Any], JsonParts],
) -> Callable[[ViewMethod], View]:
    """Turn a viewset method that calls one service into an endpoint that writes.

        @write_action("Post created", status=201, limit=NEW_POSTS, post=post_representation)
        def create(self, request):
            return services.create_post(author_id=current_user_id(request), **body)

    The method returns what the service returned. The response is
    `{"message": ..., "<name>": ...}` with one member per representation; see `write_response` for
    idempotency, `limit` and `secret`.
    """
    render = message_envelope(message, **representations)

    def decorate(method: ViewMethod) -> View:
        @functools.wraps(method)
        def view(self: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            return write_response(
                request,
                status,
                render,
                lambda: method(self, request, *args, **kwargs),
                limit=limit,
                secret=secret,
            )

        view.message = message  # type: ignore[attr-defined]  # for the OpenAPI document
        return view

    return decorate


def _limit_checks(limit: RateLimit, request: Request) -> list[LimitCheck]:
    """Return the checks that count a request by member or, without a sign-in, by network."""
    member_id = getattr(request.user, "pk", "")
    return (
        [limit.for_identity(member_id)]
        if member_id
        else limit.by_network(get_client_address(request))
    )


def _response_without_write(context: RequestContext, result: Any) -> bytes:
    """Return the response of a service that had nothing to write; store it like any other."""
    assert context.response_plan  # noqa: S101 - set by write_response
    if not context.idempotency:
        return reads.render_placeholders(context.response_plan.render(result))
    with write() as w:
        w.respond_with(result)
    return context.stored_response or b""
