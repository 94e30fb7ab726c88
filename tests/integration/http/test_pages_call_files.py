"""The files of single calls: the lines of a cost, what is around it, a model's tails."""

import re

import pytest

from tests.http_client import Team, ago, an_event, body_of
from tests.integration.http.browsing import Browser
from tests.integration.http.page_files import columns_at, files_of, linked, rows_at


@pytest.fixture
def owner(team: Team) -> Browser:
    return Browser(team.owner.client)


def test_the_lines_of_a_cost_are_the_file_of_a_call(team: Team, owner: Browser) -> None:
    team.send(an_event(id="a/../b", provider_cost_usd="0.5"))
    page = owner.open("/dashboard/queries/a%2F..%2Fb")
    as_csv, as_json = linked(page, "/api/v1/events/a%2F..%2Fb")
    rows = rows_at(owner, as_csv)
    assert [(row["counted"], row["class"], row["amount_usd"]) for row in rows] == [
        ("true", "provider_reported", "0.5"),
        ("false", "input", "0.0006"),
        ("false", "output", "0.0015"),
    ]
    assert rows[0]["list_amount_usd"] == ""
    document = body_of(owner.client.get(as_json))
    assert document["id"] == "a/../b"
    assert len(document["cost"]["computed_lines"]) == 2


def test_a_call_of_no_lines_has_no_file_of_them(team: Team, owner: Browser) -> None:
    team.send(an_event(id="none", model="no-such-model"))
    assert not files_of(owner.open("/dashboard/queries/none"))
    assert rows_at(owner, "/api/v1/events/none?format=csv") == []
    assert columns_at(owner, "/api/v1/events/none?format=csv")[:2] == ["counted", "class"]


def test_all_calls_of_a_trace_are_its_file(team: Team, owner: Browser) -> None:
    trace = {"trace_id": "=t"}
    team.send(*(an_event(id=f"n{n:02}", timestamp=ago(minutes=n), **trace) for n in range(1, 30)))
    team.send(an_event(id="other", trace_id="u"))
    page = owner.open("/dashboard/queries/n15?user=nobody")
    (link,) = [each for each in files_of(page) if "/api/v1/usage" in each]
    rows = rows_at(owner, link)
    assert [row["id"] for row in rows] == [f"n{n:02}" for n in range(1, 30)]
    assert {row["trace_id"] for row in rows} == {"'=t"}


def test_the_costliest_and_the_slowest_calls_of_a_model_begin_their_files(
    team: Team, owner: Browser
) -> None:
    team.send(
        *(
            an_event(id=f"n{n}", latency_ms=10 * n, usage={"input": 1000 - n, "output": 1})
            for n in range(1, 9)
        ),
        an_event(id="other", model="claude-haiku-4-5"),
    )
    page = owner.open("/dashboard/models/anthropic/claude-sonnet-4-5?days=7")
    files = files_of(page)
    (costliest,) = [link for link in files if "sort=cost" in link]
    (slowest,) = [link for link in files if "sort=latency" in link]
    assert [row["id"] for row in rows_at(owner, costliest)] == [f"n{n}" for n in range(1, 9)]
    assert [row["id"] for row in rows_at(owner, slowest)] == [f"n{n}" for n in range(8, 0, -1)]
    shown = re.findall(r'href="/dashboard/queries/(n\d)', page.html)
    assert shown == ["n1", "n2", "n3", "n4", "n5", "n8", "n7", "n6", "n5", "n4"]
    (tokens,) = [link for link in files if "view=models" in link]
    (row,) = rows_at(owner, tokens)
    assert (row["tokens_input"], row["tokens_output"]) == (str(8000 - 36), "8")
    prices = rows_at(owner, linked(page, "/api/v1/prices")[0])
    assert {row["provider"] for row in prices} == {"anthropic"}
    assert all(f"${row['unit_price_usd']}" in page.text for row in prices)
