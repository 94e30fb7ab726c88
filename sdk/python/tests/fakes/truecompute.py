"""A server that takes events as TrueCompute documents it, by id, and forgets none."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fakes.server import FakeProvider, Reply, Request, json_reply


class FakeTrueCompute:
    """``received`` counts how often each id came; ``server.fails`` has answers to give first."""

    def __init__(self) -> None:
        self.received: Counter[str] = Counter()
        self.events: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self.server = FakeProvider({("POST", "/api/v1/events"): self._take})

    @property
    def url(self) -> str:
        return self.server.url

    @contextmanager
    def running(self) -> Iterator["FakeTrueCompute"]:
        with self.server.running():
            yield self

    def _take(self, request: Request) -> Reply:
        fresh = 0
        events = request.body["events"]
        with self._lock:
            for event in events:
                fresh += event["id"] not in self.received
                self.received[event["id"]] += 1
                self.events.setdefault(event["id"], event)
        return json_reply(
            {
                "accepted": fresh,
                "duplicates": len(events) - fresh,
                "conflicts": 0,
                "rejected": 0,
                "results": [],
            }
        )
