"""The way to the server, as a port of one method."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class Answer(NamedTuple):
    """What a server answered: the status, its headers with lower-case names, the whole body."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Transport(Protocol):
    """Brings events to a server. Called by one thread at a time.

    One that holds something open may have a ``close()`` too, which ``Client.close`` calls.
    """

    def send(self, events: Sequence[bytes], *, timeout: float) -> Answer:
        """Send the events, each a JSON document, in one request, and give the answer.

        Waits ``timeout`` seconds at most for anything to move. Raises ``TransportError`` where no
        answer came, for whatever reason: the same events are then sent again.
        """
        ...
