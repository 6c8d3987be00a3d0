"""The picture of whoever brought none: an initial on a colour, drawn when it is asked for."""

import functools
import io

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from PIL import Image, ImageDraw, ImageFont

SIDE_PX, LETTER_PX = 128, 72


@require_safe
def avatar(_request: HttpRequest, color: str, initial: str) -> HttpResponse:
    """Send the picture; it is the same for ever."""
    answer = HttpResponse(draw(color, initial), content_type="image/png")
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


@functools.lru_cache(maxsize=512)
def draw(color: str, initial: str) -> bytes:
    """Return a PNG of one letter on `color`, six hex digits."""
    picture = Image.new("RGB", (SIDE_PX, SIDE_PX), f"#{color}")
    bright = sum(int(color[at : at + 2], 16) for at in (0, 2, 4)) > 3 * 0xA0
    ImageDraw.Draw(picture).text(
        (SIDE_PX / 2, SIDE_PX / 2),
        initial,
        fill="black" if bright else "white",
        font=ImageFont.load_default(LETTER_PX),
        anchor="mm",
    )
    out = io.BytesIO()
    picture.quantize(32).save(out, "PNG")
    return out.getvalue()
