"""Who may meet whom, and who listens to whom: a port, because those who ask stand below the one
who knows.

`followers` answers it from its blocks and mutes (`FollowersConfig.ready`). Until somebody answers,
nobody meets anybody.
"""

from collections.abc import Callable

Answer = Callable[[str, set[str]], set[str]]


def _nobody(_person: str, _others: set[str]) -> set[str]:
    return set()


_answers: dict[str, Answer] = dict.fromkeys(("meet", "listen", "hear", "follow"), _nobody)


def answer_with(*, meet: Answer, listen: Answer, hear: Answer, follow: Answer) -> None:
    """Set who answers."""
    _answers.update(meet=meet, listen=listen, hear=hear, follow=follow)


def who_may_meet(person: str, others: set[str]) -> set[str]:
    """Return those of `others` who may see `person` at all: no block stands between them."""
    return _answers["meet"](person, others)


def who_listens(person: str, others: set[str]) -> set[str]:
    """Return those of `others` who may meet `person` and do not mute them."""
    return _answers["listen"](person, others)


def whom_they_hear(person: str, others: set[str]) -> set[str]:
    """Return those of `others` whom `person` may meet and does not mute."""
    return _answers["hear"](person, others)


def who_follows(person: str, others: set[str]) -> set[str]:
    """Return those of `others` who follow `person`."""
    return _answers["follow"](person, others)
