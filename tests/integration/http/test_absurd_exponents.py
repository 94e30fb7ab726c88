"""Decimals whose exponent no number can have: refused where they stand, whatever the door."""

import json
import time
from typing import Any

import pytest
from flask import Flask

from tests.http_client import (
    Team,
    an_event,
    body_of,
    new_email,
    post_bytes,
    post_lines,
    problem_of,
)
from tests.integration.http.test_doors import (
    BATCH,
    CLOUDEVENTS,
    LITELLM,
    STRUCTURED,
    a_cloud_event,
    a_log,
)
from tests.integration.http.test_doors import send as send_to_a_door
from tests.integration.http.test_traces import CHAT, SPAN_ID, TRACES, a_request

ABSURD = ("1e9999999999999999999", "-1.5E9999999999999999999", "1e-9999999999999999999")
#: ``Decimal`` holds it, and to write it out would take longer than anybody waits.
HUGE = "1e999999999999999999"
PLACES = {
    "the free part of a usage": {"provider_usage": {"prompt_tokens": 1, "x": [{"y": "@@"}]}},
    "a count": {"provider_usage": {"prompt_tokens": "@@"}},
    "a cost inside the usage": {"provider": "openrouter", "provider_usage": {"cost": "@@"}},
    "a cost beside it": {"provider_cost_usd": "@@"},
    "a token class": {"usage": {"input": "@@"}},
    "a unit": {"usage": {"compute_seconds": "@@"}},
    "a duration": {"latency_ms": "@@"},
}


def with_number(document: object, number: str) -> bytes:
    text = json.dumps(document)
    assert '"@@"' in text
    return text.replace('"@@"', number).encode()


@pytest.mark.parametrize("number", ABSURD)
@pytest.mark.parametrize("changes", PLACES.values(), ids=PLACES.keys())
def test_an_event_with_one_is_refused_alone(
    file_team: Team, changes: dict[str, Any], number: str
) -> None:
    good, bad = json.dumps(an_event()).encode(), with_number(an_event(**changes), number)
    problem_of(post_bytes(file_team.app, bad, file_team.key), 422)
    batch = post_bytes(file_team.app, b'{"events": [%b, %b]}' % (bad, good), file_team.key)
    told = body_of(batch)
    assert (batch.status_code, told["accepted"], told["rejected"]) == (200, 1, 1)
    assert told["results"][0]["index"] == 0


def test_a_line_with_one_never_sinks_the_other_lines(team: Team) -> None:
    bad = with_number(an_event(provider_usage={"x": "@@"}), ABSURD[0])
    told = body_of(post_lines(team.app, [bad, json.dumps(an_event()).encode()], team.key))
    assert (told["accepted"], told["rejected"]) == (1, 1)
    assert told["results"][0]["pointer"].startswith("/provider_usage")


def test_a_huge_number_in_the_free_part_comes_back_as_it_was_sent(team: Team) -> None:
    event = an_event(provider_usage={"prompt_tokens": 5, "completion_tokens": 1, "x": "@@"})
    assert post_bytes(team.app, with_number(event, HUGE), team.key).status_code == 200
    shown = team.owner.client.get(f"/api/v1/events/{event['id']}")
    assert shown.status_code == 200
    assert "1E+999999999999999999" in shown.text


@pytest.mark.parametrize("number", [*ABSURD, HUGE, "1e999990"])
def test_a_log_of_litellm_with_one_is_refused_alone_and_at_once(team: Team, number: str) -> None:
    for place in ({"startTime": "@@"}, {"metadata": {"usage_object": {"prompt_tokens": "@@"}}}):
        body = with_number([a_log(1, **place), a_log(2)], number)
        began = time.monotonic()
        told = body_of(send_to_a_door(team, LITELLM, body))
        assert time.monotonic() - began < 5
        assert (told["accepted"] + told["duplicates"], told["rejected"]) == (1, 1)


def test_a_cloud_event_with_one_is_refused_alone(team: Team) -> None:
    bad, good = a_cloud_event(1), a_cloud_event(2)
    bad["data"]["provider_usage"] = {"x": "@@"}
    problem_of(send_to_a_door(team, CLOUDEVENTS, with_number(bad, ABSURD[0]), STRUCTURED), 422)
    told = body_of(send_to_a_door(team, CLOUDEVENTS, with_number([bad, good], ABSURD[0]), BATCH))
    assert (told["accepted"], told["rejected"]) == (1, 1)


@pytest.mark.parametrize("number", [*ABSURD, HUGE])
def test_a_span_with_one_is_refused_alone(team: Team, number: str) -> None:
    request = a_request()
    spans = request["resourceSpans"][0]["scopeSpans"][0]["spans"]
    odd = {"key": "gen_ai.usage.output_tokens", "value": {"doubleValue": "@@"}}
    spans.append({**spans[0], "spanId": "1" * 16, "attributes": [*spans[0]["attributes"], odd]})
    answer = send_to_a_door(team, TRACES, with_number(request, number))
    assert answer.status_code == 200, answer.text
    assert body_of(answer)["partialSuccess"]["rejectedSpans"] == "1"
    assert (
        team.event(f"{spans[0]['traceId']}/{SPAN_ID}")["usage"]["input"]
        == CHAT["gen_ai.usage.input_tokens"]
    )


@pytest.mark.parametrize("number", [*ABSURD, HUGE])
def test_a_body_with_one_is_refused_by_every_other_route(
    app: Flask, team: Team, number: str
) -> None:
    body = with_number({"email": new_email(), "password": "@@"}, number)
    log_in = app.test_client().post("/api/auth/login", data=body, content_type="application/json")
    assert log_in.status_code in (400, 422), log_in.text
    budget = {"name": "B", "limit_usd": "@@", "period": "month", "timezone": "UTC", "scope": {}}
    rates = [{"class": "input", "unit_price_usd": "@@"}]
    price = {"provider": "openai", "model": "gpt-4o", "rates": rates}
    for path, document in (("/api/v1/budgets", budget), ("/api/v1/prices/own", price)):
        answer = team.owner.client.post(
            path, data=with_number(document, number), content_type="application/json"
        )
        assert answer.status_code in (400, 422), answer.text
