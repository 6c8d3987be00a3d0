"""Redis keys, topics and markers: two modules of `mysocial/core` alone name them."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from types import ModuleType

import pytest

from mysocial.core import keys, topics
from mysocial.store import STORES
from tests.project.test_architecture import APPS, ROOT, sources

NAMING_MODULES = {"mysocial/core/keys.py", "mysocial/core/topics.py"}


def text_constants(module: ModuleType) -> dict[str, str]:
    """Return the constants of a module that are text, by name."""
    constants = vars(module).items()
    return {name: value for name, value in constants if name.isupper() and isinstance(value, str)}


NAMES = text_constants(keys) | text_constants(topics)
SEPARATORS = (keys.RECORD_SEPARATOR, keys.LIST_SEPARATOR, keys.UNIQUE_SEPARATOR)
TOPICS = {topics.FEED_TOPIC, topics.HOME_TOPIC, topics.PRESENCE_TOPIC}
# Whole keys that are no words of other meanings.
KEYS = {keys.FLUSHED_COUNTS, keys.FETCH_TOKENS, keys.BACKOFF_ATTEMPTS, keys.DISPATCHER_CHANNEL}
LUA_TEXT = re.compile(r"'([^']*)'|\"([^\"]*)\"")
# Arguments of Redis commands that look like markers: `MAXLEN ~ 100`, `XRANGE log (1-0 +`.
REDIS_SYNTAX = re.compile(r"'MAXLEN', '~'|'\+', 'COUNT'")


def key_starts() -> tuple[str, ...]:
    """Return what the keys and topics that have a prefix start with."""
    prefixes = {value for value in NAMES.values() if value.endswith(":") and len(value) > 1}
    return (*prefixes, *(f"{label}{part}" for label in STORES for part in SEPARATORS))


def python_literals(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield the key and topic literals of a module, also in f-strings."""
    starts = key_starts()
    names_topics = PurePath(path).name == "events.py"
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        text = node.value.decode(errors="replace") if isinstance(node.value, bytes) else node.value
        if not isinstance(text, str):
            continue
        if text.startswith(starts) or text in KEYS or (names_topics and text in TOPICS):
            yield f"{path}:{node.lineno} {text!r}"


def lua_literals(path: str, text: str) -> Iterator[str]:
    """Yield the literals of a Lua script that are a name of these modules, or start with one."""
    starts = key_starts()
    for number, line in enumerate(text.splitlines(), 1):
        code = REDIS_SYNTAX.sub("", line.partition("--")[0])
        for literal in (single or double for single, double in LUA_TEXT.findall(code)):
            if literal in LUA_NAMES or literal.startswith(starts):
                yield f"{path}:{number} {literal!r}"


# The colon also joins the parts of a cursor, and is no key by itself.
LUA_NAMES = set(NAMES.values()) - {keys.RECORD_SEPARATOR}


def all_python_literals() -> Iterable[str]:
    for path, tree in sources("mysocial", *APPS).items():
        if path not in NAMING_MODULES:
            yield from python_literals(path, tree)


def test_python_builds_keys_and_topics_in_two_modules_only() -> None:
    assert list(all_python_literals()) == []


def test_lua_contains_no_key() -> None:
    scripts = sorted((ROOT / "mysocial/lua").glob("*.lua"))
    assert len(scripts) > 10
    problems = [line for path in scripts for line in lua_literals(path.name, path.read_text())]
    assert problems == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("posts/services.py", 'client().get("dirty:posts")'),
        ("posts/services.py", 'client().get(f"dirty:{queue}")'),
        ("posts/services.py", 'key = b"posts.post:1"'),
        ("posts/services.py", 'key = f"posts.post/author:{pk}"'),
        ("posts/services.py", 'key = "accounts.account=email:" + email'),
        ("posts/services.py", 'client().hgetall("flushed_counts")'),
        ("posts/events.py", 'topics = [f"user:{pk}"]'),
        ("posts/events.py", 'topics = ["feed"]'),
        ("mysocial/realtime/replay.py", 'log = f"events:{topic}"'),
        ("mysocial/realtime/dispatcher.py", 'group = "asgi__group__dispatchers"'),
    ],
)
def test_a_planted_key_is_found_in_python(path: str, code: str) -> None:
    assert len(list(python_literals(path, ast.parse(code)))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "redis.call('ZADD', 'dirty:' .. queue, now_ms, key)",
        'redis.call("GET", "epoch")',
        "redis.call('ZSCORE', list, '~')",
        "redis.call('HGET', key, 'v')",
        "if floor == '-inf' then return end",
        "redis.call('XADD', 'events', 'MAXLEN', '~', 100, id)",
        "redis.call('PUBLISH', 'asgi__group__dispatchers', message)",
    ],
)
def test_a_planted_key_is_found_in_lua(code: str) -> None:
    assert len(list(lua_literals("write.lua", code))) == 1


def test_the_prelude_gives_lua_the_constants_of_python() -> None:
    prelude = keys.lua_prelude()
    assert f"local DIRTY_PREFIX = '{keys.DIRTY_PREFIX}'\n" in prelude
    assert len(re.findall(r"^local [A-Z_]+ = '[^'\\]*'$", prelude, re.MULTILINE)) == len(
        text_constants(keys)
    )
