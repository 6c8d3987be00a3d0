"""Objects of responses, as events show them, and as records become them."""

from typing import Any

from mysocial.core.addresses import absolute_address


def shared(value: Any) -> Any:
    """Return a response, or a part of it, without `viewer`."""
    if isinstance(value, list):
        return [shared(item) for item in value]
    if isinstance(value, dict):
        return {name: shared(part) for name, part in value.items() if name != "viewer"}
    return value


def shared_profile(profile: dict[str, Any]) -> dict[str, Any]:
    """Return a profile as `user.updated` shows it: without what depends on the viewer."""
    return {name: part for name, part in shared(profile).items() if name != "posts_count"}


def with_absolute_addresses(value: Any) -> Any:
    """Return the values of a record, or a part of them, with addresses as they are sent."""
    if isinstance(value, dict):
        return {
            name: absolute_address(part)
            if name.endswith("url") and isinstance(part, str)
            else with_absolute_addresses(part)
            for name, part in value.items()
        }
    return value
