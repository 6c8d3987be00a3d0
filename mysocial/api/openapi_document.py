"""The OpenAPI document: what no single operation knows, and the complete document."""

import functools
import inspect
import re
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson
from django.apps import apps
from drf_spectacular.generators import SchemaGenerator

from mysocial.api.openapi_components import parameter_ref, shared_components
from mysocial.api.openapi_examples import ExampleComposer

Json = dict[str, Any]
JSON_TYPE = "application/json"
_lock = threading.Lock()


def openapi_document() -> Json:
    """Return the OpenAPI document, which is generated once; callers must not change it."""
    with _lock:  # drf-spectacular does not allow two threads
        return _generate()


@functools.cache
def _generate() -> Json:
    generator: Any = SchemaGenerator  # it has no types
    return dict(generator().get_schema(request=None, public=True))


def complete_document(result: Json, **_context: Any) -> Json:
    """Add the shared components and the examples; a postprocessing hook of drf-spectacular."""
    components = result["components"]
    for kind, values in shared_components().items():
        components[kind] = {**values, **components.get(kind, {})}
    components["parameters"] |= _share_parameters(result)
    result["tags"] += _tags_of_extra_apps(result)
    composer = ExampleComposer(components["schemas"])
    for _, operation in _operations(result):
        _add_request_example(operation, composer)
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                _complete_response(operation, response, composer)
    return result


def _operations(document: Json) -> Iterator[tuple[str, Json]]:
    """Yield each operation with its path."""
    for path, verbs in document["paths"].items():
        for operation in verbs.values():
            yield path, operation


def _tags_of_extra_apps(document: Json) -> list[Json]:
    """Return the tags that `SPECTACULAR_SETTINGS` does not describe, with the apps' docstrings."""
    described = {tag["name"] for tag in document["tags"]}
    used = {tag for _, operation in _operations(document) for tag in operation["tags"]}
    tags = []
    for label in sorted(used - described):
        config = apps.get_app_config(label)
        summary = inspect.getdoc(config.module) or config.verbose_name
        tags.append({"name": label, "description": summary.partition("\n\n")[0]})
    return tags


def subject_of(path: str, parameter: str) -> str:
    """Return the kind of record whose id a path parameter is: "post" for `/posts/{id}`."""
    if parameter != "id":
        return parameter.removesuffix("_id").replace("_", " ")
    segment = path.partition("/{id}")[0].rpartition("/")[2]
    return segment.removesuffix("s").replace("-", " ")


def _share_parameters(document: Json) -> Json:
    """Replace parameters that several operations have by references; return the components."""
    uses = [
        (path, operation, parameter, orjson.dumps(parameter, option=orjson.OPT_SORT_KEYS))
        for path, operation in _operations(document)
        for parameter in operation.get("parameters", [])
        if "$ref" not in parameter
    ]
    counts = Counter(text for *_, text in uses)
    names: dict[str, bytes] = {}  # the parameter that has a component name
    components: Json = {}
    for path, operation, parameter, text in sorted(uses, key=lambda use: -counts[use[3]]):
        name = _component_name(path, parameter)
        if counts[text] > 1 and names.setdefault(name, text) == text:
            components[name] = parameter
            parameters = operation["parameters"]
            parameters[parameters.index(parameter)] = parameter_ref(name)
    return components


def _component_name(path: str, parameter: Json) -> str:
    name = str(parameter["name"])
    if parameter["in"] == "path" and name != "token":
        name = f"{subject_of(path, name)} id"
    elif parameter["schema"].get("type") == "array":
        name += "s"
    return "".join(word.capitalize() for word in re.split(r"[\W_]+", name))


def _add_request_example(operation: Json, composer: ExampleComposer) -> None:
    """Add an example of the JSON body, unless the view has one."""
    media = operation.get("requestBody", {}).get("content", {}).get(JSON_TYPE)
    if media and "examples" not in media:
        schema = composer.resolve(media["schema"])
        names = schema.get("required") or schema["properties"]
        media["example"] = composer.compose_properties(schema, names)


def _complete_response(operation: Json, response: Json, composer: ExampleComposer) -> None:
    """Add a description and an example of the JSON body to a successful response.

    The description of a write is its `message`. An example of the view may give only the members
    that differ from the composed one.
    """
    media = response.get("content", {}).get(JSON_TYPE)
    schema = composer.resolve(media["schema"]) if media else {}
    fallback = schema.get("description") or f"{operation['summary']}."
    response["description"] = response["description"] or fallback
    if not media:
        return
    composed = composer.compose(schema)
    if "message" in composed:
        composed["message"] = response["description"]
    for example in media.get("examples", {}).values():
        example["value"] = {**composed, **example["value"]}
    if "examples" not in media:
        media["example"] = composed
