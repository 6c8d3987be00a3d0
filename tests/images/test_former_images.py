"""Images that their posts no longer show."""

import pytest

from images import selectors
from images.services import process_due_media
from tests.images.pictures import get_gallery, make_image, send_form


def test_an_image_that_is_replaced_by_the_publication_of_its_post_stays_hidden(
    alice, bob, monkeypatch
):
    """The gallery reads its images and their posts one after the other."""
    post = send_form(
        alice, "POST", "posts", text="Draft", privacy="private", image=make_image()
    ).json()["post"]
    process_due_media()
    private = get_gallery(alice, alice)[0]
    assert get_gallery(bob, alice) == []
    find_visible = selectors.visible_ids

    def publish_first(*arguments):
        monkeypatch.undo()
        response = send_form(
            alice, "PATCH", f"posts/{post['id']}", privacy="public", image=make_image()
        )
        assert response.status_code == 200
        process_due_media()
        return find_visible(*arguments)

    monkeypatch.setattr(selectors, "visible_ids", publish_first)
    shown = get_gallery(bob, alice)
    assert private["id"] not in [image["id"] for image in shown]
    assert len(get_gallery(bob, alice)) == 1


@pytest.mark.parametrize(
    ("privacy", "receivers"), [("private", {"alice"}), ("followers", {"alice", "follower"})]
)
def test_the_deletion_of_a_former_image_is_sent_to_those_who_could_see_it(
    alice, bob, stranger, privacy, receivers
):
    people = {"alice": alice, "follower": bob, "stranger": stranger}
    bob.put(f"users/{alice.id}/follow")
    form = {"text": "Draft", "privacy": privacy, "image": make_image()}
    post = send_form(alice, "POST", "posts", **form).json()["post"]
    process_due_media()
    former = get_gallery(alice, alice)[0]["id"]
    send_form(alice, "PATCH", f"posts/{post['id']}", privacy="public", image=make_image())
    process_due_media()
    assert alice.delete(f"users/me/images/{former}").status_code == 200

    got = {
        name
        for name, person in people.items()
        if ("image.deleted", {"id": former})
        in [(event["type"], event["data"]) for event in person.received_events(f"user:{alice.id}")]
    }
    assert got == receivers
