"""Figures for whoever runs the server."""

from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from tests.chaos.senders import open_account
from tests.http_client import an_event, application, bearer, found, post, problem_of
from tests.integration.database import PostgresServer, temporary_database
from tests.integration.server import served

TOKEN = "an-operators-own-token"
OUTCOMES = ("accepted", "duplicate", "conflict", "rejected")

Samples = dict[tuple[str, str], float]


def samples_of(text: str) -> Samples:
    """By name and the value of the first label, "" where there is none."""
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def measured(postgres: PostgresServer, migrated_template: str) -> Iterator[Flask]:
    with (
        temporary_database(postgres, migrated_template) as url,
        application(url, metrics_token=TOKEN) as app,
    ):
        yield app


def metrics_of(app: Flask) -> Samples:
    answer = app.test_client().get("/metrics", headers=bearer(TOKEN))
    assert answer.status_code == 200, answer.text
    return samples_of(answer.text)


def test_received_events_are_all_accounted_for(measured: Flask) -> None:
    team, first = found(measured), an_event()
    post(measured, {"events": [first, an_event(), an_event()]}, team.key)
    post(measured, {"events": [first, {**first, "model": "another"}, {}, 7]}, team.key)
    shown = metrics_of(measured)
    assert [shown["truecompute_events_total", each] for each in OUTCOMES] == [3, 1, 1, 2]
    assert shown["truecompute_events_received_total", ""] == 7


def test_the_steps_the_requests_and_the_database_are_measured(measured: Flask) -> None:
    team = found(measured)
    post(measured, an_event(), team.key)
    shown = metrics_of(measured)
    for step in ("decode", "price", "write", "commit"):
        assert shown["truecompute_ingest_step_seconds_count", step] == 1
        assert shown["truecompute_ingest_step_seconds_sum", step] > 0
    assert shown["truecompute_http_request_seconds_count", "POST"] >= 1
    assert shown["truecompute_database_up", ""] == 1
    # The one with which the metrics were asked for has been given back.
    assert shown["truecompute_database_connections_in_use", ""] == 0
    assert shown["truecompute_rollup_waiting_calls", ""] == 1
    assert 0 <= shown["truecompute_rollup_lag_seconds", ""] < 60


def test_a_made_up_method_makes_no_figure_of_its_own(measured: Flask) -> None:
    measured.test_client().open("/api/health", method="BREW")
    shown = metrics_of(measured)
    assert ("truecompute_http_request_seconds_count", "BREW") not in shown
    assert shown["truecompute_http_request_seconds_count", "other"] == 1


@pytest.mark.parametrize("header", [None, "Bearer wrong", f"Basic {TOKEN}", "Bearer \u00e9"])
def test_without_the_token_nobody_sees_them(measured: Flask, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = measured.test_client().get("/metrics", headers=headers)
    assert problem_of(answer, 401)["code"] == "invalid_metrics_token"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_where_no_token_is_set_there_are_none(app: Flask) -> None:
    answer = app.test_client().get("/metrics", headers=bearer(""))
    assert "METRICS_TOKEN" in problem_of(answer, 404)["detail"]


def test_when_the_database_is_away_the_rest_is_still_told() -> None:
    with application("postgresql://nobody@127.0.0.1:1/nothing", metrics_token=TOKEN) as app:
        shown = metrics_of(app)
    assert shown["truecompute_database_up", ""] == 0
    assert ("truecompute_rollup_lag_seconds", "") not in shown


def test_the_processes_of_a_server_are_added_up(
    postgres: PostgresServer, migrated_template: str, tmp_path: Path
) -> None:
    with (
        temporary_database(postgres, migrated_template) as url,
        served(url, tmp_path / "log", WEB_CONCURRENCY="3", METRICS_TOKEN=TOKEN) as address,
    ):
        key, _ = open_account(int(address.rpartition(":")[2]))
        for _ in range(20):
            sent = Request(  # noqa: S310 - our own server
                f"{address}/api/v1/events",
                data=b'{"events": [{}]}',
                headers=bearer(key) | {"Content-Type": "application/json"},
            )
            with urlopen(sent) as answer:  # noqa: S310
                assert answer.status == 200
        asked = Request(f"{address}/metrics", headers=bearer(TOKEN))  # noqa: S310
        # Each of the three tells the same, whichever answers.
        for _ in range(10):
            with urlopen(asked) as answer:  # noqa: S310
                shown = samples_of(answer.read().decode())
            assert shown["truecompute_events_total", "rejected"] == 20
            assert shown["truecompute_events_received_total", ""] == 20
