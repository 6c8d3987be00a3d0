"""Word filters: their services, and the check of members' texts."""

from collections.abc import Mapping
from typing import Any

from moderation import selectors
from moderation.models import FILTERED, FilterAction, Report, WordFilter
from moderation.store import word_filters
from moderation.text_matching import matching_actions
from mysocial.core.errors import Invalid
from mysocial.core.text import fold_words
from mysocial.store import Write, reads, write

TARGET_TYPES = {
    "users.user": "user",
    "posts.post": "post",
    "comments.comment": "comment",
    "chat.message": "message",
}
REJECTION = "This text contains words that are not allowed here."


def check_text(w: Write, label: str, pk: str, author_id: str, texts: Mapping[str, str]) -> None:
    """Apply the word filters to a member's texts before they are written.

    Texts with flagged phrases are reported in the same write, unless a report is open already.

    Args:
        w: The write that stores the texts.
        label: The model label of the record that holds the texts.
        pk: The id of that record.
        author_id: The member who wrote the texts.
        texts: The texts by field name.

    Raises:
        Invalid: A text contains a rejected phrase; the error does not say which one.
    """
    phrases = selectors.phrases() if any(texts.values()) else {}
    if not phrases:
        return
    actions = {name: matching_actions(text, phrases) for name, text in texts.items()}
    rejected = [name for name, types in actions.items() if FilterAction.REJECT in types]
    if rejected:
        raise Invalid(REJECTION, errors=dict.fromkeys(rejected, REJECTION))
    key = selectors.open_key("", TARGET_TYPES[label], pk)
    if any(actions.values()) and not selectors.has_open_report(key):
        report = Report(
            target_type=TARGET_TYPES[label],
            target_id=pk,
            subject_id=author_id,
            reason=FILTERED,
            excerpt="\n".join(filter(None, texts.values())),
            open_key=key,
        )
        w.create(report, new_id=True)


def add_filter(*, filter_id: str, phrase: str, action: str) -> WordFilter:
    """Create a word filter.

    Raises:
        Invalid: The phrase contains no word.
    """
    word_filter = WordFilter(id=filter_id, phrase=phrase, action=action)
    _require_word(phrase)
    with write() as w:
        w.create(word_filter)
    return word_filter


def change_filter(*, filter_id: str, **changes: Any) -> WordFilter:
    """Change the phrase or the action of a word filter.

    Raises:
        NotFound: There is no such filter.
        Invalid: The phrase contains no word.
    """
    word_filter = reads.get_record(word_filters, filter_id)
    _require_word(changes.get("phrase", word_filter.phrase))
    with write() as w:
        w.update(word_filter, **changes)
    return word_filter


def remove_filter(*, filter_id: str) -> None:
    """Delete a word filter.

    Raises:
        NotFound: There is no such filter.
    """
    with write() as w:
        w.delete(reads.get_record(word_filters, filter_id))


def _require_word(phrase: str) -> None:
    if not fold_words(phrase):
        raise Invalid("Invalid phrase.", errors={"phrase": "Enter at least one word."})
