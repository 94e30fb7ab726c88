"""Senders over their limit are told to wait, at every door, and nothing of theirs is stored."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from adapters.shared_rate_limits import SharedRateLimits
from tests.http_client import (
    EVENTS,
    Team,
    ago,
    an_event,
    application,
    bearer,
    found,
    post,
    problem_of,
)

LIMIT = 10


@pytest.fixture(scope="module")
def limited(file_database_url: str) -> Iterator[Flask]:
    """Its limits see time stand still, so that a slow machine pays for nothing meanwhile."""
    limits = SharedRateLimits(lambda: 0.0)
    with application(
        file_database_url, limits, limit_per_key=LIMIT, limit_per_organization=3 * LIMIT
    ) as app:
        yield app


def native(app: Flask, key: str) -> TestResponse:
    return post(app, an_event(), key)


def litellm(app: Flask, key: str) -> TestResponse:
    call = {"id": "call", "model": "gpt-4o", "custom_llm_provider": "openai"}
    return app.test_client().post("/api/v1/ingest/litellm", json=[call], headers=bearer(key))


def cloudevents(app: Flask, key: str) -> TestResponse:
    event: dict[str, Any] = {
        "specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": an_event(),
    }  # fmt: skip
    headers = bearer(key) | {"Content-Type": "application/cloudevents+json"}
    return app.test_client().post("/api/v1/ingest/cloudevents", json=event, headers=headers)


def otlp(app: Flask, key: str) -> TestResponse:
    return app.test_client().post("/v1/traces", json={"resourceSpans": []}, headers=bearer(key))


def use_up(team: Team) -> None:
    """Four seconds' worth, which goes through: a second's worth of debt at most is asked for."""
    assert team.send(*(an_event() for _ in range(4 * LIMIT)))["accepted"] == 4 * LIMIT


@pytest.mark.parametrize("door", [native, litellm, cloudevents, otlp])
def test_every_door_tells_a_key_over_its_limit_to_wait(
    limited: Flask, door: Callable[[Flask, str], TestResponse]
) -> None:
    team = found(limited)
    use_up(team)
    refused = door(limited, team.key)
    assert problem_of(refused, 429)["code"] == "rate_limited"
    assert refused.headers["Retry-After"] == "3"
    assert team.usage(view="overview", **{"from": ago(hours=1)})["totals"]["calls"] == 4 * LIMIT


def test_an_organization_over_its_limit_waits_with_every_key_and_others_do_not(
    limited: Flask,
) -> None:
    team, other = found(limited), found(limited)
    for _ in range(4):
        assert post(limited, {"events": [an_event() for _ in range(15)]}, team.new_key("ingest")[1])
    _, fresh = team.new_key("ingest")
    answer = limited.test_client().post(EVENTS, json=an_event(), headers=bearer(fresh))
    assert problem_of(answer, 429)["code"] == "rate_limited"
    assert other.send(an_event())["accepted"] == 1
