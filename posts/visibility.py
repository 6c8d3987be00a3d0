"""Who sees a post, for those below who show what hangs on one."""

from collections.abc import Sequence
from typing import ClassVar

from mysocial.policies.visibility import Sight
from posts import selectors


class PostSight(Sight):
    """A post, by `can_see_post`."""

    of: ClassVar[str] = "posts.post"

    @classmethod
    def viewers(cls, pk: str, among: set[str]) -> set[str]:
        return selectors.who_sees_now(pk, among)

    @classmethod
    def visible(cls, pks: Sequence[str], to: str) -> set[str]:
        return {row.id for row in selectors.get_rows(pks, to=to)}
