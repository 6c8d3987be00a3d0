"""What members report, what staff do about it, and the words that are not wanted."""

from django.db import models

from mysocial.store import ID, Record

MAX_NOTE_LENGTH, MAX_MESSAGE_LENGTH, MAX_PHRASE_LENGTH = 1000, 500, 100


class Target(models.TextChoices):
    """What can be reported."""

    USER = "user", "Member"
    POST = "post", "Post"
    COMMENT = "comment", "Comment"
    MESSAGE = "message", "Message"


class Reason(models.TextChoices):
    """Why a member reports something."""

    SPAM = "spam", "Spam"
    HARASSMENT = "harassment", "Harassment"
    HATE = "hate", "Hate"
    VIOLENCE = "violence", "Violence"
    SEXUAL = "sexual", "Sexual content"
    SELF_HARM = "self_harm", "Self-harm"
    IMPERSONATION = "impersonation", "Impersonation"
    OTHER = "other", "Something else"


FILTERED = "filter"  # why the system reports something


class State(models.TextChoices):
    """What became of a report."""

    OPEN = "open", "Open"
    RESOLVED = "resolved", "Resolved"
    DECLINED = "declined", "Declined"


class ActionType(models.TextChoices):
    """What staff do against a member or a thing."""

    NONE = "", "Nothing"
    WARN = "warn", "Warn"
    SILENCE = "silence", "Silence"
    SUSPEND = "suspend", "Suspend"
    DELETE = "delete", "Delete what was reported"


REVOKED = "restore"  # the measure that ends another


class FilterAction(models.TextChoices):
    """What a filtered word does to what has it."""

    REFUSE = "refuse", "Refuse it"
    FLAG = "flag", "Let it through, and report it"


class Report(Record):
    """Somebody's, or the system's, word that something should be looked at."""

    reporter_id = models.CharField(**ID, default="", blank=True)  # empty: the system
    target_type = models.CharField(max_length=7, choices=Target.choices)
    target_id = models.CharField(**ID)
    subject_id = models.CharField(**ID)  # who is answerable for it
    reason = models.CharField(
        max_length=13, choices=[*Reason.choices, (FILTERED, "Filtered words")]
    )
    note = models.TextField(max_length=MAX_NOTE_LENGTH, default="", blank=True)
    said = models.TextField(default="", blank=True)  # what it said when it was reported
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    assignee = models.CharField(max_length=150, default="", blank=True)
    act = models.CharField(max_length=7, choices=ActionType.choices, default="", blank=True)
    closed_by = models.CharField(max_length=150, default="", blank=True)
    closed_at = models.DateTimeField(null=True, default=None)
    # Of an open one, who reports what: unique, so that there can't be two.
    open_key = models.CharField(max_length=64, default="", editable=False)

    class Meta(Record.Meta):
        db_table = "reports"
        verbose_name = "report"
        verbose_name_plural = "reports"
        permissions = (("handle_report", "Can look at reported things, and close reports"),)

    def __str__(self) -> str:
        return f"{self.get_target_type_display()}: {self.get_reason_display()}"


class StaffNote(Record):
    """What staff say to one another about a report."""

    report_id = models.CharField(**ID)
    author = models.CharField(max_length=150)
    text = models.TextField(max_length=MAX_NOTE_LENGTH)

    class Meta(Record.Meta):
        db_table = "staff_notes"
        verbose_name = "staff note"
        verbose_name_plural = "staff notes"


class ModerationAction(Record):
    """What was done against a member, or lifted again."""

    user_id = models.CharField(**ID)
    act = models.CharField(
        max_length=7, choices=[*ActionType.choices[1:], (REVOKED, "Lift or restore")]
    )
    words = models.TextField(max_length=MAX_MESSAGE_LENGTH, default="", blank=True)  # to the member
    until = models.DateTimeField(null=True, default=None)  # none: at once, or for good
    staff = models.CharField(max_length=150)
    report_id = models.CharField(**ID, default="", blank=True)
    target_type = models.CharField(max_length=7, choices=Target.choices, default="", blank=True)
    target_id = models.CharField(**ID, default="", blank=True)

    class Meta(Record.Meta):
        db_table = "moderation_actions"
        verbose_name = "moderation action"
        verbose_name_plural = "moderation actions"

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.user_id}"


class WordFilter(Record):
    """A word or phrase that is not wanted."""

    phrase = models.CharField(max_length=MAX_PHRASE_LENGTH)
    act = models.CharField(max_length=6, choices=FilterAction.choices, default=FilterAction.FLAG)

    class Meta(Record.Meta):
        db_table = "word_filters"
        verbose_name = "word filter"
        verbose_name_plural = "word filters"

    def __str__(self) -> str:
        return self.phrase
