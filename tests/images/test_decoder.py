"""The process that decodes files: its limits, and its replacement when it ends."""

import psutil

from images.processing import client, limits
from tests.images.attacks import make_slow_png
from tests.images.pictures import make_image, public_files, upload_and_process
from tests.images.test_limits import TOO_LONG, TOO_MUCH_MEMORY, encode, make_gradient, make_noise
from tests.support.concurrency import run_concurrently
from tests.support.stack import wait_for


def test_a_file_that_takes_too_long_fails_and_others_do_not(alice, settings):
    settings.MEDIA_CPU_SECONDS = 1
    # Only the processes of files have this limit, not the decoder that starts them.
    for _ in range(2):
        media = upload_and_process(alice, make_slow_png())
        assert (media["state"], media["error"]) == ("failed", TOO_LONG)
        assert upload_and_process(alice, make_image())["state"] == "ready"


def test_a_file_that_takes_too_much_memory_fails_and_others_do_not(alice, settings):
    settings.MEDIA_MEMORY_MB = 100
    media = upload_and_process(alice, encode(make_gradient(6000), "PNG"))
    assert (media["state"], media["error"]) == ("failed", TOO_MUCH_MEMORY)
    assert upload_and_process(alice, make_image())["state"] == "ready"


def test_a_result_that_would_be_too_large_fails(alice, monkeypatch):
    monkeypatch.setattr(client, "MAX_IMAGE_OUTPUT_BYTES", 1000)
    media = upload_and_process(alice, encode(make_noise(100), "PNG"))
    assert media["error"] == "The processed file would be too large."
    assert public_files() == []
    assert upload_and_process(alice, make_image())["state"] == "ready"


def decoder_processes() -> list[psutil.Process]:
    """Return the decoder of this process and the processes of the files in it.

    Sites that other tests have started are children of this process, too, and have decoders.
    """
    decoders = [child for child in psutil.Process().children() if _is_decoder(child)]
    return [process for decoder in decoders for process in (decoder, *decoder.children())]


def _is_decoder(process: psutil.Process) -> bool:
    try:
        return "images.processing.decoder" in process.cmdline()
    except psutil.Error:  # it has just ended
        return False


def test_a_suspended_process_is_killed(alice, settings):
    settings.MEDIA_CPU_SECONDS = 1
    assert limits.WALL_TIME_FACTOR == 3
    upload_and_process(alice, make_image())
    (decoder,) = decoder_processes()

    def suspend() -> None:
        wait_for(decoder.children, within=20, name="the process of the file")
        for child in decoder.children():
            child.suspend()

    def upload() -> str:
        content = encode(make_gradient(6324), "PNG", compress_level=1)
        return upload_and_process(alice, content)["error"]

    error, _ = run_concurrently(upload, suspend)
    assert error == TOO_LONG
    assert decoder_processes() == [decoder]
    assert upload_and_process(alice, make_image())["state"] == "ready"


def test_a_decoder_that_was_killed_is_replaced(alice):
    upload_and_process(alice, make_image())
    (decoder,) = decoder_processes()
    decoder.kill()
    decoder.wait(10)
    assert upload_and_process(alice, make_image())["state"] == "ready"
    (replacement,) = decoder_processes()
    assert replacement.pid != decoder.pid


def test_a_file_whose_decoder_is_killed_is_tried_again(alice, settings):
    settings.OUTBOX_CLAIM_SECONDS = -1
    upload_and_process(alice, make_image())
    (decoder,) = decoder_processes()

    def kill() -> None:
        wait_for(decoder.children, within=20, name="the process of the file")
        decoder.kill()

    def upload() -> str:
        content = encode(make_gradient(6324), "PNG", compress_level=1)
        return upload_and_process(alice, content)["state"]

    assert run_concurrently(upload, kill)[0] == "ready"
