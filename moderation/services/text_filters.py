"""The unwanted words, and what becomes of what has them."""

from collections.abc import Mapping
from typing import Any

from moderation import selectors
from moderation.models import FILTERED, FilterAction, Report, WordFilter
from moderation.store import word_filters
from moderation.text_matching import acts_on, fold
from mysocial.core.errors import Invalid
from mysocial.store import Write, reads, write

KINDS = {
    "users.user": "user",
    "posts.post": "post",
    "comments.comment": "comment",
    "chat.message": "message",
}


def check_text(w: Write, label: str, pk: str, author_id: str, texts: Mapping[str, str]) -> None:
    """Refuse a write, or file a report in it, when a text of a member has unwanted words.

    `Invalid`; it does not say which words.
    """
    phrases = selectors.phrases() if any(texts.values()) else {}
    found = {name: acts_on(text, phrases) for name, text in texts.items()} if phrases else {}
    refused = [name for name, acts in found.items() if FilterAction.REFUSE in acts]
    if refused:
        said = "This has words that are not taken here."
        raise Invalid(said, errors=dict.fromkeys(refused, said))
    key = selectors.open_key("", KINDS[label], pk)
    if any(found.values()) and not selectors.is_reported(key):
        report = Report(
            target_type=KINDS[label],
            target_id=pk,
            subject_id=author_id,
            reason=FILTERED,
            said="\n".join(filter(None, texts.values())),
            open_key=key,
        )
        w.create(report, new_id=True)


def add_filter(*, filter_id: str, phrase: str, act: str) -> WordFilter:
    """Keep a word or phrase out, or watch it. `Invalid` when there is no word in it."""
    one = WordFilter(id=filter_id, phrase=phrase, act=act)
    _check(phrase)
    with write() as w:
        w.create(one)
    return one


def change_filter(*, filter_id: str, **changes: Any) -> WordFilter:
    """Change a filter. `Invalid` when there is no word in it."""
    one = reads.get_record(word_filters, filter_id)
    _check(changes.get("phrase", one.phrase))
    with write() as w:
        w.update(one, **changes)
    return one


def remove_filter(*, filter_id: str) -> None:
    """Mind these words no longer."""
    with write() as w:
        w.delete(reads.get_record(word_filters, filter_id))


def _check(phrase: str) -> None:
    if not fold(phrase):
        raise Invalid("There is no word in this.", errors={"phrase": "This needs a word."})
