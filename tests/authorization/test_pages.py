"""Routes outside /api: public pages, and the admin for staff only."""

import re
import shutil

import pytest
from django.contrib.auth.models import User as Staff
from django.urls import get_resolver

from tests.support.concurrency import assert_no_changes
from tests.support.people import new_client

VIEWERS = ("nobody", "ended", "owner", "stranger", "blocked")
# These pages are the same for everybody, with or without a token.
OPEN = {
    "": 200,
    "home": 200,
    "posts/{owner}": 200,
    "posts/{owner}/comments/{owner}": 200,
    "people/{owner}": 200,
    "people/{owner}/followers": 200,
    "search": 200,
    "search/a": 200,
    "notifications": 200,
    "chat": 200,
    "chat/{owner}": 200,
    "settings": 200,
    "settings/security": 200,
    "bookmarks": 200,
    "reports": 200,
    "@nobody": 200,
    "requests": 200,
    "blocked": 200,
    "muted": 200,
    "signed-in": 200,
    "assets/0000000000000000/app.js": 200,
    "manifest.webmanifest": 200,
    "favicon.ico": 200,
    "robots.txt": 200,
    "api/schema": 200,
    "api/docs": 200,
    "api/asyncapi": 200,
    "api/asyncapi/docs": 200,
    "unsubscribe?token=none": 404,
    "anymail/postmark/tracking/": 404,  # 404 without the secret of the provider
    "reset-password": 200,
    "sign-in-link": 200,
    "verify-email": 400,  # needs the link of an e-mail
    "revoke-email-change": 400,  # likewise
    "media/{image_file}": 404,  # the name is unguessable; this file is deleted
    "avatars/4d7c0f/A.png": 200,
    "docs/errors": 200,
    "health/live": 200,
    "staff/queues": 302,
    "health/ready": 200,
    "metrics": 404,  # 404 without the token of operators
    "devtools/emails": 404,
    "devtools/emails/none.eml": 404,
}
PARAMETERS = re.compile(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)|<[\w:]+>")


def plain(pattern):
    """Return a route or path with its parameters replaced by `{}`."""
    bare = PARAMETERS.sub("{}", str(pattern)).replace("\\.", ".").replace("(?:v1/)?", "")
    return re.sub(r"\^|/\?|\\Z|\$$", "", bare).strip("/")


def pages(resolver, prefix=""):
    """Yield each route that belongs neither to the API nor to the admin."""
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if getattr(entry, "app_name", "") == "admin":
            continue
        if hasattr(entry, "url_patterns"):
            yield from pages(entry, pattern)
        elif not hasattr(entry.callback, "actions"):
            yield plain(pattern)


def ask(person, path, method="GET"):
    headers = {"Authorization": f"Bearer {person.access}"} if person.access else {}
    return new_client().generic(method, f"/{path}", headers=headers)


def test_every_page_is_in_the_table():
    shapes = {
        "media/{image_file}": "media/{}",
        "people/{owner}": "people/{}",
        "people/{owner}/followers": "people/{}/{}",
        "posts/{owner}": "posts/{}",
        "posts/{owner}/comments/{owner}": "posts/{}/comments/{}",
        "settings/security": "settings/{}",
        "@nobody": "@{}",
        "chat/{owner}": "chat/{}",
        "search/a": "search/{}",
        "assets/0000000000000000/app.js": "assets/{}/{}",
        "avatars/4d7c0f/A.png": "avatars/{}/{}.png",
        "devtools/emails/none.eml": "devtools/emails/{}",
        "unsubscribe?token=none": "unsubscribe",
        "anymail/postmark/tracking/": "anymail/{}/tracking",
    }
    named = {shapes.get(path, path) for path in OPEN} | {"admin"}
    assert named == set(pages(get_resolver()))


@pytest.mark.parametrize("path", OPEN)
def test_a_page_is_the_same_for_everybody(path, world_of, flush_all, settings):
    settings.DEBUG = False
    w = world_of("public")
    flush_all()  # otherwise readiness fails, because the dirty records are old
    shutil.rmtree(settings.MEDIA_DIR, ignore_errors=True)  # files of a world that was just built
    place = path.format(image_file=w.ids["image_url"].rpartition("/")[2], owner=w.ids["owner"])
    with assert_no_changes():
        answers = {name: ask(w.people[name], place) for name in VIEWERS}
    assert {answer.status_code for answer in answers.values()} == {OPEN[path]}
    for name, answer in answers.items():
        body = b"".join(answer) if answer.streaming else answer.content
        assert w.find_leaks(name, body.decode(errors="replace")) == []


def admin_pages(resolver, prefix="admin/"):
    """Yield a path for each route of the admin, with an id that may not exist."""
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from admin_pages(entry, pattern)
        else:
            yield re.sub(r"\{\}", "0" * 24, plain(pattern)) + "/"


def test_no_member_can_access_the_admin(world_of, moderator):
    """Members are redirected to the login, with their token or without."""
    w = world_of("public")
    admin = next(e for e in get_resolver().url_patterns if getattr(e, "app_name", "") == "admin")
    entrances = ("login/", "logout/")
    paths = {path for path in admin_pages(admin) if not path.endswith(entrances)}
    assert len(paths) > 50
    with assert_no_changes():
        for name in ("nobody", "ended", "owner"):
            for path in sorted(paths):
                for method in ("GET", "POST"):
                    answer = ask(w.people[name], path, method)
                    assert answer.status_code in {302, 403, 404, 405}, (name, method, path)
                    assert w.find_leaks(name, answer.content.decode()) == []
                    if answer.status_code == 302:
                        assert answer["Location"].startswith("/admin/login/"), (name, path)
    assert Staff.objects.filter(username__startswith="the_").count() == 0
