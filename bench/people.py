"""Members and posts that are created in this process, whose CPU is not measured."""

import time
from typing import NamedTuple

from django.test import override_settings

PASSWORD = "correct-horse-battery"


class Member(NamedTuple):
    """A member with a session."""

    id: str
    protocols: list[str]  # The WebSocket subprotocols that sign the member in.

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the member's requests."""
        return {"Authorization": f"Bearer {self.protocols[1]}", "Content-Type": "application/json"}


def create_members(count: int) -> list[Member]:
    """Create members without HTTP and with a cheap password hash."""
    from accounts.services import Device, sign_up  # noqa: PLC0415 - needs Django set up
    from accounts.tokens import create_access_token  # noqa: PLC0415

    mark, members = f"{time.monotonic_ns() % 10**9:x}", []
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        for number in range(count):
            name = f"b{mark}_{number}"
            signed = sign_up(
                username=name, email=f"{name}@example.com", password=PASSWORD, device=Device()
            )
            assert signed.session is not None
            members.append(
                Member(signed.user_id, ["mysocial", create_access_token(signed.session)])
            )
    return members


def write_posts(author: Member, texts: list[str]) -> None:
    """Create public posts."""
    from posts.services import create_post  # noqa: PLC0415

    for text in texts:
        create_post(author_id=author.id, text=text)


def write_long_log(author: Member, text: str, event_count: int) -> str:
    """Append events of a public post to the log; return the cursor before them."""
    from mysocial.core import keys  # noqa: PLC0415
    from mysocial.core.redis import client  # noqa: PLC0415
    from mysocial.store import write  # noqa: PLC0415
    from posts.events import PostUpdated  # noqa: PLC0415
    from posts.services import create_post  # noqa: PLC0415

    post = create_post(author_id=author.id, text=text)
    epoch, clock = client().mget(keys.EPOCH, keys.CLOCK)
    for _ in range(event_count):
        with write() as w:
            w.announce(PostUpdated(post.id, author.id, post.privacy, ""))
    return f"{epoch.decode()}:{clock.decode()}"
