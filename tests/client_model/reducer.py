"""The state of a client after events, computed only from its old state and the events."""

from copy import deepcopy

from tests.client_model import own_reducers, people_reducers, post_reducers
from tests.client_model.client import ClientState, Data
from tests.client_model.reducer_rules import HANDLERS
from tests.client_model.state import State

# Each module registers its reducers on import.
PARTS = (post_reducers, people_reducers, own_reducers)


def reduce(me: str, state: State, events: list[Data]) -> ClientState:
    """Return the state of a client of the member `me` after these events, in order."""
    client = ClientState(me, state)
    for event in events:
        HANDLERS[event["type"]](client, deepcopy(event["data"]))
    return client
