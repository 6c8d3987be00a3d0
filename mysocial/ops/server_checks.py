"""System checks of the channel layer and of the running Redis (`check --database default`)."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from redis.exceptions import RedisError

from mysocial.core.errors import Unavailable
from mysocial.core.keys import CHANNEL_LAYER_PREFIX
from mysocial.core.redis import durability_mismatches

CHANNEL_LAYER = "channels_redis.pubsub.RedisPubSubChannelLayer"


@register()
def check_channel_layer(**_: Any) -> list[CheckMessage]:
    """Check that the channel layer receives what writes publish to Redis."""
    problem = _channel_layer_problem()
    if not problem:
        return []
    return [
        Error(
            f"The channel layer does not receive the messages of writes: {problem}",
            hint="Leave CHANNEL_LAYERS as mysocial.settings defines it.",
            id="mysocial.E005",
        )
    ]


def _channel_layer_problem() -> str:
    layer: dict[str, Any] = settings.CHANNEL_LAYERS.get("default", {})
    if layer.get("BACKEND") != CHANNEL_LAYER:
        return f"its BACKEND must be {CHANNEL_LAYER}."
    config = layer.get("CONFIG", {})
    if config.get("prefix") != CHANNEL_LAYER_PREFIX:
        return f"its prefix must be {CHANNEL_LAYER_PREFIX!r}."
    hosts = [host.get("address") if isinstance(host, dict) else host for host in config["hosts"]]
    return "" if hosts == [settings.REDIS_URL] else "its only host must be that of REDIS_URL."


@register(Tags.database)
def check_redis(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Check the settings of the running Redis on which the durability of a write depends."""
    if not databases:
        return []
    try:
        mismatches = durability_mismatches()
    except (RedisError, Unavailable) as error:
        return [
            Warning(
                f"The settings of Redis cannot be checked: {error}",
                hint="Check REDIS_URL and the log of the server.",
                id="mysocial.W001",
            )
        ]
    return [
        Error(
            f"Redis has `{name} {actual}`: an acknowledged write may be lost.",
            hint=f"Set `{name} {required}` in redis.conf. Until then, every request is refused.",
            id="mysocial.E006",
        )
        for name, actual, required in mismatches
    ]
