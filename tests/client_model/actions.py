"""The actions of members that cause events, performed through the REST API."""

from tests.client_model import own_scenarios, people_scenarios, post_scenarios
from tests.client_model.scenario_table import ACTIONS, Action

# Each module adds its actions to the table on import.
PARTS = (post_scenarios, people_scenarios, own_scenarios)

__all__ = ["ACTIONS", "Action"]
