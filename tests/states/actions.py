"""Every verb that announces something, as somebody uses it through the REST API."""

from tests.states import own_deeds, people_deeds, post_deeds
from tests.states.deeds import ACTIONS, Action

# Each puts its deeds into the table when it is imported.
PARTS = (post_deeds, people_deeds, own_deeds)

__all__ = ["ACTIONS", "Action"]
