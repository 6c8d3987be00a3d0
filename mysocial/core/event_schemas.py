"""How an event says what its data is: a serializer that describes a wire, or an object's fields."""

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework.serializers import Serializer

from mysocial.core.ids import ID_LENGTH

Json = Mapping[str, Any]  # a JSON Schema
Shape = type[Serializer[Any]] | Json  # of one value: a wire's, or in full
Payload = type[Serializer[Any]] | Mapping[str, Shape]  # of an object: a wire's, or its fields

ID: Json = {"type": "string", "pattern": f"^[0-9a-f]{{{ID_LENGTH}}}$"}
TEXT: Json = {"type": "string"}
FLAG: Json = {"type": "boolean"}
COUNT: Json = {"type": "integer", "minimum": 0}


def list_of(shape: Json) -> Json:
    """Return the shape of a list of such values."""
    return {"type": "array", "items": shape}


def one_of(values: Iterable[str]) -> Json:
    """Return the shape of a text that is one of these."""
    return {"type": "string", "enum": [str(value) for value in values]}


def one_of_or_null(values: Iterable[str]) -> Json:
    """Return the shape of a text that is one of these, or null."""
    return {"type": ["string", "null"], "enum": [*map(str, values), None]}


def component(serializer: type[Serializer[Any]]) -> str:
    """Return the name that a serializer has in the OpenAPI document."""
    return serializer.__name__.removesuffix("Serializer")


def ref(name: str) -> dict[str, str]:
    """Return where a document has the schema of this name."""
    return {"$ref": f"#/components/schemas/{name}"}


def schema_of(payload: Payload) -> dict[str, Any]:
    """Return the JSON Schema of an event's data."""
    if isinstance(payload, type):
        return ref(component(payload))
    properties = {
        name: ref(component(shape)) if isinstance(shape, type) else dict(shape)
        for name, shape in payload.items()
    }
    return {"type": "object", "required": list(properties), "properties": properties}
