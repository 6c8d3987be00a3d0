"""The staff roles and their permissions."""

# Permissions by role, as `app.codename`. `manage.py make_roles` gives each group exactly these.
ROLES: dict[str, tuple[str, ...]] = {
    "moderator": (
        *("moderation.view_report", "moderation.handle_report", "moderation.view_staffnote"),
        *(
            "moderation.view_moderationaction",
            "moderation.add_moderationaction",
            "moderation.change_moderationaction",
        ),
        *("moderation.view_wordfilter", "moderation.add_wordfilter"),
        *("moderation.change_wordfilter", "moderation.delete_wordfilter"),
        "mysocial.view_auditentry",
        *("users.view_user", "users.change_user"),
        *("posts.view_post", "posts.change_post", "posts.delete_post", "posts.view_postversion"),
        *("comments.view_comment", "comments.change_comment", "comments.delete_comment"),
        *("reactions.view_reaction", "reactions.delete_reaction"),
        *("images.view_media", "images.delete_media"),
    ),
    "sign_ups": (
        *("accounts.view_account", "accounts.approve_account"),
        *("accounts.view_invite", "accounts.add_invite", "accounts.delete_invite"),
    ),
    "ops": (
        *("mysocial.view_operations", "mysocial.manage_queues", "mysocial.view_securityevent"),
        *("mysocial.view_email", "mysocial.view_cascadedeletion", "images.view_deletedfile"),
    ),
}
