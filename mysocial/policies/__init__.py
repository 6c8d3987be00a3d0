"""Policies: questions that a lower app asks a higher one, without importing it."""

from mysocial.policies.audiences import Audience, account_audience, can_see, narrowest_audience
from mysocial.policies.content import ContentPolicy, check_text
from mysocial.policies.leaderboards import ranked_ids, register_ranking
from mysocial.policies.relationships import RelationshipPolicy, relationship_policy
from mysocial.policies.visibility import (
    VisibilityPolicy,
    event_parts,
    event_viewers,
    filter_viewers,
    visible_ids,
)

__all__ = [
    "Audience",
    "ContentPolicy",
    "RelationshipPolicy",
    "VisibilityPolicy",
    "account_audience",
    "can_see",
    "check_text",
    "content",
    "event_parts",
    "event_viewers",
    "filter_viewers",
    "history",
    "narrowest_audience",
    "ranked_ids",
    "register_ranking",
    "relationship_policy",
    "relationships",
    "visibility",
    "visible_ids",
]
