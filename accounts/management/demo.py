"""What happens in the demo world, and the pictures in it, which are drawn."""

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
    ("alice", "dora"),  # private: a request, which waits for her
)
# Dawn and dusk: the colours of the sky and of the water.
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
PICTURED = "lake"
COMMENTS = (
    ("hello", "bob", "Welcome!"),
    ("hello", "carol", "Good to see you here, @alice."),
    ("coffee", "alice", "The small one behind the station."),
    ("lake", "alice", "I can nearly hear it."),
)
REACTIONS = (
    ("hello", "bob", "love"),
    ("hello", "carol", "like"),
    ("lake", "alice", "wow"),
    ("lake", "bob", "wow"),
    ("thanks", "alice", "happy"),
)
MESSAGES = (
    ("alice", "bob", "Shall we try it together? Tomorrow at eight?"),
    ("bob", "alice", "Gladly. Is it the one with the green door?"),
    ("alice", "bob", "That one."),
    ("carol", "alice", "Bring skates next time."),
)


def create_activity(people: dict[str, str]) -> None:
    """Let the demo people, ids by name, write, follow, react and talk, through the services."""
    for name in PRIVATE:
        users.update_settings(user_id=people[name], is_private=True)
    for follower, followee in FOLLOWS:
        followers.follow(user_id=people[follower], other_id=people[followee])
    for name, colors in PORTRAITS.items():
        images.upload_profile_image(
            user_id=people[name], purpose="profile", image=draw_view((256, 256), *colors)
        )
    written = {}
    for name, author, text, privacy in POSTS:
        shown = {"image": draw_view((960, 540), *LAKE)} if name == PICTURED else {}
        fields = {"text": text, "privacy": privacy, **shown}
        written[name] = posts.create_post(author_id=people[author], **fields).id
    for name, author, text in COMMENTS:
        comments.create_comment(author_id=people[author], post_id=written[name], text=text)
    for name, member, kind in REACTIONS:
        reactions.set_reaction(user_id=people[member], post_id=written[name], reaction_type=kind)
    for sender, receiver, text in MESSAGES:
        chat.send_message(sender_id=people[sender], receiver_id=people[receiver], text=text)
    chat.mark_conversation_read(user_id=people["bob"], other_id=people["alice"])


def draw_view(size: tuple[int, int], sky: str, water: str) -> SimpleUploadedFile:
    """Return a picture of a low sun over water, as somebody would upload it."""
    width, height = size
    light = Image.linear_gradient("L").resize(size)
    drawn = ImageOps.colorize(light, black=sky, white=water)
    middle, radius = (width // 2, height * 2 // 5), height // 8
    ImageDraw.Draw(drawn).circle(middle, radius, fill="#fff3d6")
    shore = ImageOps.colorize(ImageOps.flip(light), black=sky, white=water)
    horizon = height * 3 // 5
    drawn.paste(shore.crop((0, horizon, width, height)), (0, horizon))
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return SimpleUploadedFile("view.png", out.getvalue(), "image/png")
