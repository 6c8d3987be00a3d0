"""Colors that a file declares by code points (CICP, ITU-T H.273), converted to sRGB.

HEIC, AVIF and PNG files of phones declare wide colors and high dynamic range (PQ, HLG) in this way.
A screen without HDR shows these values gray and dark. The conversion is a table of colors, which is
made once for each pair of code points.
"""

import functools
import struct
from math import exp, log
from typing import NamedTuple

from PIL import Image, ImageFilter

TABLE_SIZE = 33  # of each side of the table; between its entries, colors are interpolated
SRGB_PRIMARIES, BT2020_PRIMARIES, P3_PRIMARIES = 1, 9, 12
SRGB_TRANSFER, PQ, HLG = 13, 16, 18
SDR_TRANSFERS = frozenset((1, 6, 13, 14, 15))  # BT.601, BT.709, BT.2020 and sRGB: nearly the same
WHITE_NITS = 203  # of paper in HDR pictures (ITU-R BT.2408); this is the white of SDR pictures
HLG_PEAK_NITS = 1000
KNEE = 0.6  # of the white: above, highlights are compressed instead of cut off
PNG_HEADER_BYTES, PNG_CHUNK_HEADER_BYTES, PNG_CHUNK_OVERHEAD_BYTES = 8, 8, 12
MAX_PNG_CHUNKS = 100  # before the first pixels

Color = tuple[float, float, float]
# To the primaries of sRGB (BT.709), both with the white D65, for linear colors.
MATRICES = {
    BT2020_PRIMARIES: (
        (1.6605, -0.5876, -0.0728),
        (-0.1246, 1.1329, -0.0083),
        (-0.0182, -0.1006, 1.1187),
    ),
    P3_PRIMARIES: (
        (1.2249, -0.2247, 0.0),
        (-0.0420, 1.0419, 0.0),
        (-0.0197, -0.0786, 1.0979),
    ),
}


class CodePoints(NamedTuple):
    """The primaries and the transfer function that a file declares."""

    primaries: int
    transfer: int

    @property
    def is_hdr(self) -> bool:
        """Whether the values must be mapped to the range of a usual screen."""
        return self.transfer in {PQ, HLG}

    @property
    def need_conversion(self) -> bool:
        """Whether the colors are known and differ from sRGB."""
        return self.is_hdr or (self.transfer in SDR_TRANSFERS and self.primaries in MATRICES)

    @property
    def table_key(self) -> "CodePoints":
        """The code points of the table to use: unknown primaries are taken for those of sRGB."""
        primaries = self.primaries if self.primaries in MATRICES else SRGB_PRIMARIES
        return CodePoints(primaries, self.transfer if self.is_hdr else SRGB_TRANSFER)


def read_png_code_points(content: bytes) -> CodePoints | None:
    """Return what the chunk `cICP` of a PNG declares; None if it has none."""
    position = PNG_HEADER_BYTES
    for _ in range(MAX_PNG_CHUNKS):
        header = content[position : position + PNG_CHUNK_HEADER_BYTES]
        if len(header) < PNG_CHUNK_HEADER_BYTES:
            return None
        size, kind = struct.unpack(">I4s", header)
        if kind == b"IDAT":
            return None
        data = content[position + PNG_CHUNK_HEADER_BYTES :][: min(size, 4)]
        if kind == b"cICP" and len(data) == 4:  # noqa: PLR2004 - as specified
            return CodePoints(data[0], data[1])
        position += size + PNG_CHUNK_OVERHEAD_BYTES
    return None


def convert_to_srgb(image: Image.Image, source: CodePoints) -> Image.Image:
    """Return an image in RGB, with the transparency that it has, in sRGB."""
    alpha = image.getchannel("A") if image.has_transparency_data and "A" in image.mode else None
    converted = image.convert("RGB").filter(_table(source.table_key))
    if alpha is not None:
        converted.putalpha(alpha)
    return converted


@functools.cache  # of at most nine pairs
def _table(source: CodePoints) -> ImageFilter.Color3DLUT:
    steps = [_to_linear(source.transfer, step / (TABLE_SIZE - 1)) for step in range(TABLE_SIZE)]
    colors = [_convert((r, g, b), source) for b in steps for g in steps for r in steps]
    return ImageFilter.Color3DLUT(TABLE_SIZE, [value for color in colors for value in color])


def _convert(color: Color, source: CodePoints) -> Color:
    """Return a linear color, whose white is 1, as an sRGB value."""
    if source.transfer == HLG:
        color = _hlg_display_light(color)
    red, green, blue = color
    if source.primaries in MATRICES:
        red, green, blue = (
            max(0.0, row[0] * color[0] + row[1] * color[1] + row[2] * color[2])
            for row in MATRICES[source.primaries]
        )
    if source.is_hdr:  # each for itself, so that bright colors fade to white
        red, green, blue = _compress(red), _compress(green), _compress(blue)
    return _to_srgb_value(red), _to_srgb_value(green), _to_srgb_value(blue)


def _compress(light: float) -> float:
    """Return light in the range up to 1; below the knee it is unchanged."""
    if light <= KNEE:
        return light
    return KNEE + (1 - KNEE) * (1 - exp(-(light - KNEE) / (1 - KNEE)))


def _to_linear(transfer: int, value: float) -> float:
    """Return the light of a value; 1 is white. For HLG, it is the light of the scene."""
    if transfer == PQ:  # SMPTE ST 2084
        power = value ** (32 / 2523)
        ratio = max(power - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * power)
        return 10_000 / WHITE_NITS * float(ratio ** (16384 / 2610))
    if transfer == HLG:  # ITU-R BT.2100
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        return value * value / 3 if value <= 0.5 else (exp((value - c) / a) + b) / 12  # noqa: PLR2004
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004


def _hlg_display_light(color: Color) -> Color:
    """Return the light of a screen for the light of a scene (the OOTF of ITU-R BT.2100)."""
    luminance = 0.2627 * color[0] + 0.6780 * color[1] + 0.0593 * color[2]
    factor = HLG_PEAK_NITS / WHITE_NITS * (exp(0.2 * log(luminance)) if luminance else 0.0)
    return color[0] * factor, color[1] * factor, color[2] * factor


def _to_srgb_value(light: float) -> float:
    light = min(light, 1.0)
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055  # noqa: PLR2004
