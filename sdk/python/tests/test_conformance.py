"""The contract of every SDK with a server, case by case, against the server that judges it."""

import gzip
import http.client
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

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


@pytest.fixture
def fresh() -> Iterator[str]:
    """Another judge, as a case is for one run."""
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


def _answer(
    method: str, url: str, body: bytes | Iterable[bytes] | None = None, **headers: str
) -> http.client.HTTPResponse:
    """What is answered to a request, whatever it is. An ``Iterable`` goes chunked."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.netloc, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, place.path, body, named, encode_chunked=True)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def _sent_by_hand(address: str, *events: Any, **headers: str) -> http.client.HTTPResponse:
    body = json.dumps({"events": events}).encode()
    return _answer("POST", f"{address}/api/v1/events", body, **(headers or NAMED))


EVENT = {
    "id": "e1", "timestamp": "2026-11-29T12:00:00Z", "provider": "acme", "model": "acme-1",
    "usage": {"input": 10, "output": 3},
}  # fmt: skip
THREE = [{**EVENT, "id": f"e{at}"} for at in (1, 2, 3)]
NAMED = {
    "authorization": "Bearer tc_live_conformance", "content_type": "application/json",
    "user_agent": "truecompute-other/1",
}  # fmt: skip


def _right(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of a case as an SDK sends them."""
    text = json.dumps([{**event, "timestamp": EVENT["timestamp"]} for event in case["events"]])
    events: list[dict[str, Any]] = json.loads(text.replace(r"a\ud83d", "a?"))
    cut = ("user", "session", "error_code")
    return [{**each, **{name: each[name][:256] for name in cut if name in each}} for each in events]


@pytest.mark.parametrize("agent", ["truecompute-other/1", "TrueCompute-Go/1.0"])
def test_the_judge_finds_nothing_wrong_with_what_the_contract_says(fresh: str, agent: str) -> None:
    address = f"{fresh}/cases/one_event"
    _sent_by_hand(address, EVENT, **{**NAMED, "user_agent": agent})
    assert _told(address, flushed=True, sent=1, dropped=0, queued=0) == []


@pytest.mark.parametrize(
    ("events", "headers", "fault"),
    [
        ([EVENT], {"authorization": "Bearer other"}, "the key is not there"),
        ([EVENT], {"content_type": "text/plain"}, "the content type is text/plain"),
        ([EVENT], {"user_agent": "curl/8"}, "the User-Agent 'curl/8' has no truecompute"),
        ([EVENT, EVENT], {}, "an id stands twice in a request"),
        ([{**EVENT, "tags": {"t": "p" * 9_000}}], {}, "a large body is not compressed"),
        ([{**EVENT, "timestamp": "2026-11-29T12:00:00+01:00"}], {}, "a timestamp is not in UTC"),
        ([{**EVENT, "timestamp": "yesterday"}], {}, "a timestamp is no time: yesterday"),
        ([{**EVENT, "timestamp": "20261129T12Z"}], {}, "a timestamp is no time: 20261129T12Z"),
        ([{**EVENT, "user": None}], {}, "a field is null instead of absent"),
        ([{**EVENT, "user": "\ud800"}], {}, "half a character"),
        ([{**EVENT, "project": "p" * 257}], {}, "project is too long"),
        ([{**EVENT, "id": "e" * 129}], {}, "id is too long"),
        ([{**EVENT, "model": ""}], {}, "no model"),
        ([{**EVENT, "id": 1}], {}, "no id"),
        ([{**EVENT, "id": "0192-own"}], {}, "0192-own is not an id that was given"),
        ([{**EVENT, "id": f"e{at}"} for at in range(501)], {}, "501 events in a request"),
        (["e1"], {}, "a request is not understood: ValueError: the body has no list of events"),
        ([EVENT], {"content_encoding": "gzip"},
         """a request is not understood: BadGzipFile: Not a gzipped file (b'{"')"""),
    ],
)  # fmt: skip
def test_the_judge_sees_what_is_wrong_with_a_request(
    fresh: str, events: list[Any], headers: dict[str, str], fault: str
) -> None:
    address = f"{fresh}/cases/one_event"
    assert _sent_by_hand(address, *events, **{**NAMED, **headers}).status in {200, 400}
    assert fault in _told(address, flushed=True, sent=1, dropped=0, queued=0)


def test_the_judge_sees_what_an_sdk_has_lost_doubled_or_changed(fresh: str) -> None:
    address = f"{fresh}/cases/retried_503"
    _sent_by_hand(address, EVENT)
    time.sleep(0.06)
    _sent_by_hand(address, {**EVENT, "model": "other"})
    _sent_by_hand(address, {**EVENT, "id": "e0"})
    assert _told(address, flushed=False, sent=3, dropped=1, queued=0) == [
        "e1 came again with other content",
        "e0 is not an id that was given",
        "requests: 3, not 2",
        "stored: 2, not 3",
        "flushed: False, not True",
        "dropped: 1, not 0",
        "3 sent + 1 dropped + 0 queued are not the 3 events that were given",
    ]


def test_the_judge_sees_that_events_came_in_another_order(fresh: str) -> None:
    address = f"{fresh}/cases/in_pieces"
    _sent_by_hand(address, *reversed(THREE))
    faults = _told(address, flushed=True, sent=3, dropped=0, queued=0)
    assert faults == ["events came in another order"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_judge_sees_that_an_sdk_follows_a_redirect(fresh: str, status: int) -> None:
    address = f"{fresh}/cases/redirect_{status}"
    answer = _sent_by_hand(address, *THREE)
    where = urljoin(address, answer.headers["Location"])
    assert (answer.status, where) == (status, f"{address}/elsewhere")
    _answer("GET", where, None, **NAMED)
    time.sleep(0.06)
    _sent_by_hand(address, *THREE)
    faults = _told(address, flushed=True, sent=3, dropped=0, queued=0)
    assert faults == ["it went to /elsewhere by GET"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_the_judge_sees_whatever_else_an_sdk_asks(fresh: str, method: str) -> None:
    address = f"{fresh}/cases/in_pieces"
    assert _answer(method, f"{address}/api/v1", b"{}").status == 404
    assert _answer(method, f"{fresh}/api/v1/events", b"{}").status == 404
    _sent_by_hand(address, *THREE)
    assert _told(address, flushed=True, sent=3, dropped=0, queued=0) == [
        f"it went to /api/v1 by {method}",
        f"it went to /api/v1/events by {method}",
    ]


@pytest.mark.parametrize(
    ("name", "at", "came", "fault"),
    [
        ("one_event", 0, {"provider": "other"}, "provider"),
        ("one_event", 0, {"usage": {"input": 10}}, "usage"),
        ("one_event", 0, {"usage": {"input": 10, "output": 4}}, "usage"),
        ("one_event", 0, {"usage": {"input": 10, "output": 3, "other": 1}}, "usage"),
        ("one_event", 0, {"project": "of the SDK's own settings"}, None),
        ("texts_of_the_world", 0, {"tags": {"läuft": "?"}}, "tags"),
        ("texts_of_the_world", 1, {"session": "ab c"}, "session"),
        ("texts_of_the_world", 2, {"model": "acme &quot;1&quot; \\ <b>"}, "model"),
        ("texts_too_long", 0, {"user": "u" * 256}, None),
        ("texts_too_long", 0, {"user": "u" * 255}, "user"),
        ("texts_too_long", 2, {"error_code": "e" * 253 + "..."}, "error_code"),
        ("half_a_character", 0, {"user": "a?"}, None),
        ("half_a_character", 0, {"user": "a\ufffd"}, None),
        ("half_a_character", 0, {"user": "a"}, "user"),
    ],
)
def test_the_judge_sees_just_what_did_not_come_as_it_was_given(
    fresh: str, cases: dict[str, Any], name: str, at: int, came: dict[str, Any], fault: str | None
) -> None:
    right = _right(cases[name])
    right[at] |= came
    address = f"{fresh}/cases/{name}"
    _sent_by_hand(address, *right)
    faults = _told(address, flushed=True, sent=len(right), dropped=0, queued=0)
    wanted = f"e{at + 1}: {fault} did not come as it was given"
    assert faults == ([wanted] if fault else [])


@pytest.mark.parametrize("lost", ["provider", "model", "usage", "user", "tags"])
def test_the_judge_sees_what_an_sdk_left_out(fresh: str, cases: dict[str, Any], lost: str) -> None:
    right = _right(cases["texts_of_the_world"])
    del right[0][lost]
    address = f"{fresh}/cases/texts_of_the_world"
    _sent_by_hand(address, *right)
    faults = _told(address, flushed=True, sent=3, dropped=0, queued=0)
    assert f"e1: {lost} did not come as it was given" in faults


def test_the_judge_sees_a_server_that_is_asked_again_without_a_pause(fresh: str) -> None:
    faults = []
    for name in (name for name in NAMES if name.startswith("retried_")):
        while _sent_by_hand(f"{fresh}/cases/{name}", *THREE).status != 200:
            pass
        faults += _told(f"{fresh}/cases/{name}", flushed=True, sent=3, dropped=0, queued=0)
    # Not of each: where the machine is busy, one may have had its pause.
    assert any(fault.startswith("tries again: 1, after pauses of 0.0") for fault in faults)
    assert any(fault.startswith("tries again: 3, after pauses of 0.") for fault in faults)


def test_of_several_pauses_their_sum_counts(fresh: str) -> None:
    address = f"{fresh}/cases/retried_thrice"
    for pause in (0.0, 0.01, 0.06, 0.12):
        time.sleep(pause)
        _sent_by_hand(address, *THREE)
    assert _told(address, flushed=True, sent=3, dropped=0, queued=0) == []


def test_halves_of_a_request_may_come_at_once(fresh: str) -> None:
    address = f"{fresh}/cases/one_too_large"
    for events in (THREE, THREE[:1], THREE[1:], THREE[1:2], THREE[2:]):
        _sent_by_hand(address, *events)
    assert _told(address, flushed=True, sent=2, dropped=1, queued=0) == []


def test_the_judge_sees_events_that_nobody_counted(fresh: str) -> None:
    address = f"{fresh}/cases/no_storm"
    _sent_by_hand(address, EVENT)
    assert _told(address, flushed=False, sent=0, dropped=500, queued=0) == [
        "0 sent + 500 dropped + 0 queued are not the 1200 events that were given"
    ]
    assert _told(address, flushed=False, sent=0, dropped=500, queued=700) == []


@pytest.mark.parametrize("name", ["many", "closed_in_between"])
def test_an_sdk_may_send_fewer_events_at_once(fresh: str, cases: dict[str, Any], name: str) -> None:
    events = _right(cases[name])
    address = f"{fresh}/cases/{name}"
    for at in range(0, 1200, 100):
        body = gzip.compress(json.dumps({"events": events[at : at + 100]}).encode())
        _answer("POST", f"{address}/api/v1/events", body, **NAMED, content_encoding="gzip")
    assert _told(address, flushed=True, sent=1200, dropped=0, queued=0) == []


def test_a_request_may_come_in_pieces(fresh: str) -> None:
    address = f"{fresh}/cases/in_pieces"
    body = json.dumps({"events": THREE}).encode()
    pieces = (body[at : at + 50] for at in range(0, len(body), 50))
    _answer("POST", f"{address}/api/v1/events", pieces, **NAMED, transfer_encoding="chunked")
    assert _told(address, flushed=True, sent=3, dropped=0, queued=0) == []


def test_a_fault_of_every_event_does_not_hide_the_others(fresh: str) -> None:
    address = f"{fresh}/cases/one_event"
    _sent_by_hand(address, *({**EVENT, "id": f"own{at}"} for at in range(30)))
    faults = _told(address, flushed=True, sent=1, dropped=0, queued=0)
    assert faults[19:] == [
        "own19 is not an id that was given", "and 10 more", "stored: 30, not 1",
    ]  # fmt: skip


@pytest.mark.parametrize("said", [b"", b"[]", b"no JSON", b'{"stats": null}'])
def test_words_of_an_sdk_that_are_none_are_answered(fresh: str, said: bytes) -> None:
    assert _answer("POST", f"{fresh}/cases/one_event/told", said).status == 400
