"""The REST part of the Python client with a real server."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from mysocial_client import Api, NoResponse, Problem, Tokens

from accounts import services
from accounts.models import SIGN_IN_LINK
from accounts.selectors import get_account
from tests.images.pictures import make_image
from tests.support.people import Person, confirm_emails
from tests.support.servers import PASSWORD
from tests.support.stack import ROOT
from tests.support.web_process import WebProcess

pytestmark = pytest.mark.timeout(180)
SOURCE = ROOT / "clients/python/src"


@pytest.fixture(scope="module")
def site(_servers: None) -> Iterator[WebProcess]:
    with WebProcess() as running:
        yield running


@pytest.fixture
def url(site: WebProcess) -> str:
    return f"http://127.0.0.1:{site.port}"


@pytest.fixture
def api(url: str, alice: Person) -> Iterator[Api]:
    with Api(url, tokens=Tokens(alice.access, alice.refresh)) as client:
        yield client


def test_a_member_signs_in_reads_writes_and_uploads(url, bob):
    saved = []
    with Api(url, on_tokens=saved.append) as api:
        body = {"username": "carol", "email": "carol@example.com", "password": PASSWORD}
        api.sign_up(body)
        user = api.sign_in({"username": "carol", "password": PASSWORD}).data["user"]
        assert (user["username"], api.tokens) == ("carol", saved[-1])
        post = api.create_post({"text": "Hello"}).data["post"]
        image = make_image()
        pictured = api.create_post({"text": "Look"}, files={"image": ("a.png", image)})
        assert pictured.data["post"]["media"]["kind"] == "image"
        api.set_post_reaction(post["id"], {"type": "love"})
        page = api.list_posts(limit=1)
        assert page.cursor == page.headers["X-Event-Cursor"]
        pages = api.pages(api.list_posts, limit=1)
        assert [page.data["posts"][0]["text"] for page in pages] == ["Look", "Hello"]
        assert api.get_post(post["id"]).data["viewer"]["reaction"] == "love"
        (relation,) = api.list_relationships(id=[bob.id]).data["relationships"]
        assert relation["following"] is False
        api.sign_out()
        with pytest.raises(Problem) as refused:
            api.get_account()
        assert (refused.value.status, saved[-1], api.tokens) == (401, None, None)


def test_the_tokens_of_a_link_are_saved(url, alice):
    confirm_emails(alice)
    token = services.create_token(get_account(alice.id), SIGN_IN_LINK)
    with Api(url) as api:
        response = api.sign_in_with_link(token, {})
        assert api.tokens == Tokens(response.data["access"], response.data["refresh"])
        assert api.get_account().data["id"] == alice.id


def test_a_problem_names_the_fields(api, url):
    with pytest.raises(Problem) as refused:
        api.create_post({"text": ""})
    assert (refused.value.status, refused.value.code) == (400, "invalid")
    assert [error["field"] for error in refused.value.errors] == ["text"]
    with Api(url) as anonymous, pytest.raises(Problem) as refused:
        anonymous.list_posts()
    assert refused.value.status == 401


def test_an_expired_access_token_is_replaced_once_for_all_threads(url, alice):
    saved = []
    with Api(url, tokens=Tokens("not.valid", alice.refresh), on_tokens=saved.append) as api:
        with ThreadPoolExecutor(8) as pool:
            pages = list(pool.map(lambda _: api.list_posts(), range(8)))
        assert (len(pages), len(saved)) == (8, 1)
        assert api.tokens == saved[0] != (alice.access, alice.refresh)


def test_a_write_is_repeated_until_the_server_responds_and_carried_out_once(site, api, alice):
    key = "the same key"
    first = api.create_post({"text": "Once"}, idempotency_key=key).data["post"]
    site.kill()
    with ThreadPoolExecutor(1) as pool:
        repeated = pool.submit(api.create_post, {"text": "Once"}, idempotency_key=key)
        site.start()
        site.wait_until_up()
        assert repeated.result(60).data["post"] == first
    assert len(alice.get(f"users/{alice.id}/posts").json()["posts"]) == 1


def test_a_server_that_does_not_respond_is_an_error(alice, monkeypatch):
    monkeypatch.setattr("mysocial_client.transport.MAX_BACKOFF_SECONDS", 0.01)
    monkeypatch.setattr("mysocial_client.transport.MIN_BACKOFF_SECONDS", 0.01)
    tokens = Tokens(alice.access, alice.refresh)
    with Api("http://127.0.0.1:9", tokens=tokens) as api, pytest.raises(NoResponse):
        api.create_post({"text": "x"})


def test_the_package_has_strict_types():
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", str(SOURCE)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout
