"""The examples of docs/front-end.md, as pages of another origin and as a program."""

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import FRONT_END, FRONT_END_PORT
from tests.e2e.people import Caller, new_name
from tests.images.pictures import make_image
from tests.support.servers import PASSWORD
from tests.support.stack import ROOT, wait_for

pytestmark = pytest.mark.only_at(
    "up", "runserver", reason="The proxy's certificate belongs to one origin."
)
EXAMPLES = (ROOT / "docs/front-end.md").read_text()
MAX_LINES = 34  # of each example, without blank lines
REACT_PAGE = """<!doctype html>
<script type="importmap">
  {"imports": {"react": "./react-module.js", "@mysocial/client": "./client/index.js"}}
</script>
<div id="root"></div><script src="./react.js"></script>
<script type="module">
  import { App } from "./app.js";
  ReactDOM.createRoot(document.getElementById("root")).render(React.createElement(App));
</script>"""
REACT_MODULE = "export const { createElement, useEffect, useState } = React;"
CLIENT_PAGE = """<!doctype html><script type="module">
  window.client = await import("./client/index.js");
</script>"""

SIGN_IN = """async ([url, username, password]) => {
    window.saved = [];
    window.api = new client.Api({ url, onTokens: (tokens) => saved.push(tokens) });
    await api.signIn({ username, password });
}"""
LISTEN_WITH_INVALID_TOKEN = """async () => {
    window.seen = [];
    const { cursor } = await api.listPosts();
    api.tokens = { ...api.tokens, access: "not.valid" };
    const options = { ...api.eventOptions, cursor, topics: ["presence"] };
    window.events = new client.EventClient(options);
    events.addEventListener("event", ({ detail }) => seen.push(detail.data.text));
    events.start();
    while (events.state !== "live") await new Promise((done) => setTimeout(done, 50));
    await events.setTopics("feed");
}"""
READ_PAGES = """async (memberId) => {
    const texts = [];
    const readPage = (page) => api.listMemberPosts(memberId, { limit: 2, ...page });
    for await (const { data } of api.pages(readPage))
        texts.push(...data.posts.map(({ text }) => text));
    return texts;
}"""


def example(language: str, url: str) -> str:
    """Return an example of the page, for the site under test."""
    (code,) = re.findall(rf"```{language}\n(.*?)```", EXAMPLES, flags=re.DOTALL)
    return code.replace("http://localhost:8000", url)


@pytest.fixture(scope="module")
def front_end(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the examples on another port; return their origin."""
    folder = tmp_path_factory.mktemp("front-end")
    (folder / "fetch.html").write_text(example("html", stack.public_url))
    (folder / "app.js").write_text(example("js", stack.public_url))
    (folder / "react.html").write_text(REACT_PAGE)
    (folder / "react-module.js").write_text(REACT_MODULE)
    (folder / "client.html").write_text(CLIENT_PAGE)
    shutil.copy(Path(__file__).parent / "vendor/react.js", folder)
    shutil.copytree(ROOT / "clients/js/src", folder / "client")
    handler = functools.partial(QuietHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", FRONT_END_PORT), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield FRONT_END
    server.shutdown()
    server.server_close()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files without a log."""

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    errors: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def member(stack: Any, prefix: str) -> Caller:
    name = new_name(prefix)
    return Caller(stack.url, name).authenticate("signup", email=f"{name}@example.com")


def sign_in(page: Page, username: str) -> None:
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_the_page_with_fetch_signs_in_reads_writes_uploads_and_listens(stack, front_end, page):
    author, reader = member(stack, "author"), member(stack, "reader")
    author.create_post("Before fetch")
    page.goto(f"{front_end}/fetch.html")
    sign_in(page, reader.username)
    items = page.locator("li")
    expect(items.filter(has_text=f"{author.username}: Before fetch")).to_be_visible()
    author.create_post("Live to fetch")
    expect(items.first).to_have_text(f"{author.username}: Live to fetch")
    page.locator("[name=text]").fill("From another origin")
    image = {"name": "a.png", "mimeType": "image/png", "buffer": make_image()}
    page.locator("[name=image]").set_input_files(image)
    page.get_by_role("button", name="Post").click()
    expect(items.first).to_have_text(f"{reader.username}: From another origin")
    (post,) = reader.call("GET", f"users/{reader.id}/posts")["posts"]
    assert (post["text"], post["media"]["kind"]) == ("From another origin", "image")


def test_the_page_with_react_shows_posts_and_reacts(stack, front_end, page):
    author, reader = member(stack, "author"), member(stack, "reader")
    post_id = author.create_post("Before React")
    page.goto(f"{front_end}/react.html")
    sign_in(page, reader.username)
    items = page.locator("li")
    expect(items.first).to_contain_text(f"{author.username}: Before React")
    second = author.create_post("Live to React")
    expect(items.first).to_contain_text(f"{author.username}: Live to React")
    items.nth(1).get_by_role("button", name="Love").click()

    def is_loved() -> bool:
        return bool(reader.call("GET", f"posts/{post_id}")["viewer"]["reaction"] == "love")

    wait_for(is_loved, within=20, name="the reaction")
    author.call("DELETE", f"posts/{second}")
    expect(items.first).to_contain_text("Before React")


def test_the_program_in_python_prints_posts(stack, tmp_path):
    author, reader = member(stack, "author"), member(stack, "reader")
    author.create_post("Before Python")
    program = tmp_path / "feed.py"
    program.write_text(example("python", stack.public_url))
    env = os.environ | {"PYTHONPATH": str(ROOT / "clients/python/src")}
    command = [sys.executable, str(program), stack.public_url, reader.username, PASSWORD]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        try:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            assert f"{author.username}: Before Python\n" in lines
            author.create_post("Live to Python")
            assert f"{author.username}: Live to Python\n" in lines
        finally:
            process.kill()


def open_client(page: Page, stack: Any, front_end: str, username: str) -> None:
    """Open a page with the client of a member, `api`, which records its tokens in `saved`."""
    page.goto(f"{front_end}/client.html")
    page.wait_for_function("window.client")
    page.evaluate(SIGN_IN, [stack.public_url, username, PASSWORD])


def test_the_javascript_client_replaces_its_tokens_and_topics(stack, front_end, page):
    author, reader = member(stack, "author"), member(stack, "reader")
    open_client(page, stack, front_end, reader.username)
    page.evaluate(LISTEN_WITH_INVALID_TOKEN)
    assert page.evaluate("saved.length") == 2  # signed in, and refreshed for the connection
    author.create_post("To the JavaScript client")
    page.wait_for_function("seen.includes('To the JavaScript client')")


def test_the_javascript_client_reads_pages_and_reports_problems(stack, front_end, page):
    author, reader = member(stack, "author"), member(stack, "reader")
    for number in range(5):
        author.create_post(f"Number {number}")
    open_client(page, stack, front_end, reader.username)
    texts = page.evaluate(READ_PAGES, author.id)
    assert texts == [f"Number {number}" for number in reversed(range(5))]
    problem = page.evaluate(
        "api.createPost({ text: '' }).catch(({ status, code, errors }) => [status, code, errors])"
    )
    assert problem[:2] == [400, "invalid"]
    assert [error["field"] for error in problem[2]] == ["text"]
    assert page.evaluate("api.signOut().then(() => api.getAccount()).catch((e) => e.status)") == 401
    assert page.evaluate("saved.at(-1)") is None


def test_a_page_of_an_origin_that_is_not_allowed_can_read_nothing(stack, front_end, page):
    page.goto(f"{front_end.replace('localhost', '127.0.0.1')}/client.html")
    page.wait_for_function("window.client")
    tried = "url => fetch(`${url}/api/v1/posts`).then(() => 'read', () => 'refused')"
    assert page.evaluate(tried, stack.public_url) == "refused"


@pytest.mark.parametrize("language", ["html", "js", "python"])
def test_the_examples_are_short(language):
    lines = [line for line in example(language, "").splitlines() if line.strip()]
    assert len(lines) <= MAX_LINES
