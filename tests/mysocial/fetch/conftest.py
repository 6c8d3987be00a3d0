"""Names of foreign sites, which a test resolves as it likes."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import pytest

Names = dict[str, Any]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Return a dict of addresses by name, or of functions that return them; other names fail.

    Lookups of each name are counted in `names.lookups`.
    """
    real = socket.getaddrinfo
    known: Any = type("Names", (dict,), {"lookups": []})()

    def getaddrinfo(host: str, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host in known:
            known.lookups.append(host)
            answer: Callable[[], list[str]] | list[str] = known[host]
            addresses = answer() if callable(answer) else answer
            return [
                result for address in addresses for result in real(address, port, *args, **kwargs)
            ]
        if not _is_numeric(host):
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@pytest.fixture
def allow(settings):
    """Return a function that allows loopback on the ports of sites."""

    def add(*sites):
        settings.FETCH_LOOPBACK_PORTS = tuple(site.port for site in sites)

    return add
