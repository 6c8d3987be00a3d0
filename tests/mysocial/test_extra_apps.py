"""Extra apps: which names are accepted, and what is refused with an explanation."""

import os
import subprocess
import sys

import pytest
from django.urls import get_resolver

from mysocial import extra_apps
from mysocial.api import api_routes
from mysocial.celery import app
from mysocial.core.queues import all_queue_names
from mysocial.store.wakeups import TASKS_BY_NAME
from tests.support.stack import ROOT

EXAMPLE = ROOT / "examples/bookmarks_app"
CODE = """
import django
django.setup()
from django.urls import get_resolver
print(sorted(str(r.pattern) for r in get_resolver().url_patterns[0].url_patterns
             if str(r.pattern).startswith("bookmarks")))
from mysocial.core.queues import queue_names
print("bookmarks" in queue_names())
"""


def start(folder, *command, **environment):
    """Load the settings in a process of their own that runs in a folder."""
    environment = {"DEBUG": "1", "DJANGO_SETTINGS_MODULE": "mysocial.settings", **environment}
    env = os.environ | environment
    arguments = [sys.executable, *(command or ("-c", CODE))]
    return subprocess.run(
        arguments, cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def make_package(folder, name, **files):
    """Create a package with these files."""
    package = folder / name
    package.mkdir(parents=True)
    for file, text in {"__init__": "", **files}.items():
        (package / f"{file}.py").write_text(text)


def test_an_app_of_the_current_folder_is_installed():
    result = start(EXAMPLE, EXTRA_APPS="bookmarks", PYTHONPATH=str(ROOT))
    assert result.stdout.splitlines() == ["['bookmarks', 'bookmarks/<id:pk>']", "True"]


def test_an_app_on_the_python_path_is_installed(tmp_path):
    paths = os.pathsep.join(map(str, (ROOT, EXAMPLE)))
    result = start(tmp_path, EXTRA_APPS="bookmarks", PYTHONPATH=paths)
    assert result.stdout.splitlines() == ["['bookmarks', 'bookmarks/<id:pk>']", "True"]


def test_settings_of_ones_own_install_an_app(tmp_path):
    text = "from mysocial.settings import *\nINSTALLED_APPS += ['bookmarks']\n"
    (tmp_path / "own_settings.py").write_text(text)
    paths = os.pathsep.join(map(str, (ROOT, EXAMPLE)))
    settings = {"DJANGO_SETTINGS_MODULE": "own_settings", "PYTHONPATH": paths}
    result = start(tmp_path, **settings)
    assert result.stdout.splitlines() == ["['bookmarks', 'bookmarks/<id:pk>']", "True"]
    # `manage.py` also finds modules of the current folder.
    settings["PYTHONPATH"] = str(EXAMPLE)
    checked = start(tmp_path, str(ROOT / "manage.py"), "check", **settings)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("names", "explanation"),
    [
        ("Bookmarks!", "'Bookmarks!' must be the dotted name of a package"),
        ("bookmarks/", "'bookmarks/' must be the dotted name of a package"),
        ("bookmarks,bookmarks", "EXTRA_APPS names bookmarks twice"),
        ("elsewhere", "there is no package elsewhere. It must be installed, or in the current"),
        ("elsewhere.inner", "there is no package elsewhere.inner"),
        ("events", "cannot have the label `events`: /api/v1/events is a path of MySocial"),
        ("acme.signin", "The app acme.signin cannot have the label `signin`"),
        ("media", "`media` is the name of a queue of MySocial"),
        ("posts", "Application labels aren't unique, duplicates: posts"),
        ("shop", "shop.urls: every route must be made by `api_path`"),
        ("big_shop", "use lowercase letters only"),
    ],
)
def test_an_unusable_app_prevents_the_start_with_an_explanation(tmp_path, names, explanation):
    mixed = (
        "from django.urls import path\nfrom mysocial.api import api_path\n"
        "from posts.views import PostViewSet\n"
        "urlpatterns = [api_path('', PostViewSet, get='list'), path('page', print)]\n"
    )
    store = (
        "from mysocial.store import Record, Store\n"
        "class Thing(Record):\n"
        "    class Meta(Record.Meta):\n        app_label = '{}'\n"
        "Store(Thing)\n"
    )
    make_package(tmp_path, "bookmarks")
    make_package(tmp_path, "events", urls="urlpatterns = []")
    make_package(tmp_path / "acme", "signin", urls="urlpatterns = []")
    make_package(tmp_path, "media", store=store.format("media"))
    make_package(tmp_path, "shop", urls=mixed)
    make_package(tmp_path, "big_shop", store=store.format("big_shop"))
    result = start(tmp_path, EXTRA_APPS=names, PYTHONPATH=str(ROOT))
    assert result.returncode != 0
    assert explanation in result.stderr


def test_a_package_without_routes_of_the_api_is_not_mounted(tmp_path, monkeypatch):
    make_package(
        tmp_path, "elsewhere", urls="from django.urls import path\nurlpatterns = [path('x', print)]"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert api_routes(mounted={"elsewhere": "elsewhere.urls"}).url_patterns == []


def test_the_reserved_labels_are_those_of_the_routes_and_of_the_queues():
    api = get_resolver().url_patterns[0]
    segments = {str(route.pattern).split("/")[0] for route in api.url_patterns}
    documents = {"asyncapi", "docs", "events", "schema", "v1"}
    identifiers = {segment for segment in segments if segment.isidentifier()}
    assert identifiers | documents == extra_apps.RESERVED_SEGMENTS
    assert set(TASKS_BY_NAME) | {"default", "email", "media"} <= extra_apps.RESERVED_QUEUES


def test_only_apps_that_do_not_come_with_the_project_are_extra():
    assert extra_apps.extra_app_configs() == []
    assert extra_apps.extra_url_modules() == {}


def test_a_worker_takes_all_queues_by_default():
    assert sorted(app.amqp.queues.consume_from) == sorted(all_queue_names())
    app.amqp.queues.deselect("media")
    try:
        assert sorted(app.amqp.queues.consume_from) == sorted({*all_queue_names()} - {"media"})
    finally:
        del app.amqp.queues
