"""The cost of processing the largest accepted files: `python -m bench.media`.

Each file is processed like in a worker. Shown are the CPU time and the peak of the address space of
the process of the file, and last the time that a tiny image takes, which is mostly overhead.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysocial.settings")
os.environ.setdefault("DEBUG", "1")

import django
from PIL import Image

from images.processing.client import process_file

# Runs in a process of its own, whose only work is this file.
MEASURE = """
import json, resource, sys
from images.processing.decoder import process
with open(sys.argv[1], "r+b") as source, open(sys.argv[2], "w+b") as output:
    process(sys.argv[3], source, output)
usage = resource.getrusage(resource.RUSAGE_SELF)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps([usage.ru_utime + usage.ru_stime, int(status["VmPeak"].split()[0]) / 1024]))
"""
IMAGE_SIDE, PHOTO_SIDE, WEBP_SIDE, FRAME_SIDE, FRAMES = 6324, 7210, 4472, 2040, 24
LARGE_FRAME_SIDE, LARGE_FRAMES = 2060, 23  # They are scaled and encoded again.
TINY_IMAGES = 100


def gradient(side: int, mode: str = "RGB") -> Image.Image:
    """Return a square gradient."""
    return Image.linear_gradient("L").resize((side, side)).convert(mode)


def encode(image: Image.Image, form: str, **options: Any) -> bytes:
    """Return the file of an image."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def encode_animation(
    form: str, *, side: int = FRAME_SIDE, frames: int = FRAMES, **options: Any
) -> bytes:
    """Return the file of the largest animation."""
    first, *others = [gradient(side).rotate(15 * number) for number in range(frames)]
    return encode(first, form, save_all=True, append_images=others, **options)


FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "JPEG": ("image/jpeg", lambda: encode(gradient(PHOTO_SIDE), "JPEG", quality=95)),
    "progressive JPEG": (
        "image/jpeg",
        lambda: encode(gradient(PHOTO_SIDE), "JPEG", progressive=True, subsampling=0),
    ),
    "HEIC": ("image/heic", lambda: encode(gradient(7000), "HEIF", quality=50)),
    "AVIF": ("image/avif", lambda: encode(gradient(7000), "AVIF", quality=50, speed=10)),
    "PNG": ("image/png", lambda: encode(gradient(IMAGE_SIDE, "RGBA"), "PNG", compress_level=1)),
    "GIF": ("image/gif", lambda: encode(gradient(IMAGE_SIDE, "P"), "GIF")),
    "WebP": ("image/webp", lambda: encode(gradient(WEBP_SIDE, "RGBA"), "WEBP", method=0)),
    "animated GIF": ("image/gif", lambda: encode_animation("GIF")),
    "animated PNG": ("image/png", lambda: encode_animation("PNG")),
    "large animation": (
        "image/gif",
        lambda: encode_animation("GIF", side=LARGE_FRAME_SIDE, frames=LARGE_FRAMES),
    ),
    "animated WebP": ("image/webp", lambda: encode_animation("WEBP", quality=20, method=0)),
}


def measure() -> Iterator[str]:
    """Yield a line for each file."""
    with tempfile.TemporaryDirectory() as folder:
        for name, (content_type, build) in FILES.items():
            content = build()
            source, output = Path(folder, "source"), Path(folder, "output")
            source.write_bytes(content)
            arguments = [sys.executable, "-c", MEASURE, str(source), str(output), content_type]
            result = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
            seconds, megabytes = map(float, result.strip("[] \n").split(","))
            size = len(content) / 2**20
            yield f"{name:20} {size:5.1f} MiB  CPU {seconds:5.2f} s  memory {megabytes:4.0f} MiB"


def measure_overhead() -> str:
    """Return a line about the time that a tiny image takes."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as output:
        source.write(encode(gradient(8), "PNG"))
        source.flush()
        process_file("image/png", source, output)
        started = time.perf_counter()
        for _ in range(TINY_IMAGES):
            process_file("image/png", source, output)
        milliseconds = (time.perf_counter() - started) / TINY_IMAGES * 1000
    return f"{'a tiny PNG':20} {milliseconds:.1f} ms"


def main() -> None:
    """Print the costs."""
    django.setup()
    for line in measure():
        sys.stdout.write(line + "\n")
    sys.stdout.write(measure_overhead() + "\n")


if __name__ == "__main__":
    main()
