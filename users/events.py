"""What is announced of members."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from mysocial.events import About, Event, self_topic
from mysocial.meeting import who_may_meet
from mysocial.wire import literal
from users.wires import profile_wire


@dataclass(frozen=True)
class UserUpdated(Event):
    """A profile was changed. Whoever has it open hears it, and the member's other devices."""

    type: ClassVar[str] = "user.updated"
    user_id: str

    def topics(self) -> Iterable[str]:
        return [f"user:{self.user_id}", self_topic(self.user_id)]

    def about(self) -> About:
        return {"user": self.user_id}

    @classmethod
    def listeners(cls, about: About, viewers: set[str]) -> set[str]:
        return who_may_meet(about["user"], viewers)

    def data(self) -> list[Any]:
        return profile_wire.template(self.user_id)


@dataclass(frozen=True)
class UserDeleted(Event):
    """A member erased their account. Whoever has the profile open hears it, no block between."""

    type: ClassVar[str] = "user.deleted"
    user_id: str

    def topics(self) -> Iterable[str]:
        return [f"user:{self.user_id}"]

    def about(self) -> About:
        return {"user": self.user_id}

    @classmethod
    def listeners(cls, about: About, viewers: set[str]) -> set[str]:
        return who_may_meet(about["user"], viewers)

    def data(self) -> list[Any]:
        return [literal({"id": self.user_id})]
