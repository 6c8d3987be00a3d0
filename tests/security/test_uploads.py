"""A14: small files that are expensive to process, and their number."""

import time

from images.services import process_due_media
from images.services.media import UPLOADS
from mysocial.core.rate_limits import DAY, check_rate_limit
from tests.images.pictures import make_image, public_files, send_form, spooled_files
from tests.support.concurrency import assert_no_changes, live_records

HEAD = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00"
FRAME = (
    b"\x21\xf9\x04\x04\x00\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
)


def test_an_animation_with_too_many_frames_is_rejected_quickly(alice):
    content = HEAD + FRAME * 50_000 + b";"
    assert send_form(alice, "POST", "users/me/images/profile", image=content).status_code == 201
    started = time.perf_counter()
    process_due_media()
    assert time.perf_counter() - started < 10  # decoding all frames would take a minute
    (image,) = live_records("images.media").values()
    assert b'"state":"failed"' in b"".join(image.values()) or image[b"state"] == b"failed"
    assert spooled_files() == public_files() == []


def test_uploads_are_limited_to_300_a_day_for_all_uses(alice, bob, settings):
    settings.RATE_LIMITS = True
    assert (UPLOADS.max_requests, UPLOADS.seconds) == (300, DAY)
    for _ in range(298):
        check_rate_limit(UPLOADS, alice.id)
    assert (
        send_form(alice, "POST", "users/me/images/profile", image=make_image()).status_code == 201
    )
    assert send_form(alice, "POST", "posts", image=make_image()).status_code == 201
    kept = spooled_files()
    with assert_no_changes():
        for path in ("users/me/images/background", "posts"):
            response = send_form(alice, "POST", path, image=make_image())
            assert response.status_code == 429
        to_bob = send_form(alice, "POST", "chat/messages", image=make_image(), receiver_id=bob.id)
        assert to_bob.status_code == 429
    assert spooled_files() == kept
    assert alice.post("posts", {"text": "Words are free"}).status_code == 201
    assert send_form(bob, "POST", "users/me/images/profile", image=make_image()).status_code == 201
