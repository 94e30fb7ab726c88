"""CloudEvents whose data are events."""

import json
from typing import Any

import pytest

from application.ingestion.ingest_events import Rejection
from domain.event import ReportedEvent
from entrypoints.http.doors.cloudevents import in_binary_mode, read_cloud_event
from entrypoints.http.event_messages import read_each

DATA = {"provider": "openai", "model": "gpt-4o", "usage": {"input": 1}}
CLOUD: dict[str, Any] = {
    "specversion": "1.0",
    "type": "ai.call",
    "id": "1",
    "source": "/checkout",
    "time": "2026-11-20T12:00:00Z",
    "subject": "customer-7",
    "data": DATA,
}


def read(**changes: Any) -> ReportedEvent | Rejection:
    (found,) = read_each([json.dumps({**CLOUD, **changes}).encode()], read_cloud_event)
    return found


def event(**changes: Any) -> ReportedEvent:
    found = read(**changes)
    assert isinstance(found, ReportedEvent), found
    return found


def test_the_envelope_fills_what_the_data_leave_out() -> None:
    found = event()
    assert (found.id, found.user) == ("/checkout/1", "customer-7")
    assert found.timestamp.isoformat() == "2026-11-20T12:00:00+00:00"
    stated = event(data={**DATA, "user": "u", "timestamp": "2026-11-19T00:00:00Z", "id": "x"})
    assert (stated.id, stated.user, stated.timestamp.day) == ("/checkout/1", "u", 19)


def test_source_and_id_tell_events_apart() -> None:
    assert event(source="a", id="b").id != event(source="b", id="a").id
    long = "s" * 500
    assert event(source=long).id == event(source=long).id
    assert len(event(source=long).id) <= 128


def test_in_binary_mode_the_attributes_are_headers() -> None:
    headers = {f"Ce-{name.title()}": str(CLOUD[name]) for name in CLOUD if name != "data"}
    body = in_binary_mode(headers | {"Host": "x"}, json.dumps(DATA).encode())
    assert read_cloud_event(body) == event()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"specversion": "0.3"}, "invalid_cloudevent"),
        ({"id": ""}, "invalid_cloudevent"),
        ({"source": None}, "invalid_event"),
        ({"datacontenttype": "text/xml"}, "invalid_cloudevent"),
        ({"data": None}, "invalid_cloudevent"),
        ({"data": [1]}, "invalid_cloudevent"),
        ({"data": {"provider": "openai"}}, "invalid_event"),
        ({"time": None}, "invalid_event"),
        ({"time": "soon"}, "invalid_timestamp"),
        ({"data": {**DATA, "usage": {"input": -1}}}, "invalid_usage"),
    ],
)
def test_what_is_no_event_is_refused(changes: dict[str, Any], code: str) -> None:
    found = read(**changes)
    assert isinstance(found, Rejection)
    assert found.code == code


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/x+json"])
def test_data_may_be_any_json(kind: str) -> None:
    assert event(datacontenttype=kind)
