"""Typed access to environment variables, for `settings.py`. An invalid value is an error."""

import os
import re
import secrets
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}
MIN_SECRET_LENGTH = 32
ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:(?P<port>\d{1,5}))?/?"
)
DEFAULT_PORTS = {"http": "80", "https": "443"}


def envstr(name: str, default: str = "", *, choices: tuple[str, ...] = ()) -> str:
    """Return the variable as text, which must be one of `choices`, if there are any."""
    value = os.environ.get(name, default)
    if choices and value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r} must be one of: {', '.join(choices)}.")
    return value


def envbool(name: str, *, default: bool) -> bool:
    """Return the variable as a boolean: 1 or 0, true or false, yes or no, on or off."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} must be 1 or 0 (or true/false, yes/no, on/off).")


def envint(name: str, default: int, *, minimum: int = 0, maximum: int = 2**31) -> int:
    """Return the variable as an integer from `minimum` to `maximum`."""
    value = os.environ.get(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} must be an integer.") from None
    if not minimum <= number <= maximum:
        raise ImproperlyConfigured(f"{name}={number} must be between {minimum} and {maximum}.")
    return number


def envlist(name: str, default: str = "") -> list[str]:
    """Return the variable split at commas, without empty items."""
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def envnetworks(name: str) -> list[IPv4Network | IPv6Network]:
    """Return the networks of the variable, such as `192.0.2.0/24,2001:db8::/32`.

    Raises:
        ImproperlyConfigured: An item is not a network.
    """
    try:
        return [ip_network(item) for item in envlist(name)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}.") from None


def envorigin(name: str) -> str:
    """Return the origin of the variable, a URL: scheme, host and port; empty if it is not set."""
    url = urlsplit(os.environ.get(name, "").strip())
    return f"{url.scheme}://{url.netloc}" if url.netloc else ""


def envorigins(name: str, default: str = "") -> list[str]:
    """Return the origins of the variable, as browsers write them: lowercase, no default port.

    Raises:
        ImproperlyConfigured: An item is not the origin of a site, such as `*` or `null`.
    """
    return [_parse_origin(name, item) for item in envlist(name, default)]


def _parse_origin(name: str, text: str) -> str:
    match = ORIGIN.fullmatch(text.lower())
    if not match:
        raise ImproperlyConfigured(
            f"{name}: {text!r} must be an origin, such as https://app.example or "
            "http://localhost:3000. It has no path. Wildcards and `null` are not possible, because "
            "pages of these origins may send credentials."
        )
    scheme, host, port = match["scheme"], match["host"], match["port"]
    is_default = port is None or port == DEFAULT_PORTS[scheme]
    return f"{scheme}://{host}" + ("" if is_default else f":{port}")


def envsecret(name: str, *, file: Path, debug: bool) -> str:
    """Return a secret of at least `MIN_SECRET_LENGTH` characters.

    With `debug`, a missing secret is generated and stored in `file`, which only its owner can
    read, so that a checkout runs without any configuration. Without `debug`, it must be set.
    """
    value = os.environ.get(name, "")
    if not value and debug:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            draft = file.with_suffix(f".{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            # Unlike a rename, a link never replaces: two concurrent first starts use one secret.
            try:
                file.hardlink_to(draft)
            except FileExistsError:
                pass
            draft.unlink()
        value = file.read_text().strip()
    if len(value) < MIN_SECRET_LENGTH:
        raise ImproperlyConfigured(
            f"{name} must be set to at least {MIN_SECRET_LENGTH} random characters if DEBUG is off."
        )
    return value
