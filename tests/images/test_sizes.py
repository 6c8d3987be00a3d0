"""The smaller sizes of pictures, their placeholder, and the duration of moving ones."""

import io

import blurhash
import pytest
from PIL import Image

from images.services import process_due_media
from images.store import media as media_store
from mysocial.outbox import run_due_cascades
from mysocial.store import reads
from tests.images.pictures import (
    data_url,
    get_gallery,
    make_animation,
    make_image,
    open_image,
    profile_images,
    public_files,
    read_file,
    send_form,
    upload_and_process,
)
from tests.images.test_pipeline import encode, encode_frames, make_frames
from tests.support.people import new_client, sign_up


def test_a_picture_has_smaller_sizes(alice):
    media = upload_and_process(alice, make_image("JPEG", (1600, 1200)))
    expected = {"thumb": (184, 138), "small": (554, 415), "large": (1478, 1108)}
    assert {name: (size["width"], size["height"]) for name, size in media["sizes"].items()} == (
        expected
    )
    for name, size in media["sizes"].items():
        stem = media["url"].removesuffix(".jpg")
        assert size["url"] == f"{stem}-{name}.webp"
        stored = open_image(size["url"])
        assert (stored.format, stored.size) == ("WEBP", expected[name])
        red, _, blue = stored.convert("RGB").getpixel((3, 3))
        assert (red, blue) == pytest.approx((255, 0), abs=12)
        response = new_client().get(size["url"])
        assert b"".join(response.streaming_content) == read_file(size["url"])
        assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    assert media["duration"] is None


@pytest.mark.parametrize(
    ("size", "names"),
    [
        ((40, 30), set()),
        ((160, 160), set()),
        ((170, 160), {"thumb"}),
        ((600, 600), {"thumb", "small"}),
    ],
)
def test_no_size_is_enlarged(alice, size, names):
    media = upload_and_process(alice, make_image(size=size))
    assert set(media["sizes"]) == names
    assert len(public_files()) == 1 + len(names)


def test_the_sizes_of_a_long_screenshot_are_bounded_by_area(alice):
    media = upload_and_process(alice, encode(Image.new("L", (601, 6977), 200), "PNG"))
    sizes = {name: (size["width"], size["height"]) for name, size in media["sizes"].items()}
    assert sizes == {"thumb": (46, 546), "small": (140, 1636), "large": (375, 4361)}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_mode_has_sizes_with_its_transparency(alice, mode):
    color = {"LA": (200, 0), "RGBA": (200, 0, 0, 0), "I;16": 51200}.get(mode, 1)
    media = upload_and_process(alice, encode(Image.new(mode, (400, 400), color), "PNG"))
    thumb = open_image(media["sizes"]["thumb"]["url"]).convert("RGBA")
    assert thumb.size == (160, 160)
    assert thumb.getpixel((9, 9))[3] == (0 if mode in {"LA", "RGBA"} else 255)
    if mode == "I;16":
        assert thumb.getpixel((9, 9))[0] == pytest.approx(200, abs=2)


def test_the_placeholder_shows_the_picture(alice):
    media = upload_and_process(alice, make_image(size=(400, 300)))
    red, _, blue = blurhash.decode(media["blurhash"], 8, 6)[0][0]
    assert red > 150 > blue
    red, _, blue = blurhash.decode(media["blurhash"], 8, 6)[5][7]
    assert blue > 150 > red
    assert len(media["blurhash"]) == 28


def test_the_largest_and_the_smallest_pictures_have_a_placeholder(alice):
    for size in ((1, 1), (16_000, 20), (3, 2000)):
        media = upload_and_process(alice, encode(Image.new("L", size, 128), "PNG"))
        assert (media["state"], len(media["blurhash"])) == ("ready", 28)


def test_media_that_are_not_ready_have_no_sizes(alice):
    post = send_form(alice, "POST", "posts", text="x", image=make_image()).json()["post"]
    media = post["media"]
    assert (media["sizes"], media["blurhash"], media["duration"]) == ({}, "", None)


def test_an_animation_has_a_duration_and_the_first_frame_as_poster(alice):
    media = upload_and_process(alice, make_animation())
    assert media["duration"] == 0.6
    assert set(media["sizes"]) == {"poster"}
    poster = open_image(media["sizes"]["poster"]["url"])
    assert (poster.size, getattr(poster, "n_frames", 1)) == ((20, 20), 1)
    red, green, blue = poster.convert("RGB").getpixel((5, 5))
    assert (red, green, blue) == pytest.approx((255, 0, 0), abs=10)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
@pytest.mark.parametrize("is_turned", [False, True])
def test_every_moving_format_has_its_duration_and_sizes(alice, form, is_turned):
    exif = Image.Exif()
    exif[0x0112] = 6 if is_turned and form != "GIF" else 1
    options = {} if form == "GIF" else {"exif": exif}
    media = upload_and_process(alice, encode_frames(make_frames((600, 400)), form, **options))
    assert media["duration"] == 0.6
    assert set(media["sizes"]) == {"thumb", "small", "poster"}
    is_upright = media["sizes"]["poster"]["width"] == 600
    assert is_upright == (exif[0x0112] == 1)
    assert (media["width"] > media["height"]) == is_upright


def test_the_default_image_of_an_apng_is_not_its_poster(alice):
    frames = [Image.new("RGBA", (40, 30), (80 * number + 80, 0, 0, 255)) for number in range(2)]
    content = encode(
        Image.new("RGBA", (40, 30), "lime"), "PNG", save_all=True, append_images=frames,
        duration=100, default_image=True,
    )  # fmt: skip
    media = upload_and_process(alice, content)
    assert media["duration"] == 0.2
    poster = open_image(media["sizes"]["poster"]["url"]).convert("RGB")
    assert poster.getpixel((5, 5)) == pytest.approx((80, 0, 0), abs=8)


def test_an_avatar_is_a_small_size(alice, bob):
    content = encode(Image.new("RGB", (1000, 1000), "red"), "JPEG")
    ada = sign_up("ada", avatar_image=data_url(content, "image/jpeg"))
    process_due_media()
    (image,) = get_gallery(bob, ada)
    avatar, _ = profile_images(ada)
    assert avatar == image["sizes"]["small"]["url"]
    assert open_image(avatar).size == (480, 480)
    assert bob.get(f"users/{ada.id}").json()["avatar_url"] == avatar


def test_an_avatar_that_moves_keeps_moving(alice):
    content = encode_frames(make_frames((600, 400)), "GIF")
    send_form(alice, "POST", "users/me/images/profile", image=content)
    process_due_media()
    (image,) = get_gallery(alice, alice)
    assert profile_images(alice)[0] == image["url"]


@pytest.mark.parametrize("purpose", ["profile", "background"])
def test_a_deleted_picture_disappears_from_the_profile_with_all_its_sizes(alice, purpose):
    content = encode(Image.new("RGB", (1000, 1000), "red"), "JPEG")
    send_form(alice, "POST", f"users/me/images/{purpose}", image=content)
    process_due_media()
    (image,) = get_gallery(alice, alice)
    assert len(public_files()) == 3
    assert alice.delete(f"users/me/images/{image['id']}").status_code == 200
    avatar, background = profile_images(alice)
    assert ("/avatars/" in avatar, background) == (True, "")
    process_due_media()
    assert public_files() == []


def test_a_chosen_picture_is_shown_in_its_small_size_and_removed_as_background(alice):
    content = encode(Image.new("RGB", (1000, 1000), "red"), "JPEG")
    media = upload_and_process(alice, content)
    for purpose in ("profile", "background"):
        response = alice.post(f"users/me/images/{purpose}", {"image_id": media["id"]})
        assert response.status_code == 200, response.content
    avatar, background = profile_images(alice)
    assert (avatar, background) == (media["sizes"]["small"]["url"], media["url"])
    assert alice.delete(f"users/me/images/background/{media['id']}").status_code == 200
    assert profile_images(alice) == (avatar, "")
    assert len(public_files()) == 3


@pytest.mark.parametrize("kind", ["post", "account"])
def test_all_sizes_are_deleted_with_a_post_and_with_an_account(alice, kind):
    post = send_form(
        alice, "POST", "posts", text="x", image=make_image("PNG", (1500, 1500))
    ).json()["post"]
    process_due_media()
    assert len(public_files()) == 4
    if kind == "post":
        assert alice.delete(f"posts/{post['id']}").status_code == 200
    else:
        body = {"password": "correct-horse-battery"}
        assert alice.call("DELETE", "accounts/me", body).status_code == 200
    run_due_cascades()
    process_due_media()
    assert public_files() == []


def test_the_sizes_are_bounded_in_number_and_in_the_record(alice):
    media = upload_and_process(alice, make_image("PNG", (2048, 2048)))
    assert set(media["sizes"]) == {"thumb", "small", "large"}
    record = reads.get_record(media_store, media["id"])
    assert len(str(record.sizes)) < 400


def test_a_file_of_another_size_name_is_not_served(alice):
    media = upload_and_process(alice, make_image("PNG", (600, 600)))
    url = media["sizes"]["thumb"]["url"]
    assert b"".join(new_client().get(url).streaming_content) == read_file(url)
    for other in ("huge", "thumb-thumb", "", "../thumb"):
        assert new_client().get(url.replace("thumb", other)).status_code == 404


def test_the_sizes_hold_no_metadata(alice):
    exif = Image.Exif()
    exif[0x010F] = "A camera maker"
    file = io.BytesIO()
    Image.new("RGB", (800, 600)).save(file, "JPEG", exif=exif, comment=b"SECRET")
    media = upload_and_process(alice, file.getvalue())
    for size in media["sizes"].values():
        stored = open_image(size["url"])
        assert dict(stored.getexif()) == {}
        assert "icc_profile" not in stored.info
