"""What a case answers, what holds for every request of an SDK, and the verdict."""

import gzip
import json
import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

KEY = "tc_live_conformance"
MOST_EVENTS = 500
MOST_BYTES = 1024 * 1024 + 65_536
#: Above it a body has to be compressed.
PLAIN_BYTES = 4_096
_LONGEST = {"user": 256, "session": 256, "model": 256, "error_code": 256}


class Received:
    """One request for events, read as the documented API says, and what is wrong with it."""

    def __init__(self, path: str, headers: dict[str, str], content: bytes) -> None:
        self.at = time.monotonic()
        self.faults: list[str] = []
        self._headers = {name.lower(): value for name, value in headers.items()}
        self._wants(path == "/api/v1/events", f"the path is {path}")
        self._wants(self._headers.get("authorization") == f"Bearer {KEY}", "the key is not there")
        kind = self._headers.get("content-type", "")
        self._wants(kind.partition(";")[0] == "application/json", f"the content type is {kind}")
        self._wants("truecompute" in self._headers.get("user-agent", ""), "no User-Agent")
        self.events = self._events(content)
        self.ids = [str(event.get("id")) for event in self.events]
        self._wants(len(set(self.ids)) == len(self.ids), "an id stands twice in a request")
        self._wants(0 < len(self.events) <= MOST_EVENTS, f"{len(self.events)} events in a request")
        for event in self.events:
            self._checks(event)

    def _events(self, content: bytes) -> list[dict[str, Any]]:
        is_packed = self._headers.get("content-encoding") == "gzip"
        self._wants(is_packed or len(content) <= PLAIN_BYTES, "a large body is not compressed")
        body = gzip.decompress(content) if is_packed else content
        self._wants(len(body) <= MOST_BYTES, f"a body of {len(body)} bytes")
        told = json.loads(body)
        self._wants(set(told) == {"events"}, f"the body has {sorted(told)}")
        events: list[dict[str, Any]] = told["events"]
        return events

    def _checks(self, event: dict[str, Any]) -> None:
        for name in ("id", "timestamp", "provider", "model"):
            self._wants(isinstance(event.get(name), str) and event[name], f"no {name}")
        moment = datetime.fromisoformat(str(event.get("timestamp")))
        self._wants(moment.utcoffset() == timedelta(0), "a timestamp is not in UTC")
        for name, most in _LONGEST.items():
            self._wants(len(str(event.get(name, ""))) <= most, f"{name} is too long")
        text = json.dumps(event, ensure_ascii=False)
        self._wants(not any("\ud800" <= each <= "\udfff" for each in text), "half a character")
        self._wants(None not in event.values(), "a field is null instead of absent")

    def _wants(self, holds: object, otherwise: str) -> None:
        if not holds and otherwise not in self.faults:
            self.faults.append(otherwise)


class Case:
    """One case under way: its next answers, and what came so far."""

    def __init__(self, case: dict[str, Any]) -> None:
        self._case = case
        self._next = list(case.get("answers", []))
        self._requests: list[Received] = []
        self._stored: dict[str, dict[str, Any]] = {}
        self._refused: set[str] = set()
        self._seen: dict[str, str] = {}
        self._faults: list[str] = []
        self._lock = threading.Lock()

    def told(self) -> dict[str, Any]:
        """What an SDK has to know to run it."""
        made = self._case.get("events", 3)
        events = [{} for _ in range(made)] if isinstance(made, int) else made
        return {
            "name": self._case["name"],
            "says": self._case["says"],
            "key": KEY,
            "timeout_s": self._case.get("timeout_s", 5),
            "flush_s": self._case.get("flush_s", 20),
            "events": [
                {"id": f"e{at}", "provider": "acme", "model": "acme-1",
                 "usage": {"input": 10, "output": 3}, **event}
                for at, event in enumerate(events, 1)
            ],
        }  # fmt: skip

    def answers(self, received: Received) -> dict[str, Any]:
        """How this request is to be answered."""
        with self._lock:
            self._requests.append(received)
            self._faults += received.faults
            for event in received.events:
                document = json.dumps(event, sort_keys=True)
                if self._seen.setdefault(event["id"], document) != document:
                    self._faults.append(f"{event['id']} came again with other content")
            if self._next:
                how: dict[str, Any] = self._next.pop(0)
                return {"stores": "rejects" in how or not how.get("status"), **how}
            return self._standing(received)

    def _standing(self, received: Received) -> dict[str, Any]:
        for rule in self._case.get("always", []):
            is_large = len(received.ids) > rule.get("above_events", len(received.ids))
            if is_large or rule.get("with_id") in received.ids:
                return {"stores": False, **rule}
        return {}

    def receipt(self, received: Received, how: dict[str, Any]) -> dict[str, Any]:
        """Store what came, as a server does, and say what became of each event."""
        with self._lock:
            rejected = [name for name in received.ids if name in how.get("rejects", ())]
            taken = [event for event in received.events if event["id"] not in rejected]
            fresh = [event for event in taken if event["id"] not in self._stored]
            self._stored.update({event["id"]: event for event in fresh})
            results = [
                {"id": name, "status": "rejected", "code": "invalid_event", "detail": "no model",
                 "pointer": "/model"} for name in rejected
            ]  # fmt: skip
            told = {
                "accepted": len(fresh),
                "duplicates": len(taken) - len(fresh),
                "conflicts": 0,
                "rejected": len(rejected),
                "results": results,
            }
            return {**told, **how.get("receipt", {})}

    def judge(self, said: dict[str, Any]) -> list[str]:
        """What is wrong, where ``said`` has what the SDK says: ``flushed`` and its ``stats``."""
        with self._lock:
            return [*dict.fromkeys(self._faults), *self._differences(said)]

    def _differences(self, said: dict[str, Any]) -> Iterable[str]:
        wanted = self._case["expects"]
        seen = {
            "requests": len(self._requests),
            "stored": len(self._stored),
            "flushed": said.get("flushed"),
            **{name: said.get("stats", {}).get(name) for name in ("sent", "dropped", "queued")},
        }
        for name, value in seen.items():
            if not _fits(value, wanted.get(name, value)):
                yield f"{name}: {value}, not {wanted[name]}"
        if "pause_s" in wanted:
            pause = self._requests[1].at - self._requests[0].at if len(self._requests) > 1 else 0.0
            if not _fits(pause, wanted["pause_s"]):
                yield f"the pause was {pause:.2f} s, not {wanted['pause_s']}"
        order = [event["id"] for event in self._stored.values()]
        if order != sorted(order, key=lambda name: int(name[1:])):
            yield "events came in another order"


def _fits(value: Any, wanted: Any) -> bool:
    """Whether it is what is wanted, or from the first to the last of two numbers."""
    if isinstance(wanted, list):
        return bool(wanted[0] <= value <= wanted[1])
    return bool(value == wanted)
