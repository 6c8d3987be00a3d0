"""schemathesis on our OpenAPI document, as each kind of caller, in a process of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.fuzz.site import Door
from tests.support.servers import PASSWORD
from tests.support.stack import ROOT

ROLES = ("member", "anonymous", "ended", "staff")
GENERATED = re.compile(r"(\d+) generated")
SHOWN = 4000


class Found(NamedTuple):
    """How many requests were sent, and what was wrong with the answers; empty when nothing was."""

    sent: int
    faults: str


def run(
    door: Door, role: str, *, token: str = "", examples: int, seed: int, phases: str = "fuzzing"
) -> Found:
    """Send what the document says may be sent, and what it says may not."""
    said = {
        "url": door.url,
        "role": role,
        "ids": door.ids,
        "token": token,
        "sign_in": {"username": door.name, "password": PASSWORD},
    }
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "run"),
        f"{door.url}/api/schema?format=json",
        *("--checks", "all", "--seed", str(seed), "--max-examples", str(examples)),
        *("--phases", phases, "--generation-database", "none", "--no-color"),
        *("--continue-on-failure", "--no-shrink", "--warnings", "off"),
    ]
    env = os.environ | {
        "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
        "PYTHONPATH": str(ROOT),
        "FUZZ": json.dumps(said),
    }
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    sent = GENERATED.search(done.stdout)
    shown = f"as {role}:\n{done.stdout[-SHOWN:]}{done.stderr[-SHOWN:]}"
    return Found(int(sent[1]) if sent else 0, shown if done.returncode or not sent else "")


def ended(door: Door) -> str:
    """Return an access token whose session has ended."""
    body = {"username": door.name, "password": PASSWORD}
    access = str(httpx.post(f"{door.url}/api/signin", json=body, timeout=20).json()["access"])
    said = {"Authorization": f"Bearer {access}"}
    assert httpx.post(f"{door.url}/api/signout", json={}, headers=said, timeout=20).is_success
    return access
