"""Functions, coroutine functions and generators, each of whose calls runs inside something."""

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager, suppress
from typing import Any, TypeVar, cast

_Function = TypeVar("_Function", bound=Callable[..., Any])
#: Makes what a call, or a step of a generator, runs inside.
Entered = Callable[[], AbstractContextManager[object]]


def surrounded(function: _Function, entered: Entered) -> _Function:
    """``function`` with what ``entered`` gives around each of its calls, or each of its steps."""
    if inspect.isasyncgenfunction(function):
        surround = _surrounded_async_generator
    elif inspect.isgeneratorfunction(function):
        surround = _surrounded_generator
    elif inspect.iscoroutinefunction(function):
        surround = _surrounded_coroutine
    else:
        surround = _surrounded_plainly
    return cast("_Function", functools.wraps(function)(surround(function, entered)))


def _surrounded_plainly(function: Callable[..., Any], entered: Entered) -> Callable[..., Any]:
    def plain(*args: Any, **kwargs: Any) -> Any:
        with entered():
            return function(*args, **kwargs)

    return plain


def _surrounded_coroutine(function: Callable[..., Any], entered: Entered) -> Callable[..., Any]:
    async def coroutine(*args: Any, **kwargs: Any) -> Any:
        with entered():
            return await function(*args, **kwargs)

    return coroutine


def _surrounded_generator(function: Callable[..., Any], entered: Entered) -> Callable[..., Any]:
    def generator(*args: Any, **kwargs: Any) -> Any:
        steps = inner = cast("Generator[Any, Any, Any]", function(*args, **kwargs))
        with suppress(Exception):  # or it runs without
            steps = cast("Generator[Any, Any, Any]", _Steps(inner, entered))
        return (yield from steps)

    return generator


def _surrounded_async_generator(
    function: Callable[..., Any], entered: Entered
) -> Callable[..., Any]:
    async def generator(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        inner = function(*args, **kwargs)
        step = inner.__anext__
        try:
            while True:
                with entered():
                    try:
                        item = await step()
                    except StopAsyncIteration:
                        return
                try:
                    sent = yield item
                except GeneratorExit:
                    raise
                except BaseException as error:  # noqa: BLE001 - it is the inner one's to catch
                    step = functools.partial(inner.athrow, error)
                else:
                    step = functools.partial(inner.asend, sent)
        finally:
            await inner.aclose()

    return generator


class _Steps:
    """A generator of which each step runs inside the context, and what is between does not."""

    def __init__(self, inner: Any, entered: Entered) -> None:
        self._inner = inner
        self._entered = entered

    def __iter__(self) -> "_Steps":
        return self

    def __next__(self) -> Any:
        with self._entered():
            return next(self._inner)

    def send(self, value: Any) -> Any:
        with self._entered():
            return self._inner.send(value)

    def throw(self, *error: Any) -> Any:
        with self._entered():
            return self._inner.throw(*error)

    def close(self) -> None:
        with self._entered():
            self._inner.close()
