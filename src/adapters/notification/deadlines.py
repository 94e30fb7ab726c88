"""A connection on which nothing takes longer than all of it may take."""

import io
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from http.client import HTTPException
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock, in seconds."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(time.monotonic() + seconds)

    def left_s(self) -> float:
        """Seconds that are left, always more than 0; ``TimeoutError`` when there are none."""
        left_s = self.at - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        return left_s

    def sooner(self, seconds: float) -> "Deadline":
        """This one, or the one in so many seconds when that comes first."""
        return min(self, Deadline.after(seconds), key=lambda deadline: deadline.at)


def within(deadline: Deadline, call: Callable[[], T]) -> T:
    """The call's result or error, or ``TimeoutError``; then the call goes on, and nobody waits.

    For what knows no time-out of its own. The thread is one that does not keep a process alive.
    """
    future: Future[T] = Future()

    def answer() -> None:
        try:
            future.set_result(call())
        except Exception as error:  # noqa: BLE001 - raised again by `result`
            future.set_exception(error)

    Thread(target=answer, daemon=True).start()
    return future.result(deadline.left_s())


class BoundedLine:
    """What ``http.client`` uses of a socket, with a deadline for all of it and a most of bytes.

    The time-out of a socket begins anew with every byte, so one that drips would never meet it.
    """

    def __init__(self, line: socket.socket, deadline: Deadline, most_bytes: int) -> None:
        self.deadline = deadline
        self._line = line
        self._left = most_bytes

    def sendall(self, data: bytes) -> None:
        unsent = memoryview(data)
        while unsent:
            self._line.settimeout(self.deadline.left_s())
            unsent = unsent[self._line.send(unsent) :]

    def receive(self, buffer: memoryview) -> int:
        """Bytes read into ``buffer``; 0 at the end. ``TooLong`` when the most was read before."""
        if not self._left:
            raise TooLong
        self._line.settimeout(self.deadline.left_s())
        count = self._line.recv_into(buffer[: self._left])
        self._left -= count
        return count

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002 - a socket's signature
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """Nothing: ``http.client`` closes once it has the head, and the socket's owner later."""


class TooLong(HTTPException):
    """There is more to read than may be read."""


class _Reader(io.RawIOBase):
    def __init__(self, line: BoundedLine) -> None:
        self._bounded = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return self._bounded.receive(memoryview(buffer))
