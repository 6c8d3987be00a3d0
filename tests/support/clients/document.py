"""The operations and schemas of the OpenAPI document, as the client packages need them."""

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
UNSUPPORTED = {"streamEvents"}  # the event clients are written by hand
MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Parameter:
    """A parameter of the path or of the query string."""

    name: str
    schema: Json
    description: str
    is_required: bool
    is_in_path: bool

    @property
    def python_name(self) -> str:
        """The name of the argument in Python."""
        return f"{self.name}_" if keyword.iskeyword(self.name) else self.name


@dataclass(frozen=True)
class Operation:
    """An operation: one method of a client."""

    name: str  # in camel case
    method: str
    path: str
    text: str
    parameters: tuple[Parameter, ...]
    body: str  # the name of the schema; empty without a body
    accepts_files: bool
    responses: tuple[str, ...]  # the names of the schemas, by status; none for a file

    @property
    def python_name(self) -> str:
        """The name of the method in Python."""
        return snake_case(self.name)

    @property
    def path_parameters(self) -> list[Parameter]:
        """The parameters of the path, in its order."""
        return [parameter for parameter in self.parameters if parameter.is_in_path]

    @property
    def query_parameters(self) -> list[Parameter]:
        """The parameters of the query string, required ones first."""
        query = [parameter for parameter in self.parameters if not parameter.is_in_path]
        return sorted(query, key=lambda parameter: not parameter.is_required)

    @property
    def is_write(self) -> bool:
        """Whether the operation has an `Idempotency-Key`."""
        return self.method != "GET"


def snake_case(name: str) -> str:
    """Return a name in camel case as it is written in Python."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def resolve(document: Json, part: Json) -> Json:
    """Return a part of the document, or the component that it refers to."""
    while reference := part.get("$ref"):
        part = document
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]
    return part


def operations(document: Json) -> Iterator[Operation]:
    """Yield the operations of a document, in its order."""
    for path, verbs in document["paths"].items():
        for method, operation in verbs.items():
            if operation["operationId"] not in UNSUPPORTED:
                yield _operation(document, method.upper(), path, operation)


def _operation(document: Json, method: str, path: str, operation: Json) -> Operation:
    content = operation.get("requestBody", {}).get("content", {})
    parameters = [resolve(document, parameter) for parameter in operation.get("parameters", [])]
    summary, description = operation["summary"], operation.get("description", "")
    return Operation(
        name=operation["operationId"],
        method=method,
        path=path,
        text=" ".join(f"{summary}. {description}".split()),
        parameters=tuple(
            Parameter(
                name=parameter["name"],
                schema=parameter["schema"],
                description=parameter.get("description", ""),
                is_required=parameter.get("required", False),
                is_in_path=parameter["in"] == "path",
            )
            for parameter in parameters
            if parameter["in"] in {"path", "query"}
        ),
        body=_schema_name(content.get("application/json", {})),
        accepts_files=MULTIPART in content,
        responses=_response_names(operation),
    )


def _schema_name(media: Json) -> str:
    return str(media.get("schema", {}).get("$ref", "")).rpartition("/")[2]


def _response_names(operation: Json) -> tuple[str, ...]:
    names = [
        _schema_name(response["content"].get("application/json", {}))
        for status, response in sorted(operation["responses"].items())
        if status.startswith("2")
    ]
    return tuple(dict.fromkeys(filter(None, names)))
