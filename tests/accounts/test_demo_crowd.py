"""`seed_demo --users`: a crowd that is the same for the same seed, and is made once."""

import json

import pytest
from django.core.management import CommandError, call_command

from accounts.management import demo_crowd
from tests.support.concurrency import assert_no_changes, live_records
from tests.support.people import Person, anonymous
from tests.support.servers import PASSWORD


@pytest.fixture
def seed(capsys, settings):
    """Make a crowd; return what the command says of it."""
    settings.DEBUG = True

    def make(*arguments: str) -> dict:
        call_command("seed_demo", "--json", *arguments)
        return json.loads(capsys.readouterr().out)

    return make


def written(member: Person, seed: int, people: int) -> dict[str, list[str]]:
    """Return what each of a crowd has written and the member sees, oldest first, by name."""
    found = {}
    for number in range(people):
        name = demo_crowd.username_for(seed, number)
        (user,) = member.get(f"users/search?q={name}").json()["users"]
        listed = member.get(f"users/{user['id']}/posts?limit=100").json()["posts"]
        found[name] = [post["text"] for post in reversed(listed)]
    return found


def test_a_crowd_has_the_people_and_the_texts_of_its_seed_and_is_made_once(seed, alice, flush_all):
    said = seed("--users", "4", "--posts", "30", "--seed", "7")
    assert (said["people"], said["posts"]) == (4, 30)
    flush_all()
    told = [
        [demo_crowd.post_for(7, n, turn) for turn in range(demo_crowd.posts_per_person(30, 4, n))]
        for n in range(4)
    ]
    assert [len(some) for some in told] == [8, 8, 7, 7]
    assert written(alice, 7, 4) == {
        demo_crowd.username_for(7, n): [text for text, privacy in told[n] if privacy == "public"]
        for n in range(4)
    }
    assert len(live_records("posts.post")) == 30
    assert len(live_records("followers.follow")) == 12

    with assert_no_changes():
        again = seed("--users", "4", "--posts", "30", "--seed", "7")
    assert (again["people"], again["posts"]) == (0, 0)


def test_what_lacks_of_a_crowd_is_made_and_another_seed_is_another_crowd(seed):
    seed("--users", "3", "--posts", "9")
    more = seed("--users", "3", "--posts", "12")
    assert (more["people"], more["posts"]) == (0, 3)
    other = seed("--users", "3", "--posts", "9", "--seed", "2")
    assert (other["people"], other["posts"]) == (3, 9)
    assert len(live_records("users.user")) == 6
    assert demo_crowd.username_for(1, 0) != demo_crowd.username_for(2, 0)


def test_names_are_names_that_members_may_have_and_no_two_are_the_same():
    names = [
        demo_crowd.username_for(9999, 99_999),
        *(demo_crowd.username_for(s, n) for s in (1, 11) for n in (1, 11)),
    ]
    assert max(map(len, names)) <= 30
    assert len(set(names)) == 5


def test_a_crowd_of_production_has_a_password_of_its_own_and_no_staff(seed, settings):
    settings.DEBUG = False
    said = seed("--users", "1", "--force")
    name = demo_crowd.username_for(1, 0)
    assert anonymous.post("signin", {"username": name, "password": PASSWORD}).status_code == 401
    body = {"username": name, "password": said["password"]}
    assert anonymous.post("signin", body).status_code == 200


def test_a_crowd_is_refused_where_it_would_be_public_or_would_be_sent_mails(seed, settings):
    with assert_no_changes():
        for arguments in (["--users", "-1"], ["--posts", "5"], ["--users", "1", "--seed", "10000"]):
            with pytest.raises(CommandError) as refused:
                seed(*arguments)
            assert refused.value.returncode == 2
        settings.SENDGRID_API_KEY = "key"
        with pytest.raises(CommandError, match="would be sent a mail"):
            seed("--users", "1")
        settings.SENDGRID_API_KEY, settings.DEBUG = "", False
        for arguments in (["--users", "1"], ["--force"]):
            with pytest.raises(CommandError, match="DEBUG=1 only"):
                seed(*arguments)
