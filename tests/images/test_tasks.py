"""The jobs of media, run twice, and that a write asks for them."""

import os

from images.tasks import delete_stale_uploads, process_media
from tests.images.pictures import picture, send, shown, waiting
from tests.support.concurrency import assert_no_changes


def test_what_was_brought_is_processed_once(alice):
    send(alice, "POST", "images/profile", image=picture())
    assert process_media() == 1
    with assert_no_changes():
        assert process_media() == 0
    assert len(shown()) == 1
    assert waiting() == []


def test_what_nobody_asks_for_is_swept_once(settings):
    path = settings.MEDIA_DIR / "incoming" / "tmpabc.upload"
    path.write_bytes(b"x")
    os.utime(path, (0, 0))
    assert (delete_stale_uploads(), delete_stale_uploads()) == (1, 0)
    assert waiting() == []
