"""What a client holds when it has heard events: by nothing but what it held and what they say."""

from copy import deepcopy

from tests.client_model import own_reducers, people_reducers, post_reducers
from tests.client_model.client import Data, Holder
from tests.client_model.reducer_rules import HANDLERS
from tests.client_model.state import State

# Each notes its functions when it is imported.
PARTS = (post_reducers, people_reducers, own_reducers)


def reduce(me: str, state: State, events: list[Data]) -> Holder:
    """Return what a client of `me` holds when it has heard these events, in order."""
    holder = Holder(me, state)
    for event in events:
        HANDLERS[event["type"]](holder, deepcopy(event["data"]))
    return holder
