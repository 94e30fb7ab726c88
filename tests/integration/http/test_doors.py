"""Doors for what people already run: each call counted once, with its own arithmetic."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.http_client import Team, ago, bearer, body_of, gzipped, problem_of

LITELLM, CLOUDEVENTS = "/api/v1/ingest/litellm", "/api/v1/ingest/cloudevents"
STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}


def a_log(number: int = 1, **changes: Any) -> dict[str, Any]:
    began = time.time() - 60
    return {
        "id": f"chatcmpl-{number}", "call_type": "acompletion", "status": "success",
        "custom_llm_provider": "openai", "model": "gpt-4o", "startTime": began,
        "endTime": began + 1, "metadata": {"usage_object": USAGE}, "messages": "x" * 1000,
    } | changes  # fmt: skip


def a_cloud_event(number: int = 1) -> dict[str, Any]:
    data = {"provider": "openai", "model": "gpt-4o", "provider_usage": USAGE}
    return {
        "specversion": "1.0", "type": "ai.call", "source": "shop", "id": str(number),
        "time": ago(minutes=1), "data": data,
    }  # fmt: skip


def send(
    team: Team, path: str, body: bytes, content_type: str = "application/json", **headers: str
) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return team.app.test_client().post(
        path, data=body, content_type=content_type, headers=named | bearer(team.key)
    )


def fates(answer: TestResponse) -> tuple[int, int, int]:
    assert answer.status_code == 200, answer.text
    told = body_of(answer)
    return told["accepted"], told["duplicates"], told["rejected"]


def test_litellms_three_formats_are_the_same_calls(team: Team) -> None:
    logs = [a_log(number) for number in (1, 2)]
    lines = b"\n".join(json.dumps(log).encode() for log in logs)
    assert fates(send(team, LITELLM, json.dumps(logs).encode())) == (2, 0, 0)
    assert fates(send(team, LITELLM, lines)) == (0, 2, 0)
    assert fates(send(team, LITELLM, json.dumps(logs[0], indent=1).encode())) == (0, 1, 0)
    assert fates(send(team, LITELLM, gzipped(logs), Content_Encoding="gzip")) == (0, 2, 0)
    # 1,000 x $2.50 + 100 x $10 per million, twice
    assert team.usage()["totals"]["cost_usd"] == "0.007"


def test_one_bad_log_never_sinks_the_others(team: Team) -> None:
    logs = [a_log(1), {"id": "odd"}, 7, None, a_log(2, metadata={"usage_object": {"x": -1}})]
    answer = body_of(send(team, LITELLM, json.dumps(logs).encode()))
    assert (answer["accepted"], answer["rejected"]) == (2, 3)
    assert [each["index"] for each in answer["results"]] == [1, 2, 3]


def test_a_log_of_a_megabyte_of_prompts_is_taken_and_none_of_it_kept(team: Team) -> None:
    log = a_log(1, messages=[{"role": "user", "content": "SECRET " * 200_000}])
    assert fates(send(team, LITELLM, json.dumps([log]).encode())) == (1, 0, 0)
    (call,) = team.usage(view="queries")["data"]
    assert "SECRET" not in team.owner.client.get(f"/api/v1/events/{call['id']}").text


def test_a_single_bad_log_is_refused(team: Team) -> None:
    problem = problem_of(send(team, LITELLM, b'{"id": "odd"}'), 422)
    assert problem["errors"][0]["pointer"] == "/startTime"


@pytest.mark.parametrize("body", [b"", b"7", b'"text"', b"[", b"[1,", b"\xff", b"{", b"[" * 9999])
@pytest.mark.parametrize("path", [LITELLM, CLOUDEVENTS])
def test_what_is_no_body_is_a_clear_refusal(team: Team, path: str, body: bytes) -> None:
    content_type = BATCH if path == CLOUDEVENTS else "application/json"
    assert send(team, path, body, content_type).status_code in (400, 422)


def test_more_than_a_thousand_documents_are_too_many(team: Team) -> None:
    for path, content_type in ((LITELLM, "application/json"), (CLOUDEVENTS, BATCH)):
        problem_of(send(team, path, b"[" + b"0," * 1000 + b"0]", content_type), 413)


def test_cloud_events_come_structured_in_batches_and_binary(team: Team) -> None:
    one, two = a_cloud_event(1), a_cloud_event(2)
    assert fates(send(team, CLOUDEVENTS, json.dumps(one).encode(), STRUCTURED)) == (1, 0, 0)
    assert fates(send(team, CLOUDEVENTS, json.dumps([one, two]).encode(), BATCH)) == (1, 1, 0)
    attributes = {f"ce_{name}": str(one[name]) for name in one if name != "data"}
    binary = send(team, CLOUDEVENTS, json.dumps(one["data"]).encode(), **attributes)
    assert fates(binary) == (0, 1, 0)
    assert team.event("shop/1")["cost_usd"] == "0.0035"


def test_another_content_type_is_not_guessed_at(team: Team) -> None:
    problem = problem_of(send(team, CLOUDEVENTS, json.dumps(a_cloud_event()).encode()), 415)
    assert STRUCTURED in problem["detail"]


@pytest.mark.parametrize("path", [LITELLM, CLOUDEVENTS])
def test_only_a_key_that_may_ingest_comes_in(app: Flask, team: Team, path: str) -> None:
    _, reader = team.new_key("read")
    for headers, status in (({}, 401), (bearer(reader), 403)):
        assert app.test_client().post(path, data=b"[]", headers=headers).status_code == status


def test_a_call_that_comes_through_two_doors_is_counted_once_and_shows_both(team: Team) -> None:
    log = a_log(77)
    began = datetime.fromtimestamp(log["startTime"], UTC)
    sent = {
        "id": "from-the-sdk", "timestamp": began.isoformat(), "provider": "openai",
        "model": "gpt-4o", "provider_usage": USAGE, "provider_request_id": "chatcmpl-77",
    }  # fmt: skip
    assert team.send(sent)["accepted"] == 1
    answer = send(team, LITELLM, json.dumps([log, a_log(78)]).encode())
    assert fates(answer) == (1, 1, 0)
    (told,) = body_of(answer)["results"]
    assert (told["status"], told["code"]) == ("duplicate", "same_call")
    assert team.usage(view="overview")["totals"]["calls"] == 2
    kept = team.event("from-the-sdk")
    assert kept["also_reported_as"] == [told["id"]]
    assert team.event(told["id"]) == kept
    page = team.owner.client.get("/dashboard/queries/from-the-sdk").text
    assert "Also reported as" in page
    assert told["id"] in page
