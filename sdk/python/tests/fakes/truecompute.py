"""A server that takes events and reservations as TrueCompute documents it, and forgets none."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fakes.server import FakeProvider, Reply, Request, json_reply


class FakeTrueCompute:
    """``received`` counts how often each id came; ``server.fails`` has answers to give first.

    ``wishes`` are the reservations that were asked for, ``refuses`` the answers to give to the next
    of them, ``given_back`` the paths that were deleted. ``holds`` delays a reservation's answer.
    """

    def __init__(self) -> None:
        self.received: Counter[str] = Counter()
        self.events: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self.wishes: list[dict[str, Any]] = []
        self.refuses: list[Reply] = []
        self.given_back: list[str] = []
        self.holds: threading.Event | None = None
        deleted = {("DELETE", f"/api/v1/reservations/rsv_{n}"): self._delete for n in range(9)}
        self.server = FakeProvider(
            {
                ("POST", "/api/v1/events"): self._take,
                ("POST", "/api/v1/reservations"): self._reserve,
                **deleted,
            }
        )

    @property
    def url(self) -> str:
        return self.server.url

    @contextmanager
    def running(self) -> Iterator["FakeTrueCompute"]:
        with self.server.running():
            yield self

    def _reserve(self, request: Request) -> Reply:
        with self._lock:
            self.wishes.append(request.body)
            number = len(self.wishes)
        if self.holds is not None:
            self.holds.wait(20)
        if self.refuses:
            return self.refuses.pop(0)
        budgets = [{"id": "b_1", "remaining_usd": "7.5"}]
        made = {"id": f"rsv_{number}", "estimate_usd": "0.01", "budgets": budgets}
        return json_reply({**made, "expires_at": "2026-11-28T12:00:00Z"}, status=201)

    def _delete(self, request: Request) -> Reply:
        self.given_back.append(request.path)
        return Reply(b"", status=204)

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
