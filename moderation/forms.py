"""Forms of the moderation admin: decisions on reports, notes, and actions without a report."""

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from moderation.models import MAX_MESSAGE_LENGTH, MAX_NOTE_LENGTH, ActionType, ModerationAction
from moderation.services import Decision
from mysocial.admin.audit import MAX_REASON_LENGTH
from mysocial.admin.text_forms import TextFormField
from mysocial.core.errors import FOREVER_MS
from mysocial.core.ids import milliseconds, now

if TYPE_CHECKING:
    Base = forms.ModelForm[ModerationAction]
else:
    Base = forms.ModelForm  # generic for the type checker only

HOUR, DAY = 3600, 24 * 3600
PERMANENT = "permanent"
DURATIONS = (
    ("", "---------"),
    (str(HOUR), "1 hour"),
    (str(DAY), "1 day"),
    (str(7 * DAY), "1 week"),
    (str(30 * DAY), "30 days"),
    (PERMANENT, "Permanent"),
)


def end_of(duration: str) -> int:
    """Return when a duration of `DURATIONS` ends, in milliseconds; 0 for no duration."""
    if duration == PERMANENT:
        return FOREVER_MS
    return milliseconds(now() + timedelta(seconds=int(duration))) if duration else 0


def duration_field() -> forms.ChoiceField:
    """Return a form field for the duration of an action."""
    return forms.ChoiceField(
        choices=DURATIONS,
        required=False,
        widget=UnfoldAdminSelectWidget,
        label="Duration",
        help_text="Required to silence or suspend a member.",
    )


def username_field() -> TextFormField:
    """Return a form field for the new username of a member."""
    return TextFormField(
        max_length=30,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        label="New username",
        help_text="Required to rename a member. The member cannot take the former name back.",
    )


def _short_textarea(max_length: int) -> UnfoldAdminTextareaWidget:
    """Return a widget whose text is never too long: the page of a report does not keep it."""
    return UnfoldAdminTextareaWidget(attrs={"rows": 2, "maxlength": max_length})


def message_field() -> TextFormField:
    """Return a form field for the message to the member."""
    return TextFormField(
        max_length=MAX_MESSAGE_LENGTH,
        required=False,
        widget=_short_textarea(MAX_MESSAGE_LENGTH),
        label="Message to the member",
        help_text="Required for a warning.",
    )


class DecisionForm(forms.Form):
    """The decision that resolves a report."""

    action_type = forms.ChoiceField(
        choices=ActionType.choices, required=False, widget=UnfoldAdminSelectWidget, label="Action"
    )
    duration = duration_field()
    username = username_field()
    message = message_field()
    audit_reason = TextFormField(
        max_length=MAX_REASON_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        label="Reason (for the audit log)",
    )

    def decision(self, staff_username: str) -> Decision:
        """Return the decision of a staff member, from the valid form."""
        fields = self.cleaned_data
        return Decision(
            fields["action_type"],
            staff_username,
            message=fields["message"],
            until_ms=end_of(fields["duration"]),
            username=fields["username"],
        )


class NoteForm(forms.Form):
    """An internal note on a report."""

    text = TextFormField(
        max_length=MAX_NOTE_LENGTH, widget=_short_textarea(MAX_NOTE_LENGTH), label=""
    )


class ModerationActionForm(Base):
    """An action against a member without a report."""

    member = TextFormField(
        max_length=30,
        widget=UnfoldAdminTextInputWidget,
        label="Member",
        help_text="Username or id.",
    )
    action_type = forms.ChoiceField(
        choices=ActionType.choices[1:5], widget=UnfoldAdminSelectWidget, label="Action"
    )
    duration = duration_field()
    username = username_field()
    message = message_field()

    class Meta:
        model = ModerationAction
        fields: ClassVar[list[str]] = []
