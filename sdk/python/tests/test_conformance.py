"""The contract of every SDK with a server, case by case, against the server that judges it."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

import truecompute

FOLDER = Path(__file__).parents[2] / "conformance"
NAMES = [case["name"] for case in json.loads((FOLDER / "cases.json").read_text())]


def _asked(url: str, told: Any = None) -> Any:
    body = None if told is None else json.dumps(told).encode()
    with urllib.request.urlopen(url, body, timeout=20) as answer:  # noqa: S310 - of our own
        return json.load(answer)


@contextmanager
def _judging() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, str(FOLDER / "server.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.stdin.close()
    assert server.returncode == 0


@pytest.fixture(scope="module")
def judge() -> Iterator[str]:
    with _judging() as address:
        yield address


@pytest.fixture(scope="module")
def cases(judge: str) -> dict[str, Any]:
    return {case["name"]: case for case in _asked(f"{judge}/cases")}


def _told(address: str, *, flushed: bool, **stats: int) -> list[str]:
    """What is wrong with an SDK that says this of a case."""
    faults: list[str] = _asked(f"{address}/told", {"flushed": flushed, "stats": stats})["faults"]
    return faults


def _run(judge: str, case: dict[str, Any]) -> list[str]:
    """What is wrong with the SDK in a case."""
    address = f"{judge}/cases/{case['name']}"
    client = truecompute.Client(case["key"], address, timeout=case["timeout_s"])
    for event in case["events"]:
        client.track(**event)
    flushed = client.flush(case["flush_s"])
    stats = client.stats()
    client.close(0)
    return _told(
        address, flushed=flushed, sent=stats.sent, dropped=stats.dropped, queued=stats.queued
    )


def test_there_are_forty_cases_and_more() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 40


@pytest.mark.parametrize("name", NAMES)
def test_the_sdk_keeps_the_contract(judge: str, cases: dict[str, Any], name: str) -> None:
    assert _run(judge, cases[name]) == []


def _sent_by_hand(address: str, *events: dict[str, Any], **headers: str) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps({"events": events}).encode()
    request = urllib.request.Request(f"{address}/api/v1/events", body, named)  # noqa: S310 - likewise
    with suppress(urllib.error.HTTPError), urllib.request.urlopen(request, timeout=20):  # noqa: S310
        pass


EVENT = {"id": "e1", "timestamp": "2026-11-29T12:00:00Z", "provider": "acme", "model": "m"}
NAMED = {
    "authorization": "Bearer tc_live_conformance", "content_type": "application/json",
    "user_agent": "truecompute-other/1",
}  # fmt: skip


def test_the_judge_finds_nothing_wrong_with_what_the_contract_says() -> None:
    with _judging() as judge:
        address = f"{judge}/cases/one_event"
        _sent_by_hand(address, EVENT, **NAMED)
        assert _told(address, flushed=True, sent=1, dropped=0, queued=0) == []


@pytest.mark.parametrize(
    ("events", "headers", "fault"),
    [
        ([EVENT], {**NAMED, "authorization": "Bearer other"}, "the key is not there"),
        ([EVENT], {**NAMED, "content_type": "text/plain"}, "the content type is text/plain"),
        ([EVENT, EVENT], NAMED, "an id stands twice in a request"),
        ([{**EVENT, "project": "p" * 9_000}], NAMED, "a large body is not compressed"),
        ([{**EVENT, "timestamp": "2026-11-29T12:00:00+01:00"}], NAMED, "a timestamp is not in UTC"),
        ([{**EVENT, "user": None}], NAMED, "a field is null instead of absent"),
        ([{**EVENT, "user": "\ud800"}], NAMED, "half a character"),
        ([{**EVENT, "user": "u" * 257}], NAMED, "user is too long"),
        ([{**EVENT, "model": ""}], NAMED, "no model"),
        ([{**EVENT, "id": f"e{at}"} for at in range(501)], NAMED, "501 events in a request"),
    ],
)
def test_the_judge_sees_what_is_wrong_with_a_request(
    events: list[dict[str, Any]], headers: dict[str, str], fault: str
) -> None:
    with _judging() as judge:
        address = f"{judge}/cases/one_event"
        _sent_by_hand(address, *events, **headers)
        assert fault in _told(address, flushed=True, sent=1, dropped=0, queued=0)


def test_the_judge_sees_what_an_sdk_has_lost_doubled_or_changed() -> None:
    with _judging() as judge:
        address = f"{judge}/cases/retried_503"
        _sent_by_hand(address, EVENT, **NAMED)
        _sent_by_hand(address, {**EVENT, "model": "other"}, **NAMED)
        _sent_by_hand(address, {**EVENT, "id": "e0"}, **NAMED)
        assert _told(address, flushed=False, sent=3, dropped=1, queued=0) == [
            "e1 came again with other content",
            "requests: 3, not 2",
            "stored: 2, not 3",
            "flushed: False, not True",
            "dropped: 1, not 0",
            "events came in another order",
        ]
