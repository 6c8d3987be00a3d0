"""Which words are not wanted: a port, because those who ask (posts, profiles …) stand below the
domain that knows.

`moderation` answers it from its word filters (`ModerationConfig.ready`). Until somebody answers,
every word is fine.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the answer is set before models are loaded
    from mysocial.store.writes import Write

Texts = Mapping[str, str]  # by the name of the field
Answer = Callable[["Write", str, str, str, Texts], None]


def _fine(_w: "Write", _label: str, _pk: str, _author_id: str, _texts: Texts) -> None:
    return


_answers: dict[str, Answer] = {"examine": _fine}


def set_policy(examine: Answer) -> None:
    """Set who answers."""
    _answers["examine"] = examine


def check_text(w: "Write", *, label: str, pk: str, author_id: str, texts: Texts) -> None:
    """Look at what a member writes, in the write that makes it.

    `Invalid` for words that are refused; of words that are flagged, a report is filed in the same
    write.
    """
    _answers["examine"](w, label, pk, author_id, texts)
