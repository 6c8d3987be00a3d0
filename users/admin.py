"""Members in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from mysocial.admin.record_admin import OutboxItemAdmin, RecordAdmin
from users import services
from users.models import LinkCheck, SiteTotals, User, UsernameReservation


@admin.register(User)
class UserAdmin(RecordAdmin):
    """Profiles of all members. Staff can edit the profile texts."""

    list_display = (
        "username",
        "display_name",
        "id",
        "posts_count",
        "followers_count",
        "created_at",
    )
    search_fields = ("username", "id")
    ordering = ("-created_at",)
    actions = ("remove_links",)
    readonly_fields = (
        "id",
        "username",
        "links",
        "created_at",
        "is_private",
        "posts_count",
        "follower_posts_count",
        "public_posts_count",
        "pinned_posts_count",
        "followers_count",
        "following_count",
    )
    fields = (
        *("display_name", "bio", "pronouns"),
        *("quote", "work", "school", "location", "facebook", "instagram", "twitter", "youtube"),
        *readonly_fields,
    )

    @staticmethod
    def change(user_id: str, **changes: Any) -> None:
        """Save the changed fields of a profile."""
        services.moderate_profile(user_id=user_id, **changes)

    @admin.action(description="Remove the links of the selected members", permissions=("change",))
    def remove_links(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Remove all links of profiles."""
        for user in queryset:
            self.call_service(request, "remove links of", _remove_links, user.pk)


def _remove_links(user_id: str) -> None:
    services.moderate_profile(user_id=user_id, links=[])


@admin.register(LinkCheck)
class LinkCheckAdmin(OutboxItemAdmin):
    """When the links of members are checked; read-only."""

    list_display = ("id", "status", "tries", "due_at")
    search_fields = ("id",)


@admin.register(SiteTotals)
class SiteTotalsAdmin(RecordAdmin):
    """Show the number of public posts of accounts that are not private; read-only."""

    list_display = ("id", "public_posts_count")


@admin.register(UsernameReservation)
class UsernameReservationAdmin(RecordAdmin):
    """Former usernames, which are reserved for a while; read-only."""

    list_display = ("username", "user_id", "is_removed", "created_at", "expires_at")
    search_fields = ("username", "user_id")
    ordering = ("-created_at",)
    fields = ("user_id", "username", "is_removed", "created_at", "expires_at")
