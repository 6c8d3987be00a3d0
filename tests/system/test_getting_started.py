"""The commands of docs/getting-started.md run as written and return what is shown."""

import json
import re
import subprocess

import pytest
from websockets.sync.client import connect

from tests.support.stack import ROOT

pytestmark = pytest.mark.timeout(180)
TEXT = (ROOT / "docs/getting-started.md").read_text()
STEPS = re.findall(r"```sh\n(.*?)```\n\n```json\n(.*?)```", TEXT, flags=re.DOTALL)
# Fields that differ each time, or that the document abbreviates.
VARIABLE_FIELDS = (
    "id",
    "created_at",
    "access",
    "refresh",
    "avatar_color",
    "avatar_url",
    "next",
    "type",
)


def differences(shown, actual, place=""):
    """Return the differences between a response and what the document shows."""
    if isinstance(shown, dict):
        if not isinstance(actual, dict):
            return [place]
        return [
            difference
            for name, value in shown.items()
            for difference in (
                [f"{place}.{name} is missing"]
                if name not in actual
                else differences(value, actual[name], f"{place}.{name}")
            )
        ]
    if isinstance(shown, list):
        if len(shown) > len(actual):
            return [f"{place} is shorter"]
        pairs = zip(shown, actual, strict=False)
        return [difference for pair in pairs for difference in differences(*pair, place)]
    name = place.rpartition(".")[2]
    if shown == "…" or (name in VARIABLE_FIELDS and type(shown) is type(actual)):
        return []
    return [] if shown == actual else [f"{place}: {actual!r} instead of {shown!r}"]


def test_every_command_is_followed_by_its_output():
    assert len(STEPS) == 8
    assert TEXT.count("```sh\n") == TEXT.count("```json\n") == len(STEPS)


def test_each_command_returns_what_is_shown(two_web_stack):
    mark = "-- the end of a step --"
    script = "".join(f"{command}\necho; echo '{mark}'\n" for command, _ in STEPS)
    script = script.replace("localhost:8000", f"127.0.0.1:{two_web_stack.port}")
    run = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    responses = run.stdout.split(mark)[:-1]
    assert len(responses) == len(STEPS)
    wrong = []
    for (command, shown), response in zip(STEPS, responses, strict=True):
        differing = differences(json.loads(shown), json.loads(response))
        wrong += [f"{command.strip()}: {difference}" for difference in differing]
    assert wrong == []
    kind = json.loads(responses[-1])["type"]
    assert kind == "post.created"


def test_the_websocket_example_works(two_web_stack):
    snippet = re.search(r"```js\n(.*?)```", TEXT, flags=re.DOTALL)[1]
    protocols = re.search(r'\["mysocial", "ACCESS"\]', snippet)
    assert protocols
    frame = re.search(r"send\(JSON\.stringify\((\{.*?\})\)\)", snippet)[1]
    command = json.loads(re.sub(r"(\w+):", r'"\1":', frame))
    body = '{"username": "alice", "password": "correct-horse-battery"}'
    signed = subprocess.run(
        [
            "curl",
            "-s",
            f"{two_web_stack.url}/api/v1/signin",
            "-H",
            "Content-Type: application/json",
            "-d",
            body,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    access = json.loads(signed.stdout)["access"]
    url = f"ws://127.0.0.1:{two_web_stack.port}/ws"
    with connect(url, subprotocols=["mysocial", access]) as socket:
        socket.send(json.dumps(command))
        assert json.loads(socket.recv(timeout=20))["user_id"]
        assert json.loads(socket.recv(timeout=20)) == {"type": "ok", "cid": "1"}
