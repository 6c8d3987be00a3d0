"""Links, mentions and hashtags in texts, as a person would recognize them."""

import time
from itertools import pairwise

import pytest

from mysocial.core.text import find_facets, mentioned_names, store_facets

MAIL = "\u043f\u043e\u0447\u0442\u0430"  # Cyrillic
PRESIDENT = "\u043f\u0440\u0435\u0437\u0438\u0434\u0435\u043d\u0442.\u0440\u0444"
MOSCOW, NAMASTE = "\u041c\u043e\u0441\u043a\u0432\u0430", "\u0928\u092e\u0938\u094d\u0924\u0947"
JAPANESE = "https://\u4f8b\u3048.\u30c6\u30b9\u30c8/\u00fc"
HAN, KANA, HANGUL, THAI = "\u4f60\u597d", "\u3055\u3093", "\ub2d8", "\u0e04\u0e23\u0e31\u0e1a"


def facets_of(text):
    """Return the facets as pairs of type and value."""
    return [(facet.type, facet.value) for facet in find_facets(text)]


def values_of(text, kind):
    return [facet.value for facet in find_facets(text) if facet.type == kind]


@pytest.mark.parametrize(
    "text",
    [
        "@bob", "@BOB!", "Dear @Bob, hello", "(@bob)", "@bob's", "@bob\u2019s", "@bob.", "cc:@bob",
        "...,@bob\n", "@bob@bob @bob", "\u201c@bob\u201d", "\u3010@bob\u3011", "@bob/", "@bob: hi",
        f"{HAN}@bob{HAN}", f"@bob{KANA}", f"@bob{HANGUL}", f"{THAI}@bob{THAI}", "\uff20bob\u3001",
        "@\uff42\uff4f\uff42", "\u200b@bob\u200b", "\U0001f44b@bob\U0001f44b", "@bob.Thanks",
        "@bob-",
        "\u00bf@bob?", "@bob\u2014yes", "*@bob*",
    ],
)  # fmt: skip
def test_names_are_mentioned(text):
    assert set(values_of(text, "mention")) == {"bob"}


@pytest.mark.parametrize(
    "text",
    [
        "bob", "@bobby", "x@bob", "me@bob.com", "jos\u00e9@bob.com", f"{MAIL}@bob.ru",
        "a.@bob", "@bob_", "@bob@elsewhere.example", "@bob@elsewhere",
        "\uff20bob\uff20elsewhere.org",
        "lib/@bob/index.js", "@bob/index.js", "@bob\u00e9", "@bob\u0301", "@bob\u0443",
        "@bob\u0967",
        "https://video.example/@bob/1", "https://site.example/?by=@bob", "site.example/?by=@bob",
        "http://localhost/@bob", "www.site.example/@bob", "@bob.bsky.social", "\u00fc@bob", "1@bob",
        "\u0430@bob", "a+@bob", "a-@bob", "\\@bob", "@bo", f"@{'b' * 31}", "@ bob",
        "mailto:@bob.com",
    ],
)  # fmt: skip
def test_names_elsewhere_are_not_mentioned(text):
    assert "bob" not in values_of(text, "mention")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("see https://example.com/x and", "https://example.com/x"),
        ("HTTPS://Example.COM", "HTTPS://Example.COM"),
        ("(https://example.com/a_(b)).", "https://example.com/a_(b)"),
        ("<https://example.com/a?b=c&d#e>", "https://example.com/a?b=c&d#e"),
        ("\u201chttps://example.com/\u201d", "https://example.com/"),
        ("https://example.com/a, or", "https://example.com/a"),
        ("really https://example.com/a?!", "https://example.com/a"),
        ("[x](https://example.com/a)", "https://example.com/a"),
        (f"{HAN}https://example.com{HAN}", "https://example.com"),
        (f"{HAN}https://example.com/a\uff0c{HAN}", "https://example.com/a"),
        ("\uff08https://example.com/b\uff09", "https://example.com/b"),
        (f"{HAN}example.com{HAN}", "https://example.com"),
        (JAPANESE, JAPANESE),
        ("b\u00fccher.de", "https://b\u00fccher.de"),
        (PRESIDENT, f"https://{PRESIDENT}"),
        ("https://my_site.example/x", "https://my_site.example/x"),
        ("http://localhost:8000/x", "http://localhost:8000/x"),
        ("http://192.168.0.1:80/", "http://192.168.0.1:80/"),
        ("http://[2001:db8::1]/", "http://[2001:db8::1]/"),
        ("www.example.com", "https://www.example.com"),
        ("bbc.co.uk, and", "https://bbc.co.uk"),
        ("youtu.be/xyz", "https://youtu.be/xyz"),
        ("example.com:8080/a", "https://example.com:8080/a"),
        ("https://example.com/@bob", "https://example.com/@bob"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("anna@example.com.", "mailto:anna@example.com"),
        ("Mail:anna.b+c@example.co.uk", "mailto:anna.b+c@example.co.uk"),
        ("<anna@example.com>", "mailto:anna@example.com"),
        ("jos\u00e9@example.com", "mailto:jos\u00e9@example.com"),
        (f"{HAN}anna@example.com{HAN}", "mailto:anna@example.com"),
        ("anna@b\u00fccher.de", "mailto:anna@b\u00fccher.de"),
    ],
)  # fmt: skip
def test_addresses_are_links(text, url):
    (facet,) = find_facets(text)
    assert (facet.type, facet.value) == ("link", url)
    assert url.endswith(text[facet.start : facet.end])


@pytest.mark.parametrize(
    "text",
    [
        "README.md setup.py main.rs", "node.js", "e.g. this, i.e. that", "U.S.A.", "3.14", "9.am",
        "done.So we", "a..b", "1.2.3", "javascript:alert(1)", "data:text/html,x",
        "ftp://example.com",
        "//example.com", "https://", "https://user:secret@example.com/",
        "https://example.com@evil.com",
        "os.name()", "anna@nowhere", "anna@host.invalidtld", "@name.com", "https:///x", "x.y.z",
    ],
)  # fmt: skip
def test_other_texts_are_not_links(text):
    assert values_of(text, "link") == []


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#one, (#two) #three!", ["one", "two", "three"]),
        ("#\u65e5\u672c \uff03\u5199\u771f", ["\u65e5\u672c", "\u5199\u771f"]),
        (f"{HAN}#tag", ["tag"]),
        (f"#caf\u00e9 #{MOSCOW} #{NAMASTE}", ["caf\u00e9", MOSCOW, NAMASTE]),
        ("#\u0645\u0631\u062d\u0628\u0627", ["\u0645\u0631\u062d\u0628\u0627"]),
        ("#2026goals #a_b", ["2026goals", "a_b"]),
        ("#1 #123 a#b &#39; ## #_ C# /#x https://example.com/#frag", []),
        ("#" + "x" * 101, []),
    ],
)  # fmt: skip
def test_hashtags_are_found_in_any_script(text, tags):
    assert values_of(text, "hashtag") == tags


def test_facets_are_in_order_and_do_not_overlap():
    text = "#a https://example.com/@bob#c @bob anna@example.com #d"
    assert facets_of(text) == [
        ("hashtag", "a"),
        ("link", "https://example.com/@bob#c"),
        ("mention", "bob"),
        ("link", "mailto:anna@example.com"),
        ("hashtag", "d"),
    ]
    facets = find_facets(text)
    assert all(first.end <= second.start for first, second in pairwise(facets))


def test_stored_facets_have_positions_in_code_points_and_bytes():
    text = "\U0001f600 caf\u00e9 @bob https://b\u00fccher.de #\u65e5\u672c @nobody"
    stored = store_facets(text, find_facets(text), {"bob": "b" * 24})
    assert [
        {name: value for name, value in facet.items() if "start" not in name and "end" not in name}
        for facet in stored
    ] == [
        {"type": "mention", "mentioned_id": "b" * 24},
        {"type": "link", "url": "https://b\u00fccher.de"},
        {"type": "hashtag", "tag": "\u65e5\u672c"},
    ]
    data = text.encode()
    for facet, shown in zip(
        stored, ("@bob", "https://b\u00fccher.de", "#\u65e5\u672c"), strict=True
    ):
        assert text[facet["start"] : facet["end"]] == shown
        assert data[facet["byte_start"] : facet["byte_end"]].decode() == shown


def test_the_number_and_size_of_facets_is_bounded():
    assert len(find_facets(" ".join(f"#t{number}" for number in range(60)))) == 50
    assert len(find_facets("@abc " * 60)) == 50
    assert (
        len(mentioned_names(find_facets(" ".join(f"@name{number}" for number in range(20))))) == 10
    )
    long = " ".join(f"https://example.com/{'x' * 900}" for _ in range(10))
    facets = find_facets(long)
    assert sum(len(facet.value) for facet in facets) < 8 * 1024
    assert facets
    assert values_of("https://example.com/" + "x" * 2100, "link") == []


def test_facets_take_a_bounded_time():
    def seconds(text):
        started = time.thread_time()
        for _ in range(3):
            find_facets(text)
        return (time.thread_time() - started) / 3

    find_facets("https://example.com")  # loads the top-level domains
    assert seconds("a plain text, without signs, " * 150) < 0.0005
    for part in (
        "a.", "\u4e2d.", "@a", "http://", "a@", "a-", "(", ")", "a.b ", "#", "#1", "@abc/",
        "a.\u4e2d",
        "@abc.a.b", "a" * 62 + ".", "\u4e2d" * 62 + ".", "a" * 63 + "@", "https://a.b/(", "_.",
        "[::]",
    ):  # fmt: skip
        assert seconds((part * 10_000)[:10_000]) < 0.3, part
    assert seconds("https://a.b/" + ")" * 9000) < 0.3
