"""The links of an HTML page that declare a relation, such as `<a rel="me" href="…">`.

Only tags are read, no tree is made, so the time is linear in the size of any page. The parser of
Python (3.11) takes minutes for a megabyte of unclosed tags, and parsers that make a tree take as
long for deeply nested ones. What browsers do not show as a tag is skipped: comments, scripts, the
values of attributes.
"""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

MAX_HREF_LENGTH = 2000
START = re.compile(r"<(?:!--|(?=[A-Za-z]))")
NAME = re.compile(r"[^\s/>]++")
SPACE = re.compile(r"[\s/]*+")
ATTRIBUTE = re.compile(r"(=?+[^\s/>=]*+)(\s*+=\s*+)?+")  # a name may begin with "="
UNQUOTED = re.compile(r"[^\s>]*+")
# Elements whose content is text, up to their end tag.
RAW = {
    name: re.compile(rf"</{name}[\s/>]", re.IGNORECASE | re.ASCII)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}


class HtmlLink(NamedTuple):
    """A link with a relation."""

    rel: frozenset[str]  # in lower case
    href: str


class _EndOfPageError(Exception):
    """The page ends within a tag or comment."""


def find_related_links(page: str) -> Iterator[HtmlLink]:
    """Yield the links of a page that declare a relation, `<a>` and `<link>`, in order."""
    position = 0
    try:
        while start := START.search(page, position):
            if start[0] != "<":
                position = _after(page, "-->", start.end() - 2)  # "<!-->" is a comment, too
                continue
            name, attributes, position = _read_tag(page, start.end())
            if name in {"a", "link"} and "rel" in attributes and "href" in attributes:
                rel = frozenset(attributes["rel"].lower().split())
                yield HtmlLink(rel, attributes["href"].strip())
            if name in RAW:
                end = RAW[name].search(page, position)
                if end is None:
                    return
                position = end.start() + 1
    except _EndOfPageError:
        return


def _after(page: str, text: str, position: int) -> int:
    """Return the position after the next occurrence of a text.

    Raises:
        _EndOfPageError: There is none.
    """
    start = page.find(text, position)
    if start < 0:
        raise _EndOfPageError
    return start + len(text)


def _read_tag(page: str, position: int) -> tuple[str, dict[str, str], int]:
    """Return the name of a tag, its attributes `rel` and `href`, and the position after it."""
    name = NAME.match(page, position)
    assert name  # noqa: S101 - a letter is at this position
    attributes, position = _read_attributes(page, name.end())
    return name[0].lower(), attributes, position


def _read_attributes(page: str, position: int) -> tuple[dict[str, str], int]:
    """Return the attributes `rel` and `href` of a tag, and the position after the tag.

    Raises:
        _EndOfPageError: The page ends within the tag.
    """
    attributes: dict[str, str] = {}
    while True:
        space = SPACE.match(page, position)
        assert space  # noqa: S101 - it also matches nothing
        position = space.end()
        if position >= len(page):
            raise _EndOfPageError
        if page[position] == ">":
            return attributes, position + 1
        match = ATTRIBUTE.match(page, position)
        assert match  # noqa: S101 - any other character begins a name
        value, position = _read_value(page, match.end()) if match[2] else ("", match.end())
        name = match[1].lower()
        if name in {"rel", "href"} and name not in attributes and len(value) <= MAX_HREF_LENGTH:
            attributes[name] = html.unescape(value)


def _read_value(page: str, position: int) -> tuple[str, int]:
    """Return the value of an attribute, and the position after it."""
    quote = page[position : position + 1]
    if quote in {'"', "'"}:
        end = _after(page, quote, position + 1)
        return page[position + 1 : end - 1], end
    match = UNQUOTED.match(page, position)
    assert match  # noqa: S101 - it also matches nothing
    return match[0], match.end()
