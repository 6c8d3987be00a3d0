"""Content policy: which texts members may publish.

Apps that store text are below `moderation`, which keeps the word filters. They ask the policy that
`moderation` sets at start-up. The default policy allows every text.
"""

from collections.abc import Mapping

from mysocial.store import Write


class ContentPolicy:
    """Checks texts in the write that stores them. This one allows everything."""

    def check_text(
        self, w: Write, *, label: str, pk: str, author_id: str, texts: Mapping[str, str]
    ) -> None:
        """Check the texts of a record, by field name.

        Args:
            w: The write that stores the record; a flagged text files its report in the same write.
            label: The model label of the record, such as `posts.post`.

        Raises:
            Invalid: A text contains a forbidden phrase.
        """


_policy = ContentPolicy()


def set_policy(policy: ContentPolicy) -> None:
    """Set the policy of this process."""
    global _policy  # noqa: PLW0603 - set once, when the apps are ready
    _policy = policy


def check_text(w: Write, *, label: str, pk: str, author_id: str, texts: Mapping[str, str]) -> None:
    """Check the texts of a record with the current policy; see `ContentPolicy.check_text`."""
    _policy.check_text(w, label=label, pk=pk, author_id=author_id, texts=texts)
