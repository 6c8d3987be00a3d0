"""The names of the topics to which events are sent. Nothing else in the code spells one."""

FEED_TOPIC = "feed"
HOME_TOPIC = "home"
PRESENCE_TOPIC = "presence"
USER_TOPIC_PREFIX = "user:"
POST_TOPIC_PREFIX = "post:"
SELF_TOPIC_PREFIX = "self:"
SESSION_TOPIC_PREFIX = "session:"


def user_topic(user_id: str) -> str:
    """Return the topic of a profile: its images and posts, for members who may see them."""
    return f"{USER_TOPIC_PREFIX}{user_id}"


def post_topic(post_id: str) -> str:
    """Return the topic of a post and its comments."""
    return f"{POST_TOPIC_PREFIX}{post_id}"


def self_topic(user_id: str) -> str:
    """Return the topic of the events that only this member receives."""
    return f"{SELF_TOPIC_PREFIX}{user_id}"


def session_topic(session_id: str) -> str:
    """Return the topic of the events that only connections of this session receive."""
    return f"{SESSION_TOPIC_PREFIX}{session_id}"
