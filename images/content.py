"""Detection of a file's type from its bytes, never from its name or declared type."""

from typing import IO, NamedTuple

from PIL import Image, UnidentifiedImageError

from images.models import Kind
from mysocial.core.errors import TooLarge, UnsupportedMediaType

MAX_PIXELS = 40_000_000
IMAGE_FORMATS = {  # By Pillow's name: the content type and the extension.
    "JPEG": ("image/jpeg", "jpg"),
    "MPO": ("image/jpeg", "jpg"),  # A JPEG with more images behind the first.
    "PNG": ("image/png", "png"),
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
}
CONTENT_TYPES = {
    **{f".{extension}": content_type for content_type, extension in IMAGE_FORMATS.values()},
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
MP4_BRANDS = (b"iso", b"mp4", b"avc1", b"M4V", b"dash", b"MSNV", b"3gp", b"mmp4")
EBML_MAGIC = b"\x1a\x45\xdf\xa3"
VIDEO_HEADER_BYTES = 64
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


class Content(NamedTuple):
    """The detected type of a file."""

    kind: Kind
    content_type: str
    extension: str


def detect_content(file: IO[bytes], kind: Kind) -> Content:
    """Return the type of a file, which must be of this kind.

    Only the header is read; nothing is decoded.

    Raises:
        TooLarge: The header declares an image of more than `MAX_PIXELS`.
        UnsupportedMediaType: The file has none of the accepted formats of this kind.
    """
    file.seek(0)
    if kind == Kind.IMAGE:
        content = _detect_image(file)
    else:
        content = _detect_video(file.read(VIDEO_HEADER_BYTES))
    file.seek(0)
    return content


def _detect_image(file: IO[bytes]) -> Content:
    too_large = TooLarge(f"The image has more than {MAX_PIXELS} pixels.")
    try:
        image = Image.open(file, formats=("JPEG", "PNG", "GIF", "WEBP"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise too_large from None
    except UnidentifiedImageError:
        raise UnsupportedMediaType("The image must be a JPEG, PNG, GIF or WebP.") from None
    except Exception:  # noqa: BLE001 - Pillow raises many types of errors for an invalid header
        raise UnsupportedMediaType("The image can't be read.") from None
    if image.width * image.height > MAX_PIXELS:
        raise too_large
    return Content(Kind.IMAGE, *IMAGE_FORMATS[image.format or ""])


def _detect_video(header: bytes) -> Content:
    if header[4:8] == b"ftyp" and header[8:12].startswith(MP4_BRANDS):
        return Content(Kind.VIDEO, "video/mp4", "mp4")
    if header.startswith(EBML_MAGIC) and b"webm" in header:
        return Content(Kind.VIDEO, "video/webm", "webm")
    raise UnsupportedMediaType("The video must be an MP4 or WebM.")
