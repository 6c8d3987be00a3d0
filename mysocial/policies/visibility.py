"""Who sees a thing now: a port, because those who show it (notifications, galleries) stand below
the domain that knows.

A domain says it once for each kind of thing, by a `Sight` in `<app>/sights.py`. What nobody
answers for is seen by nobody.
"""

from collections.abc import Sequence
from typing import ClassVar

POLICIES: dict[str, "type[VisibilityPolicy]"] = {}


class VisibilityPolicy:
    """Who sees things of one kind; subclasses are registered by being made."""

    model_label: ClassVar[str] = ""  # the label of the records, as `posts.post`

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        POLICIES[cls.model_label] = cls

    @classmethod
    def viewers(cls, pk: str, among: set[str]) -> set[str]:
        """Return those who see the thing now; nobody when it is gone.

        A domain that can ask for all of them at once does.
        """
        return {one for one in among if cls.visible([pk], one)}

    @classmethod
    def visible(cls, pks: Sequence[str], to: str) -> set[str]:
        """Return the ids of the things that `to` sees now."""
        raise NotImplementedError


def visible_to(label: str, pk: str, among: set[str]) -> set[str]:
    """Return those of `among` who see this record now."""
    sight = POLICIES.get(label)
    return sight.viewers(pk, among) if sight and among else set()


def visible_ids(label: str, pks: Sequence[str], to: str) -> set[str]:
    """Return the ids of those of the records that `to` sees now."""
    sight = POLICIES.get(label)
    return sight.visible(pks, to) if sight and pks else set()
