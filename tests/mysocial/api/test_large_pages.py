"""Pages of the longest texts: bounded in bytes, and nothing is skipped."""

import pytest

from posts.models import MAX_TEXT_LENGTH

MAX_BODY_BYTES = 400 * 1024
COUNT = 24  # of texts of about 30 KB: more than two pages
THUMB = "\N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-3}"  # one character, 8 bytes
LONG_POST = "e\N{COMBINING ACUTE ACCENT}" + THUMB * (6 * MAX_TEXT_LENGTH // 8 - 10)


def read_pages(person, path, name):
    """Return the ids of all pages of 100, and the number of bytes of each page."""
    ids, sizes, cursor = [], [], None
    while True:
        response = person.get(
            f"{path}{'&' if '?' in path else '?'}limit=100"
            + (f"&cursor={cursor}" if cursor else "")
        )
        assert response.status_code == 200, response.content[:300]
        sizes.append(len(response.content))
        ids += [item.get("id") for item in response.json()[name]]
        cursor = response.json()["next"]
        if cursor is None:
            return ids, sizes


@pytest.fixture
def long_posts(alice):
    """The ids of posts with the longest text, newest first."""
    return [alice.create_post(LONG_POST)["id"] for _ in range(COUNT)][::-1]


@pytest.mark.parametrize("path", ["posts", "posts/home", "users/{}/posts"])
def test_a_page_of_long_posts_is_bounded_in_bytes(alice, long_posts, path, flush_all):
    ids, sizes = read_pages(alice, path.format(alice.id), "posts")

    assert ids == long_posts
    assert len(sizes) > 2
    assert max(sizes) < MAX_BODY_BYTES


def test_pages_of_long_posts_by_number_have_ten_posts_each(alice, bob, long_posts):
    responses = [bob.get(f"posts?page={number}") for number in (1, 2, 3, 4)]

    pages = [[post["id"] for post in response.json()["posts"]] for response in responses]
    assert pages == [long_posts[:10], long_posts[10:20], long_posts[20:], []]
    assert max(len(response.content) for response in responses) < MAX_BODY_BYTES


def test_pages_of_comments_messages_and_versions_are_bounded_in_bytes(alice, bob):
    post = alice.create_post("Hello")["id"]
    text = THUMB * 1400  # about the longest of a comment, in bytes
    path = f"posts/{post}/comments"
    comments = [bob.post(path, {"text": text}).json()["comment"]["id"] for _ in range(40)]
    messages = []
    for _ in range(12):
        body = {"receiver_id": bob.id, "text": THUMB * 7000}
        messages.append(alice.post("chat/messages", body).json()["chat_message"]["id"])
    for number in range(14):
        assert alice.patch(f"posts/{post}", {"text": f"{number} {LONG_POST}"}).status_code == 200

    for path, name, expected in (
        (f"posts/{post}/comments", "comments", comments[::-1]),
        (f"chat/conversations/{alice.id}/messages", "messages", messages[::-1]),
    ):
        ids, sizes = read_pages(bob, path, name)
        assert ids == expected
        assert len(sizes) > 1
        assert max(sizes) < MAX_BODY_BYTES
    versions, sizes = read_pages(alice, f"posts/{post}/versions", "versions")
    assert len(versions) == 14
    assert len(sizes) > 1
    assert max(sizes) < MAX_BODY_BYTES
