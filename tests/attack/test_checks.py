"""The checks of the attacks find a site that is weak, slow or large."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.attack.attacks import accounts, guesses, memory, privacy
from tests.attack.load import Sample, harm, latencies
from tests.attack.memory import MEBIBYTE, USED_MEMORY, Limits, exceeded_limits, parse_size
from tests.attack.registry import ATTACKS, Attack, expect
from tests.attack.runner import chosen_attacks, run_all, run_attack
from tests.attack.target import Target

MEMBER = {"user": {"id": "a" * 24}, "access": "x", "refresh": "y"}
RECORD = {"id": "a" * 24, "text": privacy.SECRET}
ANSWER = {
    **MEMBER, "post": RECORD, "comment": RECORD, "chat_message": RECORD, "posts": [RECORD],
    "versions": [RECORD], "users": [], "sign_ins": [], "detail": "",
}  # fmt: skip


class Weak(BaseHTTPRequestHandler):
    """A server that accepts everything from everybody, and knows one record."""

    protocol_version = "HTTP/1.1"
    count = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        type(self).count += 1
        body = json.dumps(ANSWER | {"total_posts": self.count, "posts_count": self.count}).encode()
        self.send_response(201 if self.command == "POST" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Event-Cursor", "a:1")
        self.send_header("Set-Cookie", "refresh=1; Path=/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815 - names of the base class

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def weak_site() -> Iterator[Target]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Weak) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Target(f"http://localhost:{server.server_port}", seconds=0.1)
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "attack",
    [
        accounts.username_that_is_an_id, accounts.usernames_of_staff,
        accounts.accounts_of_one_mailbox, accounts.export_without_password,
        accounts.cookies_of_another_host, accounts.origins_of_a_development_site,
        guesses.guesses_from_one_network, privacy.counts_reveal_hidden_posts,
        privacy.likes_of_a_private_account,
        memory.memory_by_refused_writes,
    ],
)  # fmt: skip
def test_an_attack_on_a_weak_site_succeeds(weak_site, attack):
    result = run_attack(ATTACKS[attack.__name__], weak_site)
    assert not result.is_defended
    assert "could not be run" not in result.observed


def make_attack(run: Any) -> Attack:
    return Attack("an_attack", "", "", run, is_resource=False, is_local=False, is_quick=True)


def test_an_attack_that_succeeds_or_cannot_be_run_fails_the_run():
    attacks = [
        make_attack(lambda _: expect(True, "held")),
        make_attack(lambda _: expect(False, "it fell")),
        make_attack(lambda target: target.local),
    ]
    lines: list[str] = []
    report = run_all(attacks, Target("http://localhost:1"), tell=lines.append)
    assert [result.is_defended for result in report.results] == [True, False, False]
    assert report.failures[0] == "an_attack: it fell"
    assert "needs access to the machine" in report.failures[1]
    assert [line.split()[-1] for line in lines[:2]] == ["defended", "SUCCEEDED"]


def test_attacks_are_chosen_by_name_and_by_what_they_need():
    everything = chosen_attacks("", is_local=True, is_quick=False)
    assert [attack.name for attack in everything[-2:]] == [
        "store_filled_within_the_budgets",
        "store_filled_without_budgets",
    ]
    assert len(everything) == len(ATTACKS)
    assert not [a for a in chosen_attacks("", is_local=False, is_quick=False) if a.is_local]
    assert [a.name for a in chosen_attacks("slow_uploads", is_local=True, is_quick=False)] == [
        "slow_uploads"
    ]
    with pytest.raises(SystemExit, match="There is no attack nothing"):
        chosen_attacks("nothing", is_local=True, is_quick=False)


def make_samples(milliseconds: int, failure: str = "") -> list[Sample]:
    kinds = ("feed", "post", "sign in")
    return [Sample(kind, 0.0, milliseconds / 1000, failure) for kind in kinds for _ in range(100)]


def test_the_other_member_is_harmed_by_a_p99_of_ten_times_its_quiet_value():
    quiet = make_samples(10)
    assert harm(quiet, make_samples(99)) == []
    assert harm(quiet, make_samples(100)) == [
        f"{kind}: p99 10 -> 100 ms" for kind in ("feed", "post", "sign in")
    ]
    one_slow = [*make_samples(10), Sample("feed", 0.0, 1.0, "")]
    assert harm(quiet, one_slow) == []
    assert harm(quiet, [*one_slow, Sample("feed", 0.0, 1.0, "")]) == ["feed: p99 10 -> 1000 ms"]
    assert latencies(one_slow)["feed"] == (101, 10.0, 10.0)


def test_a_failed_or_missing_request_of_the_other_member_is_reported():
    quiet = make_samples(10)
    (failed,) = harm(quiet, [*make_samples(10), Sample("post", 0.0, 0.01, "503 Unavailable")])
    assert failed == "1 requests failed, such as post: 503 Unavailable"
    without_posts = [sample for sample in quiet if sample.kind != "post"]
    assert harm(quiet, without_posts) == ["post: no request"]


def test_the_limits_of_memory_are_those_of_compose():
    limits = Limits.of_compose()
    assert limits.of("proxy") == 512 * MEBIBYTE
    assert limits.of("http") == limits.of(USED_MEMORY) == 1024 * MEBIBYTE
    assert set(limits.services) == {
        "proxy", "http", "ws", "worker", "media", "beat", "redis", "mongo"
    }  # fmt: skip
    peaks = {"proxy": 512 * MEBIBYTE, "ws": 1025 * MEBIBYTE, USED_MEMORY: 1}
    assert exceeded_limits(peaks, limits) == ["ws used 1025 MiB; its limit is 1024 MiB"]


@pytest.mark.parametrize(
    ("text", "size"), [("512m", 512 * MEBIBYTE), ("1gb", 1024 * MEBIBYTE), ("100", 100)]
)
def test_a_size_is_parsed(text, size):
    assert parse_size(text) == size
