"""Architecture: imports, names and sizes of modules, and documents that match the code."""

import ast
import dataclasses
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import get_resolver
from rest_framework import exceptions

from mysocial.celery import app as celery_app
from mysocial.core import errors
from mysocial.core.events import EVENTS
from mysocial.core.queues import queue_names
from mysocial.store.wakeups import task_of
from tests.support import api_contract

ROOT = Path(__file__).resolve().parents[2]
APPS = [name for name in settings.INSTALLED_APPS if (ROOT / name).is_dir()]
FILES = re.compile(
    r"(?:__init__|admin|apps|cascades|consumers|events|data_export|emails|models|permissions|policies|selectors|serializers|services"
    r"|representations|visibility|media_handlers|store|tasks|urls|views|authentication|cookies|hashers|passwords|tokens|email_addresses|usernames|name_lookup|leaderboards|profile_texts"
    r"|poll_representations|version_representations"
    r"|assets|avatars|content|hosts|hooks|record_migrations|reaction_types|roles|text_matching|dashboard|forms|confirmation)\.py"
)
FOLDERS = {
    *(
        "emails",
        "management",
        "migrations",
        "selectors",
        "services",
        "static",
        "templates",
        "views",
        "processing",
    ),
    "__pycache__",
}
COMPOSITION = {"mysocial/asgi.py", "mysocial/celery.py", "mysocial/urls.py", "mysocial/wsgi.py"}
# The API documents themselves and their pages.
NOT_IN_SCHEMA = {"api/schema", "api/docs", "api/asyncapi", "api/asyncapi/docs"}
MAY_BE_LONG = {"mysocial/settings.py"}
MEANINGLESS_NAMES = {"base", "common", "helper", "helpers", "misc", "util", "utils"}
READS_ENVIRONMENT = re.compile(
    r"env(?:bool|int|list|networks|origins|secrets?|str|url)|os\.(?:getenv|environ\.\w+)"
)


def sources(*folders: str) -> dict[str, ast.Module]:
    """Return the syntax trees of our modules by path, without generated migrations."""
    files = [] if folders else [ROOT / "manage.py"]
    for folder in folders or ("mysocial", "tests", "bench", *APPS):
        files += sorted((ROOT / folder).rglob("*.py"))
    modules = [file for file in files if "migrations/" not in file.as_posix()]
    return {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text()) for file in modules}


def violations(check: Callable[[str, ast.AST], Any], *folders: str) -> list[str]:
    """Return each node of our modules for which `check` returns a problem."""
    return [
        f"{path}:{getattr(node, 'lineno', 0)} {problem}"
        for path, tree in sources(*folders).items()
        for node in ast.walk(tree)
        if (problem := check(path, node))
    ]


def imported(node: ast.AST) -> list[str]:
    """Return the dotted names that an import statement imports; empty for another node."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def rows(document: str, pattern: str) -> list[str]:
    """Return the sorted first cells of a document's table rows that are code of this form."""
    text = (ROOT / document).read_text()
    return sorted(re.findall(rf"^\| `({pattern})` \|", text, flags=re.MULTILINE))


# Routes, events, tasks, settings and problems are documented -------------------------------------


def routes(resolver: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and method of each operation under /api, from the URLconf."""
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from routes(entry, pattern)
        else:
            plain = re.sub(r"\^|\(\?:v1/\)\?|/\?|\\Z|\$$", "", pattern)
            path = re.sub(r"\(\?P<\w+>[^)]*\)|<[\w:]+>", "{}", plain).strip("/")
            if path.startswith("api/") and path not in NOT_IN_SCHEMA:
                verbs = getattr(entry.callback, "actions", {"not a viewset": ""})
                yield from ((path, verb) for verb in verbs if verb != "head")


def test_every_route_under_api_is_in_the_schema_with_a_summary() -> None:
    described = {
        (re.sub(r"\{\w+\}", "{}", path).strip("/"), verb): operation.get("summary")
        for path, verbs in api_contract.paths().items()
        for verb, operation in verbs.items()
    }
    aliases = {path.strip("/") for path in api_contract.ALIASES}
    documented = [route for route in routes(get_resolver()) if route[0] not in aliases]
    # The ASGI application routes the event stream.
    assert sorted([*documented, ("api/v1/events", "get")]) == sorted(described)
    assert [route for route, summary in described.items() if not summary] == []


def test_every_event_is_documented_and_every_documented_event_exists() -> None:
    names = [name for name, event in EVENTS.items() if not event.__module__.startswith("tests.")]
    assert rows("docs/events.md", r"[a-z_]+\.[a-z_]+") == sorted(names)


def test_every_event_is_a_frozen_dataclass_of_its_app_with_an_audience() -> None:
    for event in (e for e in EVENTS.values() if not e.__module__.startswith("tests.")):
        assert event.__module__.split(".")[1:] == ["events"], event
        assert dataclasses.is_dataclass(event), event
        assert event.__dataclass_params__.frozen, event
        own = {name for base in event.__mro__[:-2] for name in vars(base)}
        assert {"data", "audience", "topics"} <= own, event


def names_in_source() -> Iterator[str]:
    """Yield the name of each declared task, except the one that is made for every queue."""
    for path, tree in sources("mysocial", *APPS).items():
        for function in filter(is_function, ast.walk(tree)):
            for decorator in function.decorator_list:
                if "shared_task" in ast.unparse(decorator):
                    keywords = {k.arg: k.value for k in getattr(decorator, "keywords", ())}
                    name = keywords.get("name")
                    if isinstance(name, ast.Name):
                        module = import_module(path.removesuffix(".py").replace("/", "."))
                        yield getattr(module, name.id)
                    elif not isinstance(name, ast.Call):
                        yield getattr(name, "value", f"{path}: {function.name} has no name")
                elif ast.unparse(decorator).startswith("wakeup_task(queue"):
                    continue  # one function for every queue
                elif "wakeup_task" in ast.unparse(decorator):
                    module = import_module(path.removesuffix(".py").replace("/", "."))
                    yield task_of(getattr(module, ast.unparse(decorator.args[0])))[0]


def test_every_task_has_an_explicit_name_of_its_own_and_is_in_the_document() -> None:
    celery_app.loader.import_default_modules()
    registered = sorted(name for name in celery_app.tasks if not name.startswith("celery."))
    assert registered == rows("docs/tasks.md", r"[a-z_]+\.[a-z_]+")
    owners = "|".join({"mysocial", *queue_names(), *APPS})
    assert [n for n in registered if not re.fullmatch(rf"(?:{owners})\.[a-z]+_[a-z_]+", n)] == []
    given = Counter(names_in_source())
    assert [name for name, count in given.items() if count > 1 or name not in registered] == []


def test_every_scheduled_task_exists_and_is_documented() -> None:
    celery_app.loader.import_default_modules()
    schedule = celery_app.conf.beat_schedule
    assert {entry["task"] for entry in schedule.values()} <= set(celery_app.tasks)
    assert rows("docs/tasks.md", r"[a-z]+(?:-[a-z]+)+") == sorted(schedule)


def environment_variable(node: ast.AST) -> str:
    """Return the environment variable that a node reads by name, or an empty string."""
    name: ast.AST | None = None
    if isinstance(node, ast.Call) and node.args:
        if READS_ENVIRONMENT.fullmatch(ast.unparse(node.func)):
            name = node.args[0]
    elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
        name = node.slice
    elif isinstance(node, ast.Compare) and ast.unparse(node.comparators[0]) == "os.environ":
        name = node.left
    return str(name.value) if isinstance(name, ast.Constant) else ""


def test_every_environment_variable_is_documented_and_every_documented_one_is_read() -> None:
    trees = [tree for path, tree in sources().items() if not path.startswith("tests/")]
    read = {environment_variable(node) for tree in trees for node in ast.walk(tree)} - {""}
    assert rows("docs/settings.md", r"[A-Z][A-Z0-9_]+") == sorted(read)


def test_every_problem_code_is_documented_with_its_status() -> None:
    rest = (exceptions.MethodNotAllowed, exceptions.UnsupportedMediaType)
    raised = {error.default_code: error.status_code for error in rest}
    for value in vars(errors).values():
        if isinstance(value, type) and issubclass(value, errors.AppError):
            raised[value.code] = value.status
    for node in (node for tree in sources("mysocial").values() for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "problem_response":
            status, code = node.args[:2]
            if isinstance(status, ast.Constant) and isinstance(code, ast.Constant):
                raised[code.value] = status.value
    text = (ROOT / "docs/errors.md").read_text()
    documented = re.findall(r"^\| `(\w+)` \| (\d+) \|", text, flags=re.MULTILINE)
    assert {code: int(status) for code, status in documented} == raised


# The shape of the code ---------------------------------------------------------------------------


def test_no_module_has_more_than_300_lines_and_no_function_more_than_40() -> None:
    def too_long(_path: str, node: Any) -> Any:
        return is_function(node) and node.end_lineno - node.lineno >= 40 and node.name

    lengths = {path: len((ROOT / path).read_text().splitlines()) for path in sources()}
    modules = [path for path, lines in lengths.items() if lines > 300 and path not in MAY_BE_LONG]
    assert modules + violations(too_long) == []


def test_no_file_has_a_meaningless_name() -> None:
    assert [path for path in sources() if Path(path).stem in MEANINGLESS_NAMES] == []


def test_every_app_has_only_the_files_that_an_app_may_have() -> None:
    assert [
        path.relative_to(ROOT).as_posix()
        for app in APPS
        for path in sorted((ROOT / app).iterdir())
        if not (path.name in FOLDERS if path.is_dir() else FILES.fullmatch(path.name))
    ] == []


def test_only_services_open_a_write() -> None:
    """So do the outbox, the logs, repairs, and the API for a response without a change."""
    allowed = re.compile(
        rf"(?:{'|'.join(APPS)})/services(?:/\w+)?\.py|mysocial/(?:api/responses|admin/audit|admin/second_factor|security_log/\w+|hooks/cursors|record_migrations/run|outbox/\w+|ops/repair|store/__init__)\.py"
    )

    def opens(path: str, node: ast.AST) -> Any:
        names = {"mysocial.store.writes", "mysocial.store.writes.write", "mysocial.store.write"}
        return not allowed.fullmatch(path) and names & set(imported(node))

    assert violations(opens, "mysocial", *APPS) == []


def test_apps_reach_redis_and_mongodb_only_through_the_store() -> None:
    servers = re.compile(r"(?:mysocial\.core\.(?:redis|mongo)|redis|pymongo|django_redis)(?:\.|$)")
    assert violations(lambda _, node: [n for n in imported(node) if servers.match(n)], *APPS) == []


def test_the_import_contracts_hold_without_exceptions() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert [item["name"] for item in config["contracts"] if "ignore_imports" in item] == []
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    arguments = [sys.executable, "-c", command, "--no-cache"]
    linter = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    assert linter.returncode == 0, linter.stdout + linter.stderr


def test_no_package_of_mysocial_imports_an_app() -> None:
    """This covers modules that the layers contract does not list."""

    def imports_app(path: str, node: ast.AST) -> Any:
        is_library = path not in COMPOSITION and "/management/" not in path
        return is_library and [name for name in imported(node) if name.split(".")[0] in APPS]

    assert violations(imports_app, "mysocial") == []


def test_no_function_imports_our_modules() -> None:
    """Such an import means that the layers are wrong. Only `AppConfig.ready` may need one."""

    def imports_inside(path: str, node: Any) -> Any:
        if not is_function(node) or (path.endswith("/apps.py") and node.name == "ready"):
            return []
        names = [name for inner in ast.walk(node) for name in imported(inner)]
        return [name for name in names if name.split(".")[0] in {"mysocial", *APPS}]

    assert violations(imports_inside, "mysocial", *APPS) == []
