"""Our Caddyfile in a real Caddy, in front of one process of each server and a stub of Flower."""

import os
import shutil
import subprocess
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Self

import httpx
from django.core.files.storage import storages

from mysocial.dev.processes import free_port
from tests.support.production import caddy_environment
from tests.support.servers import FOLDER
from tests.support.stack import ROOT, wait_for
from tests.support.web_process import GranianProcess, WebProcess

CADDY = shutil.which("caddy")


class FlowerStub(BaseHTTPRequestHandler):
    """An HTTP server that responds to every request with its path."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode())

    do_POST = do_GET  # noqa: N815 - a name of the base class

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class Proxy:
    """The production proxy in front of the servers of this test run, as a context manager."""

    def __init__(self, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.web = WebProcess()
        self.http = GranianProcess()
        self._settings = settings
        self._cleanup = ExitStack()

    def __enter__(self) -> Self:
        assert CADDY
        monitor = ThreadingHTTPServer(("127.0.0.1", 0), FlowerStub)
        Thread(target=monitor.serve_forever, daemon=True).start()
        self._cleanup.callback(monitor.server_close)
        self._cleanup.callback(monitor.shutdown)
        self._cleanup.enter_context(self.web)
        self._cleanup.enter_context(self.http)
        env = os.environ | {
            "SITE_ADDRESS": self.url,
            "HTTP_REPLICAS": f"127.0.0.1:{self.http.port}",
            "WS_REPLICAS": f"127.0.0.1:{self.web.port}",
            "MEDIA_ROOT": str(storages["default"].path("")),
            "FLOWER": f"127.0.0.1:{monitor.server_port}",
            **caddy_environment(CADDY, FOLDER / "edge"),
            **self._settings,
        }
        command = [CADDY, "run", "--config", str(ROOT / "Caddyfile"), "--adapter", "caddyfile"]
        with self.log.open("wb") as log:
            caddy = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        self._cleanup.callback(caddy.wait, 20)
        self._cleanup.callback(caddy.terminate)
        wait_for(self._is_up, within=30, name="the proxy")
        return self

    def __exit__(self, *_: object) -> None:
        self._cleanup.close()

    @property
    def log(self) -> Path:
        """The log file of the proxy."""
        (FOLDER / "edge").mkdir(exist_ok=True)
        return FOLDER / "edge" / f"{self.port}.log"

    def _is_up(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/live", timeout=2).is_success
        except httpx.HTTPError:
            return False
