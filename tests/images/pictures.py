"""Pictures and films, made here; and how they are sent."""

import base64
import io
import struct
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image

from tests.support.people import Person

PLACE = "47 deg 22' N"


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), **how: Any) -> bytes:
    """Return a picture whose upper left quarter is red, the rest blue."""
    made = Image.new("RGB", size, "blue")
    made.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    out = io.BytesIO()
    made.save(out, form, **how)
    return out.getvalue()


def animation() -> bytes:
    """Return an animated GIF of three frames, with a comment."""
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(
        out, "GIF", save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0,
        comment=PLACE.encode(),
    )  # fmt: skip
    return out.getvalue()


def located(orientation: int = 1) -> bytes:
    """Return a JPEG that says where and how it was taken."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A camera maker"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (47.0, 22.0, 0.0)
    exif.get_ifd(0x8825)[0x1D] = PLACE
    return picture("JPEG", (64, 32), exif=exif, comment=PLACE.encode(), quality=95)


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def film(*, extra: bytes = b"") -> bytes:
    """Return an MP4, as far as its boxes go, with a place in its user data."""
    place = box(b"udta", box(b"\xa9xyz", PLACE.encode()))
    track = box(b"trak", box(b"tkhd", bytes(84)) + place)
    movie = box(b"moov", box(b"mvhd", bytes(100)) + track + place + box(b"meta", PLACE.encode()))
    return box(b"ftyp", b"isom\0\0\2\0isomiso2") + movie + box(b"mdat", b"sound" * 100) + extra


WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(200)


def data_url(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def form(**fields: Any) -> bytes:
    """Return a form; bytes are files."""
    return encode_multipart(
        BOUNDARY,
        {
            name: SimpleUploadedFile("x.txt", value, "text/plain")
            if isinstance(value, bytes)
            else value
            for name, value in fields.items()
        },
    )


def send(person: Person, method: str, path: str, *, key: str = "", **fields: Any) -> Any:
    """Send a form."""
    headers = {"Idempotency-Key": key} if key else {}
    return person.call(method, path, form(**fields), MULTIPART_CONTENT, **headers)


def bytes_at(url: str) -> bytes:
    """Return the file that has this address here."""
    assert url.startswith(settings.MEDIA_URL)
    return (settings.MEDIA_DIR / "public" / url.removeprefix(settings.MEDIA_URL)).read_bytes()


def opened(url: str) -> Image.Image:
    """Return the picture that has this address here."""
    return Image.open(io.BytesIO(bytes_at(url)))


def waiting() -> list[str]:
    """Return the names of the files that wait for a worker."""
    return sorted(one.name for one in (settings.MEDIA_DIR / "incoming").iterdir())


def shown() -> list[str]:
    """Return the names of the files that are served."""
    folder = settings.MEDIA_DIR / "public"
    return sorted(one.name for one in folder.iterdir()) if folder.exists() else []
