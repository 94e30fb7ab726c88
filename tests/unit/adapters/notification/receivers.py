"""Servers on the loopback: what notifications are sent to, and what they must never reach."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import parse_headers
from threading import Event, Thread

#: What a server does with a connection.
Treat = Callable[["Receiver", socket.socket], None]


@dataclass(frozen=True, slots=True)
class Request:
    """One as it came in; names of headers are in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes


def read_request(line: socket.socket) -> Request:
    with line.makefile("rb") as file:
        first = file.readline().decode("latin-1").rstrip("\r\n")
        if not first:
            raise ConnectionAbortedError
        headers = {name.lower(): value for name, value in parse_headers(file).items()}
        return Request(first, headers, file.read(int(headers.get("content-length", 0))))


class Trap:
    """Listens, so that whoever connects gets through, and is noticed."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.address = address
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, 0), family=family)
        self._listener.settimeout(0)
        self.port: int = self._listener.getsockname()[1]

    def was_reached(self) -> bool:
        """Whether there is a connection that was not asked for before.

        No waiting: the kernel completes a connection before its client goes on.
        """
        try:
            line, _ = self._listener.accept()
        except BlockingIOError:
            return False
        line.close()
        return True

    def close(self) -> None:
        self._listener.close()


@contextmanager
def trap(address: str = "127.0.0.1") -> Iterator[Trap]:
    found = Trap(address)
    try:
        yield found
    finally:
        found.close()


@dataclass(slots=True)
class Receiver:
    """Treats every connection as the test says, one after the other."""

    treat: Treat
    address: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    #: Set when the test is over: treatments that take their time end then.
    over: Event = field(default_factory=Event)
    port: int = field(init=False)
    _listener: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self._listener = socket.create_server((self.address, 0))
        self.port = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}/"

    def serve(self) -> None:
        while not self.over.is_set():
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            # Whoever hangs up early, or does not believe our certificate, is not our trouble.
            with line, suppress(OSError):
                if self.tls:
                    line.settimeout(10)
                    with self.tls.wrap_socket(line, server_side=True) as secured:
                        self.treat(self, secured)
                else:
                    self.treat(self, line)

    def end(self) -> None:
        self.over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def receiver(
    treat: Treat,
    address: str = "127.0.0.1",
    tls: ssl.SSLContext | None = None,
) -> Iterator[Receiver]:
    """One that serves until the context ends."""
    found = Receiver(treat, address, tls)
    thread = Thread(target=found.serve)
    thread.start()
    try:
        yield found
    finally:
        found.end()
        thread.join(30)
        assert not thread.is_alive()


def answering(answer: bytes) -> Treat:
    """Remembers the request and sends ``answer``."""

    def treat(receiver: Receiver, line: socket.socket) -> None:
        receiver.requests.append(read_request(line))
        line.sendall(answer)

    return treat


@contextmanager
def silence(address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """A port on which connections get no answer at all, since the queue for it is full."""
    with socket.create_server((address, port), backlog=0) as full, ExitStack() as waiting:
        for _ in range(8):
            one = waiting.enter_context(socket.socket())
            one.settimeout(0)
            one.connect_ex(full.getsockname())
        yield full.getsockname()[1]
