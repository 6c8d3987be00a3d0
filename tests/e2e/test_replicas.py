"""What two people notice of it when one replica of each door is killed: nothing."""

import pytest
from playwright.sync_api import expect

from tests.e2e.people import new_name


@pytest.mark.timeout(300)
@pytest.mark.only_at("production", reason="One process serves: there are no replicas.")
def test_two_people_go_on_while_one_replica_of_each_door_is_killed(window, stack):
    ada, bea = (window().sign_up(new_name(name)) for name in ("ada", "bea"))
    assert ada.page.url.startswith("https://")
    ada.write("Written before")
    expect(bea.heard("post.created")).to_have_count(1)
    bea.show_new()
    expect(bea.post("Written before")).to_have_count(1)

    for one in (ada, bea):
        one.may_lose_the_server = True
    stack.kill("http-1")
    stack.kill("ws-1")
    for number in range(4):
        ada.write(f"Written after {number}")
    for one in (ada, bea):
        one.lives()
    bea.react("Written before", "love")
    expect(ada.total("Written before", "love")).to_have_text("1")
    # Each once: what was missed while the socket was away, and nothing twice.
    expect(bea.heard("post.created")).to_have_count(5)
    bea.show_new()
    for number in range(4):
        expect(bea.post(f"Written after {number}")).to_have_count(1)

    bea.page.reload()
    bea.lives()
    expect(bea.page.locator("article.post").filter(has_text="Written after")).to_have_count(4)
    assert stack.places == ["ws-2"]
