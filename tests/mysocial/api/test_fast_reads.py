"""Fast reads: the requests that they serve and leave to DRF, and what is counted and logged."""

import pytest

from tests.support.fast_reads import handlers, make_environ, send, send_both

PATHS = {
    "posts", "posts/home", "posts/*", "posts/*/comments", "users/*", "users/me", "users/*/posts",
    "users/*/followers", "users/*/following", "notifications", "chat/conversations",
    "chat/conversations/*/messages", "chat/unread",
}  # fmt: skip
FAST, LEFT = True, False


@pytest.fixture(autouse=True)
def _limited(settings):
    settings.RATE_LIMITS = True


@pytest.fixture
def post(alice, bob):
    """Return a post with comments, by a member who follows and is followed."""
    bob.put(f"users/{alice.id}/follow")
    alice.put(f"users/{bob.id}/follow")
    for number in range(3):
        post = alice.create_post(f"Post {number}")
    for number in range(3):
        bob.post(f"posts/{post['id']}/comments", {"text": f"Comment {number}"})
        bob.post("chat/messages", {"receiver_id": alice.id, "text": f"Message {number}"})
    return post


def test_these_routes_have_fast_reads():
    assert set(handlers()[1].routes) == {f"/api/v1/{path}" for path in PATHS}


def test_every_page_of_a_list_is_the_same(alice, bob, post):
    for path in (
        "posts", "posts/home", f"posts/{post['id']}/comments", f"users/{alice.id}/posts",
        f"users/{bob.id}/followers", f"users/{bob.id}/following", "notifications",
        "chat/conversations", f"chat/conversations/{bob.id}/messages",
    ):  # fmt: skip
        pages, cursor = 0, "limit=1"
        while cursor:
            reply, is_fast = send_both(make_environ(alice, f"{path}?{cursor}"))
            assert (reply.status, is_fast) == (200, FAST), path
            cursor = reply.header("Link").partition("?")[2].partition(">")[0]
            pages += 1
        assert pages >= (1 if "follow" in path or path == "chat/conversations" else 3), path


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=2&media=images", FAST),
        ("page=2", FAST),
        ("page=1&anchor=", FAST),
        ("unknown=1&limit=1", FAST),
        ("limit=1&limit=2", FAST),
        ("l%69mit=1", FAST),
        ("limit=1;x=2", LEFT),
        ("limit=1&text=%C3%A9+%20&limit=%E9", LEFT),
        ("text=%E9&limit=1", FAST),
        ("cursor=", FAST),
        ("&&limit=1&", FAST),
        ("limit=1&x=" + "x" * 3000, FAST),
        ("x=1&" * 1001, LEFT),
        ("limit=0", LEFT),
        ("limit=101", LEFT),
        ("limit=\u00b2", LEFT),
        ("limit", LEFT),
        ("cursor=nothing", LEFT),
        ("media=texts", LEFT),
        ("page=101", LEFT),
    ],
)
def test_every_query_string_has_the_same_meaning(query, expected, alice, post):
    reply, is_fast = send_both(make_environ(alice, "posts") | {"QUERY_STRING": query})
    assert (reply.status, is_fast) == ((200, FAST) if expected else (400, LEFT))


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        ("posts/", 200, LEFT),
        ("/api/posts", 200, LEFT),
        ("/api/posts/{post}/", 200, LEFT),
        ("posts/*", 404, LEFT),
        ("posts/{POST}", 404, LEFT),
        ("posts/{post}0", 404, LEFT),
        ("posts/{post}{post}", 404, LEFT),
        ("posts/%2A", 404, LEFT),
        ("posts//{post}", 404, LEFT),
        ("posts/{post}/comments/names", 200, LEFT),
        ("posts/{post}%0A", 404, LEFT),
        ("posts/000000000000000000000000", 404, LEFT),
        ("posts/{post}", 200, FAST),
    ],
)
def test_every_path_leads_to_the_same_route(path, status, expected, alice, post):
    pk = post["id"]
    environ = make_environ(alice, path.format(post=pk, POST=pk[:-1] + "A"))
    reply, is_fast = send_both(environ)
    assert (reply.status, is_fast) == (status, expected)


@pytest.mark.parametrize(
    ("change", "status", "expected"),
    [
        ({"REQUEST_METHOD": "HEAD"}, 200, LEFT),
        ({"REQUEST_METHOD": "OPTIONS"}, 200, LEFT),
        ({"REQUEST_METHOD": "get"}, 200, LEFT),
        ({"REQUEST_METHOD": "PUT"}, 405, LEFT),
        ({"REQUEST_METHOD": "TRACE"}, 405, LEFT),
        ({"HTTP_ACCEPT": "text/html"}, 200, FAST),
        ({"HTTP_ACCEPT_ENCODING": "gzip"}, 200, FAST),
        ({"HTTP_RANGE": "bytes=0-1"}, 200, FAST),
        ({"HTTP_COOKIE": "sessionid=1"}, 200, FAST),
        ({"HTTP_IF_NONE_MATCH": "*"}, 304, FAST),
        ({"HTTP_IF_NONE_MATCH": 'W/"another"'}, 200, FAST),
        ({"HTTP_IF_MATCH": '"another"', "HTTP_IF_NONE_MATCH": '"x"'}, 412, FAST),
        ({"HTTP_IF_MODIFIED_SINCE": "Mon, 01 Jan 2035 00:00:00 GMT"}, 200, FAST),
        ({"HTTP_ORIGIN": "https://evil.example"}, 200, FAST),
        ({"HTTP_ORIGIN": "null"}, 200, FAST),
        (
            {"HTTP_TRACEPARENT": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
            200,
            FAST,
        ),
        ({"HTTP_X_FORWARDED_FOR": "192.0.2.1"}, 200, FAST),
        ({"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"}, 200, FAST),
        ({"CONTENT_TYPE": "text/plain; charset=utf-16"}, 200, LEFT),
        ({"CONTENT_LENGTH": "0"}, 200, LEFT),
        ({"CONTENT_LENGTH": "7"}, 200, LEFT),
        ({"CONTENT_LENGTH": "7", "CONTENT_TYPE": "application/json"}, 200, LEFT),
        ({"CONTENT_LENGTH": "7", "HTTP_CONTENT_ENCODING": "gzip"}, 415, LEFT),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, 200, LEFT),
        ({"SCRIPT_NAME": "/site"}, 200, LEFT),
        ({"HTTP_HOST": "evil.example"}, 400, LEFT),
        ({"HTTP_HOST": "a b"}, 400, LEFT),
        ({"HTTP_AUTHORIZATION": ""}, 401, LEFT),
        ({"HTTP_AUTHORIZATION": "Bearer"}, 401, LEFT),
        ({"HTTP_AUTHORIZATION": "Bearer x.y.z"}, 401, LEFT),
        ({"HTTP_AUTHORIZATION": "Basic eDp5"}, 401, LEFT),
    ],
)
def test_every_header_has_the_same_effect(change, status, expected, alice, post):
    environ = make_environ(alice, "posts?limit=2") | change
    reply, is_fast = send_both(environ, b'{"a":1}')
    # What middleware refuses needs neither a fast read nor DRF.
    if "HTTP_HOST" not in change and environ["REQUEST_METHOD"] != "OPTIONS":
        assert is_fast == expected
    if environ["REQUEST_METHOD"] != "OPTIONS":
        assert reply.status == status


def test_a_request_without_an_id_gets_one(alice):
    for given in ("", "not well-formed"):
        ids = {
            send(handler, make_environ(alice, "posts", **{"X-Request-ID": given})).header(
                "X-Request-ID"
            )
            for handler in handlers()
        }
        assert len(ids) == 2
        assert all(len(request_id) == 24 for request_id in ids)


def test_pages_of_allowed_origins_get_the_headers_of_cors(alice, settings):
    settings.ALLOWED_ORIGINS = ["https://front.example"]
    reply, is_fast = send_both(make_environ(alice, "posts", Origin="https://front.example"))
    assert is_fast
    assert reply.header("Access-Control-Allow-Origin") == "https://front.example"
