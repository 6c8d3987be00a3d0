"""Accounts, sessions, one-time tokens and exports in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import services
from accounts.models import (
    Account,
    EmailReservation,
    EndedSession,
    Export,
    Invite,
    OneTimeToken,
    Session,
)
from mysocial.admin.record_admin import RecordAdmin


@admin.register(Account)
class AccountAdmin(RecordAdmin):
    """Accounts of all members; deleting one erases the member with all their data."""

    list_display = (
        *("email", "id", "email_verified", "email_failure", "awaits_approval"),
        *("created_at", "last_sign_in_at"),
    )
    list_filter = ("awaits_approval", "email_verified", "email_failure")
    search_fields = ("email", "id", "invite_id")
    ordering = ("-created_at",)
    fields = (
        *("id", "email", "email_verified", "email_confirmed_at", "email_failure"),
        *("email_failed_at", "pending_email", "awaits_approval", "invite_id"),
        *("created_at", "last_sign_in_at"),
    )
    actions = ("approve",)

    @admin.action(description="Approve the selected sign-ups", permissions=("approve",))
    def approve(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Approve accounts that wait."""
        for account in queryset:
            self.call_service(request, "approve", _approve, account.pk)

    def has_approve_permission(self, request: HttpRequest) -> bool:
        """Return whether the staff user may approve sign-ups."""
        return bool(request.user.has_perm("accounts.approve_account"))  # type: ignore[union-attr]

    @staticmethod
    def remove(account_id: str) -> None:
        """Erase an account."""
        services.erase_account(account_id=account_id)


def _approve(account_id: str) -> None:
    services.approve_account(account_id=account_id)


@admin.register(Invite)
class InviteAdmin(RecordAdmin):
    """Invite codes. Staff can create and delete them."""

    list_display = ("code", "note", "uses", "max_uses", "expires_at", "created_at")
    search_fields = ("code", "code_key", "note", "id")
    ordering = ("-created_at",)
    readonly_fields = ("code", "uses")
    fields = ("code", "uses", "max_uses", "expires_at", "note")

    @staticmethod
    def add(invite_id: str, **fields: Any) -> Invite:
        """Create an invite code."""
        return services.create_invite(invite_id=invite_id, **fields)

    @staticmethod
    def remove(invite_id: str) -> None:
        """Delete an invite code."""
        services.remove_invite(invite_id=invite_id)


@admin.register(EmailReservation)
class EmailReservationAdmin(RecordAdmin):
    """Former addresses of accounts, which are reserved for a week; read-only."""

    list_display = ("email", "user_id", "created_at", "expires_at")
    search_fields = ("email", "user_id")
    ordering = ("-created_at",)
    fields = ("user_id", "email", "created_at", "expires_at")


@admin.register(Session)
class SessionAdmin(RecordAdmin):
    """Sessions of members; deleting one signs the device out. The salt is secret."""

    list_display = ("user_id", "user_agent", "address", "created_at", "last_used_at")
    search_fields = ("user_id", "address")
    ordering = ("-created_at",)
    fields = ("id", "user_id", "user_agent", "address", "created_at", "last_used_at")

    @staticmethod
    def remove(session_id: str) -> None:
        """End a session."""
        services.remove_session(session_id=session_id)


@admin.register(OneTimeToken)
class OneTimeTokenAdmin(RecordAdmin):
    """One-time tokens that were sent and not used yet; read-only."""

    list_display = ("user_id", "purpose", "created_at", "expires_at")
    list_filter = ("purpose",)
    search_fields = ("user_id",)
    ordering = ("-created_at",)
    fields = ("user_id", "purpose", "created_at", "expires_at")


@admin.register(EndedSession)
class EndedSessionAdmin(RecordAdmin):
    """Sessions that a suspension ended; read-only."""

    list_display = ("user_id", "created_at")
    search_fields = ("user_id",)
    ordering = ("-created_at",)
    fields = ("id", "user_id", "created_at")


@admin.register(Export)
class ExportAdmin(RecordAdmin):
    """Data exports of members; staff can delete one."""

    list_display = ("id", "status", "requested_at", "ready_at", "expires_at", "size")
    list_filter = ("status",)
    search_fields = ("id",)
    ordering = ("-requested_at",)
    fields = ("id", "status", "requested_at", "ready_at", "expires_at", "size", "tries")

    @staticmethod
    def remove(user_id: str) -> None:
        """Delete an export and its file."""
        services.remove_export(user_id=user_id)
