"""Comparison of response times with and without an account: `python -m bench.enumeration`.

Members and unknown names sign in with a wrong password, and ask for a password reset and for a link
to sign in, in turn. Each
unknown name is used once, as an attacker would.
"""

import http.client
import json
import statistics
import sys
import time

from bench.columns import HTTP_SERVER, serve
from bench.dataset import PASSWORD
from bench.stage import start_servers

REQUESTS = 200
MEMBERS = 10
MAX_PERCENT = 5.0


def send(port: int, path: str, body: dict[str, str]) -> tuple[float, int]:
    """Send a request; return the time to its response in milliseconds, and its status."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    client.connect()
    text, headers = json.dumps(body), {"Content-Type": "application/json"}
    start = time.perf_counter()
    client.request("POST", path, text, headers)
    response = client.getresponse()
    response.read()
    elapsed_ms = 1000 * (time.perf_counter() - start)
    client.close()
    return elapsed_ms, response.status


def compare(port: int, path: str, field: str, names: dict[bool, list[str]]) -> float:
    """Print the median times of members (True) and unknown names (False).

    Returns:
        The difference of the medians in percent.
    """
    times_ms: dict[bool, list[float]] = {True: [], False: []}
    statuses = set()
    for number in range(REQUESTS):
        for is_member, candidates in names.items():
            body = {field: candidates[number % len(candidates)]}
            if field == "username":
                body["password"] = "wrong-horse-battery"
            elapsed_ms, status = send(port, path, body)
            times_ms[is_member].append(elapsed_ms)
            statuses.add(status)
    members, unknown = (statistics.median(times_ms[is_member]) for is_member in (True, False))
    difference = 100 * abs(members - unknown) / members
    print(
        f"{path} by {field}: {members:.2f} ms for members, {unknown:.2f} ms for unknown names, "
        f"{difference:.1f} % apart; statuses {sorted(statuses)}"
    )
    return difference


def main() -> None:
    """Measure and print; exit with 1 if the times differ by more than `MAX_PERCENT`."""
    with start_servers() as servers, serve(servers, HTTP_SERVER) as (server, _):
        members = [f"member{number}" for number in range(MEMBERS)]
        for name in members:
            body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
            assert send(server.port, "/api/v1/signup", body)[1] == 201
        unknown = [f"nobody{number}" for number in range(REQUESTS)]
        usernames = {True: members, False: unknown}
        addresses = {
            is_member: [f"{name}@example.com" for name in names]
            for is_member, names in usernames.items()
        }
        differences = [
            compare(server.port, "/api/v1/signin", "username", usernames),
            compare(server.port, "/api/v1/signin", "username", addresses),
            compare(server.port, "/api/v1/forgot-password", "email", addresses),
            compare(server.port, "/api/v1/signin/link", "email", addresses),
        ]
    if max(differences) > MAX_PERCENT:
        sys.exit("Response times reveal who has an account.")


if __name__ == "__main__":
    main()
