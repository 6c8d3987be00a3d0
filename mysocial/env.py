"""Environment variables, read once by `settings.py`. A wrong value stops the start."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def envstr(name: str, default: str = "", *, choices: tuple[str, ...] = ()) -> str:
    """Return the variable as text; refuses a value outside `choices`."""
    value = os.environ.get(name, default)
    if choices and value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r} must be one of: {', '.join(choices)}.")
    return value


def envbool(name: str, *, default: bool) -> bool:
    """Return the variable as a truth value: 1 or 0, true or false, yes or no, on or off."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} must be 1 or 0 (or true/false, yes/no, on/off).")


def envint(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    """Return the variable as a whole number between `least` and `most`, both included."""
    value = os.environ.get(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} must be a whole number.") from None
    if not least <= number <= most:
        raise ImproperlyConfigured(f"{name}={number} must be between {least} and {most}.")
    return number


def envlist(name: str, default: str = "") -> list[str]:
    """Return the variable split at commas, blanks dropped."""
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def envsecret(name: str, *, file: Path, debug: bool) -> str:
    """Return a secret of at least 32 characters.

    With `debug`, a missing one is made at random and kept in `file`, readable by its owner only,
    so that a checkout starts without any configuration. Without `debug` it must be given.
    """
    value = os.environ.get(name, "")
    if not value and debug:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            part = file.with_suffix(f".{os.getpid()}")
            part.touch(mode=0o600)
            part.write_text(secrets.token_urlsafe(48))
            # A link, unlike a rename, never replaces: two first starts agree on one secret.
            try:
                file.hardlink_to(part)
            except FileExistsError:
                pass
            part.unlink()
        value = file.read_text().strip()
    if len(value) < 32:  # noqa: PLR2004
        raise ImproperlyConfigured(
            f"{name} must be set to at least 32 random characters when DEBUG is off."
        )
    return value
