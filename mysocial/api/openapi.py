"""The OpenAPI schema: additions to drf-spectacular."""

from typing import Any, cast

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
)
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers
from rest_framework.viewsets import ViewSet

from mysocial.api.inputs import StrictSerializer

PROBLEM_DESCRIPTIONS = {
    400: "Invalid input; `errors` names each field.",
    401: "There is no valid access token, or its session has ended.",
    403: "You may see the resource, but not do this with it.",
    404: "The resource does not exist or is not visible to you.",
    409: "The request conflicts with the current state.",
    413: "The body is too large. The limit is 256 KiB, or more where a file is accepted.",
    415: "The media type of the body, or the type of the file in it, is not accepted.",
    422: "The Idempotency-Key was used with another request.",
    429: "A rate limit is exceeded; see `Retry-After`.",
    503: "Unavailable. Repeat with the same Idempotency-Key after `Retry-After` seconds.",
}
READ_STATUSES = (400, 401, 404, 429, 503)
WRITE_METHODS = {"POST", "PUT", "PATCH", "DELETE"}


def _header_parameter(name: str, description: str, **constraints: Any) -> dict[str, Any]:
    """Return an optional request header."""
    schema = {"type": "string", **constraints}
    return {
        "name": name, "in": "header", "required": False, "description": description,
        "schema": schema,
    }  # fmt: skip


IDEMPOTENCY_KEY = _header_parameter(
    "Idempotency-Key",
    "A repeated request with the same key gets the first response again, for 24 hours.",
    maxLength=255,
)
IF_NONE_MATCH = _header_parameter("If-None-Match", "The `ETag` of the response that you have.")
CURSOR = "The position in the event log before this response was read: resume events from here."
ETAG = "Identifies this response; send it as `If-None-Match` to get 304 while it is unchanged."
NOT_MODIFIED = "The response is the one that `If-None-Match` identifies."
REQUEST_ID = "The id of the request in the logs: yours if it is valid, else a new one."
LIMITS = {
    "X-RateLimit-Limit": "The number of requests that the closest rate limit allows.",
    "X-RateLimit-Remaining": "The number of requests that remain.",
    "X-RateLimit-Reset": "Seconds until the limit starts again.",
}


class FieldProblem(serializers.Serializer[Any]):
    """The error of one field."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """An error (RFC 9457)."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    # A field with this name hides the `errors` property of the serializer.
    errors = FieldProblem(many=True)  # type: ignore[assignment]
    until = serializers.DateTimeField(required=False, help_text="When the restriction ends.")


class AccessTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The security scheme `Authorization: Bearer <access token>`."""

    target_class = "accounts.authentication.AccessTokenAuthentication"
    name = "access"

    def get_security_definition(
        self,
        auto_schema: Any,
    ) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class StrictSerializerExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Forbids unknown fields in request bodies."""

    target_class = StrictSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # noqa: SLF001 - as drf-spectacular documents it
        return {**schema, "additionalProperties": False}


class ApiSchema(AutoSchema):
    """Adds the problems and headers of every operation."""

    def get_tags(self) -> list[str]:
        """Return the app, which makes the sections of the documentation."""
        return [type(self.view).__module__.partition(".")[0]]

    def get_operation_id(self) -> str:
        """Return the app and the action; generated clients name their functions after it."""
        view = cast("ViewSet", self.view)
        return f"{self.get_tags()[0]}_{view.action}"

    def _is_list_view(self, serializer: Any = None) -> bool:
        """Return False: a list is an object that contains a page."""
        return False

    def _get_request_for_media_type(
        self, serializer: Any, direction: Any = "request"
    ) -> tuple[Any, bool]:
        """Keep the fields of a PATCH required where the serializer `requires_all` of them."""
        if getattr(serializer, "requires_all", False):
            return self.resolve_serializer(serializer, direction).ref, True
        schema: tuple[Any, bool] = super()._get_request_for_media_type(serializer, direction)  # type: ignore[no-untyped-call]
        return schema

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        if self.method == "DELETE" and (serializer := self.get_request_serializer()):
            # drf-spectacular omits the body of a DELETE.
            schema = self.resolve_serializer(serializer, "request").ref
            content = {"application/json": {"schema": schema}}
            operation["requestBody"] = {"required": True, "content": content}
        if self.method in WRITE_METHODS:
            operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
        self._add_problems(operation)
        success = operation["responses"].get("200", {})
        if self.method == "GET" and "application/json" in success.get("content", {}):
            operation.setdefault("parameters", []).append(IF_NONE_MATCH)
            operation["responses"]["304"] = {"description": NOT_MODIFIED}
        for code, response in operation["responses"].items():
            response["headers"] = _response_headers(code, self.method)
        return operation

    def _add_problems(self, operation: dict[str, Any]) -> None:
        component = self.resolve_serializer(Problem, "response")
        content = {"application/problem+json": {"schema": component.ref}}
        codes = PROBLEM_DESCRIPTIONS if self.method in WRITE_METHODS else READ_STATUSES
        for code in codes:
            problem = {"description": PROBLEM_DESCRIPTIONS[code], "content": content}
            operation["responses"].setdefault(str(code), problem)


def _response_headers(code: str, method: str) -> dict[str, Any]:
    """Return the headers of a response with this status."""
    descriptions = {"X-Request-ID": REQUEST_ID}
    if code.startswith("2") or code == "304":
        descriptions["X-Event-Cursor"] = CURSOR
    if code in {"200", "304"} and method == "GET":
        descriptions["ETag"] = ETAG
    if method in WRITE_METHODS or code == "429":
        descriptions |= LIMITS
    if code in {"429", "503"}:
        descriptions["Retry-After"] = "Seconds to wait."
    return {
        name: {"description": description, "schema": {"type": "string"}}
        for name, description in descriptions.items()
    }
