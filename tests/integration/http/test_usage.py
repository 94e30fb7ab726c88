"""Reports: that every way to cut the same calls gives the same sum, and what is asked is meant."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.http_client import (
    USAGE,
    Team,
    ago,
    an_event,
    bearer,
    body_of,
    problem_of,
)
from tests.integration.http.many_calls import calls, sent_costs, total_of

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
]
DIMENSIONS = ["project", "environment", "user", "operation", "tag.feature", "api_key"]


def test_the_total_is_the_sum_of_what_was_sent(busy: Team, span: dict[str, str]) -> None:
    totals = busy.usage(**span)["totals"]
    sent = list(calls())
    assert Decimal(totals["cost_usd"]) == sent_costs()
    assert totals["calls"] == 300
    assert totals["errors"] == sum(call["status"] == "error" for call in sent)
    assert totals["tokens"]["input"] == sum(call["usage"]["input"] for call in sent)
    assert totals["tokens"]["total"] == sum(sum(call["usage"].values()) for call in sent)
    known = sum(call["provider_cost_usd"] is not None for call in sent)
    assert totals["coverage"]["priced"] == known
    assert totals["coverage"]["unpriced"] == 300 - known
    assert Decimal(totals["cost_per_call_usd"]) == round(sent_costs() / known, 18)


@pytest.mark.parametrize("interval", ["hour", "day", "week", "month", None])
@pytest.mark.parametrize("tz", ZONES)
def test_the_pieces_sum_up_to_the_total_to_the_last_digit(
    busy: Team, span: dict[str, str], tz: str, interval: str | None
) -> None:
    query = span | {"tz": tz} | ({"interval": interval} if interval else {})
    report = busy.usage(**query)
    series = report["series"]
    assert total_of([piece["cost_usd"] for piece in series]) == sent_costs()
    assert Decimal(report["totals"]["cost_usd"]) == sent_costs()
    for measure in ("calls", "errors"):
        assert sum(piece[measure] for piece in series) == report["totals"][measure]
    assert sum(piece["tokens"] for piece in series) == report["totals"]["tokens"]["total"]
    assert all(one["end"] == other["start"] for one, other in pairwise(series))
    assert (series[0]["start"], series[-1]["end"]) == (report["from"], report["to"])


@pytest.mark.parametrize("tz", ZONES)
def test_a_piece_begins_at_local_midnight(busy: Team, span: dict[str, str], tz: str) -> None:
    series = busy.usage(**span, tz=tz, interval="day")["series"]
    starts = [datetime.fromisoformat(piece["start"]) for piece in series[1:]]
    assert {start.astimezone(ZoneInfo(tz)).strftime("%H:%M:%S") for start in starts} == {"00:00:00"}


def test_each_day_asked_for_alone_gives_its_piece(busy: Team, span: dict[str, str]) -> None:
    zone = "Asia/Kathmandu"
    for piece in busy.usage(**span, tz=zone, interval="day")["series"][::5]:
        alone = busy.usage(**{"from": piece["start"], "to": piece["end"]}, tz=zone)["totals"]
        assert alone["calls"] == piece["calls"]
        assert total_of([alone["cost_usd"]]) == total_of([piece["cost_usd"]])


def test_a_range_holds_its_beginning_and_not_its_end(team: Team) -> None:
    first, second = ago(hours=5)[:19] + ".000Z", ago(hours=4)[:19] + ".000Z"
    team.send(an_event(timestamp=first), an_event(timestamp=second))
    assert team.usage(**{"from": first, "to": second})["totals"]["calls"] == 1
    after = first.replace(".000Z", ".001Z")
    assert team.usage(**{"from": after, "to": second})["totals"]["calls"] == 0
    assert team.usage(**{"from": second})["totals"]["calls"] == 1


def test_an_answer_says_what_it_is_about(busy: Team) -> None:
    zone = "Pacific/Chatham"
    report = busy.usage(tz=zone)
    assert (report["view"], report["timezone"]) == ("overview", zone)
    start = datetime.fromisoformat(report["from"]).astimezone(ZoneInfo(zone))
    end = datetime.fromisoformat(report["to"])
    assert (start.hour, start.minute, start.second) == (0, 0, 0)
    assert (end.astimezone(ZoneInfo(zone)).date() - start.date()).days == 29
    assert datetime.now(end.tzinfo) - end < timedelta(minutes=1)
    for view in ("providers", "models", "queries"):
        answer = busy.usage(view=view, tz=zone)
        assert (answer["view"], answer["timezone"]) == (view, zone)
        assert answer["from"] == report["from"]


def test_the_time_before_is_as_long(team: Team) -> None:
    for hours in (1, 2, 30):
        team.send(an_event(timestamp=ago(hours=hours)))
    report = team.usage(**{"from": ago(hours=24), "to": ago(minutes=1)})
    assert (report["totals"]["calls"], report["previous"]["calls"]) == (2, 1)


def test_without_calls_the_cost_is_nothing_and_the_shares_are_unknown(team: Team) -> None:
    totals = team.usage()["totals"]
    assert totals["cost_usd"] == totals["cache_savings_usd"] == "0"
    assert totals["error_rate"] is None
    assert totals["cost_per_call_usd"] is None
    assert totals["latency_ms"] == {"mean": None, "p50": None, "p95": None, "p99": None}
    assert totals["coverage"]["priced_share"] is None
    for view in ("providers", "models", "queries"):
        assert team.usage(view=view)["data"] == []


def test_percentiles_are_within_two_per_cent(team: Team) -> None:
    team.send(*[an_event(latency_ms=number) for number in range(1, 101)], an_event())
    found = team.usage()["totals"]["latency_ms"]
    assert found.pop("mean") == 50.5
    assert found == pytest.approx({"p50": 50, "p95": 95, "p99": 99}, rel=0.02)


@pytest.mark.parametrize("view", ["providers", "models"])
def test_rows_sum_up_to_the_total_costliest_first(
    busy: Team, span: dict[str, str], view: str
) -> None:
    rows = busy.usage(**span, view=view)["data"]
    costs = [Decimal(row["cost_usd"]) for row in rows]
    assert sum(costs) == sent_costs()
    assert costs == sorted(costs, reverse=True)
    assert sum(row["calls"] for row in rows) == 300
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    named = {"provider", "model"} if view == "models" else {"provider"}
    assert all(named <= row.keys() for row in rows)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_groups_sum_up_to_the_total_and_nothing_is_left_out(
    busy: Team, span: dict[str, str], dimension: str
) -> None:
    report = busy.usage(**span, group_by=dimension)
    rows = report["data"]
    assert sum(Decimal(row["cost_usd"]) for row in rows) == sent_costs()
    assert sum(row["calls"] for row in rows) == 300
    assert len({row["group"] for row in rows}) == len(rows)
    expected = {_value(call, dimension) for call in calls()}
    assert {row["group"] for row in rows} == ({busy.key_id} if "key" in dimension else expected)


def _value(call: dict[str, Any], dimension: str) -> Any:
    if dimension.startswith("tag."):
        return call["tags"].get(dimension.removeprefix("tag."))
    return call.get(dimension)


FILTERS: dict[str, tuple[str, Callable[[dict[str, Any]], bool]]] = {
    "a provider": ("provider=openai", lambda call: call["provider"] == "openai"),
    "a synonym of a provider": ("provider=Gemini", lambda call: call["provider"] == "google"),
    "two providers": (
        "provider=openai&provider=google",
        lambda call: call["provider"] in ("openai", "google"),
    ),
    "a model": ("model=m-1", lambda call: call["model"] == "m-1"),
    "a project": ("project=checkout", lambda call: call["project"] == "checkout"),
    "the empty project": ("project=", lambda call: call["project"] == ""),
    "an environment": ("environment=staging", lambda call: call["environment"] == "staging"),
    "a user": ("user=u-1", lambda call: call["user"] == "u-1"),
    "an operation": ("operation=chat", lambda call: call["operation"] == "chat"),
    "a status": ("status=error", lambda call: call["status"] == "error"),
    "both statuses": ("status=error&status=success", lambda _: True),
    "a tag": ("tag.feature=a", lambda call: call["tags"].get("feature") == "a"),
    "two values of a tag": ("tag.feature=a&tag.feature=b", lambda call: bool(call["tags"])),
    "two tags": ("tag.feature=b&tag.tier=x", lambda call: "tier" in call["tags"]),
    "two dimensions": (
        "provider=openai&model=m-2",
        lambda call: (call["provider"], call["model"]) == ("openai", "m-2"),
    ),
    "what nobody sent": ("project=nothing", lambda _: False),
    "an unknown key": ("api_key=0192f3c1-7d3e-7000-8000-00000000abcd", lambda _: False),
    "what is no id of a key": ("api_key=x", lambda _: False),
    "a quote": ("project=%27%20OR%201=1", lambda _: False),
}


@pytest.mark.parametrize(("query", "matches"), FILTERS.values(), ids=FILTERS.keys())
def test_a_filter_leaves_what_matches(
    busy: Team, span: dict[str, str], query: str, matches: Callable[[dict[str, Any]], bool]
) -> None:
    expected = {call["id"] for call in calls() if matches(call)}
    path = f"{USAGE}?{query}&from={span['from']}&to={span['to']}"
    overview = busy.owner.client.get(path)
    assert overview.status_code == 200, overview.text
    assert body_of(overview)["totals"]["calls"] == len(expected)
    listed = body_of(busy.owner.client.get(f"{path}&view=queries&limit=500"))["data"]
    assert {each["id"] for each in listed} == expected
    rows = body_of(busy.owner.client.get(f"{path}&view=models"))["data"]
    assert sum(row["calls"] for row in rows) == len(expected)


def test_a_filter_by_key_tells_keys_apart(team: Team) -> None:
    key_id, secret = team.new_key("ingest")
    client = team.app.test_client()
    assert client.post("/api/v1/events", json=an_event(), headers=bearer(secret)).status_code == 200
    team.send(an_event(), an_event())
    assert team.usage(api_key=key_id)["totals"]["calls"] == 1
    assert team.usage(api_key=team.key_id)["totals"]["calls"] == 2


def test_a_key_that_reads_sees_what_its_owner_sees(busy: Team, span: dict[str, str]) -> None:
    _, secret = busy.new_key("read")
    answer = busy.app.test_client().get(USAGE, query_string=span, headers=bearer(secret))
    assert body_of(answer) == busy.usage(**span)


BAD_QUERIES = {
    "view=everything": "/view",
    "view=": "/view",
    "from=yesterday": "/from",
    "from=2026-11-23": "/from",
    "from=2026-11-23T00:00:00": "/from",
    "from=infinity": "/from",
    "from=0001-01-01T00:00:00Z": "/from",
    "from=9999-12-31T23:59:59Z": "/from",
    "to=1763884800": "/to",
    "to=2026-11-23T24:00:00Z": "/to",
    "from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z": "/from",
    "from=2026-11-01T00:00:00Z&to=2026-11-01T00:00:00Z": "/from",
    "tz=Nowhere/Land": "/tz",
    "tz=": "/tz",
    "tz=../etc/passwd": "/tz",
    "tz=%2Fetc%2Fpasswd": "/tz",
    "tz=localtime": "/tz",
    "tz=right/UTC": "/tz",
    "tz=UTC%2B1": "/tz",
    "interval=year": "/interval",
    "interval=hour&from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z": "/interval",
    "sort=random&view=queries": "/sort",
    "sort=cost%3B+DROP+TABLE&view=queries": "/sort",
    "limit=0&view=queries": "/limit",
    "limit=501&view=queries": "/limit",
    "limit=-1&view=queries": "/limit",
    "limit=1.5&view=queries": "/limit",
    "limit=ten&view=queries": "/limit",
    "format=xml": "/format",
    "group_by=provider": "/group_by",
    "group_by=": "/group_by",
    "group_by=tag.": "/group_by",
    "group_by=tag": "/group_by",
    "group_by=project&view=models": "/group_by",
    "group_by=project%27": "/group_by",
    "status=ok": "/status/0",
    "status=error&status=ok": "/status/1",
    "no_such_filter=1": "/no_such_filter",
    "tags=x": "/tags",
    "tag.=x": "/tag.",
    "project=" + "x" * 257: "/project/0",
    "&".join(f"project=p{number}" for number in range(101)): "/project",
}


@pytest.mark.parametrize(("query", "pointer"), BAD_QUERIES.items(), ids=lambda text: str(text)[:60])
def test_a_question_that_makes_no_sense_is_refused_where_it_makes_none(
    busy: Team, query: str, pointer: str
) -> None:
    problem = problem_of(busy.owner.client.get(f"{USAGE}?{query}"), 422)
    assert pointer in [fault["pointer"] for fault in problem["errors"]], problem
