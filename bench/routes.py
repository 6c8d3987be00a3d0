"""What a request costs: `python -m bench.routes` prints CPU ms of our processes, by route.

One Granian process (WSGI); no worker runs while requests are measured. Beside each route stands
the ratio to an empty view (`/health/live`) of the same run, because machines are shared and noisy.
"""

import http.client
import json
import subprocess
import sys
import threading
import time

from bench.stage import ROOT, Serving, stage
from tests.stack import wait_for

GRANIAN = (
    "granian", "--interface", "wsgi", "--workers", "1", "--no-ws", "--host", "127.0.0.1",
    "--port", "{port}", "--blocking-threads", "1", "--log-level", "error",
    "mysocial.wsgi:application",
)  # fmt: skip
PASSWORD = "correct-horse-battery"
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


class Load:
    """Requests to the WSGI server, as one member."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self.token = ""

    def ask(self, client: http.client.HTTPConnection, method: str, path: str, body: str) -> bytes:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        client.request(method, path, body or None, {"Content-Type": "application/json", **headers})
        answer = client.getresponse()
        data = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{path}: {answer.status} {data[:300]!r}")
        return data

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._serving.port, timeout=10)

    def measure(self, method: str, path: str, body: str = "") -> tuple[float, float, int]:
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
        before = self._serving.usage()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        after = self._serving.usage()
        total = sum(counts)
        web, valkey = after.web - before.web, after.valkey - before.valkey
        return 1000 * web / total, 1000 * valkey / total, total


def answers(under: Load) -> bool:
    """Tell whether the server answers."""
    try:
        return bool(under.ask(under.connect(), "GET", "/health/live", ""))
    except OSError:
        return False


def main() -> None:
    """Measure and print."""
    with stage() as servers, servers.serving(*GRANIAN) as serving:
        under = Load(serving)
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
                web, redis, count = under.measure(*route)
                empty = empty or web
                print(
                    f"{turn + 1}  {name:15} {web:.3f} ms web  {redis:.3f} ms Valkey  "
                    f"{web / empty:.2f} x empty  {count / SECONDS:.0f}/s"
                )
        drained = subprocess.run(
            [sys.executable, "-c", DRAIN], cwd=ROOT, check=True, capture_output=True, text=True
        )
        records, cost = drained.stdout.split()
        print(f"persist: {float(cost):.3f} ms worker a record ({records} records)")


if __name__ == "__main__":
    main()
