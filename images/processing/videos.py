"""Videos: cleaned in place if browsers play them, or converted to MP4."""

import io
from typing import IO

import av

from images.processing.limits import MOVING_SIZES, ProcessedMedia
from images.processing.mp4 import clean_mp4
from images.processing.previews import write_previews
from images.processing.video_conversion import COPIED_SOUND, can_copy_pictures, convert_video
from images.processing.video_streams import Streams, describe_error, inspect_video
from images.processing.webm import clean_webm

CLEAN = {"video/mp4": clean_mp4, "video/webm": clean_webm}
# What browsers play in a WebM. FFmpeg has several decoders of some codecs.
WEBM_PICTURES = {"vp8", "libvpx", "vp9", "libvpx-vp9", "av1", "libdav1d"}
WEBM_SOUND = {"", "opus", "libopus", "vorbis", "libvorbis"}


def process_video(content_type: str, source: IO[bytes], output: IO[bytes]) -> ProcessedMedia:
    """Clean a video in place or write it to the output, and append its sizes to the output.

    A file of a format that is cleaned in place is cleaned before FFmpeg reads it.

    Raises:
        InvalidMedia: It cannot be processed, or exceeds a limit.
    """
    try:
        if content_type in CLEAN:
            CLEAN[content_type](source)
        streams, picture = inspect_video(source, content_type)
        size, main_bytes, extension = (streams.width, streams.height), 0, ""
        if not _is_playable(content_type, streams):
            size = convert_video(source, content_type, streams, output)
            main_bytes, extension = output.seek(0, io.SEEK_END), "mp4"
            output.flush()
            clean_mp4(output)
            output.seek(main_bytes)
    except av.FFmpegError as error:
        raise describe_error(error) from error
    placeholder, sizes = write_previews(picture, MOVING_SIZES, output)
    return ProcessedMedia(
        *size,
        main_bytes,
        extension=extension,
        seconds=round(streams.seconds, 3),
        placeholder=placeholder,
        sizes=sizes,
    )


def _is_playable(content_type: str, streams: Streams) -> bool:
    """Return whether browsers play a file as it is."""
    if content_type == "video/webm":
        return (
            streams.picture_codec in WEBM_PICTURES
            and streams.sound_codec in WEBM_SOUND
            and not streams.is_mirrored
        )
    return (
        content_type == "video/mp4"
        and can_copy_pictures(streams)
        and streams.sound_codec in {"", *COPIED_SOUND}
    )
