"""The workers' side of the decoder process, which is started when the first file is processed."""

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.conf import settings

from images.models import Kind
from images.processing.limits import (
    MAX_IMAGE_OUTPUT_BYTES,
    MEGABYTE,
    InvalidMedia,
    Limits,
    ProcessedMedia,
    Size,
)

MODULES = {Kind.IMAGE: "images.processing.decoder", Kind.VIDEO: "images.processing.video_decoder"}
MAX_RESULT_BYTES = 4096
# The decoder enforces the limits itself; this is for one that does not respond at all.
MARGIN_SECONDS = 10


class DecoderFailed(Exception):
    """The decoder process has ended or does not respond, for a reason unknown."""


class Decoder:
    """A decoder process, for one file at a time."""

    def __init__(self, kind: Kind) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                (sys.executable, "-m", MODULES[kind]),
                stdin=theirs.fileno(),
                cwd=settings.BASE_DIR,
                env={"LC_ALL": "C.UTF-8"},  # No secrets.
            )

    def run(self, job: dict[str, Any], files: list[int], *, seconds: float) -> dict[str, Any]:
        """Process a file and return the result.

        Raises:
            DecoderFailed: The decoder has ended or does not respond.
        """
        self._socket.settimeout(seconds)
        try:
            socket.send_fds(self._socket, [json.dumps(job).encode() + b"\n"], files)
            response = b""
            while not response.endswith(b"\n"):
                part = self._socket.recv(MAX_RESULT_BYTES)
                if not part:
                    raise DecoderFailed("The decoder has ended.")
                response += part
        except OSError as error:
            raise DecoderFailed("The decoder does not respond.") from error
        result: dict[str, Any] = json.loads(response)
        return result

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def disconnect(self) -> None:
        """Close the socket. Without a worker at its other end, the process ends."""
        self._socket.close()

    def close(self) -> None:
        """End the process, and the file that it is processing."""
        self.disconnect()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _Decoders:
    """The decoder of this process for one kind of files, which a lock protects."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._lock = threading.Lock()
        self._decoder: Decoder | None = None
        self._inherited: Decoder | None = None  # That of the process from which this was forked.

    @contextmanager
    def acquire(self) -> Iterator[Decoder]:
        """Yield the decoder. It is replaced after an error in the block."""
        with self._lock:
            decoder, self._decoder = self._decoder, None
            if decoder is not None and not decoder.is_running:
                decoder.close()
                decoder = None
            decoder = decoder or Decoder(self._kind)
            try:
                yield decoder
            except BaseException:
                decoder.close()
                raise
            self._decoder = decoder

    def close(self) -> None:
        """End the decoder, if there is one."""
        decoder, self._decoder = self._decoder, None
        if decoder is not None:
            decoder.close()

    def reset_after_fork(self) -> None:
        """Use another decoder in a forked process; the parent keeps this one."""
        self._lock = threading.Lock()
        self._inherited, self._decoder = self._decoder, None
        if self._inherited is not None:
            self._inherited.disconnect()


_decoders = {kind: _Decoders(kind) for kind in Kind}
for _each in _decoders.values():
    atexit.register(_each.close)
    os.register_at_fork(after_in_child=_each.reset_after_fork)


def _limits_of(kind: Kind) -> Limits:
    if kind == Kind.VIDEO:
        memory = settings.VIDEO_MEMORY_MB * MEGABYTE
        return Limits(settings.VIDEO_CPU_SECONDS, memory, settings.VIDEO_MAX_BYTES)
    memory = settings.MEDIA_MEMORY_MB * MEGABYTE
    return Limits(settings.MEDIA_CPU_SECONDS, memory, MAX_IMAGE_OUTPUT_BYTES)


# The longest time that a file of any kind may take.
MAX_FILE_SECONDS = max(_limits_of(kind).wall_seconds for kind in Kind) + MARGIN_SECONDS


def process_file(content_type: str, source: IO[bytes], output: IO[bytes]) -> ProcessedMedia:
    """Process a file in the decoder process.

    Args:
        content_type: The type of the file.
        source: The upload. A video may be cleaned in place.
        output: The file for the result and its sizes.

    Raises:
        InvalidMedia: It cannot be processed, or exceeds a limit. The text says why.
        DecoderFailed: The decoder ended, which may be repeated.
    """
    kind = Kind.VIDEO if content_type.startswith("video/") else Kind.IMAGE
    limits = _limits_of(kind)
    job = {"content_type": content_type, "limits": limits}
    files = [source.fileno(), output.fileno()]
    with _decoders[kind].acquire() as decoder:
        result = decoder.run(job, files, seconds=limits.wall_seconds + MARGIN_SECONDS)
    if "error" in result:
        raise InvalidMedia(result["error"])
    sizes = tuple(Size(*size) for size in result.pop("sizes"))
    return ProcessedMedia(**result, sizes=sizes)
