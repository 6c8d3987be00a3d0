"""Whether time tells who is here: `python -m bench.enumeration` prints the medians of both.

Somebody who has an account and somebody who has none sign in with a wrong password, or have lost
theirs, in turn; each name that nobody has is asked of once, as whoever looks for names would.
"""

import http.client
import json
import statistics
import sys
import time

from bench.columns import DOOR, column
from bench.dataset import PASSWORD
from bench.stage import stage

TIMES = 200
MEMBERS = 10
MOST_PERCENT = 5.0


def ask(port: int, path: str, body: dict[str, str]) -> tuple[float, int]:
    """Send a request; return its milliseconds and the status of the answer."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    client.connect()
    text, headers = json.dumps(body), {"Content-Type": "application/json"}
    begun = time.perf_counter()
    client.request("POST", path, text, headers)
    answer = client.getresponse()
    answer.read()
    passed = 1000 * (time.perf_counter() - begun)
    client.close()
    return passed, answer.status


def compare(port: int, path: str, field: str, names: dict[bool, list[str]]) -> float:
    """Ask of both kinds in turn; print their medians, return how far they are apart, in percent."""
    took: dict[bool, list[float]] = {True: [], False: []}
    statuses = set()
    for number in range(TIMES):
        for known, some in names.items():
            body = {field: some[number % len(some)]}
            if field == "username":
                body["password"] = "wrong-horse-battery"
            passed, status = ask(port, path, body)
            took[known].append(passed)
            statuses.add(status)
    here, nobody = (statistics.median(took[known]) for known in (True, False))
    apart = 100 * abs(here - nobody) / here
    print(
        f"{path} by {field}: {here:.2f} ms for members, {nobody:.2f} ms for nobody, "
        f"{apart:.1f} % apart; answered {sorted(statuses)}"
    )
    return apart


def main() -> None:
    """Measure and print; exit with 1 when time tells."""
    with stage() as servers, column(servers, DOOR) as (serving, _):
        for number in range(MEMBERS):
            name = f"member{number}"
            body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
            assert ask(serving.port, "/api/signup", body)[1] == 201
        members = [f"member{number}" for number in range(MEMBERS)]
        others = [f"nobody{number}" for number in range(TIMES)]
        by_name = {True: members, False: others}
        by_address = {known: [f"{n}@example.com" for n in some] for known, some in by_name.items()}
        apart = [
            compare(serving.port, "/api/signin", "username", by_name),
            compare(serving.port, "/api/signin", "username", by_address),
            compare(serving.port, "/api/forgot-password", "email", by_address),
        ]
    if max(apart) > MOST_PERCENT:
        sys.exit("Time tells.")


if __name__ == "__main__":
    main()
