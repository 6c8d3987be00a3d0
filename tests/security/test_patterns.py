"""A16: no text that anybody may send keeps a pattern of ours busy for long."""

import re
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest
from django.conf import settings
from django.core.validators import RegexValidator
from django.urls import URLResolver, get_resolver

from mysocial.api import StrictSerializer
from tests.support.concurrency import assert_no_changes
from tests.support.people import anonymous
from tests.support.stack import ROOT

LONG = 50_000
# A pattern that tries again from each place takes minutes for this much, or never ends.
AT_ONCE = 1.0
PARTS = [
    "a", "A", "_", "0", "f", ".", "-", "@", "#", "/", ":", " ", "\n", '"', "é", "\\", "%", "(", "<",
    "a.", "@a", "a@", "@a.", "a b", "#f", "0f", "//", "a-", "@@a", 'a"', "{}", '{"id":"', "1.",
    "https://", "https://media.giphy.com/", "alice@example.", "feed", "post:", "\r\n",
]  # fmt: skip
ENDS = ["", "\x00", "!", "\n", " ", '"']


def packages() -> list[ModuleType]:
    """Return every module of ours that a server loads."""
    ours = {"mysocial", *(name for name in settings.INSTALLED_APPS if (ROOT / name).is_dir())}
    for name in ours:
        for file in sorted((ROOT / name).rglob("*.py")):
            if not {"management", "contrib_migrations"} & set(file.parts):
                import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    return [module for name, module in sys.modules.items() if name.partition(".")[0] in ours]


def inputs(kind: type[StrictSerializer] = StrictSerializer) -> Iterator[type[StrictSerializer]]:
    """Yield every description of a body."""
    for one in kind.__subclasses__():
        yield one
        yield from inputs(one)


def of_routes(resolver: URLResolver) -> Iterator[re.Pattern[str]]:
    """Yield the pattern of each route, Django's admin included."""
    for entry in resolver.url_patterns:
        yield re.compile(entry.pattern.regex)
        if isinstance(entry, URLResolver):
            yield from of_routes(entry)


def patterns() -> dict[str, re.Pattern[str]]:
    """Return every compiled pattern: of modules, of fields, of routes."""
    found: dict[str, re.Pattern[str]] = {}
    for module in packages():
        for holder in [module, *(one for one in vars(module).values() if isinstance(one, type))]:
            for name, value in vars(holder).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    found[f"{module.__name__}.{name} {value.pattern}"] = value
    for kind in inputs():
        for name, field in kind().fields.items():
            for one in field.validators:
                if isinstance(one, RegexValidator):
                    found[f"{kind.__name__}.{name}"] = re.compile(one.regex.pattern)
    found |= {f"route {one.pattern}": one for one in of_routes(get_resolver())}
    return found


FOUND = patterns()


def test_the_patterns_are_found():
    names = " ".join(FOUND)
    for name in ("EMAIL", "MENTION", "GIF_URL", "CURSOR", "SignUpInput.username", "route"):
        assert name in names
    assert len(FOUND) > 60


def test_no_pattern_takes_long_for_any_long_text():
    slow = []
    for name, pattern in FOUND.items():
        for part in PARTS:
            for end in ENDS:
                text = part * (LONG // len(part)) + end
                begun = time.perf_counter()
                pattern.match(text)
                pattern.fullmatch(text)
                if name.startswith("notifications"):
                    pattern.findall(text)
                if time.perf_counter() - begun > AT_ONCE:
                    slow.append((name, part, end))
    assert slow == []


def test_a_pattern_that_tries_again_from_each_place_would_be_found():
    careless = re.compile(r"[!-~]+@[^\s\x00-\x1f\x7f]+")  # what an address once had to be
    begun = time.perf_counter()
    careless.fullmatch("@" * 12_000 + "\x00")
    assert time.perf_counter() - begun > AT_ONCE / 4


@pytest.mark.parametrize("part", ["@", "a@", ".", "a.", '"', "-", "a", "\\", "@a."])
def test_a_long_text_in_every_field_that_strangers_may_fill_is_refused_at_once(part):
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
            begun = time.perf_counter()
            if path == "signup":
                for name, value in body.items():
                    assert anonymous.post(path, {name: value}).status_code == 400
            else:
                assert anonymous.post(path, body).status_code == 400, path
            assert time.perf_counter() - begun < 4 * AT_ONCE, (path, part)
