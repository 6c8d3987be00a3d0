"""Admin of reactions."""

from django.contrib import admin

from mysocial.admin.record_admin import RecordAdmin
from reactions import services
from reactions.models import Reaction


@admin.register(Reaction)
class ReactionAdmin(RecordAdmin):
    """List the reactions of all members and remove them."""

    list_display = ("type", "user_id", "post_id", "created_at")
    list_filter = ("type",)
    search_fields = ("user_id", "post_id")
    ordering = ("-created_at",)

    @staticmethod
    def remove(reaction_id: str) -> None:
        services.remove_reaction(reaction_id=reaction_id)
