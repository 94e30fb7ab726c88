"""Clients that send until they are told that it is stored, and keep a book of their own."""

import http.client
import json
import random
import socket
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

EVENTS = "/api/v1/events"
#: How long a client waits before it tries again.
_PAUSE_S = 0.05


@dataclass
class Ledger:
    """What was sent, and what was acknowledged, with each event's cost."""

    sent: dict[str, Decimal] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Sender(threading.Thread):
    """One client: batches one after the other, each until it is acknowledged."""

    def __init__(self, number: int, port: int, key: str, ledger: Ledger, seed: int) -> None:
        super().__init__(name=f"sender-{number}")
        self._number, self._port, self._key, self._ledger = number, port, key, ledger
        self._random = random.Random(seed * 1000 + number)  # noqa: S311 - to be repeated
        self._made = 0
        self.stopping, self.giving_up = threading.Event(), threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            batch = self._batch()
            while not self.giving_up.is_set() and not self._send(batch):
                self.giving_up.wait(_PAUSE_S)

    def _batch(self) -> list[dict[str, Any]]:
        events = [self._event() for _ in range(self._random.choice((1, 7, 50)))]
        with self._ledger.lock:
            self._ledger.sent |= {e["id"]: Decimal(e["provider_cost_usd"]) for e in events}
        return events

    def _event(self) -> dict[str, Any]:
        self._made += 1
        began = datetime.now(UTC) - timedelta(seconds=self._random.uniform(0, 86_400))
        cost = Decimal(self._random.randrange(10**12)).scaleb(-12)
        return {
            "id": f"{self._number}-{self._made}",
            "timestamp": began.isoformat(),
            "provider": self._random.choice(("openai", "anthropic")),
            "model": self._random.choice(("gpt-4o", "claude-haiku-4-5")),
            "usage": {"input": self._random.randrange(1000), "output": 1},
            "provider_cost_usd": format(cost, "f"),
        }

    def _send(self, batch: list[dict[str, Any]]) -> bool:
        """Whether the batch was acknowledged; now and then the answer is not waited for."""
        body = json.dumps({"events": batch})
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            connection.request("POST", EVENTS, body, headers)
            if self._random.random() < 0.1:
                if isinstance(connection.sock, socket.socket):
                    connection.sock.close()
                return self._count("dropped")
            answer = connection.getresponse()
            return self._judge(answer.status, answer.read(), batch)
        except (OSError, http.client.HTTPException) as error:
            return self._count(type(error).__name__)
        finally:
            connection.close()

    def _judge(self, status: int, body: bytes, batch: list[dict[str, Any]]) -> bool:
        self._count(str(status))
        if status == http.client.SERVICE_UNAVAILABLE:
            return False
        told = json.loads(body) if status == http.client.OK else {}
        with self._ledger.lock:
            if told.get("accepted", 0) + told.get("duplicates", 0) != len(batch):
                self._ledger.wrong.append(f"{status}: {body[:300]!r}")
            else:
                self._ledger.acknowledged |= {event["id"] for event in batch}
        return True

    def _count(self, answer: str) -> bool:
        with self._ledger.lock:
            self._ledger.answers[answer] += 1
        return False


def open_account(port: int, email: str = "a@example.com") -> tuple[str, str]:
    """A new organization's key to send with, and its owner's session."""
    told, cookie = post(port, "/api/auth/signup", {"email": email, "password": "x" * 20})
    told, _ = post(port, "/api/v1/onboard", {"organization_name": "Chaos"}, cookie)
    return told["api_key"]["secret"], cookie


def post(
    port: int, path: str, body: Mapping[str, object], cookie: str = ""
) -> tuple[dict[str, Any], str]:
    """The answer, and the session to go on with."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Content-Type": "application/json", "Cookie": cookie}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        assert answer.status in (200, 201), told
        return told, (answer.getheader("Set-Cookie") or cookie).partition(";")[0]
    finally:
        connection.close()


def usage(port: int, cookie: str) -> dict[str, Any]:
    """The totals that the product itself reports."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        start = (datetime.now(UTC) - timedelta(days=3)).isoformat().replace("+00:00", "Z")
        connection.request("GET", f"/api/v1/usage?from={start}", headers={"Cookie": cookie})
        answer = connection.getresponse()
        told: dict[str, Any] = json.loads(answer.read())
        assert answer.status == http.client.OK, told
        return dict(told["totals"])
    finally:
        connection.close()
