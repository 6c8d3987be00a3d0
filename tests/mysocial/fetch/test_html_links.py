"""Finding the links of pages: what a browser shows as a link, in linear time."""

import time

import pytest

from mysocial.fetch import find_related_links

MEBIBYTE = 1024 * 1024


def hrefs(page, rel="me"):
    return [link.href for link in find_related_links(page) if rel in link.rel]


@pytest.mark.parametrize(
    "tag",
    [
        '<a rel="me" href="https://x">', "<a rel=me href=https://x>", "<A HREF='https://x' REL=ME>",
        '<link rel="me" href="https://x"/>', '<a rel="nofollow me noopener" href=" https://x ">',
        '<a class="a > b" rel="me" href="https://x">', "<a\nrel\n=\n'me'\nhref\n=\nhttps://x\n>",
        '<p><div><a rel="me" href="https://x">open tags', '</body><a rel="me" href="https://x">',
        '<a rel="me" href="https&#58;//x">', "<!--><a rel=me href=https://x>",
        "<!-- a --><a rel=me href=https://x>", "<script>a</script><a rel=me href=https://x>",
        '<a hidden rel=me href="https://x" style="display:none">', "< a><a rel=me href=https://x>",
        "<title>a</title ><a rel=me href=https://x>", "<a =rel=x rel=me href=https://x>",
    ],
)  # fmt: skip
def test_a_link_is_found_in_any_spelling(tag):
    assert hrefs(f"<!doctype html><html>{tag}") == ["https://x"]


@pytest.mark.parametrize(
    "page",
    [
        '<!-- <a rel="me" href="https://x"> -->', '<a rel="me">', '<a href="https://x">',
        '<script>"<a rel=me href=https://x>"</script>', "<style><a rel=me href=https://x></style>",
        "<textarea><a rel=me href=https://x></textarea>", "<title><a rel=me href=https://x></title>",
        """<p title='<a rel="me" href="https://x">'>""", '<p title="<a rel=me href=https://x>">',
        '<a rel="meme" href="https://x">', '<a rel="x" rel="me" href="https://x">',
        '<b rel="me" href="https://x">', "&lt;a rel=me href=https://x&gt;",
        '<a data-rel="me" href="https://x">', '<a rel="me" href="https://x',
        "<script><a rel=me href=x>",
        '<a title="rel=me href=https://x">',
    ],
)  # fmt: skip
def test_markup_without_a_link_gives_none(page):
    assert hrefs(page) == []


def test_of_repeated_attributes_the_first_counts():
    assert hrefs('<a href="https://x" rel="me" href="https://y">') == ["https://x"]


@pytest.mark.parametrize(
    "part",
    [
        "<", "<a ", "<!--", "<!-- x --><", "<div>", "<a b='", "<a b=\"' ", "<script>", "</scri",
        "<script></scri", "<script></script>", "&", "<a =", "=", " ", "/", "<a x" + " " * 999,
        "<a rel='" + "&amp" * 400 + "'>", "<title>", "<b><i><u>", "</a", "<a>", "<a \0=\0", "x ",
    ],
)  # fmt: skip
def test_the_time_is_linear_in_the_size_of_the_page(part):
    def seconds(size):
        page = "<a " + part * (size // len(part))
        start = time.process_time()
        list(find_related_links(page))
        return time.process_time() - start

    assert seconds(MEBIBYTE) < max(0.5, 20 * seconds(MEBIBYTE // 8))
