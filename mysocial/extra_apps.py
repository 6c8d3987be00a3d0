"""Extra apps: those in `EXTRA_APPS`, or that a custom settings module adds to `INSTALLED_APPS`.

`docs/apps.md` explains how to write one.
"""

import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import module_has_submodule

from mysocial.core import wakeup_names

APP_NAME = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*")
# The first segments of paths below `/api/v1/` that are routes of the project; a test compares them.
RESERVED_SEGMENTS = frozenset({
    "accounts", "asyncapi", "chat", "comments", "docs", "events", "notifications", "posts",
    "reports", "schema", "signin", "signout", "signup", "token", "users", "v1",
})  # fmt: skip
# The queues of the project, and the names of its wake-ups.
RESERVED_QUEUES = frozenset(
    ("celery", "default", "email", "media", "mysocial"),
).union(
    value for name, value in vars(wakeup_names).items() if name.isupper() and isinstance(value, str)
)


def find_extra_apps(names: list[str]) -> list[str]:
    """Return the apps that `EXTRA_APPS` names; the current folder becomes importable.

    Args:
        names: Dotted names of packages.

    Raises:
        ImproperlyConfigured: A name is invalid or is given twice, or there is no such package.
    """
    if names:
        make_current_folder_importable()
    for name in names:
        if not APP_NAME.fullmatch(name):
            raise ImproperlyConfigured(
                f"EXTRA_APPS: {name!r} must be the dotted name of a package, such as bookmarks or "
                "acme.bookmarks."
            )
        if names.count(name) > 1:
            raise ImproperlyConfigured(f"EXTRA_APPS names {name} twice.")
        if not _exists(name):
            raise ImproperlyConfigured(
                f"EXTRA_APPS: there is no package {name}. It must be installed, or in the current "
                f"folder ({Path.cwd()}), or in a folder that PYTHONPATH names."
            )
    return names


def make_current_folder_importable() -> None:
    """Let modules of the current folder be imported, after all others."""
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.append(folder)


def python_path() -> str:
    """Return a PYTHONPATH for processes that run in another folder than this one."""
    folders = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if str(Path.cwd()) in sys.path:
        folders.append(str(Path.cwd()))
    return os.pathsep.join(filter(None, folders))


def _exists(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # of a package that contains it
        return False


def extra_app_configs() -> list[AppConfig]:
    """Return the installed apps that do not come with MySocial, in the order of installation."""
    return [
        config
        for config in apps.get_app_configs()
        if not {config.name, _class_path(config)}.intersection(settings.BUNDLED_APPS)
    ]


def _class_path(config: AppConfig) -> str:
    return f"{type(config).__module__}.{type(config).__qualname__}"


def check_labels() -> None:
    """Check that no extra app has a label that MySocial uses for something else.

    Raises:
        ImproperlyConfigured: One has.
    """
    for config in extra_app_configs():
        use = ""
        if config.label in RESERVED_SEGMENTS and module_has_submodule(config.module, "urls"):
            use = f"/api/v1/{config.label} is a path of MySocial"
        elif config.label in RESERVED_QUEUES and module_has_submodule(config.module, "store"):
            use = f"`{config.label}` is the name of a queue of MySocial"
        if use:
            raise ImproperlyConfigured(
                f"The app {config.name} cannot have the label `{config.label}`: {use}. Set another "
                f"`label` in {config.name}/apps.py."
            )


def extra_url_modules() -> dict[str, str]:
    """Return the modules with the routes of the extra apps, by the label of the app."""
    return {
        config.label: f"{config.name}.urls"
        for config in extra_app_configs()
        if module_has_submodule(config.module, "urls")
    }
