"""Still images: decoded, oriented, bounded and encoded again without metadata.

The result has no metadata of the camera or phone, such as the location, the device or previews.
"""

import io
from math import ceil
from typing import IO

from PIL import Image, ImageCms, ImageOps

from images.processing.headers import InvalidHeader, read_image_header
from images.processing.limits import (
    MAX_PIXELS,
    MAX_SCANS,
    MAX_SIDE_PIXELS,
    InvalidMedia,
    ProcessedMedia,
    max_pixels,
)

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
KEPT_INFO = ("transparency", "duration", "loop")
SAVE_OPTIONS = {"JPEG": {"quality": 85, "optimize": True}, "WEBP": {"quality": 85}}
JPEG_SCAN = b"\xff\xda"
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


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
    return image


def process_still(image: Image.Image, output: IO[bytes]) -> ProcessedMedia:
    """Write an image without metadata in its own format."""
    format_ = "JPEG" if image.format == "MPO" else str(image.format)
    _shrink(image)  # First of all, so that the other steps need less memory.
    image = _convert_to_srgb(ImageOps.exif_transpose(image))
    if format_ == "JPEG" and image.mode not in {"L", "RGB"}:
        image = image.convert("RGB")
    # Pillow would save the comments, profiles and XMP of `info`.
    image.info = {name: value for name, value in image.info.items() if name in KEPT_INFO}
    image.save(output, format_, **SAVE_OPTIONS.get(format_, {}))
    return ProcessedMedia(image.width, image.height)


def _shrink(image: Image.Image) -> None:
    """Reduce an image to `MAX_SIDE_PIXELS` per side, with little memory."""
    scale = max(1.0, max(image.size) / MAX_SIDE_PIXELS)
    # A JPEG is decoded at a half, a quarter or an eighth of its size.
    image.draft(None, (ceil(image.width / scale), ceil(image.height / scale)))
    image.load()
    image.thumbnail((MAX_SIDE_PIXELS, MAX_SIDE_PIXELS), reducing_gap=1.0)


def _convert_to_srgb(image: Image.Image) -> Image.Image:
    """Return the image in sRGB, the color space of an image without a profile."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode != "RGB":
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # An unreadable profile is ignored.
    return converted or image
