"""Who may meet whom at all: a port, because those who ask (users) stand below the one who knows.

`followers` answers it from its blocks (`FollowersConfig.ready`). Until somebody answers, nobody
meets anybody.
"""

from collections.abc import Callable

Answer = Callable[[str, set[str]], set[str]]


def _nobody(_person: str, _others: set[str]) -> set[str]:
    return set()


_answer: Answer = _nobody


def answer_with(answer: Answer) -> None:
    """Set who answers."""
    global _answer  # noqa: PLW0603 - set once, at start
    _answer = answer


def who_may_meet(person: str, others: set[str]) -> set[str]:
    """Return those of `others` who may see `person` at all: no block stands between them."""
    return _answer(person, others)
