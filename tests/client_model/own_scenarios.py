"""What people do with their notifications, and write to one another."""

from tests.chat.conversations import mark_read, send_message
from tests.client_model.scenario_table import proves
from tests.client_model.world import World, must, work
from tests.images.pictures import picture, send
from tests.notifications.notification_checks import list_notifications


@proves("notification.updated")
def _alice_reads_a_notification(w: World) -> None:
    must(w.alice.patch(f"notifications/{list_notifications(w.alice)[0]['id']}", {"read": True}))


@proves("notification.updated")
def _alice_reads_all_notifications(w: World) -> None:
    must(w.alice.post("notifications/read-all"))


@proves("notification.deleted")
def _alice_deletes_a_notification(w: World) -> None:
    must(w.alice.delete(f"notifications/{list_notifications(w.alice)[0]['id']}"))


# Chat --------------------------------------------------------------------------------------------


@proves("message.created", "conversation.updated", "notification.created")
def _carol_writes_to_alice_for_the_first_time(w: World) -> None:
    send_message(w.carol, w.alice)


@proves("message.created", "conversation.updated")
def _alice_writes_to_bob(w: World) -> None:
    send_message(w.alice, w.bob)


@proves("message.created", "message.updated")
def _alice_sends_bob_a_picture(w: World) -> None:
    must(send(w.alice, "POST", "chat/message", receiver_id=w.bob.id, image=picture()))
    work()


@proves("message.updated")
def _alice_edits_the_last_message(w: World) -> None:
    must(w.alice.patch(f"chat/messages/{w.message_2}", {"text": "Changed"}))


@proves("message.reaction")
def _bob_reacts_to_a_message(w: World) -> None:
    must(w.bob.put(f"chat/messages/{w.message_2}/reaction", {"type": "wow"}))


@proves("message.reaction")
def _bob_reacts_to_a_message_no_longer(w: World) -> None:
    must(w.bob.delete(f"chat/messages/{w.message_0}/reaction"))


@proves("message.deleted", "conversation.updated")
def _alice_deletes_the_last_message_for_everyone(w: World) -> None:
    must(w.alice.delete(f"chat/messages/{w.message_2}?for=everyone"))


@proves("message.deleted")
def _alice_deletes_an_older_message_for_everyone(w: World) -> None:
    must(w.alice.delete(f"chat/messages/{w.message_0}?for=everyone"))


@proves("message.deleted", "conversation.updated")
def _bob_deletes_the_last_message_for_himself(w: World) -> None:
    must(w.bob.delete(f"chat/messages/{w.message_2}?for=me"))


@proves("message.deleted", "conversation.updated")
def _bob_deletes_a_whole_conversation_for_himself(w: World) -> None:
    must(w.bob.delete(f"chat/messages/{w.message_3}?for=me"))


@proves("message.read", "conversation.updated", "notification.deleted")
def _bob_reads_what_alice_wrote(w: World) -> None:
    mark_read(w.bob, w.alice)


@proves("chat.users")
def _carol_opens_a_chat(w: World) -> None:
    must(w.carol.put(f"chat/users/{w.alice.id}"))


@proves("chat.users")
def _bob_closes_a_chat(w: World) -> None:
    must(w.bob.delete(f"chat/users/{w.alice.id}"))
