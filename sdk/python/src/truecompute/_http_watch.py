"""Watching the body of an HTTP response on its way to whoever reads it.

For clients that hand out the response itself, or read it in layers of their own. Works on the
responses of httpx and of httpx2, which read their body through ``iter_bytes`` alone.
"""

import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

from truecompute._documents import read
from truecompute._watches import Watch

#: A body above this is passed on all the same, and no longer looked at.
_MOST_BYTES = 16 * 1024 * 1024
_DATA = b"data:"


class _Reader:
    """Turns the pieces of a body into JSON documents for a watch: one, or one an SSE event."""

    def __init__(self, watch: Watch, *, by_line: bool) -> None:
        self._watch = watch
        self._by_line = by_line
        self._pieces: list[bytes] = []
        self._size = 0

    def reads(self, piece: bytes) -> None:
        self._watch.begins()
        self._watch.call.note_first()
        if not self._by_line:
            self._keeps(piece)
            return
        first, *others = piece.splitlines(keepends=True) or [b""]
        self._keeps(first)
        for line in others:
            self._sees_line(self._whole())
            self._keeps(line)
        if piece.endswith((b"\n", b"\r")):
            self._sees_line(self._whole())

    def ends(self) -> None:
        if self._by_line:
            self._sees_line(self._whole())
        else:
            self._sees(self._whole())
        self._watch.ends()

    def _keeps(self, piece: bytes) -> None:
        """In a list, since each whole that is made of a piece and the ones before copies them."""
        self._size += len(piece)
        if self._size <= _MOST_BYTES:
            self._pieces.append(piece)
        else:
            self._pieces.clear()

    def _whole(self) -> bytes:
        """The pieces so far, which are then forgotten; nothing where they were too many."""
        whole = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        return whole

    def _sees_line(self, line: bytes) -> None:
        line = line.strip()
        if line.startswith(_DATA):
            self._sees(line[len(_DATA) :].strip())
        elif line.startswith(b"{"):
            self._sees(line)

    def _sees(self, document: bytes) -> None:
        if document.startswith((b"{", b"[")):
            with suppress(ValueError):
                self._watch.sees(read(document))


def is_sse(response: Any) -> bool:
    """Whether a response is a stream of server-sent events."""
    return "event-stream" in str(response.headers.get("content-type", ""))


def watch_body(response: Any, watch: Watch, *, by_line: bool | None = None) -> None:
    """See what is read of ``response``, and when it is closed or dropped.

    Read as one JSON document, or ``by_line`` as a stream of them, which server-sent events are.
    """
    reader = _Reader(watch, by_line=is_sse(response) if by_line is None else by_line)
    for name, watched in (("iter_bytes", _watched), ("aiter_bytes", _watched_async)):
        original = getattr(response, name, None)
        if original is not None:
            setattr(response, name, watched(original, reader, watch))
    watch_close(response, watch)
    weakref.finalize(response, watch.ends, is_cut=True).atexit = False


def watch_close(response: Any, watch: Watch, *, is_awaited: bool | None = None) -> None:
    """See when ``response`` is closed; None where it is not known by which method."""
    close = None if is_awaited else getattr(response, "close", None)
    if close is not None:
        response.close = _noticed(close, watch)
    aclose = None if is_awaited is False else getattr(response, "aclose", None)
    if aclose is not None:
        response.aclose = _noticed_async(aclose, watch)


def _noticed(close: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    def closes(*args: Any, **kwargs: Any) -> Any:
        with suppress(Exception):
            watch.closes()
        return close(*args, **kwargs)

    return closes


def _noticed_async(close: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    async def closes(*args: Any, **kwargs: Any) -> Any:
        with suppress(Exception):
            watch.closes()
        return await close(*args, **kwargs)

    return closes


def _watched(
    original: Callable[..., Iterator[bytes]], reader: _Reader, watch: Watch
) -> Callable[..., Iterator[bytes]]:
    def iter_bytes(*args: Any, **kwargs: Any) -> Iterator[bytes]:
        inner = original(*args, **kwargs)
        while True:
            watch.is_advancing = True
            try:
                piece = next(inner)
            except StopIteration:
                with suppress(Exception):
                    reader.ends()
                return
            except BaseException as error:
                with suppress(Exception):
                    watch.ends_by(error)
                raise
            finally:
                watch.is_advancing = False
            with suppress(Exception):
                reader.reads(piece)
            yield piece

    return iter_bytes


def _watched_async(
    original: Callable[..., AsyncIterator[bytes]], reader: _Reader, watch: Watch
) -> Callable[..., AsyncIterator[bytes]]:
    async def aiter_bytes(*args: Any, **kwargs: Any) -> AsyncIterator[bytes]:
        inner = original(*args, **kwargs)
        while True:
            watch.is_advancing = True
            try:
                piece = await inner.__anext__()
            except StopAsyncIteration:
                with suppress(Exception):
                    reader.ends()
                return
            except BaseException as error:
                with suppress(Exception):
                    watch.ends_by(error)
                raise
            finally:
                watch.is_advancing = False
            with suppress(Exception):
                reader.reads(piece)
            yield piece

    return aiter_bytes
