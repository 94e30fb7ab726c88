"""What stands in the place of a stream's own iterator, and leaves items out."""

from collections.abc import Callable
from typing import Any

from truecompute._diagnostics import QUIETLY


class InPlace:
    """In the place of a stream's own iterator; everything else of it is there too."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "_inner"), name)


class _Hiding(InPlace):
    """Leaves out the items that ``is_hidden`` tells."""

    def __init__(self, inner: Any, is_hidden: Callable[[Any], bool]) -> None:
        super().__init__(inner)
        self._is_hidden = is_hidden


class HidingIterator(_Hiding):
    """A stream's own iterator without the items that ``is_hidden`` tells."""

    def __iter__(self) -> "HidingIterator":
        return self

    def __next__(self) -> Any:
        while True:
            item = next(self._inner)
            is_hidden = False
            with QUIETLY:
                is_hidden = self._is_hidden(item)
            if not is_hidden:
                return item


class HidingAsyncIterator(_Hiding):
    """The same for a stream that is awaited."""

    def __aiter__(self) -> "HidingAsyncIterator":
        return self

    async def __anext__(self) -> Any:
        while True:
            item = await self._inner.__anext__()
            is_hidden = False
            with QUIETLY:
                is_hidden = self._is_hidden(item)
            if not is_hidden:
                return item
