"""`python -m tests.fuzz` (`make fuzz`): the long form; the suite runs a short one.

Sends what strangers send to both doors of a site: requests made from the OpenAPI document as each
kind of caller, a corpus of bad input on every operation, bytes that are no HTTP, frames that are
no commands. No answer may be a 5xx but a 503 that says when to come back, every refusal is a
problem of a documented code, no process may write a trace, end, or, once it is warm, grow by
50 MB, and afterwards Redis and MongoDB agree.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx

from tests.fuzz import corpus, frames, raw_bytes, schema_runs
from tests.fuzz.http_client import Caller
from tests.fuzz.site import Door, Doors


class Amount(NamedTuple):
    """How much is sent, to each door."""

    warming: int  # of the corpus, before memory is counted
    examples: int  # of each operation, by schemathesis
    requests: int  # of the corpus; 0: all of it
    bytes: int  # mutated requests, beside the fixed ones
    frames: int


SHORT = Amount(warming=0, examples=1, requests=400, bytes=0, frames=2000)
# A process fills its caches and its allocator's arenas with the first thousands of requests (the
# ws door: 140 to 173 MB) and stays at 192 MB from 12,500 of them on: no leak, but near 50 MB.
LONG = Amount(warming=2500, examples=200, requests=0, bytes=2000, frames=200_000)
# Only what serves who calls is fuzzed as a sequence; "coverage" is 30 requests an operation.
PHASES = {False: "fuzzing,stateful", True: "examples,coverage,fuzzing,stateful"}
Tell = Callable[[str], None]


def fuzz(site: Doors, amount: Amount, seed: int, *, long: bool, tell: Tell = print) -> list[str]:
    """Send it all; return what was wrong."""
    doors = [site.door(url, name) for url, name in zip(site.urls, ("http_", "ws_"), strict=True)]
    documents = [_document(door) for door in doors]  # making one takes memory, once
    found: list[str] = []
    for door, document in zip(doors, documents, strict=True) if amount.warming else ():
        found += _corpus(door, document, amount.warming, seed, tell)
    before = site.sizes()
    told = frames.run(doors[1], amount.frames, seed)
    tell(f"{told.sent} frames; sockets were closed with {dict(told.codes)}")
    found += told.faults
    for door, document in zip(doors, documents, strict=True):
        sent, faults = raw_bytes.run(door, amount.bytes, seed)
        tell(f"{sent} times bytes to {door.url}")
        found += faults
        found += _corpus(door, document, amount.requests, seed, tell)
    for role, door, token in _callers(doors, site, long=long):
        examples = amount.examples if role == "member" else max(1, amount.examples // 4)
        phases = PHASES[long] if role == "member" else "fuzzing"
        done = schema_runs.run(door, role, token=token, examples=examples, seed=seed, phases=phases)
        tell(f"{done.sent} requests from the document to {door.url} as {role}")
        found += [done.faults] if done.faults else []
    return found + site.faults(before)


def _document(door: Door) -> Any:
    return httpx.get(f"{door.url}/api/schema?format=json", timeout=30).json()


def _corpus(door: Door, document: Any, most: int, seed: int, tell: Tell) -> list[str]:
    chosen = list(corpus.everything(document, door.ids))
    if most:
        chosen = random.Random(seed).sample(chosen, most)
    caller = Caller(door)
    found = caller.send_all(chosen)
    tell(f"{caller.sent} bad requests to {door.url}")
    return found


def _callers(doors: list[Door], site: Doors, *, long: bool) -> Iterator[tuple[str, Door, str]]:
    """Yield who calls, where, and what they bring."""
    http, ws = doors
    yield "member", http, ""
    if long:
        yield "member", ws, ""
        yield "anonymous", ws, ""
        yield "ended", http, schema_runs.ended(ws)
        yield "staff", ws, site.staff_session()


@contextmanager
def _lasting(name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{name}: {time.monotonic() - began:.0f} s")


def main() -> int:
    """Run the long form; 1 when something was wrong."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    parser.add_argument("--short", action="store_true", help="what the suite runs")
    for name, many in LONG._asdict().items():
        parser.add_argument(f"--{name}", type=int, help=f"{many} by default")
    options = parser.parse_args()
    amount = SHORT if options.short else LONG
    given = {name: getattr(options, name) for name in Amount._fields}
    amount = amount._replace(**{name: many for name, many in given.items() if many is not None})
    print(f"--seed {options.seed}: {amount}", flush=True)
    with Doors(small=options.short) as site, _lasting("in all"):
        found = fuzz(site, amount, options.seed, long=not options.short)
        for one in found:
            print(f"\n{one}", file=sys.stderr)
    print(f"{len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
