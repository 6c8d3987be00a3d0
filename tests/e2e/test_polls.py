"""Polls: the fields of the form, votes in two windows, and results."""

from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_up


def test_a_poll_is_asked_answered_and_counted(open_window):
    author = open_window().sign_up(new_name("asker"))
    voter = open_window().sign_up(new_name("voter"))
    question = f"What does {author.name} drink?"
    form = author.page.locator(".post-form").first
    form.get_by_label("Your post").fill(question)
    form.get_by_text("Poll", exact=True).click()
    form.get_by_role("button", name="Add option").click()
    for number, text in enumerate(("Tea", "Coffee", "Water"), 1):
        form.get_by_label(f"Option {number}", exact=True).fill(text)
    form.get_by_role("button", name="Remove option 3").click()
    form.get_by_label("Hide results until voted or ended").check()
    form.get_by_label("Votes may change").check()
    form.get_by_role("button", name="Post", exact=True).click()

    poll = author.post(question).locator(".poll")
    expect(poll.get_by_role("radio")).to_have_count(2)
    expect(poll).to_contain_text("Results after your vote")
    voter.show_new_posts()
    other = voter.post(question).locator(".poll")
    other.get_by_label("Coffee").check()
    other.get_by_role("button", name="Vote").click()
    expect(other.locator(".poll-result")).to_contain_text(["Tea0 (0%)", "CoffeeYour vote1 (100%)"])
    expect(poll).to_contain_text("Results after your vote")

    poll.get_by_label("Tea").check()
    poll.get_by_role("button", name="Vote").click()
    results = ["TeaYour vote1 (50%)", "Coffee1 (50%)"]
    expect(poll.locator(".poll-result")).to_contain_text(results)
    expect(other).to_contain_text("2 voters")  # by the event
    other.get_by_role("button", name="Withdraw vote").click()
    expect(other.get_by_role("radio")).to_have_count(2)
    expect(poll).to_contain_text("1 voter")


def test_an_option_that_is_given_twice_is_refused_and_kept(open_window):
    user = open_window().sign_up(new_name("twice"))
    user.allow_client_errors = True
    form = user.page.locator(".post-form").first
    form.get_by_label("Your post").fill("Which?")
    form.get_by_text("Poll", exact=True).click()
    for number in (1, 2):
        form.get_by_label(f"Option {number}", exact=True).fill("Tea")
    form.get_by_role("button", name="Post", exact=True).click()
    expect(form.get_by_role("alert")).to_contain_text("The options must differ")
    expect(form.get_by_label("Option 2", exact=True)).to_have_value("Tea")


def test_a_poll_with_several_choices_has_checkboxes_and_an_end(open_window, stack):
    author = sign_up(stack, new_name("asker"))
    poll = {"options": ["Yes", "No"], "duration_seconds": 300, "multiple": True}
    body = {"text": "Is it late?", "poll": poll}
    post = author.call("POST", "posts", body)["post"]["id"]
    author.call("PUT", f"posts/{post}/poll/vote", {"choices": [0, 1]})
    user = open_window().sign_up(new_name("late"))
    user.open_route(f"posts/{post}")
    shown = user.post("Is it late?").locator(".poll")
    expect(shown.get_by_role("checkbox")).to_have_count(2)
    expect(shown).to_contain_text("1 voter")
    expect(shown).to_contain_text("Ends in")
