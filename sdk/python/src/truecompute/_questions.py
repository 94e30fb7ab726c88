"""A question that a thread asks while the loop of whoever waits for the answer goes on.

The thread is none of the loop's executor: the program's own work may hold all of those, even while
it waits for the very call that asks.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from truecompute._threads import run

_PAUSE_S = 0.005


class Question:
    """Its answer goes to whoever waits, or is given back where they have left before it came.

    ``began`` is when it was asked, by ``time.monotonic()``; None as long as it was not.
    """

    def __init__(self, ask: Callable[[], str], give_back: Callable[[str], None]) -> None:
        self._ask = ask
        self._give_back = give_back
        self._once = [True]
        self._wake: Callable[[], object] | None = None
        self._given: str | None = None
        self._error: Exception | None = None
        self.began: float | None = None

    async def answer(self, timeout: float) -> str | None:
        """What ``ask`` gives or raises; None where it does neither within so many seconds."""
        try:
            await self._waits(timeout)
        except BaseException:  # the caller was called off
            with suppress(Exception):
                self._leaves()
            raise
        if self._is_first():
            return None
        error, self._error = self._error, None
        try:
            if error is not None:
                raise error
        finally:
            del error  # it holds on to this frame
        return self._given

    async def _waits(self, timeout: float) -> None:
        import asyncio  # slow to load, and loaded by whoever awaits

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            await self._polls(timeout)
            return
        # Of asyncio's own, the time limit too: nothing of the SDK's can keep it from being woken.
        woken = asyncio.Event()
        self._wake = lambda: loop.call_soon_threadsafe(woken.set)
        run(self._asks)
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(woken.wait(), timeout)

    async def _polls(self, timeout: float) -> None:
        """Wait on a loop that is not asyncio's: each has its own way to be woken by a thread."""
        try:
            from anyio import sleep  # loaded with nearly every client that can be awaited
        except ImportError:
            self._asks()
            return
        deadline = time.monotonic() + timeout
        run(self._asks)
        while self._once and time.monotonic() < deadline:
            await sleep(_PAUSE_S)

    def _asks(self) -> None:
        """What the thread does."""
        if not self._once:
            return  # nobody waits any more
        self.began = time.monotonic()
        try:
            self._given = self._ask()
        except Exception as error:  # noqa: BLE001 - it is raised where the answer is waited for
            self._error = error
        if not self._is_first():
            self._gives_back()
        elif self._wake is not None:
            with suppress(RuntimeError):  # the loop is closed
                self._wake()

    def _leaves(self) -> None:
        if not self._is_first():
            run(self._gives_back)

    def _gives_back(self) -> None:
        if self._given is not None:
            self._give_back(self._given)

    def _is_first(self) -> bool:
        """Whether this side is the first to end: the one that asks, or the one that waits."""
        try:
            return self._once.pop()
        except IndexError:
            return False
