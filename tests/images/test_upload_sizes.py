"""The largest images: files of forms, data URLs, and photos of phones."""

import pytest

from tests.images.pictures import data_url, make_image, make_photo, send_form, upload_and_process
from tests.support.concurrency import assert_no_changes


def test_an_image_may_have_20_mib_as_a_form_and_10_mib_as_json(alice, settings):
    assert settings.IMAGE_MAX_BYTES == 20 * 1024 * 1024
    image = make_image("PNG")  # bytes behind the end of an image are ignored
    with_size = {mib: image + bytes(mib * 1024 * 1024 - len(image)) for mib in (10, 11, 20, 21)}
    accepted = send_form(alice, "POST", "users/me/images/profile", image=with_size[20])
    assert accepted.status_code == 201
    body = {"image": data_url(with_size[10])}
    assert alice.post("users/me/images/profile", body).status_code == 201
    with assert_no_changes():
        refused = alice.post("users/me/images/profile", {"image": data_url(with_size[11])})
        assert refused.status_code == 413
        assert "as a form" in refused.json()["detail"]
        refused = send_form(alice, "POST", "users/me/images/profile", image=with_size[21])
        assert refused.status_code == 413


def test_a_photo_of_a_phone_with_48_megapixels_is_published(alice):
    photo = make_photo()
    assert 12_000_000 < len(photo) < 20_000_000
    media = upload_and_process(alice, photo, "image")
    assert (media["state"], media["error"]) == ("ready", None)
    assert media["width"] * media["height"] <= 2048 * 2048
    assert media["width"] / media["height"] == pytest.approx(4 / 3, abs=0.01)
