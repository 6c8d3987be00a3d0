"""Attacks on the memory of the store: what one member writes within all limits."""

import random
import secrets
import threading
import time
from collections import Counter

import httpx

from tests.attack.memory import MEBIBYTE
from tests.attack.registry import attack, expect
from tests.attack.target import OTHERS_WITHIN_SECONDS, Outsider, Target, served_within

IDEOGRAPHS = range(0x20000, 0x2A6E0)
EMOJI = "\N{GRINNING FACE}" * 9990
# What a member may take: the daily budget, twice, and what is not compressed yet.
MAX_GROWTH = 100 * MEBIBYTE


def incompressible(length: int) -> str:
    """Return random ideographs: 4 bytes each, of which no worker can save much."""
    return "".join(map(chr, random.choices(IDEOGRAPHS, k=length)))


def key() -> dict[str, str]:
    """Return the header of a new idempotency key."""
    return {"Idempotency-Key": secrets.token_hex(8)}


def used_memory(target: Target) -> int:
    """Return the memory that Valkey uses; 0 if it cannot be asked."""
    return int(target.site.redis.info("memory")["used_memory"]) if target.site else 0


def send_messages(
    writer: Outsider,
    receiver: Outsider,
    texts: list[str],
    statuses: Counter[int],
    is_over: threading.Event,
) -> None:
    """Send messages, and edit each as often as is allowed, until the event is set."""
    message = ""  # has a limited number of edits
    for number in range(10**9):
        if is_over.is_set():
            return
        text = f"{texts[number % len(texts)]}{secrets.token_hex(4)}"
        body = {"text": text} if message else {"text": text, "receiver_id": receiver.id}
        method, path = ("PATCH", f"/{message}") if message else ("POST", "")
        try:
            response = writer.call(method, f"chat/messages{path}", body, headers=key())
        except httpx.HTTPError:
            statuses[0] += 1
            continue
        statuses[response.status_code] += 1
        if response.is_success:
            message = response.json()["chat_message"]["id"]
        elif response.status_code in {404, 409}:
            message = ""


def write_until_over(target: Target, texts: list[str]) -> str:
    """Write at full speed; measure Valkey, the readiness of the site, and others."""
    before, peak, slowest, unready = used_memory(target), 0, 0.0, 0
    statuses, is_over = Counter[int](), threading.Event()
    writer, receiver, other = target.sign_up(), target.sign_up(), target.sign_up()
    arguments = (writer, receiver, texts, statuses, is_over)
    thread = threading.Thread(target=send_messages, args=arguments, daemon=True)
    thread.start()
    try:
        for count in target.rounds():
            slowest = max(slowest, served_within(other, OTHERS_WITHIN_SECONDS))
            if count % 10 == 0:
                other.create_post(f"An ordinary post, {count}")
            peak = max(peak, used_memory(target))
            unready += not target.is_ready()
            time.sleep(0.2)
    finally:
        is_over.set()
        thread.join(30)
    growth = (peak - before) / MEBIBYTE
    text = f"{dict(statuses)}; Valkey grew by {growth:.0f} MB; others {slowest:.2f} s"
    failed = [status for status in statuses if status >= 500 or status == 0]
    return expect(peak - before < MAX_GROWTH and not unready and not failed, text)


@attack(expected="Valkey grows by less than 100 MB; others write", resource=True)
def memory_by_large_edits(target: Target) -> str:
    """Edit a message of 40 KB with new idempotency keys, at full speed."""
    return write_until_over(target, [EMOJI])


@attack(expected="Valkey grows by less than 100 MB; others write", resource=True, quick=False)
def memory_by_incompressible_edits(target: Target) -> str:
    """Do the same with random text, which cannot be compressed."""
    texts = [incompressible(9990) for _ in range(20)]
    return write_until_over(target, texts)


@attack(expected="all writes get a 429 unread after 600; others write", resource=True)
def memory_by_refused_writes(target: Target) -> str:
    """Repeat writes that are refused, from several connections of one member."""
    member = target.sign_up()
    copies = [target.another_client(member) for _ in range(4)]
    other, before = target.sign_up(), used_memory(target)
    statuses, is_over = Counter[int](), threading.Event()

    def write(copy: Outsider) -> None:
        while not is_over.is_set():
            try:
                response = copy.call("POST", "posts", {"text": "x" * 5001}, headers=key())
                statuses[response.status_code] += 1
            except httpx.HTTPError:
                statuses[0] += 1

    threads = [threading.Thread(target=write, args=(c,), daemon=True) for c in copies]
    slowest = 0.0
    try:
        for thread in threads:
            thread.start()
        for _ in target.rounds():
            slowest = max(slowest, served_within(other, OTHERS_WITHIN_SECONDS))
            time.sleep(0.1)
        other.create_post("An ordinary post")
    finally:
        is_over.set()
        for thread in threads:
            thread.join(30)
    growth = (used_memory(target) - before) / MEBIBYTE
    text = f"{dict(statuses)}; Valkey grew by {growth:.0f} MB; others {slowest:.2f} s"
    return expect(growth < 20 and set(statuses) <= {400, 429}, text)
