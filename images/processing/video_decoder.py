"""The process that decodes the videos of members: `python -m images.processing.video_decoder`.

It is another one than that of images, because FFmpeg alone occupies much of the address space that
an image may take. Nothing here may import Django.
"""

from images.processing.jobs import serve
from images.processing.videos import process_video

if __name__ == "__main__":
    serve(process_video)
