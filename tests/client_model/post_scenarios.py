"""Actions on posts, comments, reactions, bookmarks, polls, profiles and images."""

from posts.services import end_due_polls
from tests.client_model.scenario_table import action
from tests.client_model.world import World, expect_success, run_workers
from tests.images.pictures import make_image, send_form
from tests.notifications.notification_checks import create_comment, set_reaction
from tests.posts.poll_helpers import create_poll, reach_end
from tests.support.servers import PASSWORD


@action("post.created", "notification.created")
def _alice_writes_a_post_that_mentions_others(w: World) -> None:
    w.alice.create_post("Hello @bob, @carol, @dora and @erik")


@action("post.created")
def _bob_writes_a_post_that_mentions_dora(w: World) -> None:
    w.bob.create_post("Hello @dora")


@action("post.created")
def _alice_writes_for_followers_and_for_herself(w: World) -> None:
    for privacy in ("followers", "private"):
        w.alice.create_post("For some", privacy=privacy)


@action("post.created", "post.updated", reread="gallery", in_steps=True)
def _alice_writes_a_post_with_a_picture(w: World) -> None:
    expect_success(send_form(w.alice, "POST", "posts", text="See", image=make_image()))
    w.wait_for_delivery()
    run_workers()


@action("post.updated", in_steps=True)
def _alice_writes_a_post_with_a_broken_picture(w: World) -> None:
    expect_success(send_form(w.alice, "POST", "posts", text="See", image=make_image()[:60]))
    w.wait_for_delivery()
    run_workers()


@action("post.updated", "notification.created")
def _alice_edits_a_post(w: World) -> None:
    expect_success(w.alice.patch(f"posts/{w.public}", {"text": "Changed for @dora"}))


@action("post.updated", "post.deleted")
def _alice_restricts_a_post_to_followers(w: World) -> None:
    expect_success(w.alice.patch(f"posts/{w.public}", {"privacy": "followers"}))


@action("post.updated", "post.deleted")
def _alice_restricts_a_post_to_herself(w: World) -> None:
    expect_success(w.alice.patch(f"posts/{w.followers}", {"privacy": "private"}))


@action("post.updated", reread="gallery post comments replies notifications")
def _alice_makes_a_post_public(w: World) -> None:
    expect_success(w.alice.patch(f"posts/{w.private}", {"privacy": "public"}))


@action("post.deleted", "post.updated", reread="post comments replies notifications", in_steps=True)
def _alice_hides_a_post_and_shows_it_again(w: World) -> None:
    expect_success(w.alice.patch(f"posts/{w.public}", {"privacy": "private"}))
    create_comment(w.alice, {"id": w.public}, "While nobody sees it")
    set_reaction(w.alice, {"id": w.public})
    expect_success(w.alice.patch(f"posts/{w.public}", {"privacy": "public"}))


@action("post.updated")
def _alice_lets_followers_comment(w: World) -> None:
    expect_success(w.alice.patch(f"posts/{w.public}", {"who_may_comment": "followers"}))


@action("post.updated", in_steps=True)
def _alice_mentions_bob_who_may_comment(w: World) -> None:
    for change in ({"who_may_comment": "mentioned"}, {"text": "For @bob and @carol"}):
        expect_success(w.alice.patch(f"posts/{w.public}", change))


@action("post.updated")
def _alice_pins_a_post(w: World) -> None:
    expect_success(w.alice.put(f"posts/{w.private}/pin"))


@action("post.updated")
def _alice_pins_a_pinned_post_again(w: World) -> None:
    expect_success(w.alice.put(f"posts/{w.public}/pin"))


@action("post.updated")
def _alice_unpins_a_post(w: World) -> None:
    expect_success(w.alice.delete(f"posts/{w.public}/pin"))


@action("post.deleted", "notification.deleted", in_steps=True)
def _alice_deletes_a_post(w: World) -> None:
    expect_success(w.alice.delete(f"posts/{w.public}"))
    run_workers()


@action("post.deleted")
def _alice_deletes_a_post_with_a_picture(w: World) -> None:
    expect_success(w.alice.delete(f"posts/{w.followers}"))
    run_workers()


# Comments and reactions --------------------------------------------------------------------------


@action("comment.created", "notification.created")
def _carol_comments_with_a_mention(w: World) -> None:
    create_comment(w.carol, {"id": w.public}, "Listen, @dora")


@action("comment.updated", "notification.created")
def _bob_edits_a_comment(w: World) -> None:
    expect_success(w.bob.patch(f"comments/{w.bob_under_public}", {"text": "Changed for @carol"}))


@action("comment.deleted", "notification.deleted")
def _bob_deletes_a_comment(w: World) -> None:
    expect_success(w.bob.delete(f"comments/{w.bob_under_public}"))


@action("comment.created", "notification.created")
def _carol_replies(w: World) -> None:
    create_comment(w.carol, {"id": w.public}, "Indeed", parent=w.bob_under_public)


@action("comment.created", "notification.created")
def _alice_replies_to_a_reply(w: World) -> None:
    create_comment(w.alice, {"id": w.public}, "And yet", parent=w.carol_below_bob)


@action("comment.updated")
def _carol_edits_a_reply(w: World) -> None:
    expect_success(w.carol.patch(f"comments/{w.carol_below_bob}", {"text": "Hardly"}))


@action("comment.deleted", "notification.deleted")
def _carol_deletes_a_reply(w: World) -> None:
    expect_success(w.carol.delete(f"comments/{w.carol_below_bob}"))


@action("comment.deleted", "notification.deleted", in_steps=True)
def _bob_deletes_a_comment_with_replies(w: World) -> None:
    expect_success(w.bob.delete(f"comments/{w.bob_under_public}"))
    run_workers()


@action("comment.created", "comment.deleted", in_steps=True)
def _bob_comments_and_deletes_another_comment(w: World) -> None:
    create_comment(w.bob, {"id": w.public}, "Again")
    expect_success(w.bob.delete(f"comments/{w.bob_under_public}"))


@action("comment.reaction", "notification.created")
def _carol_reacts_to_a_comment(w: World) -> None:
    expect_success(w.carol.put(f"comments/{w.bob_under_public}/reaction", {"type": "wow"}))


@action("comment.reaction")
def _alice_changes_a_reaction_to_a_reply(w: World) -> None:
    expect_success(w.alice.put(f"comments/{w.carol_below_bob}/reaction", {"type": "sad"}))


@action("comment.reaction", "notification.deleted")
def _alice_removes_a_reaction_to_a_comment(w: World) -> None:
    expect_success(w.alice.delete(f"comments/{w.bob_under_public}/reaction"))


@action("reaction.changed", "notification.created")
def _carol_reacts(w: World) -> None:
    set_reaction(w.carol, {"id": w.public}, "wow")


@action("reaction.changed")
def _bob_changes_a_reaction(w: World) -> None:
    set_reaction(w.bob, {"id": w.public}, "sad")


@action("reaction.changed", "notification.deleted")
def _bob_removes_a_reaction(w: World) -> None:
    expect_success(w.bob.delete(f"posts/{w.public}/reaction"))


@action("bookmark.created")
def _carol_bookmarks_a_post(w: World) -> None:
    expect_success(w.carol.put(f"posts/{w.public}/bookmark"))


@action("bookmark.deleted")
def _bob_removes_a_bookmark(w: World) -> None:
    expect_success(w.bob.delete(f"posts/{w.public}/bookmark"))


@action("poll.voted", "poll.updated")
def _carol_votes(w: World) -> None:
    expect_success(w.carol.put(f"posts/{w.poll}/poll/vote", {"choices": [1, 2]}))


@action("poll.voted", "poll.updated")
def _carol_votes_in_a_poll_with_hidden_results(w: World) -> None:
    expect_success(w.carol.put(f"posts/{w.hidden_poll}/poll/vote", {"choices": [1]}))


@action("poll.voted", "poll.updated")
def _bob_changes_a_vote(w: World) -> None:
    for name in ("poll", "hidden_poll"):
        expect_success(w.bob.put(f"posts/{w.ids[name]}/poll/vote", {"choices": [2]}))


@action("poll.voted", "poll.updated")
def _bob_withdraws_his_votes(w: World) -> None:
    for name in ("poll", "hidden_poll"):
        expect_success(w.bob.delete(f"posts/{w.ids[name]}/poll/vote"))


@action("poll.ended", "notification.created", in_steps=True)
def _polls_end(w: World) -> None:
    for name in ("poll", "hidden_poll"):
        reach_end({"id": w.ids[name]})
    assert end_due_polls() == 2


def _ask(w: World) -> None:
    w.ids["question"] = create_poll(w.alice, hide_results=True)["id"]


@action("post.updated", "poll.voted", "poll.updated", setup=_ask)
def _alice_changes_a_poll_and_votes(w: World) -> None:
    change = {"poll": {"options": ["Yes", "No"], "duration_seconds": 3600}}
    expect_success(w.alice.patch(f"posts/{w.question}", change))
    expect_success(w.alice.put(f"posts/{w.question}/poll/vote", {"choices": [0]}))


@action("post.updated")
def _alice_adds_a_poll_to_a_post(w: World) -> None:
    change = {"poll": {"options": ["Yes", "No"], "duration_seconds": 3600}}
    expect_success(w.alice.patch(f"posts/{w.public}", change))


@action("post.updated")
def _alice_edits_the_text_of_a_poll(w: World) -> None:
    expect_success(w.alice.patch(f"posts/{w.hidden_poll}", {"text": "And now?"}))


# Members and their pictures ----------------------------------------------------------------------


@action("user.updated")
def _alice_changes_her_profile(w: World) -> None:
    expect_success(w.alice.patch("users/me", {"quote": "Less, but better."}))


@action("user.updated", reread="gallery")
def _bob_uploads_a_profile_picture(w: World) -> None:
    expect_success(send_form(w.bob, "POST", "users/me/images/profile", image=make_image()))
    run_workers()


@action("user.updated", in_steps=True)
def _alice_changes_her_pictures(w: World) -> None:
    for use in ("profile", "background"):
        expect_success(w.alice.post(f"users/me/images/{use}", {"image_id": w.followers_picture}))
        w.wait_for_delivery()


@action("user.updated")
def _alice_deletes_her_profile_picture(w: World) -> None:
    expect_success(w.alice.delete(f"users/me/images/{w.portrait}"))


@action("image.deleted", "post.updated")
def _alice_deletes_the_picture_of_a_post(w: World) -> None:
    expect_success(w.alice.delete(f"users/me/images/{w.followers_picture}"))


@action("user.updated", "user.hidden")
def _alice_makes_her_account_private(w: World) -> None:
    expect_success(w.alice.patch("users/me/settings", {"is_private": True}))


@action("user.updated", "user.shown", reread="feed wall gallery notifications")
def _dora_makes_her_account_public(w: World) -> None:
    expect_success(w.dora.patch("users/me/settings", {"is_private": False}))


@action("user.deleted", gone="bob", in_steps=True)
def _bob_erases_his_account(w: World) -> None:
    expect_success(w.bob.call("DELETE", "accounts/me", {"password": PASSWORD}))
    run_workers()


@action("user.deleted", gone="alice", in_steps=True, separated="erik")
def _alice_erases_her_account(w: World) -> None:
    expect_success(w.alice.call("DELETE", "accounts/me", {"password": PASSWORD}))
    run_workers()
