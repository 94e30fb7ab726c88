"""Hard limits: a call is made only when a budget has room for it.

The one part of the SDK that may raise into a program's call, because the program asked for it.
"""

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

from truecompute._calls import Call
from truecompute._checks import check_positive, check_seconds
from truecompute._diagnostics import say, say_failure
from truecompute._estimates import input_tokens, output_tokens
from truecompute._exceptions import BudgetExceeded, BudgetUnavailable, ConfigurationError
from truecompute._limits import Limits
from truecompute._questions import Question
from truecompute._reservations import Reservations
from truecompute._text import clean

_SCOPE = ("project", "environment", "user", "tags")


class _Faults:
    """Around a question for a budget: whether the call is made where nobody says what is left.

    A fault of the SDK is the same as a server that does not say.
    """

    def __init__(self, reservations: Reservations, *, is_open: bool) -> None:
        self._reservations = reservations
        self._is_open = is_open

    def __enter__(self) -> None:
        """Nothing."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        if not isinstance(error, Exception) or isinstance(error, BudgetExceeded):
            return False
        is_fault = not isinstance(error, BudgetUnavailable)
        with suppress(Exception):
            if is_fault:
                say_failure("checking a budget")
        if self._is_open:
            self._reservations.unchecked += 1
            with suppress(Exception):
                text = "TrueCompute could not check a budget, the call is made: %s"
                say("unchecked", text, error)
            return True
        if is_fault:
            text = f"the check of the budget failed ({type(error).__name__})"
            raise BudgetUnavailable(text) from error
        return False


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
        self._timeout = timeout
        self._max_output_tokens = int(max_output_tokens)
        self.faults: AbstractContextManager[object] = _Faults(
            reservations, is_open=when_unavailable == "open"
        )

    def reserve(self, exchange: Any, fault: Exception | None = None) -> None:
        """Have a call carry a reservation, where it needs one. Raises why there is none."""
        if self._is_subject(exchange, fault):
            exchange.call.begin_with(self._reserve(exchange))

    async def reserve_awaited(self, exchange: Any, fault: Exception | None = None) -> None:
        """The same in a thread: the loop goes on, and waits no longer than it was told to."""
        if not self._is_subject(exchange, fault):
            return
        question = Question(functools.partial(self._reserve, exchange), self._give_back)
        reservation_id = await question.answer(self._timeout)
        if reservation_id is None:
            if question.began is not None:
                self._reservations.note_wait(question.began, self._timeout)
            raise BudgetUnavailable(f"nobody said what is left within {self._timeout:g} s")
        exchange.call.begin_with(reservation_id)

    def _is_subject(self, exchange: Any, fault: Exception | None) -> bool:
        """Whether the call needs a reservation: not where the program has made one itself, nor
        where the call makes no event.
        """
        call = getattr(exchange, "call", None)
        if call is not None:
            return not self._is_silent() and "reservation_id" not in call.attribution()
        if fault is not None:
            raise fault
        return False

    def _reserve(self, exchange: Any) -> str:
        wish = self._wish(exchange.call, exchange.asked())
        return self._reservations.reserve(wish, self._timeout)

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

    def _give_back(self, reservation_id: str) -> None:
        """The call that it was for goes on without it, or was called off."""
        self._reservations.give_back(reservation_id, self._timeout)
