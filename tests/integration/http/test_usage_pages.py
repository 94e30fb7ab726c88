"""Single calls page by page, and the cursors between the pages."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.http_client import USAGE, Team, problem_of
from tests.integration.http.many_calls import calls

SORTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "timestamp": lambda row: datetime.fromisoformat(row["timestamp"]).timestamp(),
    "cost": lambda row: Decimal(-1) if row["cost_usd"] is None else Decimal(row["cost_usd"]),
    "latency": lambda row: -1 if row["latency_ms"] is None else row["latency_ms"],
}


@pytest.mark.parametrize("limit", [7, 50, 299, 300, 500])
@pytest.mark.parametrize("sort", SORTS)
def test_pages_show_every_call_once_and_in_order(
    busy: Team, span: dict[str, str], sort: str, limit: int
) -> None:
    query = span | {"view": "queries", "sort": sort, "limit": str(limit)}
    rows: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next_cursor": ""}
    while page["next_cursor"] is not None:
        page = busy.usage(**query, **({"cursor": page["next_cursor"]} if rows else {}))
        assert len(page["data"]) <= limit
        assert page["data"], "no page is empty"
        rows += page["data"]
    assert {row["id"] for row in rows} == {call["id"] for call in calls()}
    assert len(rows) == 300
    keys = [SORTS[sort](row) for row in rows]
    assert keys == sorted(keys, reverse=True)


def test_a_page_shows_an_event_without_its_explanation(busy: Team, span: dict[str, str]) -> None:
    (row,) = busy.usage(**span, view="queries", limit=1)["data"]
    explained = busy.event(row["id"])
    assert explained.pop("cost")
    assert explained.pop("also_reported_as") == []
    assert row == explained


BAD_CURSORS = {
    "a word": "x",
    "no base64": "!!!",
    "base64 of nothing": "AA",
    "JSON of another form": "e30",
    "a list too short": "WyJ0aW1lc3RhbXAiXQ",
    "an infinite cost": "WyJjb3N0IiwiSW5maW5pdHkiLCJhIl0",
    "a cost that is none": "WyJjb3N0IiwiTmFOIiwiYSJd",
    "a very long one": "A" * 5000,
    "letters of another script": "\u0430\u0431\u0432",
    "the start of a deep list": "W1tbW1tbW1tbW1tbW1tbW1tb" * 500,
}


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("cursor", BAD_CURSORS.values(), ids=BAD_CURSORS.keys())
def test_a_made_up_cursor_is_refused(busy: Team, cursor: str, sort: str) -> None:
    query = {"view": "queries", "sort": sort, "cursor": cursor}
    problem = problem_of(busy.owner.client.get(USAGE, query_string=query), 422)
    assert problem["code"] == "invalid_cursor"
    assert problem["errors"][0]["pointer"] == "/cursor"


@pytest.mark.parametrize(("sort", "other"), [("timestamp", "cost"), ("cost", "latency")])
def test_a_cursor_of_another_order_is_refused(busy: Team, sort: str, other: str) -> None:
    cursor = busy.usage(view="queries", sort=sort, limit=1)["next_cursor"]
    query = {"view": "queries", "sort": other, "cursor": cursor}
    answer = busy.owner.client.get(USAGE, query_string=query)
    assert problem_of(answer, 422)["code"] == "invalid_cursor"
