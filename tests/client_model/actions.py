"""Every verb that announces something, as somebody uses it through the REST API."""

from tests.client_model import own_scenarios, people_scenarios, post_scenarios
from tests.client_model.scenario_table import ACTIONS, Action

# Each puts its deeds into the table when it is imported.
PARTS = (post_scenarios, people_scenarios, own_scenarios)

__all__ = ["ACTIONS", "Action"]
