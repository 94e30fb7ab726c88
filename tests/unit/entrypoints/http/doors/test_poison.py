"""Whatever stands at any place of a document: an event, or a clear refusal, and never a fault."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest

from application.ingestion.ingest_events import Rejection
from domain.errors import Invalid
from domain.event import ReportedEvent
from domain.recording import record
from entrypoints.http.doors.cloudevents import read_cloud_event
from entrypoints.http.doors.litellm import read_call
from entrypoints.http.doors.otlp import spans_of_json
from entrypoints.http.doors.spans import calls_of
from entrypoints.http.event_messages import read_each
from tests.unit.entrypoints.http.doors.test_cloudevents import CLOUD
from tests.unit.entrypoints.http.doors.test_litellm import LOG
from tests.unit.entrypoints.http.doors.test_spans import CHAT
from tests.unit.regressions.calls import TABLE

Steps = tuple[str | int, ...]
NOW = datetime(2026, 11, 22, tzinfo=UTC)
TRACE: dict[str, Any] = {
    "resourceSpans": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "s"}}]},
            "scopeSpans": [
                {
                    "scope": {"name": "n", "version": "1"},
                    "spans": [
                        {
                            "traceId": "0af7651916cd43dd8448eb211c80319c",
                            "spanId": "00f067aa0ba902b7",
                            "parentSpanId": "",
                            "startTimeUnixNano": "1795262400000000000",
                            "endTimeUnixNano": "1795262401000000000",
                            "status": {"code": 1},
                            "attributes": [
                                {"key": name, "value": {"stringValue": str(value)}}
                                for name, value in CHAT.items()
                            ],
                        }
                    ],
                }
            ],
        }
    ]
}
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 1.5, 1e300, -1e300, 2**80, "", "x", "\0", "é" * 300, "NaN", "9" * 400,
     [], {}, [None], [[1]], {"a": None}, {"usage_object": {}}, "2026-11-20T12:00:00Z"],
)  # fmt: skip


def places(document: Any, at: Steps = ()) -> Iterator[Steps]:
    """Where something stands in a document."""
    inner = document.items() if isinstance(document, dict) else enumerate(document)
    for step, value in inner:
        yield (*at, step)
        if isinstance(value, dict | list):
            yield from places(value, (*at, step))


def with_odd(document: dict[str, Any], at: Steps, odd: object) -> bytes:
    """The document with something else at that place."""
    changed: Any = deepcopy(document)
    place = changed
    for step in at[:-1]:
        place = place[step]
    place[at[-1]] = odd
    return json.dumps(changed).encode()


def use(found: list[ReportedEvent | Rejection]) -> None:
    """What the use case does with each."""
    for each in found:
        if isinstance(each, Rejection):
            assert each.fault.detail
            continue
        with suppress(Invalid):
            each.check(NOW)
            record(each, organization_id="o", api_key_id="k", received_at=NOW, prices=TABLE)


def read_trace(body: bytes) -> list[ReportedEvent | Rejection]:
    try:
        return calls_of(spans_of_json(body))
    except BadRequest:
        return []


DOORS: list[tuple[dict[str, Any], Callable[[bytes], list[ReportedEvent | Rejection]]]] = [
    (LOG, lambda body: read_each([body], read_call)),
    (CLOUD, lambda body: read_each([body], read_cloud_event)),
    (TRACE, read_trace),
]


@given(st.data())
def test_anything_at_any_place_is_an_event_or_a_clear_refusal(data: st.DataObject) -> None:
    document, read = data.draw(st.sampled_from(DOORS))
    at = data.draw(st.sampled_from(list(places(document))))
    use(read(with_odd(document, at, data.draw(ODD))))


def test_without_anything_odd_all_are_events() -> None:
    for document, read in DOORS:
        (found,) = read(json.dumps(document).encode())
        assert isinstance(found, ReportedEvent)
