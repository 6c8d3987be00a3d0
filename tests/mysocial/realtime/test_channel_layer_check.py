"""The check that the channel layer delivers what writes publish to Redis."""

import asyncio

import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings

from mysocial.realtime import channel_layer_check, dispatcher
from tests.support.servers import VALKEY
from tests.support.silent_proxy import SilentProxy

SENTENCE = "The channel layer does not receive what is published to asgi__group__dispatchers."


@pytest.fixture(autouse=True)
def _short_timeouts(monkeypatch):
    monkeypatch.setattr(dispatcher, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(channel_layer_check, "MAX_SECONDS", 0.5)


async def is_checked(running: dispatcher.Dispatcher) -> bool:
    """Wait until the check of a dispatcher is done."""
    async with asyncio.timeout(20):
        while not running._delivery_check._is_done:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return True


async def test_the_configured_layer_delivers_what_is_published_to_redis(caplog):
    running = dispatcher.Dispatcher()
    await running.start()
    try:
        assert await is_checked(running)
    finally:
        await running.stop()
    assert caplog.text == ""


async def test_a_layer_with_another_prefix_is_reported(monkeypatch, caplog):
    config = settings.CHANNEL_LAYERS["default"]["CONFIG"]
    layer = RedisPubSubChannelLayer(**{**config, "prefix": "other"})
    monkeypatch.setattr(dispatcher, "get_channel_layer", lambda: layer)
    running = dispatcher.Dispatcher()
    await running.start()  # its clients are served nevertheless: it polls the log
    try:
        assert await is_checked(running)
    finally:
        await running.stop()
        await layer.flush()
    assert SENTENCE in caplog.text
    assert "prefix" in caplog.text


async def test_a_connection_that_became_silent_is_replaced(monkeypatch, caplog):
    """It is never closed, as behind a firewall, so the layer does not notice it by itself."""
    proxy = SilentProxy(VALKEY.socket_path)
    async with proxy.serving():
        config = settings.CHANNEL_LAYERS["default"]["CONFIG"]
        address = f"redis://127.0.0.1:{proxy.port}/0"
        layer = RedisPubSubChannelLayer(
            **{**config, "hosts": [{"address": address, "socket_timeout": None}]}
        )
        monkeypatch.setattr(dispatcher, "get_channel_layer", lambda: layer)
        running = dispatcher.Dispatcher()
        await running.start()
        try:
            assert await is_checked(running)
            proxy.silence()
            running._delivery_check._is_done = False
            assert await is_checked(running)
        finally:
            await running.stop()
            await layer.flush()
    assert "It gets another connection." in caplog.text
    assert SENTENCE not in caplog.text
