"""What a client holds when it has heard events: by nothing but what it held and what they say."""

from copy import deepcopy

from tests.states import about_own, about_people, about_posts
from tests.states.holder import Data, Holder
from tests.states.rules import HANDLERS
from tests.states.state import State

# Each notes its functions when it is imported.
PARTS = (about_posts, about_people, about_own)


def reduce(me: str, state: State, events: list[Data]) -> Holder:
    """Return what a client of `me` holds when it has heard these events, in order."""
    holder = Holder(me, state)
    for event in events:
        HANDLERS[event["type"]](holder, deepcopy(event["data"]))
    return holder
