"""Templates of bookmarks."""

from bookmarks.store import bookmarks
from mysocial.store import Field, JsonTemplate

bookmark_template = JsonTemplate(bookmarks, b'"post_id":"', Field("post_id"), b'"')
