"""What a case answers, and the verdict on what an SDK sent and what it says of it."""

import json
import threading
from collections.abc import Iterable
from typing import Any

from received import KEY, Received, changes

#: Before events are sent again, where the server has not said when: 0.05 s, less what coarse timers
#: are early. Of a case with several such pauses their sum counts, as they are drawn at random.
LEAST_PAUSE_S = 0.045
#: A halved request comes at once, and whoever says ``Retry-After`` is asked when it says so.
_HALVED = {400, 413}
_COUNTS = ("sent", "dropped", "queued")
#: A fault of each of 1,200 events is one to mend; the rest of them would hide the others.
_MOST_FAULTS = 20


class Case:
    """One case under way: its next answers, and what came so far."""

    def __init__(self, case: dict[str, Any]) -> None:
        self._case = case
        self._next = list(case.get("answers", []))
        self._given = {event["id"]: event for event in _events_of(case)}
        self._requests: list[Received] = []
        self._pauses: list[float] = []
        #: When an event came last, by id, unless it may come again at once.
        self._came_at: dict[str, float] = {}
        self._stored: dict[str, dict[str, Any]] = {}
        self._seen: dict[str, str] = {}
        self._faults: list[str] = []
        self._lock = threading.Lock()

    def told(self) -> dict[str, Any]:
        """What an SDK has to know to run it."""
        return {
            "name": self._case["name"],
            "says": self._case["says"],
            "key": KEY,
            "timeout_s": self._case.get("timeout_s", 5),
            "flush_s": self._case.get("flush_s", 20),
            "events": list(self._given.values()),
        }

    def finds(self, fault: str) -> None:
        """Hold something against the SDK that is not about events."""
        with self._lock:
            self._faults.append(fault)

    def answers(self, received: Received) -> dict[str, Any]:
        """How this request is to be answered, with the receipt where its events are stored."""
        with self._lock:
            self._requests.append(received)
            self._faults += received.faults
            for name, event in zip(received.ids, received.events, strict=True):
                self._compares(name, event)
            how = self._how(received)
            self._times(received, how)
            return {**how, "receipt": self._receipt(received, how)} if how["stores"] else how

    def _compares(self, name: str, event: dict[str, Any]) -> None:
        document = json.dumps(event, sort_keys=True)
        if name not in self._given:
            self._faults.append(f"{name} is not an id that was given")
        elif name not in self._seen:
            self._faults += [f"{name}: {change}" for change in changes(self._given[name], event)]
        if self._seen.setdefault(name, document) != document:
            self._faults.append(f"{name} came again with other content")

    def _how(self, received: Received) -> dict[str, Any]:
        if self._next:
            how: dict[str, Any] = self._next.pop(0)
            return {"stores": "rejects" in how or not how.get("status"), **how}
        for rule in self._case.get("always", []):
            is_large = len(received.ids) > rule.get("above_events", len(received.ids))
            if is_large or rule.get("with_id") in received.ids:
                return {"stores": False, **rule}
        return {"stores": True}

    def _times(self, received: Received, how: dict[str, Any]) -> None:
        """Note how long it is since the last of these events came."""
        before = [self._came_at.pop(name) for name in received.ids if name in self._came_at]
        if before:
            self._pauses.append(received.at - max(before))
        if how.get("status") not in _HALVED and "Retry-After" not in how.get("headers", {}):
            self._came_at.update(dict.fromkeys(received.ids, received.at))

    def _receipt(self, received: Received, how: dict[str, Any]) -> dict[str, Any]:
        """Store what came, as a server does, and say what became of each event."""
        rejected = [name for name in received.ids if name in how.get("rejects", ())]
        came = dict(zip(received.ids, received.events, strict=True))
        fresh = {
            name: event
            for name, event in came.items()
            if name not in rejected and name not in self._stored
        }
        self._stored.update(fresh)
        told = {
            "accepted": len(fresh),
            "duplicates": len(received.ids) - len(rejected) - len(fresh),
            "conflicts": 0,
            "rejected": len(rejected),
            "results": [
                {"id": name, "status": "rejected", "code": "invalid_event", "detail": "no model",
                 "pointer": "/model"} for name in rejected
            ],
        }  # fmt: skip
        return {**told, **how.get("receipt", {})}

    def judge(self, said: dict[str, Any]) -> list[str]:
        """What is wrong, where ``said`` has what the SDK says: ``flushed`` and its ``stats``."""
        with self._lock:
            faults = list(dict.fromkeys(self._faults))
            more = [f"and {len(faults) - _MOST_FAULTS} more"] if len(faults) > _MOST_FAULTS else []
            return [*faults[:_MOST_FAULTS], *more, *self._differences(said), *self._of_pauses()]

    def _differences(self, said: dict[str, Any]) -> Iterable[str]:
        wanted = self._case["expects"]
        counts = {name: said.get("stats", {}).get(name) for name in _COUNTS}
        seen = {
            "requests": len(self._requests),
            "stored": len(self._stored),
            "flushed": said.get("flushed"),
            **counts,
        }
        for name, value in seen.items():
            if not _fits(value, wanted.get(name, value)):
                yield f"{name}: {value}, not {wanted[name]}"
        numbers = [value for value in counts.values() if isinstance(value, int | float)]
        if len(numbers) < len(counts) or sum(numbers) != len(self._given):
            told = " + ".join(f"{value} {name}" for name, value in counts.items())
            yield f"{told} are not the {len(self._given)} events that were given"
        places = {name: at for at, name in enumerate(self._given)}
        order = [places[name] for name in self._stored if name in places]
        if order != sorted(order):
            yield "events came in another order"

    def _of_pauses(self) -> Iterable[str]:
        if "pause_s" in (wanted := self._case["expects"]):
            pause = self._requests[1].at - self._requests[0].at if len(self._requests) > 1 else 0.0
            if not _fits(pause, wanted["pause_s"]):
                yield f"the pause was {pause:.2f} s, not {wanted['pause_s']}"
        tries, waited = len(self._pauses), sum(self._pauses)
        if waited < tries * LEAST_PAUSE_S:
            least = f"{tries * LEAST_PAUSE_S:.3f} s"
            yield f"tries again: {tries}, after pauses of {waited:.3f} s in all, not {least}"


def _events_of(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of a case in full; most cases say no more than how many."""
    made = case.get("events", 3)
    events = [{} for _ in range(made)] if isinstance(made, int) else made
    return [
        {"id": f"e{at}", "provider": "acme", "model": "acme-1",
         "usage": {"input": 10, "output": 3}, **event}
        for at, event in enumerate(events, 1)
    ]  # fmt: skip


def _fits(value: Any, wanted: Any) -> bool:
    """Whether it is what is wanted, or from the first to the last of two numbers."""
    if isinstance(wanted, list):
        return bool(wanted[0] <= value <= wanted[1])
    return bool(value == wanted)
