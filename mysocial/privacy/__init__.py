"""Personal data: the contents and the archive of an export, and the scan after an erasure."""

from mysocial.privacy.erasure_scan import Hit, SearchTerms, clock, delete_hits, find_hits
from mysocial.privacy.export_archive import write_archive
from mysocial.privacy.exports import (
    SECTIONS,
    ExportSection,
    Owner,
    exclude,
    listed,
    register,
    single,
    walk,
)

__all__ = [
    "SECTIONS",
    "ExportSection",
    "Hit",
    "Owner",
    "SearchTerms",
    "clock",
    "delete_hits",
    "erasure_scan",
    "exclude",
    "exports",
    "find_hits",
    "listed",
    "register",
    "single",
    "walk",
    "write_archive",
]
