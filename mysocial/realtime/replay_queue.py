"""The queue of the steps of replays: reading a portion of the log, filtering its events.

Replays have their own threads, so that when all clients reconnect at once no sign-in waits for
another client's replay. A step handles a portion of bounded size. Of each member only one step is
queued at a time, so a member with many connections takes no more turns than a member with one.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from weakref import WeakValueDictionary

_threads = ThreadPoolExecutor(2, thread_name_prefix="replay")
_turns: "WeakValueDictionary[str, asyncio.Lock]" = WeakValueDictionary()  # by member
T = TypeVar("T")


async def run_replay_step(user_id: str, function: Callable[..., T], *args: Any) -> T:
    """Call a function of a member's replay in the threads for replays; return its result.

    The steps of one member run one after another, in the order of their calls.
    """
    turn = _turns.setdefault(user_id, asyncio.Lock())
    async with turn:
        return await asyncio.get_running_loop().run_in_executor(_threads, function, *args)
