"""Cost over time by a dimension, and what changed, as programs are told."""

import csv
import io
from decimal import Decimal
from itertools import groupby
from typing import Any

import pytest

from tests.http_client import USAGE, Team, ago, an_event, problem_of

GROUPS = ["provider", "model", "project", "environment", "user", "api_key", "operation", "tag.team"]

BOTH_SIDES = "before_cost_usd before_calls before_tokens after_cost_usd after_calls after_tokens"


def rows_of(team: Team, **query: object) -> list[dict[str, str]]:
    answer = team.owner.client.get(USAGE, query_string={"format": "csv", **query})
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def known(rows: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(row["cost_usd"] or 0) for row in rows), Decimal(0))


@pytest.mark.parametrize("by", GROUPS)
def test_the_groups_of_a_bucket_sum_up_to_the_overviews(
    busy: Team, span: dict[str, str], by: str
) -> None:
    series = busy.usage(view="series", group_by=by, **span)
    whole = busy.usage(**span)
    assert (series["group_by"], series["interval"]) == (by, whole["interval"])
    assert (series["from"], series["to"]) == (whole["from"], whole["to"])
    buckets = {
        start: list(rows) for start, rows in groupby(series["data"], key=lambda row: row["start"])
    }
    assert list(buckets) == [point["start"] for point in whole["series"]]
    for point in whole["series"]:
        rows = buckets[point["start"]]
        assert known(rows) == Decimal(point["cost_usd"] or 0)
        for name in ("calls", "errors", "tokens"):
            assert sum(row[name] for row in rows) == point[name]


def test_a_models_row_names_its_provider_and_a_further_filter_holds(team: Team) -> None:
    team.send(an_event(user="ada"), an_event(user="bob", model="claude-haiku-4-5"))
    (row,) = [row for row in team.usage(view="series", group_by="model", user="ada")["data"]
              if row["calls"]]  # fmt: skip
    assert (row["provider"], row["group"]) == ("anthropic", "claude-sonnet-4-5")
    assert row["overflow"] is False
    assert "provider" not in team.usage(view="series")["data"][0]


def test_beyond_the_six_costliest_values_the_others_share_a_row(team: Team) -> None:
    usage = {"input": 1}
    team.send(*(an_event(project=f"p{n}", usage=usage) for n in range(9)))
    rows = [row for row in team.usage(view="series", group_by="project")["data"] if row["calls"]]
    assert len(rows) == 7
    assert [row["calls"] for row in rows if row["overflow"]] == [3]
    assert [row["group"] for row in rows if row["overflow"]] == [None]


def test_a_series_as_a_file_has_the_same_rows_and_no_formulas(team: Team) -> None:
    team.send(an_event(project="=1+1"), an_event(project="-2+3"), an_event())
    query = {"view": "series", "group_by": "project"}
    rows, data = rows_of(team, **query), team.usage(**query)["data"]
    assert [row["cost_usd"] for row in rows] == [row["cost_usd"] for row in data]
    assert {row["group"] for row in rows} == {"", "'=1+1", "'-2+3"}


def test_what_changed_is_said_by_model_with_both_sides_and_the_effects(team: Team) -> None:
    """Three million tokens at $1 where it was one: $2 more, all of it volume."""
    before, now = ago(days=9), ago(days=2)
    team.send(
        an_event(timestamp=before, usage={"input": 1_000_000}, model="claude-haiku-4-5"),
        an_event(timestamp=now, usage={"input": 3_000_000}, model="claude-haiku-4-5"),
    )
    query = {"view": "changes", "from": ago(days=7)}
    report = team.usage(**query)
    assert report["previous"]["to"] == report["from"]
    assert report["change"] == {
        "difference_usd": "2", "volume_usd": "2", "price_usd": "0", "mix_usd": "0",
    }  # fmt: skip
    assert report["data"] == [
        {
            "provider": "anthropic",
            "model": "claude-haiku-4-5",
            "difference_usd": "2",
            "cause": "volume",
            "before": {"cost_usd": "1", "calls": 1, "tokens": 1_000_000},
            "after": {"cost_usd": "3", "calls": 1, "tokens": 3_000_000},
        }
    ]
    (row,) = rows_of(team, **query)
    assert (row["before_cost_usd"], row["after_cost_usd"], row["cause"]) == ("1", "3", "volume")


def test_what_fell_is_a_plain_number_and_a_models_name_no_formula(team: Team) -> None:
    team.send(
        an_event(timestamp=ago(days=9), model="=evil", provider_cost_usd="4"),
        an_event(timestamp=ago(days=2), model="=evil", provider_cost_usd="1"),
    )
    (row,) = rows_of(team, view="changes", **{"from": ago(days=7)})
    assert (row["model"], row["difference_usd"]) == ("'=evil", "-3")


@pytest.mark.parametrize(
    ("view", "columns"),
    [
        ("series", "start end group overflow cost_usd calls errors tokens"),
        ("changes", f"provider model difference_usd cause {BOTH_SIDES}"),
    ],
)
def test_without_calls_a_file_names_its_columns(team: Team, view: str, columns: str) -> None:
    answer = team.owner.client.get(USAGE, query_string={"view": view, "format": "csv"})
    assert answer.text == ",".join(columns.split()) + "\r\n"


@pytest.mark.parametrize("query", ["view=changes&group_by=user", "view=series&group_by=moon"])
def test_a_dimension_that_a_view_does_not_have_is_refused(team: Team, query: str) -> None:
    problem = problem_of(team.owner.client.get(f"{USAGE}?{query}"), 422)
    assert problem["errors"][0]["pointer"] == "/group_by"
