"""Web addresses and e-mail addresses in a text, as a person would recognize them."""

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

import regex
from publicsuffixlist import PSLFILE

from mysocial.core.text.scripts import SPACED, UNSPACED

MAX_URL_LENGTH = 2000
MAX_NUMBER_DIGITS = 2
# Without a scheme or a path, these are names of files: `notes.md` and `setup.py`.
FILE_EXTENSIONS = frozenset(
    ("bat", "cc", "cs", "md", "ml", "mm", "mov", "pl", "ps", "py", "rs", "sh", "so", "zip")
)
# A dot between letters. The pattern begins with the dot, so that the search is fast.
DOTTED = re.compile(r"\.(?<=\w\.)\w")
# No address contains blanks, or the punctuation of Chinese and Japanese.
TOKEN = re.compile(
    r"[^\s\u3001-\u3003\u3008-\u3011\u3014-\u301F\uFF01-\uFF0F\uFF1A-\uFF1F\uFF3B-\uFF40"
    r"\uFF5B-\uFF65]+"
)

# All repetitions have a limit, so that the time is linear for any text.
_LABEL = rf"(?:{SPACED}[{SPACED}\-]{{0,62}}+(?<!-)|{UNSPACED}[{UNSPACED}\p{{Nd}}\-]{{0,62}}+(?<!-))"
_TOP = (
    rf"(?:[Xx][Nn]--[A-Za-z0-9\-]{{1,59}}+|[[\p{{L}}\p{{M}}]--{UNSPACED}]{{2,63}}+(?![\p{{Nd}}_\-]\w)"
    rf"|{UNSPACED}{{1,63}}+)"
)
_HOST = rf"(?:{_LABEL}\.){{1,8}}{_TOP}"
_ADDRESS = r"(?:\d{1,3}\.){3}\d{1,3}|\[[0-9A-Fa-f:.]{2,45}\]"
# Brackets of full width, quotation marks and ideographic punctuation end an address.
_PATH = (
    r'(?:[/?#][^\s<>"\p{Z}\p{C}\u00AB\u00BB\u2018-\u201F\u2039\u203A'
    r"\u3001-\u3003\u3008-\u3011\u3014-\u301F\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65]"
    rf"{{0,{MAX_URL_LENGTH}}}+)?"
)
LINK = regex.compile(
    rf"""(?V1x)(?<!{SPACED})(?:
    (?P<url>[Hh][Tt][Tt][Pp][Ss]?://(?:{_HOST}|{_ADDRESS}|{SPACED}[{SPACED}\-]{{0,62}}+)
        (?::\d{{1,5}}+)?(?![:\w.\-]*@){_PATH})
    |(?<![.+\-@/\\])(?<!//[\w.\-]{{1,64}}:)(?P<email>{SPACED}[{SPACED}.%+'\-]{{0,63}}+(?<!\.)@{_HOST})
    |(?<![.\-@/\\=&\#])(?:(?<!{UNSPACED})|(?={SPACED}))(?P<bare>(?P<host>{_HOST})(?::\d{{1,5}}+)?(?![@(])(?P<path>{_PATH}))
    )"""
)
TRAILING = re.compile(r"[.,:;!?'…]+$")
CLOSING_BRACKETS = {")": "(", "]": "[", "}": "{"}


class Link(NamedTuple):
    """An address in a text, between two code points, and the URL that it leads to."""

    start: int
    end: int
    url: str


def find_links(text: str) -> Iterator[Link]:
    """Yield the web addresses and e-mail addresses of a text, in order."""
    if not may_have_links(text):
        return
    for token in TOKEN.finditer(text):
        if may_have_links(token[0]):
            yield from _links_between(text, token.start(), token.end())


def may_have_links(text: str) -> bool:
    """Return whether a text has a sign of an address; a quick check."""
    return "://" in text or "@" in text or ("." in text and DOTTED.search(text) is not None)


def _links_between(text: str, token_start: int, token_end: int) -> Iterator[Link]:
    for match in LINK.finditer(text, token_start, token_end):
        start = match.start()
        if address := match["url"]:
            url = address = trim(address)
        elif address := match["email"]:
            address = address if _is_domain(address.rpartition("@")[2]) else ""
            url = f"mailto:{address}"
        else:
            address = trim(match["bare"]) if _is_bare_address(match["host"], match["path"]) else ""
            url = f"https://{address}"
        if address and len(url) <= MAX_URL_LENGTH:
            yield Link(start, start + len(address), url)


def _is_bare_address(host: str, path: str) -> bool:
    """Return whether a host without a scheme is meant as an address, not as a file or a typo."""
    if host.startswith("www."):
        return True
    name, _, top = host.rpartition(".")
    is_number = name.isdecimal() and len(name) <= MAX_NUMBER_DIGITS  # `9.am`
    is_sentence_end = not top.islower() and host != host.upper() and top.isascii()  # `done.So`
    is_file = top in FILE_EXTENSIONS and not path
    return _is_domain(host) and not (is_number or is_sentence_end or is_file)


def _is_domain(host: str) -> bool:
    top = host.rpartition(".")[2].lower()
    return top in top_level_domains() or top.startswith("xn--")


def trim(address: str) -> str:
    """Return an address without the punctuation and closing brackets of the sentence around it."""
    while True:
        trimmed = TRAILING.sub("", address)
        opening = CLOSING_BRACKETS.get(trimmed[-1:])
        if opening and trimmed.count(trimmed[-1]) > trimmed.count(opening):
            trimmed = trimmed[:-1]
        if trimmed == address:
            return address
        address = trimmed


@functools.cache
def top_level_domains() -> frozenset[str]:
    """Return all top-level domains, with those in letters of other scripts."""
    with open(PSLFILE, encoding="utf-8") as file:  # noqa: PTH123 - a path of the library
        rules = (line.strip() for line in file)
        return frozenset(
            rule.rpartition(".")[2] for rule in rules if rule and not rule.startswith("//")
        )
