"""The OpenAPI schema: additions to drf-spectacular."""

from typing import Any, cast

from django.apps import apps
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_doc
from rest_framework import serializers
from rest_framework.viewsets import ViewSet

from mysocial.api.inputs import StrictSerializer
from mysocial.api.openapi_components import (
    NOT_MODIFIED,
    RATE_LIMIT_HEADERS,
    READ_STATUSES,
    WRITE_STATUSES,
    header_refs,
    parameter_ref,
    problem_refs,
    response_ref,
)
from mysocial.api.openapi_document import subject_of

WRITE_METHODS = {"POST", "PUT", "PATCH", "DELETE"}


class FieldProblem(serializers.Serializer[Any]):
    """The error of one field."""

    field = serializers.CharField(help_text="The name of the field, with dots inside of objects.")
    code = serializers.CharField(help_text="The name of the error, for programs.")
    detail = serializers.CharField(help_text="The explanation, for people.")


class Problem(serializers.Serializer[Any]):
    """An error (RFC 9457)."""

    type = serializers.URLField(help_text="The URL of the explanation of the error.")
    title = serializers.CharField(help_text="The summary of the kind of error.")
    status = serializers.IntegerField(help_text="The status of the response.")
    detail = serializers.CharField(help_text="The explanation of this error, for people.")
    code = serializers.CharField(help_text="The name of the error, for programs.")
    # A field with this name hides the `errors` property of the serializer.
    errors = FieldProblem(  # type: ignore[assignment]
        many=True, help_text="The errors of single fields; empty for other errors."
    )
    until = serializers.DateTimeField(required=False, help_text="When the restriction ends.")


class AccessTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The security scheme `Authorization: Bearer <access token>`."""

    target_class = "accounts.authentication.AccessTokenAuthentication"
    name = "access"

    def get_security_definition(
        self,
        auto_schema: Any,
    ) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The `access` token of `signUp`, `signIn` or `refreshTokens`.",
        }


class StrictSerializerExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Forbids unknown fields in request bodies."""

    target_class = StrictSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # noqa: SLF001 - as drf-spectacular documents it
        return {**schema, "additionalProperties": False}


class ApiSchema(AutoSchema):
    """Adds the errors, headers and descriptions of every operation."""

    def get_tags(self) -> list[str]:
        """Return the app, which makes the sections of the documentation."""
        module = type(self.view).__module__
        config = apps.get_containing_app_config(module)
        return [config.label if config else module.partition(".")[0]]

    def get_operation_id(self) -> str:
        """Return the app and the action, for a view that declares no `operation_id`."""
        view = cast("ViewSet", self.view)
        app, action = self.get_tags()[0], str(view.action)
        return app + "".join(word.capitalize() for word in action.split("_"))

    def get_description(self) -> str:  # type: ignore[override]
        """Return the docstring of the method; that of the class is about all its operations."""
        return get_doc(self._action) or ""

    @property
    def _action(self) -> Any:
        return getattr(self.view, str(cast("ViewSet", self.view).action))

    def _is_list_view(self, serializer: Any = None) -> bool:
        """Return False: a list is an object that contains a page."""
        return False

    def _get_serializer_name(self, *args: Any, **kwargs: Any) -> str:
        """Return the name without the suffix that marks request bodies: `Input` does already."""
        name = str(super()._get_serializer_name(*args, **kwargs))
        return name.removesuffix("Request") if name.endswith("InputRequest") else name

    def _resolve_path_parameters(self, variables: Any) -> Any:
        parameters = super()._resolve_path_parameters(variables)  # type: ignore[no-untyped-call]
        for parameter in parameters:
            name = parameter["name"]
            parameter["description"] = (
                "The token from the e-mail."
                if name == "token"
                else f"The id of the {subject_of(self.path, name)}."
            )
        return parameters

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
        is_write = self.method in WRITE_METHODS
        parameters = operation.setdefault("parameters", [])
        responses = operation["responses"]
        is_json = all("application/json" in part.get("content", {}) for part in responses.values())
        for response in responses.values():
            response["headers"] = header_refs(self._success_headers(parameters, is_json))
            # The message of a write is also the description of its response.
            response["description"] = response["description"] or getattr(
                self._action, "message", ""
            )
        if is_write:
            parameters.append(parameter_ref("IdempotencyKey"))
        elif is_json:
            parameters.append(parameter_ref("IfNoneMatch"))
            responses["304"] = response_ref(NOT_MODIFIED)
        self.resolve_serializer(Problem, "response")
        responses |= problem_refs(WRITE_STATUSES if is_write else READ_STATUSES)
        return operation

    def _success_headers(self, parameters: list[Any], is_json: bool) -> list[str]:
        """Return the names of the headers of a successful response; files have no `ETag`."""
        headers = ["X-Request-ID", "X-Event-Cursor", *RATE_LIMIT_HEADERS]
        if self.method in WRITE_METHODS:
            return headers
        is_list = any(parameter.get("name") == "cursor" for parameter in parameters)
        return [*headers, *(["ETag"] if is_json else []), *(["Link"] if is_list else [])]
