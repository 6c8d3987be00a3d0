"""Orientation: pictures are stored upright, whatever the position of the camera was."""

import struct

from PIL import ExifTags, Image

HEIC_ORIENTATION = "turn"  # In `Image.info`: what is left to do after decoding.
METHODS = {  # By the orientation of EXIF (CIPA DC-008, 4.6.5).
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_turn(image: Image.Image) -> Image.Transpose | None:
    """Return how an opened image must be turned; None if it is upright or does not say.

    The decoder of HEIC turns an image as its properties say and removes the orientation of EXIF.
    A file without such properties has only the latter.
    """
    try:
        if image.format == "HEIF":
            return METHODS.get(image.info.get(HEIC_ORIENTATION, 1))
        return METHODS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except (SyntaxError, TypeError, ValueError, struct.error):
        return None  # Unreadable metadata are ignored.


def turn_upright(image: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    """Return a decoded image, turned."""
    return image if turn is None else image.transpose(turn)
