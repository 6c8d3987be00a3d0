"""Every route under /api."""

from tests.authorization import people_table, posts_table

RULES = (
    *people_table.ACCOUNTS,
    *people_table.USERS,
    *people_table.FOLLOWS,
    *people_table.IMAGES,
    *posts_table.POSTS,
    *posts_table.COMMENTS,
    *posts_table.REACTIONS,
    *posts_table.CHAT,
    *posts_table.NOTIFICATIONS,
    *posts_table.REPORTS,
)
