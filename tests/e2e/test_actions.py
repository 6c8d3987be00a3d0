"""Menus, dialogs, toasts, the picker of reactions, reports, and pictures on the whole screen."""

from playwright.sync_api import expect

from tests.e2e.people import new_name, sign_in, sign_up
from tests.images.pictures import make_image


def test_a_post_is_reported_from_its_menu(open_window, stack):
    author = sign_up(stack, new_name("author"))
    post = author.create_post("Buy my watches")
    user = open_window().sign_up(new_name("reporter"))
    user.open_route(f"posts/{post}")
    user.choose_action("Buy my watches", "Report")
    dialog = user.page.get_by_role("dialog")
    dialog.get_by_label("What is wrong?").select_option("Spam or a scam")
    dialog.get_by_label("What should they know?").fill("The third one today.")
    dialog.get_by_role("button", name="Report").click()
    expect(user.page.locator(".toast")).to_contain_text("A moderator will look at it.")
    (report,) = sign_in(stack, user.name).call("GET", "reports")["reports"]
    assert (report["target_type"], report["target_id"]) == ("post", post)
    assert (report["reason"], report["note"]) == ("spam", "The third one today.")


def test_a_question_that_is_cancelled_changes_nothing(open_window, stack):
    user = open_window().sign_up(new_name("careful"))
    user.write_post("Keep this")
    user.choose_action("Keep this", "Delete")
    dialog = user.page.get_by_role("dialog", name="Delete this post?")
    expect(dialog).to_contain_text("It cannot be restored.")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    user.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(user.post("Keep this").get_by_role("button", name="Post actions")).to_be_focused()
    me = sign_in(stack, user.name)
    assert [post["text"] for post in me.call("GET", f"users/{me.id}/posts")["posts"]] == [
        "Keep this"
    ]
    user.choose_action("Keep this", "Delete", confirm=True)
    expect(user.post("Keep this")).to_have_count(0)
    expect(user.page.locator(".toast")).to_have_text("Your post is deleted.")


def test_a_mute_can_be_undone(open_window, stack):
    loud = sign_up(stack, new_name("loud"))
    user = open_window().sign_up(new_name("muter"))
    user.open_route(f"people/{loud.id}")
    user.click_button("More actions")
    user.page.get_by_role("menuitem", name="Mute").click()
    expect(user.page.locator(".profile .chips")).to_contain_text("Muted")
    user.page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(user.page.locator(".profile .chips")).not_to_contain_text("Muted")
    assert sign_in(stack, user.name).call("GET", "users/me/mutes")["users"] == []


def test_the_menu_and_the_reactions_work_with_the_keyboard(open_window):
    user = open_window().sign_up(new_name("typist"))
    user.write_post("By keyboard")
    post, keyboard = user.post("By keyboard"), user.page.keyboard
    menu_button = post.get_by_role("button", name="Post actions")
    menu_button.focus()
    keyboard.press("Enter")
    expect(post.get_by_role("menuitem", name="Edit")).to_be_focused()
    keyboard.press("ArrowDown")
    expect(post.get_by_role("menuitem", name="Copy link")).to_be_focused()
    keyboard.press("Escape")
    expect(menu_button).to_be_focused()
    expect(post.get_by_role("menu")).to_be_hidden()

    react = post.locator(".reaction-button")
    react.focus()
    keyboard.press("Enter")
    keyboard.press("Tab")
    expect(post.get_by_role("button", name="love", exact=True)).to_be_focused()
    keyboard.press("Enter")
    expect(react).to_be_focused()
    expect(react).to_have_accessible_name("Your reaction: Love. Change it")
    expect(user.reaction_count("By keyboard", "love")).to_have_text("1")
    user.react("By keyboard", "love")
    expect(react).to_have_accessible_name("React")
    expect(user.reaction_count("By keyboard", "love")).to_have_text("")


def test_a_picture_opens_on_the_whole_screen_and_closes(open_window):
    user = open_window().sign_up(new_name("viewer"))
    user.select_picture("Add a picture", make_image(size=(400, 300)))
    user.write_post("Look closely")
    picture = user.post("Look closely").get_by_role("button", name="enlarge")
    picture.click()
    dialog = user.page.get_by_role("dialog", name="Picture in this post")
    expect(dialog.locator("img")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    expect(picture).to_be_focused()


def test_a_comment_is_deleted_after_a_question(open_window, stack):
    user = open_window().sign_up(new_name("commenter"))
    user.write_post("Any comments?")
    user.comment("Any comments?", "One too many")
    expect(user.comments("Any comments?")).to_have_text(["One too many"])
    post = user.post("Any comments?")
    post.get_by_role("button", name="Actions for your comment: One too many").click()
    post.get_by_role("menuitem", name="Delete").click()
    user.confirm()
    expect(user.comments("Any comments?")).to_have_count(0)
