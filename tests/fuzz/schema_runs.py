"""schemathesis on our OpenAPI document, for each role, in a process of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.fuzz.site import Endpoint
from tests.support.servers import PASSWORD
from tests.support.stack import ROOT

ROLES = ("member", "anonymous", "ended", "staff")
GENERATED = re.compile(r"(\d+) generated")
MAX_OUTPUT = 4000


class SchemaRun(NamedTuple):
    """The number of requests, and the faults of their responses, empty if there are none."""

    sent: int
    faults: str


def run(
    endpoint: Endpoint,
    role: str,
    *,
    token: str = "",
    examples: int,
    seed: int,
    phases: str = "fuzzing",
) -> SchemaRun:
    """Send valid and invalid requests that are generated from the document."""
    config = {
        "url": endpoint.url,
        "role": role,
        "ids": endpoint.ids,
        "token": token,
        "sign_in": {"username": endpoint.name, "password": PASSWORD},
    }
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "run"),
        f"{endpoint.url}/api/schema?format=json",
        *("--exclude-operation-id", "streamEvents"),  # it does not end
        *("--checks", "all", "--seed", str(seed), "--max-examples", str(examples)),
        *("--phases", phases, "--generation-database", "none", "--no-color"),
        *("--continue-on-failure", "--no-shrink", "--warnings", "off"),
    ]
    env = os.environ | {
        "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
        "PYTHONPATH": str(ROOT),
        "FUZZ": json.dumps(config),
    }
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    sent = GENERATED.search(done.stdout)
    output = f"as {role}:\n{done.stdout[-MAX_OUTPUT:]}{done.stderr[-MAX_OUTPUT:]}"
    return SchemaRun(int(sent[1]) if sent else 0, output if done.returncode or not sent else "")


def ended_token(endpoint: Endpoint) -> str:
    """Return an access token whose session has ended."""
    body = {"username": endpoint.name, "password": PASSWORD}
    access = str(
        httpx.post(f"{endpoint.url}/api/v1/signin", json=body, timeout=20).json()["access"]
    )
    headers = {"Authorization": f"Bearer {access}"}
    assert httpx.post(
        f"{endpoint.url}/api/v1/signout", json={}, headers=headers, timeout=20
    ).is_success
    return access
