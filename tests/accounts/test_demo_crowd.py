"""`seed_demo --users`: a crowd is the same for the same seed and is created once."""

import json

import pytest
from django.core.management import CommandError, call_command

from accounts.management import demo_crowd
from tests.support.concurrency import assert_no_changes, live_records
from tests.support.people import Person, anonymous
from tests.support.servers import PASSWORD


@pytest.fixture
def seed(capsys, settings):
    """Create a crowd; return the report of the command."""
    settings.DEBUG = True

    def make(*arguments: str) -> dict:
        call_command("seed_demo", "--json", *arguments)
        return json.loads(capsys.readouterr().out)

    return make


def visible_texts(member: Person, seed: int, people: int) -> dict[str, list[str]]:
    """Return the texts of a crowd that the member sees, oldest first, by username."""
    texts = {}
    for number in range(people):
        name = demo_crowd.username_for(seed, number)
        (user,) = member.get(f"users/search?q={name}").json()["users"]
        posts = member.get(f"users/{user['id']}/posts?limit=100").json()["posts"]
        texts[name] = [post["text"] for post in reversed(posts)]
    return texts


def test_a_crowd_has_the_members_and_texts_of_its_seed_and_is_created_once(seed, alice, flush_all):
    created = seed("--users", "4", "--posts", "30", "--seed", "7")
    assert (created["people"], created["posts"]) == (4, 30)
    flush_all()
    posts = [
        [demo_crowd.post_for(7, n, turn) for turn in range(demo_crowd.posts_per_person(30, 4, n))]
        for n in range(4)
    ]
    assert [len(own) for own in posts] == [8, 8, 7, 7]
    assert visible_texts(alice, 7, 4) == {
        demo_crowd.username_for(7, n): [text for text, privacy in posts[n] if privacy == "public"]
        for n in range(4)
    }
    assert len(live_records("posts.post")) == 30
    assert len(live_records("followers.follow")) == 12

    with assert_no_changes():
        repeated = seed("--users", "4", "--posts", "30", "--seed", "7")
    assert (repeated["people"], repeated["posts"]) == (0, 0)


def test_a_second_run_completes_a_crowd_and_another_seed_creates_another(seed):
    seed("--users", "3", "--posts", "9")
    more = seed("--users", "3", "--posts", "12")
    assert (more["people"], more["posts"]) == (0, 3)
    other = seed("--users", "3", "--posts", "9", "--seed", "2")
    assert (other["people"], other["posts"]) == (3, 9)
    assert len(live_records("users.user")) == 6
    assert demo_crowd.username_for(1, 0) != demo_crowd.username_for(2, 0)


def test_usernames_of_crowds_are_valid_and_unique():
    names = [
        demo_crowd.username_for(9999, 99_999),
        *(demo_crowd.username_for(s, n) for s in (1, 11) for n in (1, 11)),
    ]
    assert max(map(len, names)) <= 30
    assert len(set(names)) == 5


def test_a_crowd_in_production_has_a_random_password(seed, settings):
    settings.DEBUG = False
    created = seed("--users", "1", "--force")
    name = demo_crowd.username_for(1, 0)
    assert anonymous.post("signin", {"username": name, "password": PASSWORD}).status_code == 401
    body = {"username": name, "password": created["password"]}
    assert anonymous.post("signin", body).status_code == 200


def test_a_crowd_is_refused_where_logins_would_be_public_or_emails_would_be_sent(seed, settings):
    with assert_no_changes():
        for arguments in (["--users", "-1"], ["--posts", "5"], ["--users", "1", "--seed", "10000"]):
            with pytest.raises(CommandError) as error:
                seed(*arguments)
            assert error.value.returncode == 2
        backend = settings.EMAIL_BACKEND
        for provider in ("anymail.backends.sendgrid", "django.core.mail.backends.smtp"):
            settings.EMAIL_BACKEND = f"{provider}.EmailBackend"
            with pytest.raises(CommandError, match="E-mail is delivered here"):
                seed("--users", "1")
        settings.EMAIL_BACKEND, settings.DEBUG = backend, False
        for arguments in (["--users", "1"], ["--force"]):
            with pytest.raises(CommandError, match="needs DEBUG=1"):
                seed(*arguments)
