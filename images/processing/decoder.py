"""The process that decodes the images of members: `python -m images.processing.decoder`.

Nothing here may import Django.
"""

from typing import IO

from images.processing.animations import process_animation
from images.processing.jobs import serve
from images.processing.limits import ProcessedMedia
from images.processing.still_images import open_image, process_still

MOVING_FORMATS = ("GIF", "PNG", "WEBP", "AVIF")


def process(_content_type: str, source: IO[bytes], output: IO[bytes]) -> ProcessedMedia:
    """Process an image of one of the accepted types.

    Args:
        source: The upload.
        output: The file for the processed image and its sizes.

    Raises:
        InvalidMedia: It cannot be processed, or exceeds a limit.
    """
    content = source.read()
    image = open_image(content)
    # A HEIC may have several pictures: the main one is shown.
    if image.format in MOVING_FORMATS and getattr(image, "is_animated", False):
        return process_animation(content, image, output)
    return process_still(image, output)


if __name__ == "__main__":
    serve(process)
