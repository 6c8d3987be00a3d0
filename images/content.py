"""Detection of a file's type from its bytes, never from its name or declared type."""

from typing import IO, NamedTuple

from images.models import Kind
from images.processing.headers import InvalidHeader, read_image_header
from images.processing.iso_headers import iso_format
from images.processing.limits import max_pixels
from mysocial.core.errors import TooLarge, UnsupportedMediaType

IMAGE_FORMATS = {  # By Pillow's name: the content type, and the extension of the published file.
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
    # These become JPEG or WebP, and PNG.
    "HEIF": ("image/heic", "jpg"),
    "AVIF": ("image/avif", "jpg"),
    "BMP": ("image/bmp", "png"),
}
CONTENT_TYPES = {  # Of published files.
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
MP4_BRANDS = (b"iso", b"mp4", b"avc1", b"M4V", b"dash", b"MSNV", b"3gp", b"mmp4")
QUICKTIME_BRAND = b"qt  "
QUICKTIME_BOXES = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")  # First, without `ftyp`.
EBML_MAGIC = b"\x1a\x45\xdf\xa3"
VIDEO_HEADER_BYTES = 256  # With all brands of an MP4.


class Content(NamedTuple):
    """The detected type of a file."""

    kind: Kind
    content_type: str
    extension: str


def detect_content(file: IO[bytes], kind: Kind) -> Content:
    """Return the type of a file, which must be of this kind.

    Only the header is read; nothing is decoded.

    Raises:
        TooLarge: The header declares an image of too many pixels.
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
    try:
        header = read_image_header(file)
    except InvalidHeader:
        raise UnsupportedMediaType("The image can't be read.") from None
    if header is None:
        raise UnsupportedMediaType("The image must be a JPEG, PNG, GIF, WebP, HEIC, AVIF or BMP.")
    if header.width * header.height > max_pixels(header.format):
        raise TooLarge(f"The image has more than {max_pixels(header.format)} pixels.")
    return Content(Kind.IMAGE, *IMAGE_FORMATS[header.format])


def _detect_video(header: bytes) -> Content:
    if header.startswith(EBML_MAGIC):
        if b"webm" in header:
            return Content(Kind.VIDEO, "video/webm", "webm")
        if b"matroska" in header:
            return Content(Kind.VIDEO, "video/x-matroska", "mp4")
    brands = _read_brands(header)
    # A camera may name itself first, and MP4 among the brands that its files comply with.
    if brands[:1] != [QUICKTIME_BRAND] and any(brand.startswith(MP4_BRANDS) for brand in brands):
        return Content(Kind.VIDEO, "video/mp4", "mp4")
    if QUICKTIME_BRAND in brands or header[4:8] in QUICKTIME_BOXES:
        return Content(Kind.VIDEO, "video/quicktime", "mp4")
    raise UnsupportedMediaType("The video must be an MP4, MOV, WebM or MKV.")


def _read_brands(header: bytes) -> list[bytes]:
    """Return the brands of an MP4, the major one first; none of another file or of an image."""
    if header[4:8] != b"ftyp" or iso_format(header):
        return []
    size = min(int.from_bytes(header[:4], "big"), len(header))
    return [header[8:12], *(header[start : start + 4] for start in range(16, size, 4))]
