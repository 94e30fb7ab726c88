"""One request of an SDK, read as the documented API says, and what is wrong with it."""

import gzip
import json
import re
import time
from contextlib import suppress
from datetime import datetime
from typing import Any

KEY = "tc_live_conformance"
PLACE = "/api/v1/events"
MOST_EVENTS = 500
MOST_BYTES = 1024 * 1024 + 65_536
#: Above it a body has to be compressed.
PLAIN_BYTES = 4_096
_MOST_CHARACTERS = 256
_MOST_ID_CHARACTERS = 128
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_HALF = re.compile("[\ud800-\udfff]")
#: What may stand for half a character: encoders of most languages write one of them.
_REPLACEMENTS = ("?", "\ufffd")


class Received:
    """A request for events. Raises what decoding raises, ``ValueError`` where it has no events."""

    def __init__(self, headers: dict[str, str], content: bytes) -> None:
        self.at = time.monotonic()
        self.faults: list[str] = []
        self._headers = {name.lower(): value for name, value in headers.items()}
        self._wants(self._headers.get("authorization") == f"Bearer {KEY}", "the key is not there")
        kind = self._headers.get("content-type", "")
        is_json = kind.partition(";")[0].strip().lower() == "application/json"
        self._wants(is_json, f"the content type is {kind}")
        agent = self._headers.get("user-agent", "")
        self._wants("truecompute" in agent.lower(), f"the User-Agent {agent!r} has no truecompute")
        self.events = self._events(content)
        self.ids = [str(event.get("id")) for event in self.events]
        self._wants(len(set(self.ids)) == len(self.ids), "an id stands twice in a request")
        self._wants(0 < len(self.events) <= MOST_EVENTS, f"{len(self.events)} events in a request")
        for event in self.events:
            self._checks(event)

    def _events(self, content: bytes) -> list[dict[str, Any]]:
        is_packed = self._headers.get("content-encoding", "").lower() == "gzip"
        self._wants(is_packed or len(content) <= PLAIN_BYTES, "a large body is not compressed")
        body = gzip.decompress(content) if is_packed else content
        self._wants(len(body) <= MOST_BYTES, f"a body of {len(body)} bytes")
        told = json.loads(body)
        events = told.get("events") if isinstance(told, dict) else None
        if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
            raise ValueError("the body has no list of events")
        self._wants(set(told) == {"events"}, f"the body has {sorted(told)}")
        return events

    def _checks(self, event: dict[str, Any]) -> None:
        for name in ("id", "timestamp", "provider", "model"):
            self._wants(isinstance(event.get(name), str) and event[name], f"no {name}")
        self._checks_time(str(event.get("timestamp")))
        for name, value in event.items():
            most = _MOST_ID_CHARACTERS if name == "id" else _MOST_CHARACTERS
            self._wants(not isinstance(value, str) or len(value) <= most, f"{name} is too long")
        has_half = _HALF.search(json.dumps(event, ensure_ascii=False))
        self._wants(not has_half, "half a character")
        self._wants(None not in event.values(), "a field is null instead of absent")

    def _checks_time(self, text: str) -> None:
        # Python reads more than the documented API, which is RFC 3339.
        moment = None
        with suppress(ValueError):
            moment = datetime.fromisoformat(text) if _RFC_3339.fullmatch(text) else None
        self._wants(moment, f"a timestamp is no time: {text}")
        self._wants(not moment or not moment.utcoffset(), "a timestamp is not in UTC")

    def _wants(self, holds: object, otherwise: str) -> None:
        if not holds and otherwise not in self.faults:
            self.faults.append(otherwise)


def changes(given: dict[str, Any], came: dict[str, Any]) -> list[str]:
    """The fields of an event that came otherwise than they were given; more may have been added."""
    return [
        f"{name} did not come as it was given"
        for name, value in given.items()
        if not _is_kept(value, came.get(name))
    ]


def _is_kept(given: Any, came: Any) -> bool:
    """Whether a value came, where a text may be cut and mended, but no more than it has to be."""
    if isinstance(given, str):
        mended = [_HALF.sub(mark, given)[:_MOST_CHARACTERS] for mark in _REPLACEMENTS]
        return came in mended
    if isinstance(given, dict):
        return (
            isinstance(came, dict)
            and came.keys() == given.keys()
            and all(_is_kept(value, came[name]) for name, value in given.items())
        )
    return bool(came == given)
