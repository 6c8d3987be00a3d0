"""Replies and reactions to comments, who reacted, earlier versions, bookmarks and pinned posts."""

import re

from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in, sign_up


def comment(window, text):
    return window.page.locator(".comments li").filter(has_text=text).last


def test_replies_appear_in_the_thread_of_their_comment(open_window, stack):
    author, reader = (
        open_window().sign_up(new_name("host")),
        open_window().sign_up(new_name("guest")),
    )
    me = sign_in(stack, author.name)
    post = me.create_post("Who is coming?")
    me.call("POST", f"posts/{post}/comments", {"text": "I am."})
    for window in (author, reader):
        window.open_route(f"posts/{post}")
        expect(window.comments("Who is coming?")).to_have_text(["I am."])

    comment(reader, "I am.").get_by_role("button", name="Reply to").click()
    reader.page.get_by_role("textbox", name=f"Reply to {author.name}").fill("Me too!")
    reader.page.keyboard.press("Enter")
    expect(reader.comments("Who is coming?")).to_have_text(["I am.", "Me too!"])
    author.page.get_by_role("button", name="Show 1 reply").click()
    expect(author.comments("Who is coming?")).to_have_text(["I am.", "Me too!"])

    # A reply to a reply is in the same thread.
    comment(author, "Me too!").get_by_role("button", name="Reply to").click()
    field = author.page.get_by_role("textbox", name=f"Reply to {reader.name}")
    expect(field).to_have_value(f"@{reader.name} ")
    field.press_sequentially("Great")
    field.press("Enter")
    expect(reader.comments("Who is coming?")).to_have_count(3)
    expect(comment(reader, "Great").get_by_role("link", name=f"@{reader.name}")).to_be_visible()

    comment(author, "Great").get_by_role("button", name="Actions for").click()
    author.page.get_by_role("menuitem", name="Delete").click()
    author.confirm()
    expect(reader.comments("Who is coming?")).to_have_text(["I am.", "Me too!"])


def test_a_reaction_to_a_comment_is_counted_and_shows_its_member(open_window, stack):
    author, reader = (
        open_window().sign_up(new_name("host")),
        open_window().sign_up(new_name("guest")),
    )
    me = sign_in(stack, author.name)
    post = me.create_post("Who is cooking?")
    me.call("POST", f"posts/{post}/comments", {"text": "Not me."})
    for window in (author, reader):
        window.open_route(f"posts/{post}")
        expect(window.comments("Who is cooking?")).to_have_text(["Not me."])
    comment(reader, "Not me.").locator(".reaction-button").click()
    comment(reader, "Not me.").get_by_role("button", name="love", exact=True).click()
    totals = comment(author, "Not me.").locator(".reaction-totals")
    expect(totals.locator("[data-reaction=love] .count")).to_have_text("1")
    totals.click()
    dialog = author.page.get_by_role("dialog", name="Reactions")
    expect(dialog.locator(".user-row .name")).to_have_text([reader.name])
    author.take_screenshot("thread-reactors")
    dialog.get_by_role("button", name="Close").click()
    expect(totals).to_be_focused()


def test_a_notification_leads_to_the_reply_in_its_thread(open_window, stack):
    user = open_window().sign_up(new_name("asker"))
    me, friend = sign_in(stack, user.name), sign_up(stack, new_name("answerer"))
    post = me.create_post("A question")
    path = f"posts/{post}/comments"
    thread = me.call("POST", path, {"text": "Or two"})["comment"]["id"]
    friend.call("POST", path, {"text": "The answer", "parent_id": thread})
    user.open_section("Notifications")
    user.page.get_by_role("link", name="replied to your comment").click()
    expect(user.page.locator(".linked-comment")).to_be_focused()
    expect(user.page.locator(".linked-comment")).to_contain_text("The answer")
    user.page.reload()
    expect(user.page.locator(".linked-comment")).to_contain_text("The answer")


def test_the_reactions_to_a_post_are_listed_by_type(open_window, stack):
    user = open_window().sign_up(new_name("popular"))
    me = sign_in(stack, user.name)
    post = me.create_post("Cake for everybody")
    fans = [sign_up(stack, new_name("fan")) for _ in range(3)]
    for fan, reaction in zip(fans, ("love", "like", "love"), strict=True):
        fan.call("PUT", f"posts/{post}/reaction", {"type": reaction})
    user.open_route(f"posts/{post}")
    user.post("Cake for everybody").locator(".reaction-totals").click()
    dialog = user.page.get_by_role("dialog", name="Reactions")
    expect(dialog.locator(".user-row")).to_have_count(3)
    expect(dialog).not_to_contain_text("undefined")
    dialog.get_by_role("button", name="Like: 1").click()
    expect(dialog.locator(".user-row .name")).to_have_text([fans[1].username])
    dialog.get_by_role("link", name=fans[1].username).click()
    expect(dialog).to_have_count(0)
    expect(user.page.get_by_role("heading", name=fans[1].username)).to_be_focused()
    user.open_tab("reactions")
    expect(user.post("Cake for everybody")).to_have_count(1)


def test_a_post_is_bookmarked_pinned_and_shows_its_earlier_versions(open_window, stack):
    user = open_window().sign_up(new_name("keeper"))
    me = sign_in(stack, user.name)
    post = me.create_post("Bred")
    me.call("PATCH", f"posts/{post}", {"text": "Bread"})
    me.create_post("Butter")
    user.open_route(f"people/{me.id}")
    button = user.post("Bread").get_by_role("button", name="Bookmark")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    user.choose_action("Bread", "Pin to your profile")
    pinned = user.page.locator(".feed").filter(has=user.page.get_by_role("heading", name="Pinned"))
    expect(pinned.locator("article.post")).to_have_count(1)
    pinned.get_by_role("button", name="Post actions").click()
    pinned.get_by_role("menuitem", name="Unpin").click()
    expect(pinned).to_be_hidden()
    user.choose_action("Bread", "Edit history")
    expect(user.page.get_by_role("dialog").locator(".text")).to_have_text(["Bred"])
    user.take_screenshot("edit-history")
    user.page.keyboard.press("Escape")

    user.open_section("Bookmarks")
    expect(user.page.locator("article.post")).to_have_count(1)
    user.post("Bread").get_by_role("button", name="Bookmark").click()
    expect(user.page.locator("article.post")).to_have_count(0)
    user.page.get_by_role("button", name="Undo").click()
    expect(user.post("Bread")).to_have_count(1)


def test_a_name_in_the_address_leads_to_the_profile(open_window, stack):
    user = open_window().sign_up(new_name("named"))
    user.page.goto(f"{user.page.url}@{user.name.upper()}")
    expect(user.page.get_by_role("heading", name=user.name)).to_be_visible()
    expect(user.page).to_have_url(re.compile("/people/[0-9a-f]{24}$"))
    user.allow_client_errors = True
    user.open_route("@nobody_at_all")
    expect(user.page.get_by_text("Nobody has this name")).to_be_visible()
