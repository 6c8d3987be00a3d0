"""What a request costs: `python -m tests.cost` prints CPU milliseconds of our processes, by route.

One Granian process (WSGI) pinned to one core, the load on another, servers of its own with
`appendfsync always`; no worker runs while requests are measured. Beside each route stands the ratio
to an empty view (`/health/live`) of the same run, because machines are shared and noisy.
"""

import http.client
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from mysocial.processes import free_port
from mysocial.servers import Mongod, Valkey
from tests.servers import FOLDER, PASSWORD
from tests.stack import ROOT, wait_for

SECONDS = 4.0
CLIENTS = 8
ROUNDS = 3
DRAIN = """
import time
import django; django.setup()
from mysocial import persist
began = time.process_time()
count = sum(persist.drain(queue) for queue in persist.queues())
print(count, 1000 * (time.process_time() - began) / count)
"""


class Server:
    """The WSGI server under load, and its Valkey."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], valkey: Valkey) -> None:
        self.port, self.process, self.valkey = port, process, valkey
        self.token = ""

    def cpu(self) -> tuple[float, float]:
        """Return the CPU seconds so far: of the web processes, of Valkey."""
        root = psutil.Process(self.process.pid)
        web = sum(sum(p.cpu_times()[:2]) for p in [root, *root.children(recursive=True)])
        assert self.valkey.pid is not None
        return web, sum(psutil.Process(self.valkey.pid).cpu_times()[:2])

    def ask(self, client: http.client.HTTPConnection, method: str, path: str, body: str) -> bytes:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        client.request(method, path, body or None, {"Content-Type": "application/json", **headers})
        answer = client.getresponse()
        data = answer.read()
        assert answer.status < 300, (path, answer.status, data[:300])
        return data

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def load(self, method: str, path: str, body: str = "") -> tuple[float, float, int]:
        """Return CPU ms of web and of Valkey per request, and how many were answered."""
        counts: list[int] = []

        def run() -> None:
            client, count, until = self.connect(), 0, time.monotonic() + SECONDS
            while time.monotonic() < until:
                self.ask(client, method, path, body)
                count += 1
            client.close()
            counts.append(count)

        threads = [threading.Thread(target=run) for _ in range(CLIENTS)]
        web, redis = self.cpu()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        web_after, redis_after = self.cpu()
        total = sum(counts)
        return 1000 * (web_after - web) / total, 1000 * (redis_after - redis) / total, total


@contextmanager
def server() -> Iterator[Server]:
    """Start everything that is measured; end it again."""
    port = free_port()
    valkey = Valkey(FOLDER / "valkey", port=free_port(), maxmemory="2gb")
    with valkey, Mongod(FOLDER / "mongod") as mongod:
        os.environ |= {
            "REDIS_URL": valkey.url, "MONGO_URL": mongod.url, "REDIS_FSYNC": "always",
            "RATE_LIMITS": "0", "DJANGO_SETTINGS_MODULE": "mysocial.settings",
            "DEBUG": "0", "SECRET_KEY": "x" * 40, "SECURE_SSL_REDIRECT": "0",
        }  # fmt: skip
        subprocess.run([sys.executable, "manage.py", "prepare"], cwd=ROOT, check=True)
        command = ["-m", "granian", "--interface", "wsgi", "--workers", "1", "--no-ws"]
        listen = ["--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "1"]
        process = subprocess.Popen(
            ["taskset", "-c", "0", sys.executable, *command, *listen, "--log-level", "error",
             "mysocial.wsgi:application"], cwd=ROOT,
        )  # fmt: skip
        try:
            yield Server(port, process, valkey)
        finally:
            process.terminate()
            process.wait(20)


def answers(under: Server) -> bool:
    """Tell whether the server answers."""
    try:
        return bool(under.ask(under.connect(), "GET", "/health/live", ""))
    except OSError:
        return False


def main() -> None:
    """Measure and print."""
    os.sched_setaffinity(0, {1})
    with server() as under:
        wait_for(lambda: answers(under), within=30, name="granian")
        client = under.connect()
        person = {"username": "cost", "email": "cost@example.com", "password": PASSWORD}
        data = json.loads(under.ask(client, "POST", "/api/signup", json.dumps(person)))
        under.token = data["access"]
        post = json.dumps({"text": "What does it cost to say hello to everybody? " * 2})
        for _ in range(20):
            under.ask(client, "POST", "/api/posts", post)
        routes = {
            "empty view": ("GET", "/health/live", ""),
            "profile": ("GET", f"/api/users/{data['user']['id']}", ""),
            "feed, 10 posts": ("GET", "/api/posts?limit=10", ""),
            "create post": ("POST", "/api/posts", post),
        }
        for turn in range(ROUNDS):
            empty = 0.0
            for name, route in routes.items():
                web, redis, count = under.load(*route)
                empty = empty or web
                print(
                    f"{turn + 1}  {name:15} {web:.3f} ms web  {redis:.3f} ms Valkey  "
                    f"{web / empty:.2f} x empty  {count / SECONDS:.0f}/s"
                )
        drained = subprocess.run(
            [sys.executable, "-c", DRAIN], cwd=ROOT, check=True, capture_output=True, text=True
        )
        count, cost = drained.stdout.split()
        print(f"persist: {float(cost):.3f} ms worker a record ({count} records)")
    shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main()
