"""Colors of images: sRGB, the color space of an image without a profile, in every mode.

The mode of an image is kept where it can be: a palette is converted instead of its pixels, and gray
stays gray. Transparency is not a color, so no profile changes it.
"""

import io
from typing import cast

from PIL import Image, ImageCms

from images.processing.cicp import CodePoints, convert_to_srgb

Profile = ImageCms.ImageCmsProfile | CodePoints
CODE_POINTS = "code_points"  # In `Image.info`: what the file declares, or None.

ALPHA_MODES = {"LA": "L", "RGBA": "RGB", "PA": "RGB"}  # And the mode of their colors.
OTHER_MODES = {"La": "LA", "RGBa": "RGBA", "RGBX": "RGB", "PA": "RGBA", "F": "L", "I": "L"}
GRAY, CMYK, RGB = "GRAY", "CMYK", "RGB "  # As profiles name their color space (ICC.1, 7.2.6).
INPUT_MODES = {GRAY: "L", RGB: "RGB", CMYK: "CMYK"}
GRAY_MODES = ("1", "L", "LA", "I;16", "I;16L", "I;16B")
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def read_profile(image: Image.Image) -> Profile | None:
    """Return the profile of an image; None if there is none, it is not readable, or is sRGB.

    Code points count only without an ICC profile, unless they declare HDR, which ICC profiles
    describe badly.
    """
    data, points = image.info.get("icc_profile"), image.info.get(CODE_POINTS)
    if points and points.need_conversion and (points.is_hdr or not data):
        return cast("CodePoints", points)
    if not data:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        description = profile.profile.profile_description or ""
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    is_srgb = description.startswith("sRGB") and profile.profile.xcolor_space == RGB
    return None if is_srgb else profile


def to_srgb(image: Image.Image, profile: Profile | None) -> Image.Image:
    """Return an image in sRGB, in a mode for screens: gray, RGB or palette, with transparency."""
    image = _without_deep_gray(image) if profile else image
    image = image.convert(OTHER_MODES[image.mode]) if image.mode in OTHER_MODES else image
    if isinstance(profile, CodePoints):
        image = convert_to_srgb(image, profile)
    elif profile is not None:
        image = _apply(profile, image)
    if image.mode in {"CMYK", "YCbCr", "LAB", "HSV"}:
        image = image.convert("RGB")
    return image


def for_scaling(image: Image.Image) -> Image.Image:
    """Return an image in a mode whose pixels can be averaged: no palette, and no single bits.

    A transparent color becomes an alpha channel: the average with a neighbor is another color.
    """
    image = _without_deep_gray(image)
    if image.mode in {"P", "PA"} or "transparency" in image.info:
        has_alpha = image.has_transparency_data
        gray = image.mode in GRAY_MODES
        image = image.convert({(1, 1): "LA", (1, 0): "RGBA", (0, 1): "L"}.get(
            (has_alpha, gray), "RGB"))  # fmt: skip
    if image.mode == "1":
        return image.convert("L")
    return image.convert(OTHER_MODES[image.mode]) if image.mode in OTHER_MODES else image


def _without_deep_gray(image: Image.Image) -> Image.Image:
    """Return an image of 16 bits of gray in 8 bits. `Image.convert` would cut off its values."""
    if not image.mode.startswith("I"):
        return image
    deep = image if image.mode.startswith("I;16") else image.convert("I;16")
    scaled = deep.point(lambda value: value / 256).convert("L")
    scaled.info.pop("transparency", None)  # A value of 16 bits.
    return scaled


def _apply(profile: ImageCms.ImageCmsProfile, image: Image.Image) -> Image.Image:
    space = profile.profile.xcolor_space
    if image.mode == "1" or space not in INPUT_MODES or (space == CMYK) != (image.mode == "CMYK"):
        return image  # The profile is not for such pixels.
    try:
        if image.mode == "P":
            return _apply_to_palette(profile, image)
        if image.mode not in ALPHA_MODES:
            return _transform(profile, image)
        alpha = image.getchannel("A")
        colors = _transform(profile, image.convert(ALPHA_MODES[image.mode]))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # An unusable profile is ignored.
    colors.putalpha(alpha)
    return colors


def _apply_to_palette(profile: ImageCms.ImageCmsProfile, image: Image.Image) -> Image.Image:
    palette = bytes(image.getpalette("RGB") or ())
    colors = Image.frombytes("RGB", (len(palette) // 3, 1), palette)
    result = image.copy()
    result.putpalette(_transform(profile, colors).tobytes())
    return result


def _transform(profile: ImageCms.ImageCmsProfile, image: Image.Image) -> Image.Image:
    """Return an image without transparency in sRGB; gray stays gray."""
    mode = INPUT_MODES[profile.profile.xcolor_space]
    is_gray = image.mode == "L"
    transform = ImageCms.buildTransform(profile, SRGB, mode, "RGB")
    result = ImageCms.applyTransform(image.convert(mode), transform)
    if result is None:  # Only with `inPlace`.
        return image
    return result.convert("L") if is_gray else result
