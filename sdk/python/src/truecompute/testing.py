"""For the tests of programs that use the SDK: a transport that keeps what it is given."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from truecompute._exceptions import TransportError
from truecompute._transport import Answer, Transport

__all__ = ["Answer", "RecordingTransport", "Transport", "TransportError"]


class RecordingTransport:
    """Keeps events instead of sending them, and answers as a server that accepts them all.

        transport = RecordingTransport()
        tc = truecompute.Client(transport=transport)
        ...
        tc.flush()
        assert transport.events[0]["model"] == "gpt-5"

    ``answer`` replaces the answer: it is called with the events of a request, may raise
    ``TransportError``, and what it refuses is kept in ``events`` no less. ``reserve`` does the same
    for a reservation, which is granted without it:

        RecordingTransport(reserve=lambda wish: Answer(402))  # no budget has room for anything
    """

    def __init__(
        self,
        answer: Callable[[list[dict[str, Any]]], Answer] | None = None,
        *,
        reserve: Callable[[dict[str, Any]], Answer] | None = None,
    ) -> None:
        self._answer = answer
        self._reserve = reserve
        #: What reservations were asked for, and the ids of those that were given back.
        self.wishes: list[dict[str, Any]] = []
        self.given_back: list[str] = []
        #: Every request so far, each a list of events as decoded from JSON.
        self.requests: list[list[dict[str, Any]]] = []

    @property
    def events(self) -> list[dict[str, Any]]:
        """All events so far, in the order in which they were sent."""
        return [event for request in self.requests for event in request]

    def send(self, events: Sequence[bytes], *, timeout: float) -> Answer:
        """As the port says."""
        request = [json.loads(event) for event in events]
        self.requests.append(request)
        return accepted(len(request)) if self._answer is None else self._answer(request)

    def reserve(self, wish: Mapping[str, Any], *, timeout: float) -> Answer:
        """As the port says."""
        self.wishes.append(dict(wish))
        if self._reserve is not None:
            return self._reserve(dict(wish))
        return Answer(201, {}, json.dumps({"id": f"rsv_{len(self.wishes)}"}).encode())

    def give_back(self, reservation_id: str, *, timeout: float) -> Answer:
        """As the port says."""
        self.given_back.append(reservation_id)
        return Answer(204)


def accepted(count: int) -> Answer:
    """The server's answer to ``count`` events that are all new."""
    told: dict[str, object] = {
        "accepted": count,
        "duplicates": 0,
        "conflicts": 0,
        "rejected": 0,
        "results": [],
    }
    return Answer(200, {}, json.dumps(told).encode())
