"""Policies: questions that a lower app asks a higher one, without importing it."""

from mysocial.policies.content import ContentPolicy, check_text
from mysocial.policies.relationships import RelationshipPolicy, relationship_policy
from mysocial.policies.visibility import VisibilityPolicy, visible_ids, visible_to

__all__ = [
    "ContentPolicy",
    "RelationshipPolicy",
    "VisibilityPolicy",
    "check_text",
    "content",
    "relationship_policy",
    "relationships",
    "visibility",
    "visible_ids",
    "visible_to",
]
