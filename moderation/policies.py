"""The content policy, from the word filters."""

from collections.abc import Mapping

from moderation.services import check_text
from mysocial.policies import ContentPolicy
from mysocial.store import Write


class WordFilterPolicy(ContentPolicy):
    """Rejects forbidden phrases and reports flagged ones."""

    def check_text(
        self, w: Write, *, label: str, pk: str, author_id: str, texts: Mapping[str, str]
    ) -> None:
        check_text(w, label, pk, author_id, texts)
