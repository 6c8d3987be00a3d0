"""What people do with posts, comments, reactions, and with their profiles and pictures."""

from tests.client_model.scenario_table import proves
from tests.client_model.world import World, must, work
from tests.images.pictures import picture, send
from tests.notifications.notification_checks import create_comment, set_reaction
from tests.support.servers import PASSWORD


@proves("post.created", "notification.created")
def _alice_writes_a_post_that_mentions_others(w: World) -> None:
    w.alice.create_post("Hello @bob, @carol, @dora and @erik")


@proves("post.created")
def _bob_whom_dora_mutes_writes_a_post(w: World) -> None:
    w.bob.create_post("Hello @dora")


@proves("post.created")
def _alice_writes_for_followers_and_for_herself(w: World) -> None:
    for privacy in ("followers", "private"):
        w.alice.create_post("For some", privacy=privacy)


@proves("post.created", "post.updated", again="gallery")
def _alice_writes_a_post_with_a_picture(w: World) -> None:
    must(send(w.alice, "POST", "posts", text="See", image=picture()))
    work()


@proves("post.updated")
def _alice_writes_a_post_with_a_broken_picture(w: World) -> None:
    must(send(w.alice, "POST", "posts", text="See", image=picture()[:60]))
    work()


@proves("post.updated", "notification.created")
def _alice_edits_a_post(w: World) -> None:
    must(w.alice.patch(f"posts/{w.public}", {"text": "Changed for @dora"}))


@proves("post.updated", "post.deleted")
def _alice_narrows_a_post_to_followers(w: World) -> None:
    must(w.alice.patch(f"posts/{w.public}", {"privacy": "followers"}))


@proves("post.updated", "post.deleted")
def _alice_narrows_a_post_to_herself(w: World) -> None:
    must(w.alice.patch(f"posts/{w.followers}", {"privacy": "private"}))


@proves("post.updated", again="gallery comments mine notifications")
def _alice_widens_a_post_to_everybody(w: World) -> None:
    must(w.alice.patch(f"posts/{w.private}", {"privacy": "public"}))


@proves("post.deleted", "notification.deleted", in_steps=True)
def _alice_deletes_a_post(w: World) -> None:
    must(w.alice.delete(f"posts/{w.public}"))
    work()


@proves("post.deleted")
def _alice_deletes_a_post_with_a_picture(w: World) -> None:
    must(w.alice.delete(f"posts/{w.followers}"))
    work()


# Comments and reactions --------------------------------------------------------------------------


@proves("comment.created", "notification.created")
def _carol_comments_and_mentions(w: World) -> None:
    create_comment(w.carol, {"id": w.public}, "Listen, @dora")


@proves("comment.updated", "notification.created")
def _bob_edits_a_comment(w: World) -> None:
    must(w.bob.patch(f"comments/{w.bob_under_public}", {"text": "Changed for @carol"}))


@proves("comment.deleted", "notification.deleted")
def _bob_deletes_a_comment(w: World) -> None:
    must(w.bob.delete(f"comments/{w.bob_under_public}"))


@proves("comment.created", "comment.deleted")
def _bob_comments_and_takes_another_back(w: World) -> None:
    create_comment(w.bob, {"id": w.public}, "Again")
    must(w.bob.delete(f"comments/{w.bob_under_public}"))


@proves("reaction.changed", "notification.created")
def _carol_reacts(w: World) -> None:
    set_reaction(w.carol, {"id": w.public}, "wow")


@proves("reaction.changed")
def _bob_reacts_differently(w: World) -> None:
    set_reaction(w.bob, {"id": w.public}, "sad")


@proves("reaction.changed", "notification.deleted")
def _bob_reacts_no_longer(w: World) -> None:
    must(w.bob.delete(f"posts/{w.public}/reaction"))


# Members and their pictures ----------------------------------------------------------------------


@proves("user.updated")
def _alice_changes_her_profile(w: World) -> None:
    must(w.alice.patch("users/me", {"quote": "Less, but better."}))


@proves("user.updated", again="gallery")
def _bob_brings_a_picture_of_himself(w: World) -> None:
    must(send(w.bob, "POST", "images/profile", image=picture()))
    work()


@proves("user.updated")
def _alice_shows_another_picture(w: World) -> None:
    for use in ("profile", "background"):
        must(w.alice.post(f"images/{use}", {"image_id": w.followers_picture}))


@proves("user.updated")
def _alice_deletes_the_picture_of_herself(w: World) -> None:
    must(w.alice.delete(f"images/{w.portrait}"))


@proves("image.deleted", "post.updated")
def _alice_deletes_the_picture_of_a_post(w: World) -> None:
    must(w.alice.delete(f"images/{w.followers_picture}"))


@proves("user.updated", "user.hidden")
def _alice_makes_her_account_private(w: World) -> None:
    must(w.alice.patch("users/me/settings", {"is_private": True}))


@proves("user.updated", "user.shown", again="feed wall gallery notifications")
def _dora_makes_her_account_public(w: World) -> None:
    must(w.dora.patch("users/me/settings", {"is_private": False}))


@proves("user.deleted", gone="bob", in_steps=True)
def _bob_erases_his_account(w: World) -> None:
    must(w.bob.call("DELETE", "currentuser", {"password": PASSWORD}))
    work()


@proves("user.deleted", gone="alice", in_steps=True)
def _alice_erases_her_account(w: World) -> None:
    must(w.alice.call("DELETE", "currentuser", {"password": PASSWORD}))
    work()
