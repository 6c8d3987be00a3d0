"""Attacks on pages that everybody can read."""

import threading
import time

import httpx

from tests.attack.registry import attack, expect
from tests.attack.target import OTHERS_WITHIN_SECONDS, Outsider, Target, served_within

MAX_DOCUMENT_SECONDS = 0.1
MAX_PAGE_BYTES = 400_000
LONG_TEXT = "\N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-3}" * 3_700


@attack(expected="each costs less than 0.1 s, or a 304", resource=True)
def schema_for_everybody(target: Target) -> str:
    """Request the API document again and again, without signing in."""
    other, outsider = target.sign_up(), target.outsider()
    outsider.client.get("/api/schema")  # it is made once for each process
    outsider.client.get("/api/schema")
    count, slowest = 0, 0.0
    begun = time.monotonic()
    for _ in target.rounds():
        for _ in range(10):
            response = outsider.client.get("/api/schema")
            count += 1
        slowest = max(slowest, served_within(other, OTHERS_WITHIN_SECONDS))
    each = (time.monotonic() - begun) / count
    tag = {"If-None-Match": response.headers.get("ETag", "")}
    again = outsider.client.get("/api/schema", headers=tag).status_code
    text = f"{1000 * each:.0f} ms each; {again} with its ETag; others within {slowest:.2f} s"
    return expect(again == 304 and each < MAX_DOCUMENT_SECONDS, text)


@attack(expected="others are served within 3 s", resource=True, quick=False)
def searches_by_many_members(target: Target) -> str:
    """Search for substrings that match nothing or everything, as several members."""
    other = target.sign_up()
    attackers = [target.sign_up() for _ in range(4)]
    is_over = threading.Event()
    statuses: list[int] = []

    def search(attacker: Outsider) -> None:
        number = 0
        while not is_over.is_set():
            text = (
                "u",
                "_",
                f"zz{number % 7}",
                "e5",
                "\N{FULLWIDTH LATIN SMALL LETTER M}",
                ".*" * 10,
                "a" * 30,
            )[number % 7]
            try:
                response = attacker.get("users/search", params={"q": text, "limit": 100})
            except httpx.HTTPError:
                continue
            statuses.append(response.status_code)
            number += 1

    threads = [threading.Thread(target=search, args=(a,), daemon=True) for a in attackers]
    slowest = 0.0
    try:
        for thread in threads:
            thread.start()
        for _ in target.rounds():
            slowest = max(slowest, served_within(other, OTHERS_WITHIN_SECONDS))
    finally:
        is_over.set()
        for thread in threads:
            thread.join(30)
    allowed = statuses.count(200)
    text = f"{allowed} of {len(statuses)} searches were made; others within {slowest:.2f} s"
    return expect(allowed <= 2 * 120 * len(attackers), text)


@attack(expected="a page has at most 400 KB; others are served within 3 s", resource=True)
def pages_of_long_posts(target: Target) -> str:
    """Write the longest posts and request pages of 100 of them, many at the same time."""
    other = target.sign_up()
    attackers = [target.sign_up() for _ in range(8)]
    for number in range(48):
        attackers[number % len(attackers)].create_post(f"{number} {LONG_TEXT}")
    is_over = threading.Event()
    sizes = [0]

    def read_pages(attacker: Outsider) -> None:
        while not is_over.is_set():
            try:
                sizes.append(len(attacker.get("posts?limit=100").content))
            except httpx.HTTPError:
                continue

    threads = [threading.Thread(target=read_pages, args=(a,), daemon=True) for a in attackers]
    slowest = 0.0
    try:
        for thread in threads:
            thread.start()
        for _ in target.rounds():
            slowest = max(slowest, served_within(other, OTHERS_WITHIN_SECONDS))
    finally:
        is_over.set()
        for thread in threads:
            thread.join(30)
    text = f"at most {max(sizes)} bytes, {len(sizes)} pages; others within {slowest:.2f} s"
    return expect(max(sizes) <= MAX_PAGE_BYTES, text)
