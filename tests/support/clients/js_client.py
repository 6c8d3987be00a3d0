"""The JavaScript client: a method for each operation, and TypeScript types of all objects."""

from typing import Any

from tests.support.clients.document import Json, Operation, Parameter, operations

PRIMITIVES = {
    "string": "string", "integer": "number", "number": "number", "boolean": "boolean",
    "null": "null", "object": "Record<string, any>",
}  # fmt: skip
HEAD = "// Generated from the OpenAPI document by `make clients`.\n"


def render_api(document: Json) -> str:
    """Return the module of operations."""
    methods = "\n".join(map(_render_method, operations(document)))
    return (
        f'{HEAD}\nimport {{ Transport }} from "./transport.js";\n\n'
        "/** The operations of the API; `Transport` describes how requests are sent. */\n"
        f"export class Api extends Transport {{\n{methods}}}\n"
    )


def _render_method(operation: Operation) -> str:
    names = [parameter.name for parameter in operation.path_parameters]
    if operation.body:
        names.append("body")
    path = operation.path
    for parameter in operation.path_parameters:
        path = path.replace(f"{{{parameter.name}}}", f"${{encodeURIComponent({parameter.name})}}")
    details = ["body"] if operation.body else []
    names_of_query = [parameter.name for parameter in operation.query_parameters]
    if names_of_query:
        details.append(f"queryNames: {_names(names_of_query)}")
    if not operation.responses:
        details.append("isFile: true")
    send = f"`{path}`" if "$" in path else f'"{path}"'
    extra = f", {{ {', '.join(details)} }}" if details else ""
    return (
        f"  /** {operation.text} */\n"
        f"  {operation.name}({', '.join([*names, 'options = {}'])}) {{\n"
        f'    return this.request("{operation.method}", {send}, options{extra});\n'
        "  }\n"
    )


def _names(names: list[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def render_api_types(document: Json) -> str:
    """Return the types of the operations."""
    methods = "\n".join(map(_render_signature, operations(document)))
    return (
        f'{HEAD}\nimport type * as models from "./models.js";\n'
        'import { type ApiResponse, type Options, Transport } from "./transport.js";\n\n'
        "/** The operations of the API; `Transport` describes how requests are sent. */\n"
        f"export class Api extends Transport {{\n{methods}}}\n"
    )


def _render_signature(operation: Operation) -> str:
    arguments = [f"{parameter.name}: string" for parameter in operation.path_parameters]
    if operation.body:
        arguments.append(
            f"body: models.{operation.body}" + (" | FormData" if operation.accepts_files else "")
        )
    query = operation.query_parameters
    required = any(parameter.is_required for parameter in query)
    fields = "; ".join(map(_query_field, query))
    options = f"Options & {{ {fields} }}" if query else "Options"
    arguments.append(f"options{'' if required else '?'}: {options}")
    response = " | ".join(f"models.{name}" for name in operation.responses) or "Blob"
    return (
        f"  /** {operation.text} */\n"
        f"  {operation.name}({', '.join(arguments)}): Promise<ApiResponse<{response}>>;\n"
    )


def _query_field(parameter: Parameter) -> str:
    mark = "" if parameter.is_required else "?"
    return f"{parameter.name}{mark}: {_type_of(parameter.schema, 'models.')}"


def render_models(document: Json, events: Json) -> str:
    """Return the types of all objects, and of events."""
    schemas = {**events["components"]["schemas"], **document["components"]["schemas"]}
    parts = [HEAD, *(_render_type(name, schema) for name, schema in sorted(schemas.items()))]
    names = [
        message["$ref"].rpartition("/")[2] for message in events["operations"]["events"]["messages"]
    ]
    payloads = events["components"]["messages"]
    union = " |\n  ".join(_type_of(payloads[name]["payload"]) for name in names)
    parts.append(
        "/** An event, as docs/events.md lists it. Ephemeral events have no id. */\n"
        f"export type ServerEvent =\n  {union};\n"
    )
    return "\n".join(parts)


def _render_type(name: str, schema: Json) -> str:
    text = _doc(schema.get("description", ""), "")
    if schema.get("type") != "object" or "properties" not in schema:
        return f"{text}export type {name} = {_type_of(schema)};\n"
    required = schema.get("required", [])
    lines = []
    for field, part in schema["properties"].items():
        mark = "" if field in required else "?"
        lines.append(
            _doc(part.get("description", ""), "  ") + f"  {field}{mark}: {_type_of(part)};\n"
        )
    return f"{text}export interface {name} {{\n{''.join(lines)}}}\n"


def _doc(text: str, indent: str) -> str:
    paragraph = " ".join(text.partition("\n\n")[0].split())
    return f"{indent}/** {paragraph} */\n" if paragraph else ""


def _type_of(schema: Json, prefix: str = "") -> str:
    if reference := schema.get("$ref"):
        return prefix + str(reference).rpartition("/")[2]
    if "const" in schema:
        return _literal(schema["const"])
    if "enum" in schema:
        return " | ".join(map(_literal, schema["enum"]))
    for kind in ("allOf", "oneOf", "anyOf"):
        if kind in schema:
            return " | ".join(dict.fromkeys(_type_of(option, prefix) for option in schema[kind]))
    kinds = schema.get("type", "object")
    if isinstance(kinds, list):
        parts = (_type_of({**schema, "type": kind}, prefix) for kind in kinds)
        return " | ".join(dict.fromkeys(parts))
    if kinds == "array":
        return f"({_type_of(schema['items'], prefix)})[]"
    if "properties" in schema:
        required = schema.get("required", [])
        return (
            "{ "
            + "; ".join(
                f"{name}{'' if name in required else '?'}: {_type_of(part, prefix)}"
                for name, part in schema["properties"].items()
            )
            + " }"
        )
    extra = schema.get("additionalProperties")
    if kinds == "object" and isinstance(extra, dict):
        return f"Record<string, {_type_of(extra, prefix)}>"
    return PRIMITIVES[kinds]


def _literal(value: Any) -> str:
    return "null" if value is None else f'"{value}"'
