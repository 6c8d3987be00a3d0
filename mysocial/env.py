"""Typed access to environment variables, for `settings.py`. An invalid value is an error.

A variable may also be in the file `.env` of the project folder, and `<NAME>_FILE` may name a file
with its value, such as a secret of Docker (docs/settings.md).
"""

import os
import re
import secrets
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from dotenv.parser import parse_stream
from environ import FileAwareEnv

BASE_DIR = Path(__file__).resolve().parent.parent
IN_CHECKOUT = (BASE_DIR / "manage.py").is_file()
# The folder of an installed package is not ours to write to.
PROJECT_DIR = BASE_DIR if IN_CHECKOUT else Path.cwd()
TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}
FILE_SUFFIX = "_FILE"
MIN_SECRET_LENGTH = 32
ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:(?P<port>\d{1,5}))?/?"
)
DEFAULT_PORTS = {"http": "80", "https": "443"}


def load_env_file() -> None:
    """Add the variables of the `.env` file to the environment, unless it has them.

    `ENV_FILE` names another file; if it is empty, none is read. Values are never part of an error,
    because most of them are secrets.

    Raises:
        ImproperlyConfigured: The file cannot be read, or a line is not `NAME=value`.
    """
    path = env_file_path()
    if path is None:
        return
    try:
        with path.open(encoding="utf-8") as file:
            bindings = list(parse_stream(file))
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{path} cannot be read: {type(error).__name__}.") from None
    for binding in bindings:
        if binding.error or (binding.key is not None and binding.value is None):
            line = binding.original.line
            raise ImproperlyConfigured(
                f"{path}, line {line}: write NAME=value, or # and a comment."
            )
    variables = {binding.key: binding.value for binding in bindings if binding.key is not None}
    known = set(os.environ)
    for key, value in variables.items():
        # A file of the environment, or its value, also wins over the other form in the file.
        if known.isdisjoint({key, key.removesuffix(FILE_SUFFIX)}):
            os.environ[key] = str(value)


def env_file_path() -> Path | None:
    """Return the path of the `.env` file; None if there is none, or if none is to be read."""
    if "ENV_FILE" in os.environ:
        return Path(os.environ["ENV_FILE"]) if os.environ["ENV_FILE"] else None
    path = PROJECT_DIR / ".env"
    return path if path.exists() else None


def is_set(name: str) -> bool:
    """Return whether the variable, or `<name>_FILE`, is set and not empty."""
    return bool(_read(name, ""))


def _read(name: str, default: str) -> str:
    """Return the variable, or the contents of the file that `<name>_FILE` names."""
    try:
        value = FileAwareEnv.ENVIRON.get(name, default)
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"{name}{FILE_SUFFIX} names a file that cannot be read: {type(error).__name__}."
        ) from None
    return str(value).rstrip("\r\n")  # The file of a secret often ends with a newline.


def envstr(name: str, default: str = "", *, choices: tuple[str, ...] = ()) -> str:
    """Return the variable as text, which must be one of `choices`, if there are any."""
    value = _read(name, default)
    if choices and value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r} must be one of: {', '.join(choices)}.")
    return value


def envurl(name: str, default: str, *schemes: str) -> str:
    """Return the variable as a URL with one of the schemes; `default` if it is empty.

    Raises:
        ImproperlyConfigured: It has another scheme. The message has no password.
    """
    url = _read(name, "") or default
    if url.partition("://")[0] not in schemes:
        starts = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ImproperlyConfigured(f"{name} must start with {starts}.")
    return url


def envbool(name: str, *, default: bool) -> bool:
    """Return the variable as a boolean: 1 or 0, true or false, yes or no, on or off."""
    value = _read(name, "1" if default else "0")
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} must be 1 or 0 (or true/false, yes/no, on/off).")


def envint(name: str, default: int, *, minimum: int = 0, maximum: int = 2**31) -> int:
    """Return the variable as an integer from `minimum` to `maximum`."""
    value = _read(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} must be an integer.") from None
    if not minimum <= number <= maximum:
        raise ImproperlyConfigured(f"{name}={number} must be between {minimum} and {maximum}.")
    return number


def envlist(name: str, default: str = "") -> list[str]:
    """Return the variable split at commas, without empty items."""
    return [item.strip() for item in _read(name, default).split(",") if item.strip()]


def envprefixed(prefix: str) -> dict[str, str]:
    """Return the variables whose names start with `prefix`, by the rest of the name."""
    names = {name.removesuffix(FILE_SUFFIX) for name in os.environ if name.startswith(prefix)}
    return {name.removeprefix(prefix): _read(name, "") for name in sorted(names)}


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
    url = urlsplit(_read(name, "").strip())
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


def envsecrets(name: str) -> list[str]:
    """Return the secrets of the variable, split at commas.

    Raises:
        ImproperlyConfigured: One is shorter than `MIN_SECRET_LENGTH` characters.
    """
    values = envlist(name)
    if any(len(value) < MIN_SECRET_LENGTH for value in values):
        raise ImproperlyConfigured(
            f"{name}: each secret needs at least {MIN_SECRET_LENGTH} characters."
        )
    return values


def envsecret(name: str, *, file: Path, debug: bool) -> str:
    """Return a secret of at least `MIN_SECRET_LENGTH` characters.

    With `debug`, a missing secret is generated and stored in `file`, which only its owner can
    read, so that a checkout runs without any configuration. Without `debug`, it must be set.
    """
    value = _read(name, "")
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
