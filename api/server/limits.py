"""What one key, and all of them together, may ask for: a rate, places at work, a queue."""

import asyncio
import math
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
from starlette.requests import Request

from api.errors import ClientGone, Overloaded, RateLimited

T = TypeVar("T")


class RateLimit:
    """A token bucket per key: `per_minute` requests at once, and as many again over a minute."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = float(per_minute)
        self._per_second = per_minute / 60
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def spend(self, key_id: str) -> None:
        """Raises `RateLimited` when the bucket is empty."""
        with self._lock:
            now = self._clock()
            left, seen = self._buckets.get(key_id, (self._size, now))
            left = min(self._size, left + (now - seen) * self._per_second)
            self._buckets[key_id] = (left - 1 if left >= 1 else left, now)
        if left < 1:
            wait = math.ceil((1 - left) / self._per_second)
            raise RateLimited(
                "this key has asked too often",
                remedy=f"try again in {wait} s, or spread the requests",
                retry_after=wait,
            )


class Places:
    """So many at work at once, each in one of `threads`; so many waiting, none for longer than `timeout` seconds."""

    def __init__(self, size: int, *, queue: int, timeout: float) -> None:
        self.threads = anyio.CapacityLimiter(size)
        self._free = anyio.Semaphore(size)
        self._size = size
        self._queue = queue
        self._timeout = timeout
        self.waiting = 0

    @property
    def taken(self) -> int:
        return self._size - self._free.value

    async def take(self) -> None:
        """Each needs its `release`. Raises `Overloaded`: at once when the queue is full, else when the time is up."""
        if not self._free.value and self.waiting >= self._queue:
            raise self._overloaded()
        self.waiting += 1
        try:
            with anyio.move_on_after(self._timeout) as waited:
                await self._free.acquire()
        finally:
            self.waiting -= 1
        if waited.cancelled_caught:
            raise self._overloaded()

    def release(self) -> None:
        self._free.release()

    def _overloaded(self) -> Overloaded:
        return Overloaded(
            "the server is busy", remedy="try again in a moment", retry_after=max(1, math.ceil(self._timeout))
        )


async def while_connected(request: Request, work: Callable[[], Awaitable[T]]) -> T:
    """The work's result. When the client goes away, the work is cancelled and `ClientGone` raised.

    A step that runs in a thread ends first; nothing is left running behind. The request's body must have been read.
    """
    with anyio.CancelScope() as scope:
        watcher = asyncio.create_task(_cancel_when_gone(request, scope))
        try:
            return await work()
        finally:
            watcher.cancel()
    raise ClientGone("the client went away")


async def _cancel_when_gone(request: Request, scope: anyio.CancelScope) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
