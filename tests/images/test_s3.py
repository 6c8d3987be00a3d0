"""A bucket with the API of S3 as the host of files, tested against a local server."""

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer
from PIL import Image

from accounts.services import write_export
from images.services import process_due_media
from mysocial.outbox import run_due_cascades
from tests.images.pictures import (
    make_image,
    make_video,
    public_files,
    read_file,
    send_form,
    spooled_files,
    upload_and_process,
)
from tests.support.people import new_client
from tests.support.stack import ROOT
from web.views import content_security_policy

BUCKET = "media-of-the-site"


class Bucket:
    """The bucket, as its server sees it."""

    def __init__(self, endpoint: str) -> None:
        keys = {"aws_access_key_id": "a-key", "aws_secret_access_key": "a-secret"}
        self.endpoint = endpoint
        self._resource: Any = boto3.resource(
            "s3", endpoint_url=endpoint, region_name="us-east-1", **keys
        )
        self._resource.create_bucket(Bucket=BUCKET)

    def names(self) -> list[str]:
        return sorted(item.key for item in self._resource.Bucket(BUCKET).objects.all())

    def head(self, name: str) -> Any:
        return self._resource.Object(BUCKET, name).get()

    def empty(self) -> None:
        self._resource.Bucket(BUCKET).objects.all().delete()


@pytest.fixture(scope="module")
def server() -> Iterator[Bucket]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    _, port = moto.get_host_and_port()
    yield Bucket(f"http://127.0.0.1:{port}")
    moto.stop()


@pytest.fixture
def bucket(server, settings) -> Bucket:
    server.empty()
    settings.S3_BUCKET, settings.S3_ENDPOINT_URL = BUCKET, server.endpoint
    options = {
        **settings.STORAGES["s3"]["OPTIONS"],
        "bucket_name": BUCKET, "endpoint_url": server.endpoint, "region_name": "us-east-1",
        "access_key": "a-key", "secret_key": "a-secret",
    }  # fmt: skip
    settings.STORAGES = {
        **settings.STORAGES,
        "s3": {"BACKEND": "mysocial.core.s3_storage.S3MediaStorage", "OPTIONS": options},
    }
    return server


def fetch(url: str, **headers: str) -> httpx.Response:
    """Return the response of the bucket to which the site redirects."""
    response = new_client().get(url)
    assert response.status_code == 302
    return httpx.get(response["Location"], headers=headers)


def test_files_and_their_sizes_are_stored_in_the_bucket(alice, bucket):
    media = upload_and_process(alice, make_image(size=(600, 600)))
    stem = urlsplit(media["url"]).path.removeprefix("/media/").removesuffix(".png")
    assert bucket.names() == [f"{stem}-small.webp", f"{stem}-thumb.webp", f"{stem}.png"]
    stored = bucket.head(f"{stem}.png")
    assert stored["ContentType"] == "image/png"
    assert stored["CacheControl"] == "private, max-age=31536000, immutable"
    assert stored["ContentDisposition"] == "inline"
    assert bucket.head(f"{stem}-thumb.webp")["ContentType"] == "image/webp"
    assert public_files() == spooled_files() == []


def test_a_file_is_served_by_a_signed_url_that_expires(alice, bucket, settings):
    settings.S3_URL_SECONDS = 900
    media = upload_and_process(alice, make_image())
    assert media["url"].startswith(f"{settings.PUBLIC_URL}/media/")
    response = new_client().get(media["url"])
    location = response["Location"]
    query = parse_qs(urlsplit(location).query)
    assert query["X-Amz-Expires"] == ["900"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    # A browser that remembers the redirection still has time to follow it.
    assert response["Cache-Control"] == "private, max-age=450"
    assert response["Referrer-Policy"] == "no-referrer"
    content = httpx.get(location)
    assert content.status_code == 200
    assert Image.open(io.BytesIO(content.content)).size == (40, 30)
    unsigned = location.partition("?")[0]
    assert httpx.get(unsigned).status_code == 403


def test_parts_of_a_video_can_be_requested(alice, bucket):
    media = upload_and_process(alice, make_video(), "video")
    part = fetch(media["url"], Range="bytes=4-7")
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert fetch(media["sizes"]["poster"]["url"]).status_code == 200
    assert fetch(media["url"]).headers["content-type"] == "video/mp4"


@pytest.mark.parametrize("kind", ["post", "image", "account"])
def test_all_files_are_deleted_with_their_post_image_or_account(alice, bucket, kind):
    if kind == "image":
        send_form(alice, "POST", "users/me/images/profile", image=make_image(size=(600, 600)))
        process_due_media()
        (image,) = alice.get(f"users/{alice.id}/images").json()["images"]
        url = image["url"]
        response = alice.delete(f"users/me/images/{image['id']}")
    else:
        url = upload_and_process(alice, make_image(size=(600, 600)))["url"]
        (post,) = alice.get("posts").json()["posts"]
        body = {"password": "correct-horse-battery"}
        response = (
            alice.delete(f"posts/{post['id']}")
            if kind == "post"
            else alice.call("DELETE", "accounts/me", body)
        )
    assert len(bucket.names()) == 3
    assert response.status_code == 200, response.content
    run_due_cascades()
    process_due_media()
    assert bucket.names() == []
    assert fetch(url).status_code in {403, 404}


def test_a_failed_upload_is_tried_again(alice, bucket, settings):
    settings.OUTBOX_CLAIM_SECONDS = -1
    options = settings.STORAGES["s3"]["OPTIONS"]
    options["bucket_name"] = "a-bucket-that-does-not-exist"
    post = send_form(alice, "POST", "posts", text="x", image=make_image()).json()["post"]
    settings.STORAGES = {**settings.STORAGES}
    process_due_media()
    media = alice.get(f"posts/{post['id']}").json()["media"]
    assert (media["state"], media["url"]) == ("failed", None)
    assert media["error"] == "This file could not be stored. Please try again later."
    assert bucket.names() == []


def test_a_data_export_has_the_files(alice, bucket, tmp_path):
    media = upload_and_process(alice, make_image())
    name = urlsplit(media["url"]).path.removeprefix("/media/")
    write_export(tmp_path / "alice.zip", user_id=alice.id)
    with zipfile.ZipFile(tmp_path / "alice.zip") as pack:
        assert pack.read(f"files/{name}") == bucket.head(name)["Body"].read()


def test_files_from_before_the_bucket_are_still_served_from_disk(alice, server, settings, request):
    local = upload_and_process(alice, make_image())
    request.getfixturevalue("bucket")
    remote = upload_and_process(alice, make_image())
    response = new_client().get(local["url"])
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == read_file(local["url"])
    assert new_client().get(remote["url"]).status_code == 302
    for post in alice.get("posts").json()["posts"]:
        assert alice.delete(f"posts/{post['id']}").status_code == 200
    run_due_cascades()
    process_due_media()
    assert public_files() == server.names() == []


def test_no_other_name_is_redirected(bucket):
    for name in ("", "x.png", "../secret", "0" * 32 + ".svg", "0" * 32 + "-huge.webp"):
        assert new_client().get(f"/media/{name}").status_code == 404


def test_the_web_client_may_show_files_of_the_bucket(bucket, rf):
    policy = content_security_policy(rf.get("/"))
    assert f"img-src 'self' https: http://localhost:8000 {bucket.endpoint} data:" in policy
    assert f"media-src 'self' https: http://localhost:8000 {bucket.endpoint};" in policy


def run_settings(**environment: str) -> subprocess.CompletedProcess[str]:
    program = (
        "import django; django.setup(); import sys; from images import hosts;"
        "modules = sorted({'boto3', 'storages'} & set(sys.modules));"
        "print(type(hosts.current_host()).__name__, modules)"
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "mysocial.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("bucket_name", "host"), [("", "LocalHost"), ("x", "S3Host")])
def test_nothing_of_s3_is_imported_before_it_is_used(bucket_name, host):
    assert run_settings(S3_BUCKET=bucket_name).stdout == f"{host} []\n"


def test_two_configured_hosts_are_an_error():
    result = run_settings(S3_BUCKET="x", CLOUDINARY_URL="cloudinary://a:b@c")
    assert result.returncode != 0
    assert "Set CLOUDINARY_URL or S3_BUCKET, but not both." in result.stderr
