"""The roles of staff, by exactly what each may."""

# By role: the app, and what may be done with which of its records.
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
    "ops": (
        *("mysocial.view_operations", "mysocial.manage_queues"),
        *("mysocial.view_email", "mysocial.view_cascadedeletion", "images.view_deletedfile"),
    ),
}
