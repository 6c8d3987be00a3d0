"""Sizes of published images: bounded by area, so that a long screenshot stays readable."""

from math import sqrt

from PIL import Image

from images.processing.colors import for_scaling
from images.processing.limits import MAX_AREA_PIXELS, MAX_SIDE_PIXELS

REDUCING_GAP = 2.0  # First averaged to at least twice the size, which is fast, then resampled.
PREMULTIPLIED = {"LA": "La", "RGBA": "RGBa"}
EPSILON = 1e-6


def bounded_size(
    size: tuple[int, int], *, area: int = MAX_AREA_PIXELS, side: int = MAX_SIDE_PIXELS
) -> tuple[int, int]:
    """Return the largest size with these proportions and bounds, which is never larger."""
    width, height = size
    scale = min(1.0, sqrt(area / (width * height)), side / max(size))
    return max(1, int(width * scale + EPSILON)), max(1, int(height * scale + EPSILON))


def scale(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return an image in another size, smoothly. It takes over the memory of `image`."""
    smooth = for_scaling(image)
    mode = smooth.mode
    if smooth is not image:
        image.close()
    if mode in PREMULTIPLIED:  # Colors of transparent pixels must not mix with visible ones.
        premultiplied = smooth.convert(PREMULTIPLIED[mode])
        smooth.close()
        smooth = premultiplied
    result = smooth.resize(size, Image.Resampling.LANCZOS, reducing_gap=REDUCING_GAP)
    return result.convert(mode) if result.mode != mode else result
