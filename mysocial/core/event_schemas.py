"""Schemas of event data: a serializer of a representation, or the fields of an object."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from rest_framework.serializers import Serializer

from mysocial.core.ids import ID_LENGTH

Json = Mapping[str, Any]  # a JSON Schema


class PartialPayload(NamedTuple):
    """A representation without some of its fields, under a name of its own."""

    name: str
    serializer: type[Serializer[Any]]
    without: frozenset[str]

    def schema(self, whole: Json) -> Json:
        """Return the JSON Schema, given that of the whole representation."""
        properties = {key: value for key, value in whole["properties"].items() if self.keeps(key)}
        return {**whole, "properties": properties, "required": list(filter(self.keeps, properties))}

    def keeps(self, field: str) -> bool:
        """Return whether the payload has a field of the representation."""
        return field not in self.without


Representation = type[Serializer[Any]] | PartialPayload
Shape = Representation | Json  # the schema of one value
Payload = Representation | Mapping[str, Shape]  # the schema of an object

ID: Json = {"type": "string", "pattern": f"^[0-9a-f]{{{ID_LENGTH}}}$"}
TEXT: Json = {"type": "string"}
TEXT_OR_NULL: Json = {"type": ["string", "null"]}
FLAG: Json = {"type": "boolean"}
COUNT: Json = {"type": "integer", "minimum": 0}


def list_of(shape: Json) -> Json:
    """Return the schema of a list of values."""
    return {"type": "array", "items": shape}


def or_null(shape: Json) -> Json:
    """Return the schema of a value of a plain type, or null."""
    return {**shape, "type": [shape["type"], "null"]}


def one_of(values: Iterable[str]) -> Json:
    """Return the schema of a string that is one of `values`."""
    return {"type": "string", "enum": [str(value) for value in values]}


def one_of_or_null(values: Iterable[str]) -> Json:
    """Return the schema of a string that is one of `values`, or null."""
    return {"type": ["string", "null"], "enum": [*map(str, values), None]}


def component(serializer: type[Serializer[Any]]) -> str:
    """Return the name of a serializer in the OpenAPI document."""
    return serializer.__name__.removesuffix("Serializer")


def ref(name: str) -> dict[str, str]:
    """Return a reference to the schema of this name."""
    return {"$ref": f"#/components/schemas/{name}"}


def partial_payloads(payload: Payload) -> list[PartialPayload]:
    """Return the partial representations that a payload consists of."""
    shapes = payload.values() if isinstance(payload, Mapping) else [payload]
    return [shape for shape in shapes if isinstance(shape, PartialPayload)]


def schema_of(payload: Payload) -> dict[str, Any]:
    """Return the JSON Schema of an event's data."""
    if not isinstance(payload, Mapping):
        return _shape_schema(payload)
    properties = {name: _shape_schema(shape) for name, shape in payload.items()}
    return {"type": "object", "required": list(properties), "properties": properties}


def _shape_schema(shape: Shape) -> dict[str, Any]:
    if isinstance(shape, PartialPayload):
        return ref(shape.name)
    return ref(component(shape)) if isinstance(shape, type) else dict(shape)
