"""Content of the demo members: follows, posts, polls, comments, reactions and messages."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageOps

from chat import services as chat
from comments import services as comments
from followers import services as followers
from images import services as images
from posts import services as posts
from reactions import services as reactions
from users import services as users

PRIVATE = ("dora",)
FOLLOWS = (
    ("bob", "alice"),
    ("carol", "alice"),
    ("alice", "carol"),
    ("alice", "dora"),  # dora is private: a request that stays pending
)
# Pictures: the colors of the sky and of the water.
PORTRAITS = {"alice": ("#f7b267", "#5b2a86"), "carol": ("#8ecae6", "#023047")}
LAKE = ("#bde0fe", "#1d3557")
# Name, author, text, privacy.
POSTS = (
    ("hello", "alice", "Hello, world. This is my first post.", "public"),
    ("coffee", "bob", "Does anybody know a good place for coffee?", "public"),
    ("secret", "alice", "Only my followers can read this one.", "followers"),
    ("note", "carol", "A note to myself.", "private"),
    ("thanks", "bob", "Found it. Thank you for the coffee, @alice!", "public"),
    ("lake", "carol", "The lake is frozen this morning, and it sings.", "public"),
)
POST_WITH_PICTURE = "lake"
COMMENTS = (
    ("hello", "bob", "Welcome!"),
    ("hello", "carol", "Good to see you here, @alice."),
    ("coffee", "alice", "The small one behind the station."),
    ("lake", "alice", "I can nearly hear it."),
)
# The number of the comment above, from 0, the author and the text.
REPLIES = (
    (2, "bob", "Is it open in the morning?"),
    (2, "alice", "From seven, @bob."),
    (3, "carol", "Come and listen."),
)
REACTIONS = (
    ("hello", "bob", "love"),
    ("hello", "carol", "like"),
    ("lake", "alice", "wow"),
    ("lake", "bob", "wow"),
    ("thanks", "alice", "happy"),
)
# The number of the comment above, from 0, the member and the type.
COMMENT_REACTIONS = ((0, "alice", "happy"), (2, "bob", "love"), (3, "carol", "happy"))
PINNED = (("lake", "carol"), ("hello", "alice"))
# The options of the poll of a post, and the numbers that members vote for.
POLLS = {"coffee": ("Behind the station", "At the market", "By the river")}
VOTES = (("coffee", "alice", 0), ("coffee", "carol", 2))
POLL_SECONDS = 7 * 24 * 3600
BOOKMARKS = (("lake", "alice"), ("coffee", "carol"))
MESSAGES = (
    ("alice", "bob", "Shall we try it together? Tomorrow at eight?"),
    ("bob", "alice", "Gladly. Is it the one with the green sign?"),
    ("alice", "bob", "That one."),
    ("carol", "alice", "Bring skates next time."),
)


def create_activity(ids: dict[str, str]) -> None:
    """Create the content of the demo members, whose ids are given by name, through the services."""
    for name in PRIVATE:
        users.update_settings(user_id=ids[name], is_private=True)
    for follower, followee in FOLLOWS:
        followers.follow(user_id=ids[follower], other_id=ids[followee])
    for name, colors in PORTRAITS.items():
        portrait = draw_view((256, 256), *colors)
        images.upload_profile_image(user_id=ids[name], purpose="profile", image=portrait)
    post_ids = _create_posts(ids)
    written = [
        comments.create_comment(author_id=ids[author], post_id=post_ids[name], text=text)
        for name, author, text in COMMENTS
    ]
    for number, author, text in REPLIES:
        parent = written[number]
        comments.create_comment(
            author_id=ids[author], post_id=parent.post_id, text=text, parent_id=parent.id
        )
    for name, member, kind in REACTIONS:
        reactions.set_reaction(user_id=ids[member], post_id=post_ids[name], reaction_type=kind)
    for number, member, kind in COMMENT_REACTIONS:
        comments.set_comment_reaction(
            user_id=ids[member], comment_id=written[number].id, reaction_type=kind
        )
    _pin_bookmark_and_vote(ids, post_ids)
    for sender, receiver, text in MESSAGES:
        chat.send_message(sender_id=ids[sender], receiver_id=ids[receiver], text=text)
    chat.mark_conversation_read(user_id=ids["bob"], other_id=ids["alice"])


def _pin_bookmark_and_vote(ids: dict[str, str], post_ids: dict[str, str]) -> None:
    for name, author in PINNED:
        posts.pin_post(user_id=ids[author], post_id=post_ids[name])
    for name, member in BOOKMARKS:
        posts.create_bookmark(user_id=ids[member], post_id=post_ids[name])
    for name, member, choice in VOTES:
        posts.set_poll_vote(user_id=ids[member], post_id=post_ids[name], choices=[choice])


def _create_posts(ids: dict[str, str]) -> dict[str, str]:
    """Create the posts; return their ids by name."""
    post_ids = {}
    for name, author, text, privacy in POSTS:
        image = {"image": draw_view((960, 540), *LAKE)} if name == POST_WITH_PICTURE else {}
        fields = {"text": text, "privacy": privacy, **image}
        if name in POLLS:
            fields["poll"] = {"options": [*POLLS[name]], "duration_seconds": POLL_SECONDS}
        post_ids[name] = posts.create_post(author_id=ids[author], **fields).id
    return post_ids


def draw_view(size: tuple[int, int], sky: str, water: str) -> SimpleUploadedFile:
    """Draw a low sun over water; return the picture as an uploaded file."""
    width, height = size
    gradient = Image.linear_gradient("L").resize(size)
    picture = ImageOps.colorize(gradient, black=sky, white=water)
    center, radius = (width // 2, height * 2 // 5), height // 8
    ImageDraw.Draw(picture).circle(center, radius, fill="#fff3d6")
    reflection = ImageOps.colorize(ImageOps.flip(gradient), black=sky, white=water)
    horizon = height * 3 // 5
    picture.paste(reflection.crop((0, horizon, width, height)), (0, horizon))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return SimpleUploadedFile("view.png", buffer.getvalue(), "image/png")
