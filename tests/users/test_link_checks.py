"""The marks of links whose pages link back to the profile with `rel=me`."""

import time
from datetime import timedelta

import pytest

from mysocial.core.ids import now
from mysocial.store import reads, write
from tests.support.foreign_sites import foreign_site, make_certificates, response
from tests.support.people import PASSWORD
from tests.users.profile_links import check_of, links_of, set_links
from users.services import check_due_links
from users.store import link_checks, users
from users.tasks import check_links

WEEK = timedelta(days=7)


def marks_of(person):
    return [link["verified_at"] is not None for link in links_of(person)]


def make_due(person):
    """Make the check of a member's links due, as time does."""
    with write() as w:
        w.update(reads.get_record(link_checks, person.id), due_at=now())


@pytest.fixture
def site(names, settings, tmp_path):
    """Return a function that runs a page over TLS as `site.test`, and returns its URL."""
    certificates = make_certificates(tmp_path, "site.test")
    settings.FETCH_CA_FILE = str(certificates.authority)
    names["site.test"] = ["127.0.0.1"]
    running = []

    def run(answer):
        context = foreign_site(answer, certificates=certificates)
        running.append(context)
        started = context.__enter__()
        settings.FETCH_LOOPBACK_PORTS = (*settings.FETCH_LOOPBACK_PORTS, started.port)
        return f"https://site.test:{started.port}/about"

    yield run
    for context in running:
        context.__exit__(None, None, None)


def page_of(person, settings):
    return response(f'<a rel="me" href="{settings.PUBLIC_URL}/people/{person.id}">'.encode())


def test_a_page_that_links_back_is_verified(alice, bob, site, settings):
    url = site(page_of(alice, settings))
    set_links(alice, {"label": "Me", "url": url}, {"url": "https://unknown.test"})
    before = now()
    assert check_links() == 1
    first, second = links_of(alice, bob)
    assert first["verified_at"] >= f"{before:%Y-%m-%dT%H:%M:%S}"
    assert second["verified_at"] is None
    event = bob.received_events(f"user:{alice.id}")[-1]
    assert (event["type"], event["data"]["links"]) == ("user.updated", [first, second])
    assert check_links() == 0


@pytest.mark.parametrize(
    "href",
    [
        "{url}/people/{id}", "{url}/people/{id}/", "{url}/#/people/{id}", "{URL}/people/{id}",
        "https://{host}/people/{id}",
    ],
)  # fmt: skip
def test_any_address_of_the_profile_counts(alice, site, settings, href):
    address = href.format(
        url=settings.PUBLIC_URL,
        URL=settings.PUBLIC_URL.upper(),
        host=settings.PUBLIC_URL.partition("://")[2],
        id=alice.id,
    )
    set_links(alice, {"url": site(response(f"<a rel=me href='{address}'>".encode()))})
    check_due_links()
    assert marks_of(alice) == [True]


@pytest.mark.parametrize(
    "page",
    [
        '<a rel="me" href="{url}/people/{bob}">', '<a href="{url}/people/{alice}">',
        '<a rel="me" href="https://evil.example/people/{alice}">', "{url}/people/{alice}",
        '<a rel="me" href="{url}/people/{alice}x">', '<a rel="me" href="/people/{alice}">',
        '<!-- <a rel="me" href="{url}/people/{alice}"> -->',
        '<a rel="me" href="{url}/people/alice">',
        '<a rel="me" href="https://evil.example/{url}/people/{alice}">', "",
    ],
)  # fmt: skip
def test_any_other_page_is_not_verified(alice, bob, site, settings, page):
    text = page.format(url=settings.PUBLIC_URL, alice=alice.id, bob=bob.id)
    set_links(alice, {"url": site(response(text.encode()))})
    check_due_links()
    assert marks_of(alice) == [False]
    assert check_of(alice).due_at > now() + WEEK - timedelta(minutes=1)


def test_a_mark_stays_with_its_url_when_others_change(alice, site, settings):
    url = site(page_of(alice, settings))
    set_links(alice, {"url": url})
    check_due_links()
    (marked,) = links_of(alice)
    changed = set_links(alice, {"url": "https://new.example"}, {"label": "Renamed", "url": url})
    assert changed.json()["user"]["links"][1] == {**marked, "label": "Renamed"}
    edited = set_links(alice, {"url": f"{url}/other"}).json()["user"]["links"]
    assert [link["verified_at"] for link in edited] == [None]


def test_links_are_checked_again_after_a_week_and_lose_the_mark(alice, bob, site, settings):
    answers = [page_of(alice, settings), page_of(alice, settings), response(b"<p>Gone</p>")]
    url = site(lambda connection, _request: connection.sendall(answers.pop(0)))
    set_links(alice, {"url": url})
    check_due_links()
    assert check_of(alice).due_at > now() + WEEK - timedelta(minutes=1)
    assert check_due_links() == 0
    (first,) = links_of(alice)
    events = len(bob.received_events(f"user:{alice.id}"))
    make_due(alice)
    assert check_due_links() == 1
    assert links_of(alice) == [first]
    assert len(bob.received_events(f"user:{alice.id}")) == events
    make_due(alice)
    assert check_due_links() == 1
    assert marks_of(alice) == [False]
    assert len(bob.received_events(f"user:{alice.id}")) == events + 1


def test_a_site_that_does_not_respond_keeps_the_mark_for_two_weeks(alice, site, settings):
    answers = [page_of(alice, settings)] + [response(status="503 Busy")] * 2
    url = site(lambda connection, _request: connection.sendall(answers.pop(0)))
    set_links(alice, {"url": url})
    check_due_links()
    make_due(alice)
    check_due_links()
    assert marks_of(alice) == [True]
    assert now() < check_of(alice).due_at < now() + timedelta(days=2)
    check = check_of(alice)
    with write() as w:
        past = {name: ms - 15 * 24 * 3600 * 1000 for name, ms in check.confirmed_ms.items()}
        w.update(check, confirmed_ms=past, due_at=now())
    check_due_links()
    assert marks_of(alice) == [False]


def test_a_page_that_is_gone_loses_the_mark_at_once(alice, site, settings):
    answers = [page_of(alice, settings), response(status="404 Not Found")]
    url = site(lambda connection, _request: connection.sendall(answers.pop(0)))
    set_links(alice, {"url": url})
    check_due_links()
    make_due(alice)
    check_due_links()
    assert marks_of(alice) == [False]


def test_links_that_change_during_a_check_are_checked_again(alice, site, settings):
    other = "https://unknown.test"
    page = page_of(alice, settings)

    def respond(connection, _request):
        set_links(alice, {"url": other})
        time.sleep(0.05)  # the time of the task is over when it has the page
        connection.sendall(page)

    url = site(respond)
    set_links(alice, {"url": url})
    assert check_due_links(seconds=0.01) == 1
    assert [link["url"] for link in links_of(alice)] == [other]
    assert marks_of(alice) == [False]
    assert check_of(alice).due_at <= now()


def test_a_site_of_this_network_is_not_reached(alice, names, settings):
    names["intern.test"] = ["10.0.0.1"]
    set_links(alice, {"url": "https://intern.test/"}, {"url": "https://rebinding.test/"})
    names["rebinding.test"] = ["127.0.0.1"]
    assert check_due_links() == 1
    assert marks_of(alice) == [False, False]


def test_a_member_who_is_erased_during_a_check_stays_erased(alice, site):
    def respond(connection, _request):
        alice.call("DELETE", "accounts/me", {"password": PASSWORD})
        connection.sendall(response(b"x"))

    set_links(alice, {"url": site(respond)})
    check_due_links(seconds=0.01)
    assert reads.get_records(users, [alice.id]) == {}


def test_the_public_url_of_a_profile_leads_to_it(alice, client):
    response_ = client.get(f"/people/{alice.id}")
    assert response_.status_code == 200
    assert client.get("/people/alice").status_code == 404
