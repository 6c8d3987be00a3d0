"""Actions on notifications and in chat."""

from tests.chat.conversations import mark_read, send_message
from tests.client_model.scenario_table import action
from tests.client_model.world import World, expect_success, run_workers
from tests.images.pictures import make_image, send_form
from tests.notifications.notification_checks import list_notifications


@action("notification.updated")
def _alice_reads_a_notification(w: World) -> None:
    expect_success(
        w.alice.patch(f"notifications/{list_notifications(w.alice)[0]['id']}", {"read": True})
    )


@action("notification.updated")
def _alice_reads_all_notifications(w: World) -> None:
    expect_success(w.alice.post("notifications/read-all"))


@action("notification.deleted")
def _alice_deletes_a_notification(w: World) -> None:
    expect_success(w.alice.delete(f"notifications/{list_notifications(w.alice)[0]['id']}"))


# Chat --------------------------------------------------------------------------------------------


@action("message.created", "conversation.updated", "notification.created")
def _carol_writes_to_alice_for_the_first_time(w: World) -> None:
    send_message(w.carol, w.alice)


@action("message.created", "conversation.updated")
def _alice_writes_to_bob(w: World) -> None:
    send_message(w.alice, w.bob)


@action("message.created", "message.updated", in_steps=True)
def _alice_sends_bob_a_picture(w: World) -> None:
    expect_success(
        send_form(w.alice, "POST", "chat/messages", receiver_id=w.bob.id, image=make_image())
    )
    w.wait_for_delivery()
    run_workers()


@action("message.updated")
def _alice_edits_the_last_message(w: World) -> None:
    expect_success(w.alice.patch(f"chat/messages/{w.message_2}", {"text": "Changed"}))


@action("message.reaction")
def _bob_reacts_to_a_message(w: World) -> None:
    expect_success(w.bob.put(f"chat/messages/{w.message_2}/reaction", {"type": "wow"}))


@action("message.reaction")
def _bob_removes_a_reaction_to_a_message(w: World) -> None:
    expect_success(w.bob.delete(f"chat/messages/{w.message_0}/reaction"))


@action("message.deleted", "conversation.updated")
def _alice_deletes_the_last_message_for_everyone(w: World) -> None:
    expect_success(w.alice.delete(f"chat/messages/{w.message_2}?for=everyone"))


@action("message.deleted")
def _alice_deletes_an_older_message_for_everyone(w: World) -> None:
    expect_success(w.alice.delete(f"chat/messages/{w.message_0}?for=everyone"))


@action("message.deleted", "conversation.updated")
def _bob_deletes_the_last_message_for_himself(w: World) -> None:
    expect_success(w.bob.delete(f"chat/messages/{w.message_2}?for=me"))


@action("message.deleted", "conversation.updated")
def _bob_deletes_a_whole_conversation_for_himself(w: World) -> None:
    expect_success(w.bob.delete(f"chat/messages/{w.message_3}?for=me"))


@action("message.read", "conversation.updated", "notification.deleted")
def _bob_reads_what_alice_wrote(w: World) -> None:
    mark_read(w.bob, w.alice)


@action("chat.users")
def _carol_opens_a_chat(w: World) -> None:
    expect_success(w.carol.put(f"chat/users/{w.alice.id}"))


@action("chat.users")
def _bob_closes_a_chat(w: World) -> None:
    expect_success(w.bob.delete(f"chat/users/{w.alice.id}"))
