"""Streams that are watched: the same objects in the same order, each of which a watch is told."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

from truecompute._diagnostics import QUIETLY
from truecompute._in_place import InPlace
from truecompute._watches import Watch


class _Watched(InPlace):
    """Tells a watch of what comes, and of its own end as garbage."""

    def __init__(self, inner: Any, watch: Watch) -> None:
        super().__init__(inner)
        self._watch = watch

    def __del__(self) -> None:
        try:
            self._watch.ends(is_cut=True)
        except Exception:  # noqa: BLE001 - the interpreter may be half gone
            pass


class _OneLoop:
    """One loop over a watched iterator: it is dropped when the loop is left."""

    __slots__ = ("_over",)

    def __init__(self, over: Any) -> None:
        self._over = over

    def __del__(self) -> None:
        try:
            self._over._watch.left_at = time.monotonic()
        except Exception:  # noqa: BLE001 - likewise
            pass


class WatchedIterator(_Watched):
    """In the place of a stream's own iterator; everything else of it is there too."""

    def __iter__(self) -> Iterator[Any]:
        try:
            return Loop(self)
        except Exception:  # noqa: BLE001 - the loop goes on unwatched
            return self

    def __next__(self) -> Any:
        watch = self._watch
        watch.left_at = None
        while True:
            watch.is_advancing = True
            try:
                chunk = next(self._inner)
            except BaseException as error:
                with suppress(Exception):
                    watch.ends_by(error)
                raise
            finally:
                watch.is_advancing = False
            is_hidden = False
            with QUIETLY:
                is_hidden = watch.sees(chunk)
            if not is_hidden:
                return chunk


class Loop(_OneLoop):
    """One loop over a watched iterator: it is dropped when the loop is left."""

    __slots__ = ()

    def __iter__(self) -> "Loop":
        return self

    def __next__(self) -> Any:
        self._over._watch.left_at = None
        return self._over.__next__()


class WatchedAsyncIterator(_Watched):
    """The same for a stream that is awaited."""

    def __aiter__(self) -> AsyncIterator[Any]:
        try:
            return AsyncLoop(self)
        except Exception:  # noqa: BLE001 - likewise
            return self

    async def __anext__(self) -> Any:
        watch = self._watch
        watch.left_at = None
        while True:
            watch.is_advancing = True
            try:
                chunk = await self._inner.__anext__()
            except BaseException as error:
                with suppress(Exception):
                    watch.ends_by(error)
                raise
            finally:
                watch.is_advancing = False
            is_hidden = False
            with QUIETLY:
                is_hidden = watch.sees(chunk)
            if not is_hidden:
                return chunk


class AsyncLoop(_OneLoop):
    """One ``async for`` over a watched iterator."""

    __slots__ = ()

    def __aiter__(self) -> "AsyncLoop":
        return self

    async def __anext__(self) -> Any:
        self._over._watch.left_at = None
        return await self._over.__anext__()
