"""What a file is, by its bytes: never by its name, nor by what its sender says of it."""

from typing import IO, NamedTuple

from PIL import Image, UnidentifiedImageError

from images.models import Kind
from mysocial.core.errors import TooLarge, UnsupportedMediaType

MOST_PIXELS = 40_000_000
FORMATS = {  # as Pillow calls them
    "JPEG": ("image/jpeg", "jpg"),
    "MPO": ("image/jpeg", "jpg"),  # a JPEG with more pictures behind the first
    "PNG": ("image/png", "png"),
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
}
TYPES = {
    **{f".{extension}": kind for kind, extension in FORMATS.values()},
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
MP4_BRANDS = (b"iso", b"mp4", b"avc1", b"M4V", b"dash", b"MSNV", b"3gp", b"mmp4")
EBML = b"\x1a\x45\xdf\xa3"
HEAD = 64
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


class Content(NamedTuple):
    """What was found in a file."""

    kind: Kind
    content_type: str
    extension: str


def detect_content(file: IO[bytes], kind: Kind) -> Content:
    """Return what a file is. `Unsupported` when it is nothing of this kind that is taken.

    Only its head is read: of a picture that says it is larger than `MOST_PIXELS` nothing is decoded
    (`TooLarge`).
    """
    file.seek(0)
    found = _picture(file) if kind == Kind.IMAGE else _film(file.read(HEAD))
    file.seek(0)
    return found


def _picture(file: IO[bytes]) -> Content:
    try:
        picture = Image.open(file, formats=("JPEG", "PNG", "GIF", "WEBP"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooLarge(f"The image has more than {MOST_PIXELS} pixels.") from None
    except UnidentifiedImageError:
        raise UnsupportedMediaType("The image must be a JPEG, PNG, GIF or WebP.") from None
    except Exception:  # noqa: BLE001 - Pillow's readers raise whatever a broken head leads them to
        raise UnsupportedMediaType("The image can't be read.") from None
    if picture.width * picture.height > MOST_PIXELS:
        raise TooLarge(f"The image has more than {MOST_PIXELS} pixels.")
    return Content(Kind.IMAGE, *FORMATS[picture.format or ""])


def _film(head: bytes) -> Content:
    if head[4:8] == b"ftyp" and head[8:12].startswith(MP4_BRANDS):
        return Content(Kind.VIDEO, "video/mp4", "mp4")
    if head.startswith(EBML) and b"webm" in head:
        return Content(Kind.VIDEO, "video/webm", "webm")
    raise UnsupportedMediaType("The video must be an MP4 or WebM.")
