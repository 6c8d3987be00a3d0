"""The tasks of media; each is run twice."""

import os

from images.tasks import delete_stale_uploads, process_media
from tests.images.pictures import make_image, public_files, send_form, spooled_files
from tests.support.concurrency import assert_no_changes


def test_an_upload_is_processed_once(alice):
    send_form(alice, "POST", "users/me/images/profile", image=make_image())
    assert process_media() == 1
    with assert_no_changes():
        assert process_media() == 0
    assert len(public_files()) == 1
    assert spooled_files() == []


def test_a_stale_upload_is_deleted_once(settings):
    path = settings.MEDIA_DIR / "incoming" / "tmpabc.upload"
    path.write_bytes(b"x")
    os.utime(path, (0, 0))
    assert (delete_stale_uploads(), delete_stale_uploads()) == (1, 0)
    assert spooled_files() == []
