"""Generated images and videos, and helpers to upload them."""

import base64
import io
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image

from images.services import process_due_media
from tests.images.videos import LOCATION, add_boxes, make_box, make_mp4, make_webm
from tests.support.people import Person

# What media that wait for a worker show.
UNREADY: dict[str, Any] = {
    "state": "processing", "error": None, "url": None, "width": None, "height": None,
    "duration": None, "blurhash": "", "sizes": {},
}  # fmt: skip


def make_image(
    image_format: str = "PNG", size: tuple[int, int] = (40, 30), **options: Any
) -> bytes:
    """Return an image whose upper left quarter is red and the rest blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    file = io.BytesIO()
    image.save(file, image_format, **options)
    return file.getvalue()


def make_photo() -> bytes:
    """Return a JPEG of 48 megapixels with as much detail as one of a phone."""
    file = io.BytesIO()
    Image.effect_noise((8064, 6048), 12).save(file, "JPEG", quality=88)
    return file.getvalue()


def make_animation() -> bytes:
    """Return an animated GIF of three frames, with a comment."""
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    file = io.BytesIO()
    frames[0].save(
        file, "GIF", save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0,
        comment=LOCATION.encode(),
    )  # fmt: skip
    return file.getvalue()


def make_geotagged_jpeg(orientation: int = 1) -> bytes:
    """Return a JPEG with the location and the camera in its metadata."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A camera maker"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (47.0, 22.0, 0.0)
    exif.get_ifd(0x8825)[0x1D] = LOCATION
    return make_image("JPEG", (64, 32), exif=exif, comment=LOCATION.encode(), quality=95)


def make_video(*, extra: bytes = b"") -> bytes:
    """Return an MP4 with a location in its user data, and with more boxes at its end."""
    user_data = make_box(b"udta", make_box(b"\xa9xyz", LOCATION.encode()))
    content = add_boxes(make_mp4(), (b"moov", b"trak"), user_data)
    metadata = user_data + make_box(b"meta", LOCATION.encode())
    return add_boxes(content, (b"moov",), metadata) + extra


WEBM = make_webm()


def data_url(content: bytes, content_type: str = "image/png") -> str:
    return f"data:{content_type};base64,{base64.b64encode(content).decode()}"


def encode_form(**fields: Any) -> bytes:
    """Return an encoded form; values of bytes become files."""
    return encode_multipart(
        BOUNDARY,
        {
            name: SimpleUploadedFile("x.txt", value, "text/plain")
            if isinstance(value, bytes)
            else value
            for name, value in fields.items()
        },
    )


def send_form(person: Person, method: str, path: str, *, key: str = "", **fields: Any) -> Any:
    """Send a form and return the response."""
    headers = {"Idempotency-Key": key} if key else {}
    return person.call(method, path, encode_form(**fields), MULTIPART_CONTENT, **headers)


def read_file(url: str) -> bytes:
    """Return the content of the local file with this URL."""
    prefix = f"{settings.PUBLIC_URL}/media/"
    assert url.startswith(prefix)
    return (settings.MEDIA_DIR / "public" / url.removeprefix(prefix)).read_bytes()


def open_image(url: str) -> Image.Image:
    """Return the image of the local file with this URL."""
    return Image.open(io.BytesIO(read_file(url)))


def spooled_files() -> list[str]:
    """Return the names of the files that wait for their processing."""
    return sorted(path.name for path in (settings.MEDIA_DIR / "incoming").iterdir())


def public_files() -> list[str]:
    """Return the names of the files that are served to clients."""
    folder = settings.MEDIA_DIR / "public"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def upload_profile_image(
    person: Person, purpose: str = "profile", size: tuple[int, int] = (40, 30)
) -> dict[str, Any]:
    """Upload an image for the profile, process it, and return it from the gallery."""
    response = send_form(person, "POST", f"users/me/images/{purpose}", image=make_image(size=size))
    assert response.status_code == 201, response.content
    process_due_media()
    return next(
        image
        for image in get_gallery(person, person)
        if image["id"] == response.json()["image"]["id"]
    )


def get_gallery(person: Person, owner: Person) -> list[dict[str, Any]]:
    """Return the images that a person sees of an owner."""
    response = person.get(f"users/{owner.id}/images")
    assert response.status_code == 200
    return response.json()["images"]


def profile_images(person: Person) -> tuple[str, str]:
    """Return the URLs of the avatar and the background of a profile."""
    profile = person.get("users/me").json()
    return profile["avatar_url"], profile["background_url"]


def upload_and_process(person: Person, content: bytes, kind: str = "image") -> dict[str, Any]:
    """Return the processed media of a new post."""
    response = send_form(person, "POST", "posts", text="x", **{kind: content})
    assert response.status_code == 201, response.content
    assert process_due_media() == 1
    return person.get(f"posts/{response.json()['post']['id']}").json()["media"]
