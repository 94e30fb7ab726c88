"""Cursors: what was written is read again, and what nobody wrote is refused."""

import base64
import json

import pytest

from application.ports.events import EventPosition
from domain.errors import Invalid
from domain.report import EventSort
from entrypoints.http.cursors import read_cursor, write_cursor


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        (EventSort.TIMESTAMP, "2026-11-23T08:00:00.123456+00:00"),
        (EventSort.COST, "0.000000000000000001"),
        (EventSort.COST, "1000000000"),
        (EventSort.COST, None),
        (EventSort.LATENCY, "0"),
        (EventSort.LATENCY, None),
    ],
)
def test_a_cursor_leads_back_to_its_position(sort: EventSort, value: str | None) -> None:
    position = EventPosition(value=value, id="an id/with = ÿ")
    assert read_cursor(write_cursor(position, sort), sort) == position


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("timestamp", None),
        ("timestamp", "2026-11-23T08:00:00"),
        ("cost", "NaN"),
        ("cost", "Infinity"),
        ("cost", "-1"),
        ("cost", "1e10"),
        ("cost", "1e-20000"),
        ("cost", "1e-999999"),
        ("latency", "0.5"),
        ("latency", "9999999999"),
        ("latency", "9" * 5000),
        ("latency", 1),
    ],
)
def test_a_value_that_the_column_cannot_hold_is_refused(sort: str, value: object) -> None:
    made_up = base64.urlsafe_b64encode(json.dumps([sort, value, "e1"]).encode()).decode()
    with pytest.raises(Invalid) as caught:
        read_cursor(made_up, EventSort(sort))
    assert caught.value.code == "invalid_cursor"


@pytest.mark.parametrize("text", ["", "?", "e30", "[" * 100_000, "ÿ"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_cursor(text, EventSort.TIMESTAMP)


def test_a_cursor_of_another_order_is_refused() -> None:
    cursor = write_cursor(EventPosition(value="1", id="e1"), EventSort.COST)
    with pytest.raises(Invalid):
        read_cursor(cursor, EventSort.LATENCY)
