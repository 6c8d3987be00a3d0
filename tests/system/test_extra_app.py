"""An extra app: the example of docs/apps.md, in a folder outside of the checkout."""

import io
import json
import shutil
import subprocess
import sys
import zipfile

import httpx
import pytest
from pymongo import MongoClient

from tests.support.journey import join, wait_for_event
from tests.support.servers import PASSWORD
from tests.support.stack import ROOT, Stack, wait_for

pytestmark = pytest.mark.timeout(420)
HOOKS = """
from mysocial.hooks import on_event

@on_event("post.created")
def record(event):
    with open("{file}", "a") as file:
        file.write(event.load()["id"] + "\\n")
"""


@pytest.fixture
def stack(tmp_path):
    """Return a stack that runs in a folder with the example, and with the project's own servers."""
    folder = tmp_path / "site"
    shutil.copytree(ROOT / "examples/bookmarks_app", folder)
    (folder / "bookmarks/hooks.py").write_text(HOOKS.format(file=folder / "hooked.txt"))
    stack = Stack("extra_app", EXTRA_APPS="bookmarks")
    stack.cwd = folder
    return stack


def manage(stack, *arguments):
    """Run a management command in the folder of the app."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    environment = {key: value for key, value in stack.environment.items() if key != "PORT"}
    return subprocess.run(
        command,
        cwd=stack.cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def bookmark_document(stack, pk):
    """Return the MongoDB document of a bookmark."""
    with MongoClient(stack.running["mongo_url"]) as client:
        return client["mysocial"]["bookmarks"].find_one({"_id": pk})


def call(member, method, path, **options):
    url = f"{member.stack.url}/api/{path}"
    return httpx.request(method, url, headers=member.headers, timeout=20, **options)


def check_admin(stack, pk):
    """Check that staff see the bookmark."""
    with httpx.Client(base_url=stack.url, follow_redirects=True, timeout=30) as browser:
        page = browser.get("/admin/login/")
        form = {
            "username": "admin",
            "password": PASSWORD,
            "csrfmiddlewaretoken": page.cookies["csrftoken"],
        }
        browser.post("/admin/login/", data=form, headers={"Referer": f"{stack.url}/admin/login/"})
        page = browser.get("/admin/bookmarks/bookmark/")
    assert page.status_code == 200
    assert pk.partition(":")[2] in page.text


def read_export(member):
    """Return the bookmarks in a member's data export."""
    requested = call(member, "POST", "v1/accounts/me/export", json={"password": PASSWORD})
    assert requested.is_success, requested.text
    path = "v1/accounts/me/export/file"
    download = wait_for(
        lambda: (file := call(member, "GET", path)).is_success and file, within=60, name="export"
    )
    with zipfile.ZipFile(io.BytesIO(download.content)) as archive:
        return json.loads(archive.read("data/bookmarks.json"))


def words_in(file):
    """Return the words in a file that may not exist yet."""
    return file.read_text().split() if file.exists() else []


def test_an_app_of_ones_own_works_without_a_change_of_the_project(stack):
    with stack.start():
        alice, bob = join(stack, "alice_x"), join(stack, "bob_x")
        post = call(alice, "POST", "v1/posts", json={"text": "Worth keeping."}).json()["post"]
        pk = f"{bob.id}:{post['id']}"
        hooked = stack.cwd / "hooked.txt"
        wait_for(lambda: post["id"] in words_in(hooked), within=30, name="the hook")
        with bob.socket() as socket:
            assert call(bob, "PUT", f"v1/bookmarks/{post['id']}", json={}).is_success
            assert wait_for_event(socket, "bookmark.added") == {"post_id": post["id"]}
        listed = call(bob, "GET", "bookmarks").json()  # the path without a version
        assert [item["id"] for item in listed["posts"]] == [post["id"]]
        assert call(alice, "GET", "v1/bookmarks").json() == {"posts": [], "next": None}

        wait_for(lambda: bookmark_document(stack, pk), within=20, name="in MongoDB")
        assert bookmark_document(stack, pk)["post_id"] == post["id"]
        check_admin(stack, pk)
        schema = httpx.get(f"{stack.url}/api/schema", timeout=30).json()
        assert schema["paths"]["/bookmarks/{id}"]["put"]["tags"] == ["bookmarks"]
        assert "bookmarks" in json.loads(manage(stack, "queues", "--json").stdout)
        verified = manage(stack, "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        assert [item["post_id"] for item in read_export(bob)] == [post["id"]]

        assert call(bob, "DELETE", "v1/accounts/me", json={"password": PASSWORD}).is_success
        wait_for(lambda: bookmark_document(stack, pk).get("_deleted_at"), within=30, name="erased")
        verified = manage(stack, "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        stack.stop()

    (stack.cwd / "site_settings.py").write_text(
        "from mysocial.settings import *\n\nINSTALLED_APPS += ['bookmarks']\n"
    )
    stack.settings = {"DJANGO_SETTINGS_MODULE": "site_settings"}
    with stack.start():
        pk = f"{alice.id}:{post['id']}"
        assert call(alice, "PUT", f"v1/bookmarks/{post['id']}", json={}).is_success
        wait_for(lambda: bookmark_document(stack, pk), within=20, name="in MongoDB")
