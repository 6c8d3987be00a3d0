"""Still images: decoded, oriented, bounded and encoded again without metadata.

The result has no metadata of the camera or phone, such as the location, the device or previews.
"""

import io
from typing import IO

import pillow_heif
from PIL import AvifImagePlugin, Image

from images.processing.cicp import CodePoints, read_png_code_points
from images.processing.colors import CODE_POINTS, read_profile, to_srgb
from images.processing.headers import InvalidHeader, read_image_header
from images.processing.iso_headers import is_turned_by_decoder, read_iso_code_points
from images.processing.limits import (
    MAX_PHOTO_PIXELS,
    MAX_SCANS,
    STILL_SIZES,
    InvalidMedia,
    ProcessedMedia,
    max_pixels,
)
from images.processing.orientation import HEIC_ORIENTATION, read_turn, turn_upright
from images.processing.previews import write_previews
from images.processing.scaling import bounded_size, scale

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "HEIF", "AVIF", "BMP")
# What other formats become; those with transparency become WebP instead of JPEG.
OUTPUT_FORMATS = {"MPO": "JPEG", "HEIF": "JPEG", "AVIF": "JPEG", "BMP": "PNG"}
EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp"}
KEPT_INFO = ("transparency", "duration", "loop")
SAVE_OPTIONS = {"JPEG": {"quality": 85, "optimize": True}, "WEBP": {"quality": 85}}
JPEG_SCAN = b"\xff\xda"
Image.MAX_IMAGE_PIXELS = MAX_PHOTO_PIXELS
# A thread more would need its own memory, and no less CPU time.
AvifImagePlugin.DEFAULT_MAX_THREADS = pillow_heif.options.DECODE_THREADS = 1
pillow_heif.register_heif_opener(thumbnails=False)


def require_allowed_size(format_: str, width: int, height: int) -> None:
    """Require that an image does not have too many pixels.

    Raises:
        InvalidMedia: It has.
    """
    if width * height > max_pixels(format_):
        raise InvalidMedia(f"The image has more than {max_pixels(format_):,} pixels.")


def require_few_scans(content: bytes) -> None:
    """Require that a JPEG does not have too many scans, each of which may cost a full pass.

    Within a scan, 0xFF is never followed by 0xDA. Scans of previews are counted, too.

    Raises:
        InvalidMedia: It has.
    """
    if content.count(JPEG_SCAN) > MAX_SCANS:
        raise InvalidMedia(f"The JPEG has more than {MAX_SCANS} scans.")


def open_image(content: bytes) -> Image.Image:
    """Open an image and check its size; nothing is decoded yet.

    Raises:
        InvalidMedia: It is not an image, or has too many pixels or scans.
    """
    try:
        header = read_image_header(io.BytesIO(content))
    except InvalidHeader:
        header = None
    if header is None:
        raise InvalidMedia("The image is damaged.")
    require_allowed_size(*header)
    if header.format == "JPEG":
        require_few_scans(content)
    image = Image.open(io.BytesIO(content), formats=FORMATS)
    # Of several headers, decoders may use another one.
    require_allowed_size(header.format, image.width, image.height)
    if header.format == "HEIF" and not is_turned_by_decoder(content):
        image.info[HEIC_ORIENTATION] = image.info.get("original_orientation") or 1
    image.info[CODE_POINTS] = _read_code_points(header.format, content)
    return image


def _read_code_points(format_: str, content: bytes) -> CodePoints | None:
    if format_ in {"HEIF", "AVIF"}:
        return read_iso_code_points(content)
    return read_png_code_points(content) if format_ == "PNG" else None


def process_still(image: Image.Image, output: IO[bytes]) -> ProcessedMedia:
    """Write an image without metadata in its own format, and its smaller sizes.

    A format that not every browser displays becomes JPEG, WebP or PNG.
    """
    source_format = str(image.format)
    format_ = OUTPUT_FORMATS.get(source_format, source_format)
    image = prepare_still(image)
    if format_ == "JPEG" and image.has_transparency_data:
        format_ = "WEBP"
    if format_ == "JPEG" and image.mode not in {"L", "RGB"}:
        image = image.convert("RGB")
    # Pillow would save the comments, profiles and XMP of `info`.
    image.info = {name: value for name, value in image.info.items() if name in KEPT_INFO}
    file = io.BytesIO()
    image.save(file, format_, **SAVE_OPTIONS.get(format_, {}))
    main_bytes = output.write(file.getbuffer())
    placeholder, sizes = write_previews(image, STILL_SIZES, output)
    return ProcessedMedia(
        *image.size,
        main_bytes,
        extension=EXTENSIONS[format_],
        placeholder=placeholder,
        sizes=sizes,
    )


def prepare_still(image: Image.Image) -> Image.Image:
    """Return an image within the bounds, upright and in sRGB. It takes over the memory of `image`.

    It is scaled first, so that the other steps need less memory.
    """
    profile, turn = read_profile(image), read_turn(image)
    size = bounded_size(image.size)
    if image.format in {"JPEG", "MPO"}:
        # It is decoded at a half, a quarter or an eighth of its size.
        image.draft(None, size)
    else:
        image.load()
        size = bounded_size(image.size)  # That of a HEIC is certain only now.
    image.load()
    if size != image.size:
        image = scale(image, size)
    return turn_upright(to_srgb(image, profile), turn)
