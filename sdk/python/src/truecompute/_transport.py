"""The way to the server, as a port of one method."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol


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

        Waits ``timeout`` seconds at most. Raises ``TransportError`` where no answer came, for
        whatever reason: the same events are then sent again.
        """
        ...


class ReservingTransport(Transport, Protocol):
    """One that can also ask for reservations, which ``wrap(enforce=True)`` needs.

    Called by many threads at once, each in the middle of its program's call.
    """

    def reserve(self, wish: Mapping[str, Any], *, timeout: float) -> Answer:
        """Ask for a reservation, in the fields of the server's API, and give the answer.

        Waits ``timeout`` seconds at most. Raises ``TransportError`` where no answer came.
        """
        ...

    def give_back(self, reservation_id: str, *, timeout: float) -> Answer:
        """Give a reservation back whose call will not be made. Raises ``TransportError``."""
        ...
