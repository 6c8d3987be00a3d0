"""Models of reports, staff notes, moderation actions and word filters."""

from django.db import models

from mysocial.store import ID, Record

MAX_NOTE_LENGTH, MAX_MESSAGE_LENGTH, MAX_PHRASE_LENGTH = 1000, 500, 100
STAFF_USERNAME_LENGTH = 150  # as in django.contrib.auth


class Target(models.TextChoices):
    """The kinds of records that can be reported."""

    USER = "user", "Member"
    POST = "post", "Post"
    COMMENT = "comment", "Comment"
    MESSAGE = "message", "Message"


class Reason(models.TextChoices):
    """The reasons from which a reporter chooses."""

    SPAM = "spam", "Spam"
    HARASSMENT = "harassment", "Harassment"
    HATE = "hate", "Hate"
    VIOLENCE = "violence", "Violence"
    SEXUAL = "sexual", "Sexual content"
    SELF_HARM = "self_harm", "Self-harm"
    IMPERSONATION = "impersonation", "Impersonation"
    OTHER = "other", "Something else"


FILTERED = "filter"  # the reason of reports that a word filter creates


class State(models.TextChoices):
    """The states of a report."""

    OPEN = "open", "Open"
    RESOLVED = "resolved", "Resolved"
    DECLINED = "declined", "Declined"


class ActionType(models.TextChoices):
    """The actions that staff can take against a member or reported content."""

    NONE = "", "No action"
    WARN = "warn", "Warn"
    SILENCE = "silence", "Silence"
    SUSPEND = "suspend", "Suspend"
    RENAME = "rename", "Rename"
    DELETE = "delete", "Delete the reported content"


REVOKED = "revoke"  # the type of the action that revokes another


class FilterAction(models.TextChoices):
    """The effects of a word filter on a text that matches it."""

    REJECT = "reject", "Reject the text"
    FLAG = "flag", "Accept the text and report it"


class Report(Record):
    """A report by a member or by a word filter, for staff to decide on."""

    reporter_id = models.CharField(**ID, default="", blank=True)  # empty for a word filter
    target_type = models.CharField("reported content", max_length=7, choices=Target.choices)
    target_id = models.CharField(**ID)
    subject_id = models.CharField(**ID)  # the member who owns the target
    reason = models.CharField(
        max_length=13, choices=[*Reason.choices, (FILTERED, "Filtered words")]
    )
    note = models.TextField(max_length=MAX_NOTE_LENGTH, default="", blank=True)
    excerpt = models.TextField(default="", blank=True)  # the target's text when it was reported
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    assignee = models.CharField(max_length=STAFF_USERNAME_LENGTH, default="", blank=True)
    action_type = models.CharField(
        "action", max_length=7, choices=ActionType.choices, default="", blank=True
    )
    closed_by = models.CharField(max_length=STAFF_USERNAME_LENGTH, default="", blank=True)
    closed_at = models.DateTimeField(null=True, default=None)
    # Unique among open reports: a member reports a target once. Empty when the report is closed.
    open_key = models.CharField(max_length=64, default="", editable=False)

    class Meta(Record.Meta):
        db_table = "reports"
        verbose_name = "report"
        verbose_name_plural = "reports"
        permissions = (("handle_report", "Can view reported content and close reports"),)

    def __str__(self) -> str:
        return f"{self.get_target_type_display()}: {self.get_reason_display()}"


class StaffNote(Record):
    """An internal note on a report, visible to staff only."""

    report_id = models.CharField(**ID)
    author = models.CharField(max_length=STAFF_USERNAME_LENGTH)
    text = models.TextField(max_length=MAX_NOTE_LENGTH)

    class Meta(Record.Meta):
        db_table = "staff_notes"
        verbose_name = "staff note"
        verbose_name_plural = "staff notes"


class ModerationAction(Record):
    """An action that staff took against a member, or the revocation of one."""

    user_id = models.CharField(**ID)
    action_type = models.CharField(
        "action", max_length=7, choices=[*ActionType.choices[1:], (REVOKED, "Revoke")]
    )
    message = models.TextField(
        "message to the member", max_length=MAX_MESSAGE_LENGTH, default="", blank=True
    )
    until = models.DateTimeField(null=True, default=None)  # None: no duration, or permanent
    # Of a member who is renamed.
    username = models.CharField("new username", max_length=30, default="", blank=True)
    former_username = models.CharField(max_length=30, default="", blank=True)
    staff_username = models.CharField("staff member", max_length=STAFF_USERNAME_LENGTH)
    report_id = models.CharField(**ID, default="", blank=True)
    target_type = models.CharField(max_length=7, choices=Target.choices, default="", blank=True)
    target_id = models.CharField(**ID, default="", blank=True)

    class Meta(Record.Meta):
        db_table = "moderation_actions"
        verbose_name = "moderation action"
        verbose_name_plural = "moderation actions"

    def __str__(self) -> str:
        return f"{self.get_action_type_display()}: {self.user_id}"


class WordFilter(Record):
    """A word or phrase that members may not use, or that staff want to review."""

    phrase = models.CharField(max_length=MAX_PHRASE_LENGTH)
    action = models.CharField(max_length=6, choices=FilterAction.choices, default=FilterAction.FLAG)

    class Meta(Record.Meta):
        db_table = "word_filters"
        verbose_name = "word filter"
        verbose_name_plural = "word filters"

    def __str__(self) -> str:
        return self.phrase
