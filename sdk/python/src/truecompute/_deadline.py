"""Connections of ``http.client`` on which a whole exchange is over in time.

A socket's own time-out begins anew with each byte: a server that drips would hold its caller for as
long as it likes.
"""

import functools
import http.client
import io
import socket
import time
from typing import Any


class Deadline:
    """When an exchange has to be over, by ``time.monotonic()``."""

    def __init__(self) -> None:
        self.at = 0.0

    def left(self) -> float:
        """The seconds until then. Raises ``TimeoutError`` when there are none."""
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the answer takes too long")
        return seconds


class TimedConnection(http.client.HTTPConnection):
    """Connecting, sending and reading raise ``TimeoutError`` at ``deadline``.

    Looking the host's name up is not in it: the system lets nobody end that.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deadline = Deadline()
        self.response_class = functools.partial(_response, self.deadline)  # type: ignore[assignment]
        self._create_connection = functools.partial(_reached, self.deadline)

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(self.deadline.left())  # TLS begins on it

    def send(self, data: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(self.deadline.left())
        super().send(data)


class TimedTlsConnection(http.client.HTTPSConnection, TimedConnection):
    """The same with TLS."""


class _Reader(io.RawIOBase):
    """What comes from a socket, until the deadline."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: Deadline) -> None:
        self._raw = raw
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._deadline.left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _response(
    deadline: Deadline, sock: socket.socket, *args: Any, **kwargs: Any
) -> http.client.HTTPResponse:
    response = http.client.HTTPResponse(sock, *args, **kwargs)
    response.fp = io.BufferedReader(_Reader(response.fp.detach(), sock, deadline))
    return response


def _reached(deadline: Deadline, address: tuple[str, int], *_: object) -> socket.socket:
    """A connection to the first of a host's addresses that takes one.

    Each has a share of the time: one that is silent must not cost the others theirs.
    """
    places = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)
    error = OSError("the host has no address")
    for number, (family, kind, protocol, _name, place) in enumerate(places):
        sock = None
        try:
            sock = socket.socket(family, kind, protocol)
            sock.settimeout(deadline.left() / (len(places) - number))
            sock.connect(place)
        except OSError as raised:
            if sock is not None:
                sock.close()
            error = raised
        else:
            return sock
    raise error
