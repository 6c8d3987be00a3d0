"""Avatars: the default one, and the one that a member uploads while signing up."""

import pytest

from images.services import process_due_media
from tests.images.pictures import (
    data_url,
    get_gallery,
    make_image,
    open_image,
    profile_images,
    spooled_files,
)
from tests.support.concurrency import assert_no_changes
from tests.support.people import anonymous, new_client, sign_up
from tests.support.servers import PASSWORD


def test_a_new_member_has_a_default_avatar(alice, settings):
    url, background = profile_images(alice)
    color = alice.get("users/me").json()["avatar_color"]
    assert url == f"{settings.PUBLIC_URL}/avatars/{color[1:]}/A.png"
    assert background == ""
    response = new_client().get(url)
    assert response["Content-Type"] == "image/png"
    assert "immutable" in response["Cache-Control"]
    assert response.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "path", ["zzzzzz/A.png", "ABCDEF/A.png", "abcdef/a.png", "abcdef/<.png", "abcdef/AB.png"]
)
def test_other_avatar_urls_are_not_found(path):
    assert new_client().get(f"/avatars/{path}").status_code == 404


def test_a_member_signs_up_with_an_avatar(bob):
    ada = sign_up("ada", avatar_image=data_url(make_image()))
    assert "/avatars/" in profile_images(ada)[0]
    assert process_due_media() == 1
    (image,) = get_gallery(bob, ada)
    assert profile_images(ada)[0] == image["url"]
    assert open_image(image["url"]).size == (40, 30)


def test_a_rejected_sign_up_leaves_no_file(alice):
    body = {"username": "alice", "email": "x@example.com", "password": PASSWORD}
    with assert_no_changes():
        image = data_url(make_image())
        assert anonymous.post("signup", {**body, "avatar_image": image}).status_code == 409
        image = data_url(b"<svg>")
        assert anonymous.post("signup", {**body, "avatar_image": image}).status_code == 415
    assert spooled_files() == []
