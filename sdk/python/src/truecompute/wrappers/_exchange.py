"""The place where a wrapped client's call passes: around it everything may fail but the call."""

import functools
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from truecompute._calls import Call, Seen
from truecompute._diagnostics import QUIETLY
from truecompute._reporter import Reporter
from truecompute.wrappers._patches import Patches

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


class Exchange:
    """One call and its answer, as a wrapper sees them. Each method may fail without harm."""

    def asks(self) -> Arguments | None:
        """Other arguments to call with; None for the caller's own."""
        return None

    def asks_again(self, error: BaseException) -> bool:
        """Whether to call once more, with the caller's own arguments."""
        return False

    def fails(self, error: BaseException) -> None:
        """The call raised."""

    def answers(self, result: Any) -> Any:
        """The call gave ``result``. What to give the caller: the same, but where ``result`` is
        only seen by the provider's client itself.
        """
        return result


class CallExchange(Exchange):
    """The exchange of a billed call, which reads the answer or watches it as it comes."""

    def __init__(self, reporter: Reporter, call: Call) -> None:
        self.reporter = reporter
        self.call = call

    def asked(self) -> Any:
        """The request, of which limits read how much it may use."""
        raise NotImplementedError

    def fails(self, error: BaseException) -> None:
        """The call has ended, with this error."""
        self.call.end(Seen(), error)

    def answers(self, result: Any) -> Any:
        """Read or watch ``result``; where that fails the call is an event all the same."""
        try:
            return self.takes(result)
        except Exception:  # noqa: BLE001 - never in the way
            self.reporter.note_failure("reading an answer")
            self.call.end(Seen())
            return result

    def takes(self, result: Any) -> Any:
        """What a kind of client does with its answers."""
        raise NotImplementedError


Starts = Callable[[tuple[Any, ...], dict[str, Any]], Exchange | None]


def reported(patches: Patches, starts: Starts, *, is_async: bool = False) -> Any:
    """What makes of a function the same one, whose calls are reported, and held to limits.

    ``starts`` gives the exchange of a call, None for one that is not billed. The result is the
    original's, and so is an exception; a ``BaseException`` that is none of ours passes. Limits
    raise ``BudgetError``.
    """
    make = _awaited if is_async else _called
    return functools.partial(make, patches, starts)


def _called(patches: Patches, starts: Starts, original: Callable[..., Any]) -> Callable[..., Any]:
    def calls(*args: Any, **kwargs: Any) -> Any:
        limits = patches.limits
        exchange: Exchange | None = None
        fault: Exception | None = None
        own: Arguments = args, kwargs
        asked = own
        try:
            exchange = None if patches.is_undone else starts(args, kwargs)
            if exchange is not None:
                asked = exchange.asks() or own
        except Exception as error:  # noqa: BLE001 - never in the way
            fault = error
            with suppress(Exception):
                patches.reporter.note_failure("starting a call")
        if limits is not None:
            with limits.faults:
                limits.reserve(exchange, fault)
        while True:
            try:
                result = original(*asked[0], **asked[1])
                break
            except BaseException as error:
                if exchange is not None:
                    # Where the SDK cannot tell, only what nobody has billed is asked again.
                    again = asked is not own and getattr(error, "status_code", None) in (400, 422)
                    with suppress(Exception):
                        again = exchange.asks_again(error)
                    if again:
                        asked = own
                        continue
                    with suppress(Exception):
                        exchange.fails(error)
                raise
        if exchange is not None:
            with QUIETLY:
                result = exchange.answers(result)
        return result

    return calls


def _awaited(patches: Patches, starts: Starts, original: Callable[..., Any]) -> Callable[..., Any]:
    async def calls(*args: Any, **kwargs: Any) -> Any:
        limits = patches.limits
        exchange: Exchange | None = None
        fault: Exception | None = None
        own: Arguments = args, kwargs
        asked = own
        try:
            exchange = None if patches.is_undone else starts(args, kwargs)
            if exchange is not None:
                asked = exchange.asks() or own
        except Exception as error:  # noqa: BLE001 - never in the way
            fault = error
            with suppress(Exception):
                patches.reporter.note_failure("starting a call")
        if limits is not None:
            with limits.faults:
                await limits.reserve_awaited(exchange, fault)
        while True:
            try:
                result = await original(*asked[0], **asked[1])
                break
            except BaseException as error:
                if exchange is not None:
                    # Where the SDK cannot tell, only what nobody has billed is asked again.
                    again = asked is not own and getattr(error, "status_code", None) in (400, 422)
                    with suppress(Exception):
                        again = exchange.asks_again(error)
                    if again:
                        asked = own
                        continue
                    with suppress(Exception):
                        exchange.fails(error)
                raise
        if exchange is not None:
            with QUIETLY:
                result = exchange.answers(result)
        return result

    return calls
