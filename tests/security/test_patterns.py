"""A16: no input makes one of our regular expressions slow."""

import re
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest
import regex
from django.conf import settings
from django.core.validators import RegexValidator
from django.urls import URLResolver, get_resolver

from mysocial.api import StrictSerializer
from tests.support.concurrency import assert_no_changes
from tests.support.people import anonymous
from tests.support.stack import ROOT

LONG = 50_000
# A pattern that tries again from each place takes minutes for this much, or never ends.
AT_ONCE = 1.0  # CPU seconds, which other processes on the machine do not change
PARTS = [
    "a", "A", "_", "0", "f", ".", "-", "@", "#", "/", ":", " ", "\n", '"', "é", "\\", "%", "(", "<",
    "a.", "@a", "a@", "@a.", "a b", "#f", "0f", "//", "a-", "@@a", 'a"', "{}", '{"id":"', "1.",
    "中", "中.", "#1", "@abc/", "e\u0301", "\u200b", "www.", "[::", "\u0e49", "I",
    "https://", "https://media.giphy.com/", "alice@example.", "feed", "post:", "\r\n",
]  # fmt: skip
ENDS = ["", "\x00", "!", "\n", " ", '"']


def packages() -> list[ModuleType]:
    """Return all our modules that a server loads."""
    ours = {"mysocial", *(name for name in settings.INSTALLED_APPS if (ROOT / name).is_dir())}
    for name in ours:
        for file in sorted((ROOT / name).rglob("*.py")):
            if not {"management", "contrib_migrations"} & set(file.parts):
                import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    return [module for name, module in sys.modules.items() if name.partition(".")[0] in ours]


def inputs(kind: type[StrictSerializer] = StrictSerializer) -> Iterator[type[StrictSerializer]]:
    """Yield every serializer of a request body."""
    for serializer in kind.__subclasses__():
        yield serializer
        yield from inputs(serializer)


def of_routes(resolver: URLResolver) -> Iterator[re.Pattern[str]]:
    """Yield the pattern of each route, Django's admin included."""
    for entry in resolver.url_patterns:
        yield re.compile(entry.pattern.regex)
        if isinstance(entry, URLResolver):
            yield from of_routes(entry)


def patterns() -> dict[str, re.Pattern[str]]:
    """Return every compiled pattern of modules, fields and routes."""
    compiled: dict[str, re.Pattern[str]] = {}
    for module in packages():
        for holder in [module, *(c for c in vars(module).values() if isinstance(c, type))]:
            for name, value in vars(holder).items():
                if isinstance(value, re.Pattern | regex.Pattern) and isinstance(value.pattern, str):
                    compiled[f"{module.__name__}.{name} {value.pattern}"] = value
    for kind in inputs():
        for name, field in kind().fields.items():
            for validator in field.validators:
                if isinstance(validator, RegexValidator):
                    compiled[f"{kind.__name__}.{name}"] = re.compile(validator.regex.pattern)
    routes = of_routes(get_resolver())
    return compiled | {f"route {pattern.pattern}": pattern for pattern in routes}


FOUND = patterns()


def test_patterns_are_collected():
    names = " ".join(FOUND)
    for name in (
        "EMAIL",
        "MENTION",
        "LINK",
        "TOO_MANY_MARKS",
        "GIF_URL",
        "CURSOR",
        "SignUpInput.username",
        "route",
    ):
        assert name in names
    assert len(FOUND) > 60


def test_no_pattern_is_slow_for_a_long_text():
    slow = []
    for name, pattern in FOUND.items():
        for part in PARTS:
            for end in ENDS:
                text = part * (LONG // len(part)) + end
                begun = time.thread_time()
                pattern.match(text)
                pattern.fullmatch(text)
                if name.startswith("mysocial.core.text.") and not end:  # they search texts
                    pattern.findall(text)
                if time.thread_time() - begun > AT_ONCE:
                    slow.append((name, part, end))
    assert slow == []


def test_a_backtracking_pattern_is_detected():
    careless = re.compile(r"[!-~]+@[^\s\x00-\x1f\x7f]+")  # what an address once had to be
    begun = time.thread_time()
    careless.fullmatch("@" * 12_000 + "\x00")
    assert time.thread_time() - begun > AT_ONCE / 4


@pytest.mark.parametrize("part", ["@", "a@", ".", "a.", '"', "-", "a", "\\", "@a."])
def test_a_long_text_in_any_public_field_is_rejected_quickly(part):
    text = part * (120_000 // len(part)) + "\x01"
    password = "correct-horse-battery"
    bodies = {
        "signup": {"username": text, "email": text, "password": text, "avatar_color": text},
        "signin": {"username": text, "password": password},
        "forgot-password": {"email": text},
        "token/refresh": {"refresh": text},
    }
    with assert_no_changes():
        for path, body in bodies.items():
            begun = time.thread_time()
            if path == "signup":
                for name, value in body.items():
                    assert anonymous.post(path, {name: value}).status_code == 400
            else:
                assert anonymous.post(path, body).status_code == 400, path
            assert time.thread_time() - begun < 4 * AT_ONCE, (path, part)
