"""The services of compose.yaml by role. The HTTP and WebSocket servers are two services each."""

import re
from typing import Any

import yaml

from tests.support.stack import ROOT

SERVED_TWICE = ("http", "ws")


def compose_services() -> dict[str, Any]:
    """Return the services of compose.yaml; `http` is the first of `http-a` and `http-b`.

    Variables have their default values.
    """
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", (ROOT / "compose.yaml").read_text())
    services: dict[str, Any] = yaml.safe_load(text)["services"]
    for role in SERVED_TWICE:
        first, second = services.pop(f"{role}-a"), services.pop(f"{role}-b")
        assert first == second, role
        services[role] = first
    return services
