"""Try both client packages on a running site: `python -m tests.clients.check_site [URL]`.

It signs up two members with random names, and deletes them at the end. The site must accept
sign-ups.
"""

import asyncio
import contextlib
import io
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

from PIL import Image

from tests.support.stack import ROOT

sys.path.insert(0, str(ROOT / "clients/python/src"))
from mysocial_client import Api, EventClient, NoResponse, Problem, SignedOut

PASSWORD = "correct-horse-battery"
JS_CHECK = ROOT / "tests/clients/check_site.mjs"
MIN_NODE_VERSION = 20  # since then, Node.js has a WebSocket, before 22 as an experiment
STABLE_NODE_VERSION = 22
TIMEOUT_SECONDS = 30
STEPS = ("account", "write", "upload", "pages", "problem", "refresh", "events", "topics", "end")


class CheckFailed(Exception):
    """The site or the client did something else than expected."""


def expect(step: str, holds: object) -> None:
    """Report a step.

    Raises:
        CheckFailed: It failed.
    """
    if not holds:
        raise CheckFailed(step)
    print(f"python  {step}: ok")


def sign_up(url: str) -> tuple[Api, str]:
    """Return a client of a new member, and the member's id."""
    api, name = Api(url), f"check_{secrets.token_hex(6)}"
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    return api, api.sign_up(body).data["user"]["id"]


def make_picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(file, "PNG")
    return file.getvalue()


@contextlib.asynccontextmanager
async def listening(client: EventClient) -> AsyncIterator[Any]:
    """Yield a function that returns the next event of a type."""
    async with contextlib.aclosing(client.listen()) as items:

        async def next_of(event_type: str) -> Any:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                async for item in items:
                    if getattr(item, "type", type(item).__name__) == event_type:
                        return item
            raise CheckFailed(event_type)

        yield next_of


async def check_events(api: Api, member_id: str, other: Api, post: Any) -> None:
    """Check that events arrive from the cursor of a read on, once and on the right topics."""
    cursor = (await asyncio.to_thread(api.list_posts, limit=1)).cursor
    missed = await asyncio.to_thread(api.create_post, {"text": "While nobody listens"})
    client = EventClient.of(api, cursor=cursor, topics=[f"user:{member_id}"])
    async with listening(client) as next_of:
        event = await next_of("post.created")
        expect("events", event.data["id"] == missed.data["post"]["id"])
        await client.set_topics([f"post:{post['id']}"])
        await next_of("Subscribed")
        await asyncio.to_thread(other.set_post_reaction, post["id"], {"type": "wow"})
        event = await next_of("reaction.changed")
        expect("topics", event.data["reactions"]["wow"] == 1 and client.cursor == event.id)
        await asyncio.to_thread(api.erase_account, {"password": PASSWORD})
        with contextlib.suppress(SignedOut):
            await next_of("nothing else")


def check_python(url: str) -> None:
    """Check the package for Python.

    Raises:
        CheckFailed: A step failed.
    """
    api, member_id = sign_up(url)
    other, _ = sign_up(url)
    expect("account", api.get_account().data["id"] == member_id)
    post = api.create_post({"text": "Hello"}, idempotency_key="k" * 20).data["post"]
    again = api.create_post({"text": "Hello"}, idempotency_key="k" * 20).data["post"]
    expect("write", post["id"] == again["id"])
    pictured = api.create_post({"text": "Look"}, files={"image": ("a.png", make_picture())})
    expect("upload", pictured.data["post"]["media"]["kind"] == "image")
    texts = [
        item["text"]
        for page in api.pages(lambda **query: api.list_member_posts(member_id, **query), limit=1)
        for item in page.data["posts"]
    ]
    expect("pages", texts == ["Look", "Hello"])
    try:
        api.create_post({"text": ""})
        fields = []
    except Problem as problem:
        fields = [error["field"] for error in problem.errors]
    expect("problem", fields == ["text"])
    old = api.tokens
    expect("refresh", api.refresh() and api.tokens != old)
    asyncio.run(check_events(api, member_id, other, post))
    other.erase_account({"password": PASSWORD})
    try:
        other.get_account()
        status = None
    except Problem as problem:
        status = problem.status
    expect("end", status == HTTPStatus.UNAUTHORIZED)


def node_version(node: str) -> int:
    """Return the major version of a Node.js."""
    result = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    return int(result.stdout.removeprefix("v").partition(".")[0])


def check_js(url: str) -> bool:
    """Check the package for JavaScript; return False without a Node.js that can run it.

    Raises:
        CheckFailed: A step failed.
    """
    node = shutil.which("node")
    major = node_version(node) if node else 0
    if node is None or major < MIN_NODE_VERSION:
        return False
    options = ["--experimental-websocket"] if major < STABLE_NODE_VERSION else []
    command = [node, "--no-warnings", *options, str(JS_CHECK), url, PASSWORD]
    if subprocess.run(command, check=False, timeout=4 * TIMEOUT_SECONDS).returncode:
        raise CheckFailed("JavaScript")
    return True


def main() -> int:
    """Check both packages and return the exit code."""
    url = sys.argv[1] if sys.argv[1:] else os.environ.get("BASE_URL", "http://localhost:8000")
    try:
        check_python(url)
        if not check_js(url):
            print(f"js      skipped: Node.js {MIN_NODE_VERSION} or newer is needed")
    except (CheckFailed, NoResponse, Problem) as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
