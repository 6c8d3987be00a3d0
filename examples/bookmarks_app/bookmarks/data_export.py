"""Bookmarks in a member's data export."""

from bookmarks.store import bookmarks
from mysocial.privacy import ExportSection, listed, register

register(ExportSection(bookmarks, "Bookmarks", listed(bookmarks, "user")))
