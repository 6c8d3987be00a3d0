"""The web client keeps working when one replica of each server is killed."""

import pytest
from playwright.sync_api import expect

from tests.e2e.people import new_name


@pytest.mark.timeout(300)
@pytest.mark.only_at("production", reason="`up` has no replicas.")
def test_two_users_are_not_interrupted_when_a_replica_of_each_server_is_killed(open_window, stack):
    ada, bea = (open_window().sign_up(new_name(name)) for name in ("ada", "bea"))
    assert ada.page.url.startswith("https://")
    ada.write_post("Written before")
    expect(bea.inspector_events("post.created")).to_have_count(1)
    bea.show_new_posts()
    expect(bea.post("Written before")).to_have_count(1)

    for user in (ada, bea):
        user.allow_connection_errors = True
    stack.kill("http-1")
    stack.kill("ws-1")
    for number in range(4):
        ada.write_post(f"Written after {number}")
    for user in (ada, bea):
        user.wait_until_live()
    bea.react("Written before", "love")
    expect(ada.reaction_count("Written before", "love")).to_have_text("1")
    # Each event arrives exactly once, including those during the reconnect.
    expect(bea.inspector_events("post.created")).to_have_count(5)
    bea.show_new_posts()
    for number in range(4):
        expect(bea.post(f"Written after {number}")).to_have_count(1)

    bea.page.reload()
    bea.wait_until_live()
    expect(bea.page.locator("article.post").filter(has_text="Written after")).to_have_count(4)
    assert stack.socket_process_names == ["ws-2"]
