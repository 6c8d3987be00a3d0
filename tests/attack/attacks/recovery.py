"""Attacks that fill the store, and the recovery of the site after them."""

import contextlib
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator

import httpx

from tests.attack.attacks.memory import incompressible, key, used_memory
from tests.attack.memory import MEBIBYTE
from tests.attack.registry import AttackSucceededError, attack, expect
from tests.attack.target import Outsider, Target
from tests.support.servers import PASSWORD

RECOVERY_SECONDS = 60.0
MEMBERS = 20
SMALL_FREE_BYTES = 16 * MEBIBYTE  # what the small store has left at the beginning
MAX_FILL_SECONDS = 120.0
WRITE_SECONDS = 0.1  # between two writes of a member
PAUSE_SECONDS = 1.0  # after a refused write
REACTIONS = ("like", "love", "happy", "wow", "sad", "angry")


def readiness(target: Target) -> tuple[int, str]:
    """Return the status code and the status that `/health/ready` reports."""
    try:
        response = httpx.get(f"{target.url}/health/ready", timeout=5)
        return response.status_code, str(response.json()["status"])
    except (httpx.HTTPError, ValueError, KeyError) as error:
        return 0, repr(error)


class Flood:
    """Members who write as much as their limits allow, until they are stopped."""

    def __init__(self, target: Target, members: list[Outsider]) -> None:
        self.statuses: Counter[int] = Counter()
        self._is_over = threading.Event()
        receivers = [*members[1:], members[0]]
        self._threads = [
            threading.Thread(target=self._write, args=pair, daemon=True)
            for pair in zip(members, receivers, strict=True)
        ]

    def _write(self, member: Outsider, receiver: Outsider) -> None:
        """Send messages of 40 KB, and edit each as often as is allowed."""
        texts = [incompressible(9990) for _ in range(20)]
        message = ""
        while not self._is_over.wait(WRITE_SECONDS):
            body = {"text": secrets.choice(texts)}
            if not message:
                body["receiver_id"] = receiver.id
            method, path = ("PATCH", f"/{message}") if message else ("POST", "")
            try:
                response = member.call(method, f"chat/messages{path}", body, headers=key())
            except httpx.HTTPError:
                self.statuses[0] += 1
                continue
            self.statuses[response.status_code] += 1
            if response.is_success:
                message = response.json()["chat_message"]["id"]
            elif response.status_code in {404, 409}:  # it was edited often enough
                message = ""
            else:
                self._is_over.wait(PAUSE_SECONDS)

    def __enter__(self) -> "Flood":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join(60)


def recover(target: Target, member: Outsider, statuses: set[str]) -> str:
    """Return how long after an attack the site serves everything again, and its status then.

    Raises:
        AttackSucceededError: It does not within the time.
    """
    post, begun, last = "", time.monotonic(), ""
    while time.monotonic() - begun < RECOVERY_SECONDS:
        with contextlib.suppress(httpx.HTTPError):
            body = {"username": member.name, "password": PASSWORD}
            signed_in = member.client.post("/api/v1/signin", json=body).status_code
            feed = member.get("posts?limit=1")
            post = post or str(feed.json()["posts"][0]["id"]) if feed.is_success else post
            path, reaction = f"posts/{post}/reaction", {"type": random.choice(REACTIONS)}
            written = member.call("PUT", path, reaction, headers=key()).status_code
            status = readiness(target)
            if (signed_in, feed.status_code, written) == (200, 200, 200) and status[1] in statuses:
                return f"recovered after {time.monotonic() - begun:.0f} s, then {status[1]}"
            last = f"{signed_in}, {feed.status_code}, {written}, {status}"
        time.sleep(1)
    raise AttackSucceededError(f"not recovered after {RECOVERY_SECONDS:.0f} s: {last}")


@contextlib.contextmanager
def small_store(target: Target) -> Iterator[None]:
    """Leave Valkey little memory, so that the budgets do not protect it."""
    redis = target.local.redis
    before = redis.config_get("maxmemory")["maxmemory"]
    redis.config_set("maxmemory", used_memory(target) + SMALL_FREE_BYTES)
    try:
        yield
    finally:
        redis.config_set("maxmemory", before)


@attack(expected="others write all the time; recovered within 60 s", local=True, quick=False)
def store_filled_within_the_budgets(target: Target) -> str:
    """Fill the store as far as the budgets of 20 members allow it."""
    members, other = [target.sign_up() for _ in range(MEMBERS)], target.sign_up()
    begun, peak, seen, failed = time.monotonic(), 0, set(), 0
    with Flood(target, members) as flood:
        while time.monotonic() - begun < MAX_FILL_SECONDS:
            peak = max(peak, used_memory(target))
            seen.add(readiness(target))
            response = other.call("POST", "posts", {"text": "An ordinary post"}, headers=key())
            failed += response.status_code not in {201, 429}
            time.sleep(2)
    recovered = recover(target, other, {"ok"})
    text = (
        f"{dict(flood.statuses)}; Valkey at most {peak / MEBIBYTE:.0f} MB; {sorted(seen)}; "
        f"{failed} writes of others failed; {recovered}"
    )
    return expect(not failed and peak > 40 * MEBIBYTE, text)


@attack(expected="degraded, then 503; all is served again within 60 s", local=True, quick=False)
def store_filled_without_budgets(target: Target) -> str:
    """Fill a store that has less memory than the budgets assume, until it refuses writes."""
    members, other = [target.sign_up() for _ in range(MEMBERS)], target.sign_up()
    seen: list[tuple[int, str]] = []
    with small_store(target):
        begun = time.monotonic()
        with Flood(target, members) as flood:
            while time.monotonic() - begun < MAX_FILL_SECONDS:
                status = readiness(target)
                if not seen or seen[-1] != status:
                    seen.append(status)
                if flood.statuses[503] > 20 and (200, "degraded") in seen:
                    break
                time.sleep(0.3)
        # Acknowledged responses are kept for a day, so memory stays short in so small a store.
        recovered = recover(target, other, {"ok", "degraded"})
    text = f"{dict(flood.statuses)}; {seen}; {recovered}"
    return expect((200, "degraded") in seen and flood.statuses[503], text)
