"""Who follows and who blocks whom."""

from django.db import models

from mysocial.models import ID, Record


def edge_id(from_id: str, to_id: str) -> str:
    """Return the id of an edge: natural, so that there can't be two."""
    return f"{from_id}:{to_id}"


class Follow(Record):
    """One member follows another."""

    follower_id = models.CharField(**ID)
    followee_id = models.CharField(**ID)

    class Meta(Record.Meta):
        db_table = "follows"


class Block(Record):
    """One member does not want to meet another; it works both ways."""

    blocker_id = models.CharField(**ID)
    blocked_id = models.CharField(**ID)

    class Meta(Record.Meta):
        db_table = "blocks"
