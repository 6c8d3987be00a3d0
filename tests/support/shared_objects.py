"""Objects of responses, as events show them: without what they are to the viewer."""

from typing import Any


def shared(value: Any) -> Any:
    """Return a response, or a part of it, without `viewer`."""
    if isinstance(value, list):
        return [shared(item) for item in value]
    if isinstance(value, dict):
        return {name: shared(part) for name, part in value.items() if name != "viewer"}
    return value
