"""Previews of a picture: smaller sizes of it, and a placeholder of a few bytes.

The sizes are WebP, which has transparency and is understood by every browser. They are bounded by
area like the picture itself, and never larger than it.
"""

import io
from collections.abc import Iterator, Mapping
from typing import IO

import blurhash
from PIL import Image

from images.processing.colors import for_scaling
from images.processing.limits import POSTER, Size
from images.processing.scaling import bounded_size

WEBP_OPTIONS = {"quality": 80, "method": 2}
# The placeholder: https://github.com/woltapp/blurhash
HASH_SIDE, COMPONENTS = 32, (4, 3)


def write_previews(
    image: Image.Image, sides: Mapping[str, int], output: IO[bytes]
) -> tuple[str, tuple[Size, ...]]:
    """Append the smaller sizes of a picture that is upright and in sRGB to a file.

    Args:
        image: The picture.
        sides: `STILL_SIZES` or `MOVING_SIZES`.
        output: The file.

    Returns:
        The placeholder of the picture, and the sizes in the order of the file.
    """
    picture = _to_color(image)
    sizes = []
    for size, content in _previews(picture, sides):
        output.write(content)
        sizes.append(size)
    return _placeholder(picture), tuple(sizes)


def _previews(image: Image.Image, sides: Mapping[str, int]) -> Iterator[tuple[Size, bytes]]:
    """Yield the sizes and their files, the largest first.

    Each is made from the previous one, which is fast. A size that would not be smaller than the
    picture is left out, except the poster.
    """
    for name, side in sorted(sides.items(), key=lambda item: -item[1]):
        size = bounded_size(image.size, area=side * side)
        if size == image.size and name != POSTER:
            continue
        if size != image.size:
            image = _resized(image, size)
        file = io.BytesIO()
        image.save(file, "WEBP", **WEBP_OPTIONS)
        yield Size(name, *size, len(file.getvalue())), file.getvalue()


def _to_color(image: Image.Image) -> Image.Image:
    """Return a copy of a picture as RGB, or as RGBA if it is transparent."""
    smooth = for_scaling(image)
    mode = "RGBA" if smooth.has_transparency_data else "RGB"
    copy = smooth.convert(mode) if smooth.mode != mode else smooth.copy()
    copy.info = {}
    return copy


def _placeholder(image: Image.Image) -> str:
    """Return the BlurHash of a picture. Transparent parts count as white."""
    size = bounded_size(image.size, area=HASH_SIDE * HASH_SIDE, side=2 * HASH_SIDE)
    small = _resized(image, size)
    if small.mode == "RGBA":
        white = Image.new("RGBA", size, "white")
        white.alpha_composite(small)
        small = white.convert("RGB")
    data = small.tobytes()
    row = 3 * size[0]
    pixels = [
        [list(data[start : start + 3]) for start in range(line, line + row, 3)]
        for line in range(0, len(data), row)
    ]
    return str(blurhash.encode(pixels, *COMPONENTS))


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
