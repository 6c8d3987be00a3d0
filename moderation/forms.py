"""The forms of staff: acts, notes, and measures without a report."""

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from moderation.models import MAX_MESSAGE_LENGTH, MAX_NOTE_LENGTH, ActionType, ModerationAction
from mysocial.admin.audit import MAX_REASON_LENGTH
from mysocial.core.errors import FOREVER_MS
from mysocial.core.ids import milliseconds, now

if TYPE_CHECKING:
    Base = forms.ModelForm[ModerationAction]
else:
    Base = forms.ModelForm  # generic for the type checker only

HOUR, DAY = 3600, 24 * 3600
FOR_GOOD = "good"
LASTS = (
    ("", "-"),
    (str(HOUR), "1 hour"),
    (str(DAY), "1 day"),
    (str(7 * DAY), "1 week"),
    (str(30 * DAY), "30 days"),
    (FOR_GOOD, "for good"),
)


def until(lasts: str) -> int:
    """Return the moment, in milliseconds, until which a choice of `LASTS` lasts from now on."""
    if lasts == FOR_GOOD:
        return FOREVER_MS
    return milliseconds(now() + timedelta(seconds=int(lasts))) if lasts else 0


def lasts_field() -> forms.ChoiceField:
    """Return the field that says how long a measure lasts."""
    return forms.ChoiceField(
        choices=LASTS,
        required=False,
        widget=UnfoldAdminSelectWidget,
        label="How long",
        help_text="Of a silence or suspension.",
    )


def words_field() -> forms.CharField:
    """Return the field for what is said to the member."""
    return forms.CharField(
        max_length=MAX_MESSAGE_LENGTH,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        label="Words to the member",
    )


class ActForm(forms.Form):
    """An act, how long it lasts, what is said to the member, and why it is done."""

    act = forms.ChoiceField(
        choices=ActionType.choices, required=False, widget=UnfoldAdminSelectWidget
    )
    lasts = lasts_field()
    words = words_field()
    why = forms.CharField(
        max_length=MAX_REASON_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        label="Why",
        help_text="For the audit log.",
    )


class NoteForm(forms.Form):
    """An internal note."""

    text = forms.CharField(
        max_length=MAX_NOTE_LENGTH, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}), label=""
    )


class ModerationActionForm(Base):
    """A measure against a member, without a report."""

    name = forms.CharField(
        max_length=30,
        widget=UnfoldAdminTextInputWidget,
        label="Member",
        help_text="The username, or the id.",
    )
    act = forms.ChoiceField(choices=ActionType.choices[1:4], widget=UnfoldAdminSelectWidget)
    lasts = lasts_field()
    words = words_field()

    class Meta:
        model = ModerationAction
        fields: ClassVar[list[str]] = []
