"""Streams that are their own iterators: how to see that a loop over one was left.

A loop asks the class for an iterator, never the object. So the stream becomes one of a class below
its own, whose iterators are loops that are dropped when they are left.
"""

import functools
from typing import Any, cast

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
