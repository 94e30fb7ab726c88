"""Streams that are their own iterators: how to see that a loop over one was left.

A loop asks the class for an iterator, never the object. So the stream becomes one of a class below
its own, whose iterators are loops that are dropped when they are left. A generator cannot become
anything: there an object stands in for it that says it is one, and does all that one does.
"""

import functools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, cast

from truecompute._diagnostics import QUIETLY
from truecompute._in_place import InPlace
from truecompute._streams import AsyncLoop, Loop
from truecompute._watches import Watch


def watch_loops(stream: Any, watch: Watch) -> None:
    """See when a loop over ``stream`` is left. Raises ``TypeError`` for one with ``__slots__``."""
    kind = cast("Any", type(stream))
    stream.__class__ = _with_loops(kind)
    stream._watch = watch


@functools.lru_cache(maxsize=16)
def _with_loops(kind: Any) -> type[Any]:
    """A class like ``kind`` in all but its iterators."""
    looks = {name: getattr(kind, name) for name in ("__doc__", "__module__", "__qualname__")}
    loops = {"__aiter__": _async_loop} if hasattr(kind, "__aiter__") else {"__iter__": _loop}
    return type(kind.__name__, (kind,), {**looks, **loops})


def _loop(stream: Any) -> Any:
    try:
        return Loop(stream)
    except Exception:  # noqa: BLE001 - the loop goes on unwatched
        return stream


def _async_loop(stream: Any) -> Any:
    try:
        return AsyncLoop(stream)
    except Exception:  # noqa: BLE001 - likewise
        return stream


class _Readings:
    """The streams that a generator reads, one after the other: the newest is left with it."""

    __slots__ = ("watch",)

    def __init__(self) -> None:
        self.watch: Watch | None = None

    @property
    def left_at(self) -> float | None:
        return None if self.watch is None else self.watch.left_at

    @left_at.setter
    def left_at(self, moment: float | None) -> None:
        if self.watch is not None:
            self.watch.left_at = moment


#: Those of the generator that is being advanced in this thread or task.
_advancing: ContextVar[_Readings | None] = ContextVar("truecompute_advancing", default=None)


def note_stream(watch: Watch) -> None:
    """A stream was begun, perhaps for a generator that stands between it and its reader."""
    readings = _advancing.get()
    if readings is not None:
        readings.watch = watch


class _StandIn(InPlace):
    """In the place of a generator: loops over it are seen. What it does is the generator's own."""

    def __init__(self, inner: Any, readings: _Readings) -> None:
        super().__init__(inner)
        self._watch = readings

    @property  # type: ignore[misc]
    def __class__(self) -> Any:  # pyright: ignore - what ``isinstance`` asks
        return cast("Any", type(self._inner))


class _LoopOverGenerator(Loop):
    """One loop, which others may send into, throw into and close as they would a generator."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "_over"), name)


class _LoopOverAsyncGenerator(AsyncLoop):
    """The same for one that is awaited."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "_over"), name)


class _Generator(_StandIn):
    def __iter__(self) -> Iterator[Any]:
        try:
            return _LoopOverGenerator(self)
        except Exception:  # noqa: BLE001 - the loop goes on unwatched
            return cast("Iterator[Any]", self)

    def __next__(self) -> Any:
        token = _advancing.set(self._watch)
        try:
            return next(self._inner)
        finally:
            with QUIETLY:
                _advancing.reset(token)


class _AsyncGenerator(_StandIn):
    def __aiter__(self) -> AsyncIterator[Any]:
        try:
            return _LoopOverAsyncGenerator(self)
        except Exception:  # noqa: BLE001 - likewise
            return cast("AsyncIterator[Any]", self)

    async def __anext__(self) -> Any:
        token = _advancing.set(self._watch)
        try:
            return await self._inner.__anext__()
        finally:
            with QUIETLY:
                _advancing.reset(token)


def _stood_in_for(made: Any, readings: _Readings) -> Any:
    """What stands in for the generator that a function has made; anything else as it is."""
    if hasattr(made, "__anext__"):
        return _AsyncGenerator(made, readings)
    return _Generator(made, readings) if hasattr(made, "__next__") else made


def generating(original: Callable[..., Any]) -> Callable[..., Any]:
    """``original``, which makes generators, loops over which are seen to be left."""

    def makes(*args: Any, **kwargs: Any) -> Any:
        made = original(*args, **kwargs)
        with suppress(Exception):
            return _stood_in_for(made, _Readings())
        return made

    return makes


def generating_awaited(original: Callable[..., Any]) -> Callable[..., Any]:
    """The same for one that is awaited, and may begin the stream while it is."""

    async def makes(*args: Any, **kwargs: Any) -> Any:
        readings = token = None
        with suppress(Exception):
            readings = _Readings()
            token = _advancing.set(readings)
        try:
            made = await original(*args, **kwargs)
        finally:
            with suppress(Exception):
                if token is not None:
                    _advancing.reset(token)
        with suppress(Exception):
            return made if readings is None else _stood_in_for(made, readings)
        return made

    return makes
