"""Reading pages of other sites that members name, without reaching the networks of this one.

    page = fetch("https://example.com/", content_types=HTML)

This package has the only code that opens a connection to an address that a member chose.
"""

from mysocial.fetch.fetcher import HTML, Page, fetch
from mysocial.fetch.html_links import HtmlLink, find_related_links
from mysocial.fetch.problems import FetchError

__all__ = ["HTML", "FetchError", "HtmlLink", "Page", "fetch", "find_related_links"]
