"""How the API describes itself: additions to drf-spectacular."""

from typing import Any, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers
from rest_framework.viewsets import ViewSet

from mysocial.api.inputs import StrictSerializer

PROBLEM_DESCRIPTIONS = {
    400: "The input is not valid; `errors` names each field.",
    401: "No valid access token, or its session has ended.",
    403: "It is visible to you, but you may not do this with it.",
    404: "It does not exist, or is not visible to you.",
    409: "It clashes with what is there.",
    413: "The body is larger than this route takes: 256 KiB, and a file where one is taken.",
    415: "The body, or the file in it, is of no type that this route takes.",
    422: "This Idempotency-Key was used with another request.",
    429: "A rate limit is reached; see `Retry-After`.",
    503: "The store is away; repeat with the same Idempotency-Key after `Retry-After` seconds.",
}
READ_STATUSES = (400, 401, 404, 429, 503)
WRITE_METHODS = {"POST", "PUT", "PATCH", "DELETE"}


def _header(name: str, description: str, **form: Any) -> dict[str, Any]:
    """Return the description of a header that a client may send."""
    schema = {"type": "string", **form}
    return {
        "name": name, "in": "header", "required": False, "description": description,
        "schema": schema,
    }  # fmt: skip


REPEATED = "A repeat with the same key, within 24 hours, gets the first answer again."
KEY = _header("Idempotency-Key", REPEATED, maxLength=255)
KNOWN = _header("If-None-Match", "The `ETag` of the answer that the client has.")
CURSOR = "Where the event log stood before this was read: resume from here to miss nothing."
TAG = "Names these bytes: sent as `If-None-Match`, it is answered 304 while they are the same."
UNCHANGED = "What the client has by the `If-None-Match` it sent is what there is."
REQUEST = "The id of the request: the one that came with it, or one of ours. Logs have it."
LIMITS = {
    "X-RateLimit-Limit": "Calls that the closest rate limit allows.",
    "X-RateLimit-Remaining": "Calls that are left of it.",
    "X-RateLimit-Reset": "Seconds until all of them are there again.",
}


class FieldProblem(serializers.Serializer[Any]):
    """What is wrong with one field."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """An error, as RFC 9457 has it."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    # A field of that name, which hides the serializer's own property.
    errors = FieldProblem(many=True)  # type: ignore[assignment]
    until = serializers.DateTimeField(required=False, help_text="When what refuses it ends.")


class AccessToken(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Bearer <access>`."""

    target_class = "accounts.authentication.AccessTokenAuthentication"
    name = "access"

    def get_security_definition(
        self,
        auto_schema: Any,
    ) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class ApiSchema(AutoSchema):
    """Adds to every operation the problems it may answer and the headers it takes and gives."""

    def get_tags(self) -> list[str]:
        """Return the app, as the sections of the page."""
        return [type(self.view).__module__.partition(".")[0]]

    def get_operation_id(self) -> str:
        """Return the app and the verb, which generated clients call their functions by."""
        view = cast("ViewSet", self.view)
        return f"{self.get_tags()[0]}_{view.action}"

    def _is_list_view(self, serializer: Any = None) -> bool:
        """Say no: our lists are objects that hold a page."""
        return False

    def _map_serializer(
        self, serializer: Any, direction: Any, bypass_extensions: bool = False
    ) -> dict[str, Any]:
        """Say of what comes in that it is refused with fields there are none of."""
        schema: dict[str, Any] = super()._map_serializer(serializer, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        kind = serializer if isinstance(serializer, type) else type(serializer)
        return schema | (
            {"additionalProperties": False} if issubclass(kind, StrictSerializer) else {}
        )

    def _get_request_body(self, direction: Any = "request") -> Any:
        """Describe the body of a DELETE, too."""
        if self.method != "DELETE":
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        schema, _ = self._get_request_for_media_type(self.get_request_serializer(), direction)
        body = {"required": True, "content": {"application/json": {"schema": schema}}}
        return body if schema else None

    def _get_request_for_media_type(
        self, serializer: Any, direction: Any = "request"
    ) -> tuple[Any, bool]:
        """Describe a PATCH that takes nothing but the whole as what it is."""
        if getattr(serializer, "requires_all", False):
            return self.resolve_serializer(serializer, direction).ref, True
        found: tuple[Any, bool] = super()._get_request_for_media_type(serializer, direction)  # type: ignore[no-untyped-call]
        return found

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        component = self.resolve_serializer(Problem, "response")
        body = {"application/problem+json": {"schema": component.ref}}
        codes = PROBLEM_DESCRIPTIONS if self.method in WRITE_METHODS else READ_STATUSES
        if self.method in WRITE_METHODS:
            operation.setdefault("parameters", []).append(KEY)
        for code in codes:
            described = {"description": PROBLEM_DESCRIPTIONS[code], "content": body}
            operation["responses"].setdefault(str(code), described)
        if self.method == "GET" and "application/json" in _kinds(operation):
            operation.setdefault("parameters", []).append(KNOWN)
            operation["responses"]["304"] = {"description": UNCHANGED}
        for code, response in operation["responses"].items():
            response["headers"] = _headers(code, self.method)
        return operation


def _kinds(operation: dict[str, Any]) -> dict[str, Any]:
    """Return the media types in which a read answers what was asked for."""
    return dict(operation["responses"].get("200", {}).get("content", {}))


def _headers(code: str, method: str) -> dict[str, Any]:
    text = {"X-Request-ID": REQUEST}
    if code.startswith("2") or code == "304":
        text["X-Event-Cursor"] = CURSOR
    if code in {"200", "304"} and method == "GET":
        text["ETag"] = TAG
    if method in WRITE_METHODS or code == "429":
        text |= LIMITS
    if code in {"429", "503"}:
        text["Retry-After"] = "Seconds to wait."
    return {
        name: {"description": said, "schema": {"type": "string"}} for name, said in text.items()
    }
