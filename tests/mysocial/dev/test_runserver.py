"""`manage.py up --no-web --reload` and `runserver`, in a copy of the code that changes."""

import contextlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from websockets.sync.client import connect

from mysocial.dev.processes import free_port
from tests.support.runserver import RunserverStack
from tests.support.servers import PASSWORD
from tests.support.stack import ROOT, wait_for

pytestmark = pytest.mark.timeout(300)
MODULES = [path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"]
# Django's reloader compares the files with those of its first look at them, some time after the
# start. A change before that is not seen until the file is saved again.
SAVE_AGAIN_SECONDS = 20


class Site(RunserverStack):
    """`up --no-web --reload` in a copy of the code, and `runserver` beside it."""

    arguments = ("up", "--no-web", "--reload")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("checkout")
    for name in MODULES:
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, root / name, ignore=ignore)
    shutil.copy(ROOT / "manage.py", root)
    with Site("runserver", root=root) as running:
        yield running.start()


@pytest.fixture
def access(site: Site) -> str:
    """Return an access token of a demo member."""
    body = {"username": "alice", "password": PASSWORD}
    response = httpx.post(f"{site.url}/api/v1/signin", json=body, timeout=30)
    assert response.status_code == 200
    return str(response.json()["access"])


def test_pages_and_static_files_are_served(site):
    pages = {
        "/": "text/html",
        "/admin/login/": "text/html",
        "/api/docs": "text/html",
        "/static/admin/css/base.css": "text/css",
        "/static/web/app.js": "text/javascript",
    }
    for path, content_type in pages.items():
        response = httpx.get(f"{site.url}{path}", timeout=30)
        assert (response.status_code, path) == (200, path)
        assert response.headers["Content-Type"].partition(";")[0] == content_type


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_page_of_the_site_can_open_a_websocket(site, access, host):
    """The port of `runserver` is that of the origins that may connect."""
    headers = {"Authorization": f"Bearer {access}"}
    origin = f"http://{host}:{site.port}"
    address = f"ws://{host}:{site.port}/ws"
    with (
        connect(address, subprotocols=["mysocial", access], origin=origin) as socket,
        httpx.stream(
            "GET", f"{site.url}/api/v1/events?topics=feed", headers=headers, timeout=30
        ) as stream,
    ):
        assert json.loads(socket.recv(20))["type"] == "ok"
        socket.send(json.dumps({"type": "subscribe", "cid": "1", "topic": "feed"}))
        assert json.loads(socket.recv(20)) == {"type": "ok", "cid": "1"}
        body = {"text": "By runserver.", "privacy": "public"}
        response = httpx.post(f"{site.url}/api/v1/posts", json=body, headers=headers, timeout=30)
        assert response.status_code == 201
        pk = response.json()["post"]["id"]
        assert json.loads(socket.recv(20))["data"]["id"] == pk
        data = next(line for line in stream.iter_lines() if line.startswith("data: "))
        assert json.loads(data.removeprefix("data: "))["data"]["id"] == pk


def test_a_second_server_on_the_port_says_who_uses_it(site):
    environment = site.environment | {"PORT": str(free_port())}  # the argument is used
    ended = subprocess.run(
        [sys.executable, "manage.py", "runserver", str(site.port)],
        cwd=site.root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"CommandError: Port {site.port} is in use by python")
    assert "`manage.py up --no-web` instead of `make up`" in ended.stderr


def test_changed_code_restarts_the_server_and_the_workers(site):
    before = site.pids
    assert "web" not in before
    views = site.root / "mysocial" / "ops" / "views.py"
    views.write_text(f"{views.read_text()}\n\nlive = lambda request: HttpResponse('changed')\n")
    saved_at = time.monotonic()

    def is_changed() -> bool:
        nonlocal saved_at
        if time.monotonic() - saved_at > SAVE_AGAIN_SECONDS:
            views.touch()
            saved_at = time.monotonic()
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{site.url}/health/live", timeout=5).text == "changed"
        return False

    wait_for(is_changed, within=120, name="the new code")
    for name in ("worker", "media", "beat"):
        site.wait_restarted(name, before[name])
    assert {name: site.pids[name] for name in ("valkey", "mongod")} == {
        name: before[name] for name in ("valkey", "mongod")
    }
