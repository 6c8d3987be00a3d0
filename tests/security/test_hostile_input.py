"""A8, A9, A11, A12: input that every route must reject with a proper error."""

import logging
import re

import orjson
import pytest

from mysocial.store import STORES
from tests.authorization.table import RULES
from tests.images.pictures import make_image, spooled_files
from tests.support import api_contract
from tests.support.api_contract import paths, schema
from tests.support.concurrency import assert_no_changes
from tests.support.people import anonymous

WRITES = [rule for rule in RULES if rule.method != "GET"]
READS = [rule for rule in RULES if rule.method == "GET"]
OURS = [store for store in STORES.values() if not store.model.__module__.startswith("tests.")]
FIELDS = sorted(
    {field.name for store in OURS for field in store.model._meta.get_fields()}
    | {field.attname for store in OURS for field in store.model._meta.concrete_fields}
    | {"_id", "_version", "_deleted_at", "pk", "is_staff", "is_superuser", "role", "$set"}
)
# No field takes any of these; raw JSON, because some of it no encoder writes.
TYPED = {
    "an operator": '{"$ne": ""}',
    "a pattern": '{"$regex": ".*"}',
    "a program": '{"$where": "sleep(9000)"}',
    "a list": '["x"]',
    "a list of lists": "[[[]]]",
    "2**70": str(2**70),
    "5,000 digits": "9" * 5000,
    "1e999": "1e999",
    "a number": "7.5",
    "NaN": "NaN",
    "NUL": '"a\\u0000b"',
    "a lone surrogate": '"\\ud800"',
}


@pytest.fixture
def quiet(caplog):
    """Fail if an error was logged."""
    yield
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


pytestmark = pytest.mark.usefixtures("quiet")


def actor(rule):
    """Return the name of a member who may use a route."""
    return sorted((rule.allowed or rule.visible_to)("public") - set(rule.exceptions) or {"owner"})[
        0
    ]


def call(w, rule, body, **headers):
    path = rule.path.format(**w.ids)
    return w.people[actor(rule)].call(rule.method, path, body, **headers)


def taken(rule):
    """Return the names of the fields that a route accepts, from the schema."""
    path, verb = rule.route
    path = api_contract.ALIASES.get(f"/{path}", path).strip("/")
    shape = next(
        verbs[verb]
        for name, verbs in paths().items()
        if re.sub(r"\{\w+\}", "{}", name).strip("/") == path and verb in verbs
    )
    content = shape.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    return set(schema()["components"]["schemas"].get(name, {}).get("properties", ()))


def test_no_route_accepts_a_field_that_is_not_its_own(world_of):
    """Each field of each model is sent to every write route, and rejected by name."""
    w = world_of("public")
    for rule in WRITES:
        if rule.path.startswith("notifications/unsubscribe"):
            continue  # whatever it is sent is not looked at (tests/security/test_bodies.py)
        offered = [name for name in FIELDS if name not in taken(rule) | set(rule.body or ())]
        assert len(offered) > 60
        with assert_no_changes():
            for at in range(0, len(offered), 40):
                fields = dict.fromkeys(offered[at : at + 40], "x")
                response = call(w, rule, {**fields, **(rule.body or {})} if not at else fields)
                assert response.status_code == 400, rule
                refused = {e["field"] for e in response.json()["errors"] if e["code"] == "unknown"}
                assert refused == set(fields), rule


def test_no_field_accepts_a_value_of_another_type(world_of):
    w = world_of("public")
    requests = 0
    for rule in WRITES:
        with assert_no_changes():
            for name in rule.body or ():
                others = {key: value for key, value in rule.body.items() if key != name}
                start = filled(orjson.dumps(others).decode().removesuffix("}"), w.ids)
                comma = ", " if others else ""
                for poison, text in TYPED.items():
                    response = call(w, rule, f'{start}{comma}"{name}": {text}}}'.encode())
                    assert response.status_code == 400, (rule, name, poison, response.content)
                    requests += 1
    assert requests > 200


def filled(text, things):
    """Return a text with its placeholders replaced."""
    return re.sub(r"\{(\w+)\}", lambda match: things[match[1]], text)


QUERIES = [
    "limit=99999999999999999999999999", "limit=-1", "limit=1e9", "limit=%00", "limit=%D9%A3",
    "limit[$gt]=1", "limit[]=1&limit[]=2", "cursor=%00", "cursor=%ff%fe", "cursor=%ed%a0%80",
    "cursor=" + "9" * 5000, "cursor[$ne]=", "cursor=e30", "cursor=eyIkZ3QiOiAxfQ", "page=0",
    "page=99999999999999", "q[$ne]=x", "q=%00", "q=%ed%a0%80", "q=" + "a" * 5000, "q=.*%5B%28",
    "type[$ne]=like",
    "type=%00", "media[$ne]=x", "order[$ne]=x", "for[$ne]=me", "id[$ne]=x", "id=%00", "$where=1",
    "id=" + "&id=".join(["0" * 24] * 500), "&".join("a=b" for _ in range(1500)),
]  # fmt: skip


NOT_THERE = {"accounts/me/export/file", "signup/challenge"}


def test_no_query_breaks_a_read(world_of):
    w = world_of("public")
    with assert_no_changes():
        for rule in READS:
            path = rule.path.format(**w.ids)
            mark = "&" if "?" in path else "?"
            for query in QUERIES:
                response = w.people[actor(rule)].get(f"{path}{mark}{query}")
                # There is no file that nobody has asked for, and no challenge that is turned off.
                fine = {404} if rule.path in NOT_THERE else {200, 400}
                assert response.status_code in fine, (rule, query, response.content)


IDS = [
    "%00", "%ff", "$ne", "[$ne]", "0" * 23, "0" * 25, "A" * 24, "0" * 5000, "%D9%A3" * 24, "..%2fx",
    "0" * 24 + "%0a", "0" * 24 + "%00", "me%00", "{}", "%7B%22$gt%22:%22%22%7D", "%ed%a0%80",
]  # fmt: skip


def test_a_malformed_id_is_not_found(world_of):
    w = world_of("public")
    named = [rule for rule in RULES if "{" in rule.path and not rule.is_open]
    assert len(named) > 40
    with assert_no_changes():
        for rule in named:
            for pk in IDS:
                path = re.sub(r"\{\w+\}", pk.replace("\\", r"\\"), rule.path)
                response = w.people["owner"].call(rule.method, path, rule.body)
                assert response.status_code in {400, 404, 405}, (rule, pk, response.content)


@pytest.mark.parametrize("key", ["a\x00b", "é\x80", "x" * 256, "a\x7fb", "a\tb"])
def test_an_invalid_idempotency_key_is_rejected(alice, key):
    with assert_no_changes():
        response = alice.post("posts", {"text": "x"}, **{"Idempotency-Key": key})
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["Idempotency-Key"]


@pytest.mark.parametrize(
    "token", ["", "\x00", "é", "a" * 100_000, "a.b.c", "." * 50_000, "e30.e30.e30", '{"$ne":""}']
)
def test_an_invalid_token_gives_no_access(token):
    assert anonymous.get("posts", Authorization=f"Bearer {token}").status_code == 401
    assert anonymous.get("posts", Authorization=token).status_code == 401


def test_the_user_agent_is_stored_as_text_of_limited_length(settings):
    settings.TRUSTED_PROXIES = 1
    body = {"username": "ada", "email": "ada@example.com", "password": "correct-horse-battery"}
    headers = {"User-Agent": "<b>é\x80" + "x" * 5000, "X-Forwarded-For": "$ne" * 5000}
    response = anonymous.post("signup", body, **headers)
    assert response.status_code == 201
    mine = anonymous.get(
        "accounts/me/sessions", Authorization=f"Bearer {response.json()['access']}"
    )
    (session,) = mine.json()["sessions"]
    assert len(session["user_agent"]) == 200
    assert not session["address"]  # what is not an address is not stored


# Forms -------------------------------------------------------------------------------------------


def part(name, content=b"x", *, file="", head=b""):
    header = f'Content-Disposition: form-data; name="{name}"'
    header += f'; filename="{file}"' if file else ""
    return (
        b"--B\r\n"
        + header.encode("utf-8", "surrogatepass")
        + b"\r\n"
        + head
        + b"\r\n"
        + content
        + b"\r\n"
    )


END, BASE64 = b"--B--\r\n", b"Content-Transfer-Encoding: base64\r\n"
FORMS = {
    "NUL in a field": part("text", b"a\x00b") + END,
    "a lone surrogate": part("text", b"\xed\xa0\x80\x00") + END,
    "20,000 fields": b"".join(part(f"f{n}") for n in range(20_000)) + END,
    "200 files": b"".join(part(f"f{n}", file="x") for n in range(200)) + END,
    "a name without end": b"--B\r\nContent-Disposition: form-data; name=\"" + b"x" * 100_000,
    "no name": b"--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n" + END,
    "base64 that is none": part("text", b"\xff@@", head=BASE64) + END,
    "a name of an operator": part("$where", b"1") + part("text[$ne]", b"") + END,
    "a field of 2 MB": part("text", b"x" * 2_000_000) + END,
    "a file for a text": part("text", b"x", file="x") + END,
}  # fmt: skip


@pytest.mark.parametrize("body", FORMS.values(), ids=list(FORMS))
def test_a_malformed_form_is_rejected_and_leaves_no_file(alice, body):
    with assert_no_changes():
        response = alice.call("POST", "posts", body, "multipart/form-data; boundary=B")
    assert response.status_code in {400, 413}, response.content
    assert spooled_files() == []


@pytest.mark.parametrize(
    "name", ["../../../../etc/passwd", "/etc/passwd", "x\\..\\y", "a\x00.png", "con", "." * 300, ""]
)
def test_the_name_of_a_file_is_ignored(alice, name):
    body = part("image", make_image(), file=name or "x") + END
    response = alice.call(
        "POST", "users/me/images/profile", body, "multipart/form-data; boundary=B"
    )
    assert response.status_code in {201, 400}
    assert all(re.fullmatch(r"[0-9a-f]{24}", name) for name in spooled_files())
    assert len(spooled_files()) == (response.status_code == 201)
