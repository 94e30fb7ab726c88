"""Hard limits: a call is made only when a budget has room for it.

The one part of the SDK that may raise into a program's call, because the program asked for it.
"""

import functools
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from truecompute._calls import Call
from truecompute._checks import check_positive, check_seconds
from truecompute._diagnostics import say, say_failure
from truecompute._estimates import input_tokens, output_tokens
from truecompute._exceptions import BudgetExceeded, BudgetUnavailable, ConfigurationError
from truecompute._limits import Limits
from truecompute._reservations import Reservations
from truecompute._text import clean

if TYPE_CHECKING:
    from asyncio import Future

_SCOPE = ("project", "environment", "user", "tags")


class Enforcement(Limits):
    """The limits of a wrapped client.

    ``when_unavailable`` says whether a call is made when nobody says what the budgets have left,
    ``timeout`` the wait for it in seconds. ``is_silent`` tells whether the caller's calls make no
    events. Raises ``ConfigurationError`` for options that cannot work.
    """

    def __init__(
        self,
        reservations: Reservations,
        is_silent: Callable[[], bool],
        *,
        when_unavailable: str,
        timeout: float,
        max_output_tokens: int,
    ) -> None:
        check_seconds(reserve_timeout=timeout)
        check_positive(max_output_tokens=max_output_tokens)
        if when_unavailable not in ("open", "closed"):
            text = f'when_unavailable is "open" or "closed", not {when_unavailable!r}'
            raise ConfigurationError(text)
        if not reservations.can_reserve():
            raise ConfigurationError("this transport cannot reserve, so that enforce cannot work")
        self._reservations = reservations
        self._is_silent = is_silent
        self._is_open = when_unavailable == "open"
        self._timeout = timeout
        self._max_output_tokens = int(max_output_tokens)

    def reserve(self, exchange: Any, fault: Exception | None = None) -> None:
        """Have a call carry a reservation, or let it go on without. Raises ``BudgetError``."""
        if self._is_subject(exchange, fault):
            self._reserve(exchange)

    async def reserve_awaited(self, exchange: Any, fault: Exception | None = None) -> None:
        """The same in a thread: the loop goes on."""
        if not self._is_subject(exchange, fault):
            return
        import asyncio  # slow to load, and loaded by whoever awaits

        task = functools.partial(self._reserve, exchange)
        try:
            waiting = asyncio.get_running_loop().run_in_executor(None, task)
        except RuntimeError:  # another kind of loop, or one that is about to end
            await _in_thread(task)
            return
        try:
            await asyncio.shield(waiting)
        except asyncio.CancelledError:
            waiting.add_done_callback(functools.partial(self._give_back, exchange.call))
            raise

    def _is_subject(self, exchange: Any, fault: Exception | None) -> bool:
        """Whether the call needs a reservation: not where the program has made one itself, nor
        where the call makes no event.
        """
        try:
            call = getattr(exchange, "call", None)
            if call is not None:
                return not self._is_silent() and "reservation_id" not in call.attribution()
        except Exception:  # noqa: BLE001 - the check itself will tell
            return True
        if fault is not None:
            self._cannot_tell(fault)
        return False

    def _reserve(self, exchange: Any) -> None:
        try:
            wish = self._wish(exchange.call, exchange.asked())
            exchange.call.begin_with(self._reservations.reserve(wish, self._timeout))
        except BudgetExceeded:
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours is the same to the program
            self._cannot_tell(error)

    def _wish(self, call: Call, request: Any) -> dict[str, Any]:
        """The reservation in the fields of the server's API, which are those of the event."""
        whose = call.attribution()
        return {
            "provider": call.provider,
            "api_base": clean(call.api_base),
            "model": clean(call.model) or "unknown",
            "input_tokens": input_tokens(request),
            "max_output_tokens": output_tokens(request, call.operation, self._max_output_tokens),
            **{name: whose[name] for name in _SCOPE if name in whose},
        }

    def _cannot_tell(self, error: Exception) -> None:
        """Nobody says whether there is room. Raises ``BudgetUnavailable`` where that closes."""
        is_ours = not isinstance(error, BudgetUnavailable)
        if is_ours:
            say_failure("checking a budget")
        if not self._is_open:
            if is_ours:
                text = f"the check of the budget failed ({type(error).__name__})"
                raise BudgetUnavailable(text) from error
            raise error
        self._reservations.unchecked += 1
        say("unchecked", "TrueCompute could not check a budget, the call is made: %s", error)

    def _give_back(self, call: Call, waiting: "Future[None]") -> None:
        """The caller was called off while it waited: what was reserved meanwhile is not needed."""
        if waiting.cancelled() or waiting.exception() or call.reservation_id is None:
            return
        with suppress(Exception):
            waiting.get_loop().run_in_executor(
                None, self._reservations.give_back, call.reservation_id, self._timeout
            )


async def _in_thread(task: Callable[[], None]) -> None:
    """Run ``task`` in a thread of a loop that is not asyncio's; here where nothing knows how."""
    try:
        from anyio import to_thread  # loaded with nearly every client that can be awaited
    except ImportError:
        task()
    else:
        await to_thread.run_sync(task)
