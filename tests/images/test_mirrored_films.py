"""Films whose display matrix mirrors them, as that of some front cameras does."""

import io

import pytest

from images.processing.video_streams import inspect_video
from tests.images.films import make_film, mirror, red_corner, shown_picture
from tests.images.pictures import open_image
from tests.images.test_films import CORNERS, publish

CONTENT_TYPES = {
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "matroska": "video/x-matroska",
}


@pytest.mark.parametrize("container", ["mp4", "mov", "matroska"])
def test_only_a_matrix_that_mirrors_is_read_as_mirrored(alice, container):
    """Check that FFmpeg reads what `mirror` makes as mirrored, and nothing else."""
    content = make_film(container)
    assert not inspect_video(io.BytesIO(content), CONTENT_TYPES[container])[0].is_mirrored
    if container != "matroska":
        mirrored = io.BytesIO(mirror(content, 0))
        assert inspect_video(mirrored, CONTENT_TYPES[container])[0].is_mirrored


@pytest.mark.parametrize("degrees", CORNERS)
@pytest.mark.parametrize(
    ("container", "pictures"), [("mp4", "libx264"), ("mov", "libx264"), ("mov", "libx265")]
)
def test_a_mirrored_film_is_shown_as_the_camera_meant(alice, container, pictures, degrees):
    media, stored = publish(alice, mirror(make_film(container, pictures), degrees))
    size = (96, 64) if degrees % 180 == 0 else (64, 96)
    corner = {
        "left upper": "right upper",
        "right upper": "right lower",
        "right lower": "left lower",
        "left lower": "left upper",
    }[CORNERS[degrees]]
    assert (media["width"], media["height"]) == size
    picture = shown_picture(stored)
    assert (picture.size, red_corner(picture)) == (size, corner)
    assert not inspect_video(io.BytesIO(stored), "video/mp4")[0].is_mirrored
    poster = open_image(media["sizes"]["poster"]["url"])
    assert (poster.size, red_corner(poster)) == (size, corner)
