"""The rules of all routes under /api."""

from tests.authorization import account_rules, content_rules

RULES = (
    *account_rules.ACCOUNTS,
    *account_rules.USERS,
    *account_rules.FOLLOWS,
    *account_rules.IMAGES,
    *content_rules.POSTS,
    *content_rules.COMMENTS,
    *content_rules.REACTIONS,
    *content_rules.CHAT,
    *content_rules.NOTIFICATIONS,
    *content_rules.REPORTS,
)
