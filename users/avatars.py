"""Default avatars: an initial on a colored background, drawn on request."""

import functools
import io

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from PIL import Image, ImageDraw, ImageFont

SIDE_PX, LETTER_PX = 128, 72


@require_safe
def avatar(_request: HttpRequest, color: str, initial: str) -> HttpResponse:
    """Respond with the avatar, which never changes and may be cached forever."""
    response = HttpResponse(draw(color, initial), content_type="image/png")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@functools.lru_cache(maxsize=512)
def draw(color: str, initial: str) -> bytes:
    """Return a PNG of one letter on a background of `color`, six hex digits."""
    image = Image.new("RGB", (SIDE_PX, SIDE_PX), f"#{color}")
    is_bright = sum(int(color[start : start + 2], 16) for start in (0, 2, 4)) > 3 * 0xA0
    ImageDraw.Draw(image).text(
        (SIDE_PX / 2, SIDE_PX / 2),
        initial,
        fill="black" if is_bright else "white",
        font=ImageFont.load_default(LETTER_PX),
        anchor="mm",
    )
    buffer = io.BytesIO()
    image.quantize(32).save(buffer, "PNG")
    return buffer.getvalue()
