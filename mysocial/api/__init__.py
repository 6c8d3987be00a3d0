"""The REST layer: viewsets, parsing, responses, pagination, idempotency and OpenAPI."""

from mysocial.api.client_address import check_network_limit, get_client_address, get_origin
from mysocial.api.facets import facets_field
from mysocial.api.inputs import (
    GifField,
    IdField,
    IgnoredFormParser,
    IgnoredMultipartParser,
    StrictBooleanField,
    StrictJSONParser,
    StrictSerializer,
    validated_body,
)
from mysocial.api.json_body import decode_json
from mysocial.api.pagination import (
    ID_SCHEMA,
    IDS_PARAMETER,
    LIMIT_SCHEMA,
    PAGINATION_PARAMETERS,
    NextField,
    choice_param,
    cursor_param,
    filter_param,
    id_params,
    int_param,
    list_response,
    page_response,
    pagination_params,
)
from mysocial.api.problems import error_response, problem_response
from mysocial.api.request_limits import must_wait
from mysocial.api.responses import (
    MessageSerializer,
    current_user_id,
    json_response,
    message_envelope,
    write_action,
    write_response,
)
from mysocial.api.routing import api_path, api_routes, max_body_bytes
from mysocial.api.text_fields import LinkField, PasswordField, TextField
from mysocial.api.uploads import MediaField
from mysocial.api.viewsets import ApiViewSet, fast_read

__all__ = [
    "IDS_PARAMETER",
    "ID_SCHEMA",
    "LIMIT_SCHEMA",
    "PAGINATION_PARAMETERS",
    "ApiViewSet",
    "GifField",
    "IdField",
    "IgnoredFormParser",
    "IgnoredMultipartParser",
    "LinkField",
    "MediaField",
    "MessageSerializer",
    "NextField",
    "PasswordField",
    "StrictBooleanField",
    "StrictJSONParser",
    "StrictSerializer",
    "TextField",
    "api_path",
    "api_routes",
    "check_network_limit",
    "choice_param",
    "current_user_id",
    "cursor_param",
    "decode_json",
    "error_response",
    "facets_field",
    "fast_read",
    "filter_param",
    "get_client_address",
    "get_origin",
    "id_params",
    "int_param",
    "json_response",
    "list_response",
    "max_body_bytes",
    "message_envelope",
    "must_wait",
    "page_response",
    "pagination_params",
    "problem_response",
    "validated_body",
    "write_action",
    "write_response",
]
