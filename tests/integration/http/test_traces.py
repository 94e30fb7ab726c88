"""OTLP/HTTP as programs send it: by OpenTelemetry's own SDK, in protobuf, and as JSON."""

import gzip
import json
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from werkzeug.test import TestResponse

from tests.http_client import Team, application, bearer, found, problem_of
from tests.integration.server import served

TRACES, PROTOBUF = "/v1/traces", "application/x-protobuf"
CHAT: dict[str, str | int] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.response.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 100,
}
TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "00f067aa0ba902b7"


def value_of(value: str | int) -> dict[str, Any]:
    # As protobuf's JSON has it: integers of 64 bits are texts.
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}


def a_request(attributes: dict[str, str | int] | None = None, **changes: Any) -> dict[str, Any]:
    begun = time.time_ns() - 60 * 10**9
    span = {
        "traceId": TRACE_ID, "spanId": SPAN_ID, "startTimeUnixNano": str(begun),
        "endTimeUnixNano": str(begun + 10**9),
        "attributes": [
            {"key": key, "value": value_of(value)} for key, value in (attributes or CHAT).items()
        ],
    } | changes  # fmt: skip
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    scoped = {"scope": {"name": "test"}, "spans": [span]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scoped]}]}


def send(
    team: Team, body: bytes, content_type: str = "application/json", **headers: str
) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return team.app.test_client().post(
        TRACES, data=body, content_type=content_type, headers=named | bearer(team.key)
    )


def export(team: Team, document: dict[str, Any]) -> Any:
    answer = send(team, json.dumps(document).encode())
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_the_sdks_own_exporter_reaches_a_running_server(database_url: str, tmp_path: Path) -> None:
    with application(database_url) as app, served(database_url, tmp_path / "log") as url:
        team = found(app)
        exporter = OTLPSpanExporter(
            f"{url}/v1/traces", headers={"Authorization": f"Bearer {team.key}"}
        )
        provider = TracerProvider(resource=Resource.create({"service.name": "shop"}))
        provider.add_span_processor(BatchSpanProcessor(exporter))
        tracer = provider.get_tracer("shop", "1")
        agent = {**CHAT, "gen_ai.operation.name": "invoke_agent"}
        with tracer.start_as_current_span("agent", attributes=agent):
            for _ in range(3):
                with tracer.start_as_current_span("chat gpt-4o", attributes=CHAT):
                    pass
        provider.shutdown()
        totals = team.usage()["totals"]
        # 1,000 x $2.50 + 100 x $10 per million, three times; the agent's own count is not added
        assert (totals["calls"], totals["cost_usd"]) == (3, "0.0105")
        assert {call["project"] for call in team.usage(view="queries")["data"]} == {"shop"}


def test_json_has_hexadecimal_ids_and_integers_as_texts(team: Team) -> None:
    assert export(team, a_request()) == {}
    event = team.event(f"{TRACE_ID}/{SPAN_ID}")
    assert (event["cost_usd"], event["trace_id"]) == ("0.0035", TRACE_ID)
    assert event["provider_usage"]["gen_ai.usage.input_tokens"] == 1000


def test_both_encodings_are_the_same_call(team: Team) -> None:
    document = a_request()
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = "shop"
    scoped = group.scope_spans.add()
    scoped.scope.name = "test"
    stated = document["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    span = scoped.spans.add(
        trace_id=bytes.fromhex(TRACE_ID),
        span_id=bytes.fromhex(SPAN_ID),
        start_time_unix_nano=int(stated["startTimeUnixNano"]),
        end_time_unix_nano=int(stated["endTimeUnixNano"]),
    )
    for key, value in CHAT.items():
        if isinstance(value, int):
            span.attributes.add(key=key).value.int_value = value
        else:
            span.attributes.add(key=key).value.string_value = str(value)
    body = gzip.compress(request.SerializeToString())
    answer = send(team, body, PROTOBUF, Content_Encoding="gzip")
    assert (answer.status_code, answer.mimetype) == (200, PROTOBUF)
    assert ExportTraceServiceResponse.FromString(answer.data).partial_success.rejected_spans == 0
    assert export(team, document) == {}
    assert team.usage()["totals"]["calls"] == 1


def test_a_refused_span_is_told_and_the_others_are_stored(team: Team) -> None:
    document = a_request()
    spans = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    poisoned = a_request({**CHAT, "gen_ai.usage.input_tokens": -1}, spanId="00000000000000aa")
    spans += poisoned["resourceSpans"][0]["scopeSpans"][0]["spans"]
    told = export(team, document)["partialSuccess"]
    assert told["rejectedSpans"] == "1"
    assert "gen_ai.usage.input_tokens" in told["errorMessage"]
    assert team.usage()["totals"]["calls"] == 1


def test_another_span_under_a_stored_id_is_refused_and_the_first_stands(team: Team) -> None:
    export(team, a_request())
    told = export(team, a_request({**CHAT, "gen_ai.usage.input_tokens": 5}))["partialSuccess"]
    assert told["rejectedSpans"] == "1"
    assert team.usage()["totals"]["cost_usd"] == "0.0035"


def test_thousands_of_spans_are_more_than_one_transaction_and_all_stored(team: Team) -> None:
    document = a_request()
    (span,) = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    document["resourceSpans"][0]["scopeSpans"][0]["spans"] = [
        {**span, "spanId": f"{number:016x}"} for number in range(1, 1202)
    ]
    assert export(team, document) == {}
    assert team.usage()["totals"]["calls"] == 1201


@pytest.mark.parametrize(
    "body",
    [b"", b"7", b"[]", b"{", b"\xff", b'{"resourceSpans": 7}', b'{"resourceSpans": [null]}',
     b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": "soon"}]}]}]}'],
)  # fmt: skip
def test_json_that_is_no_request_is_refused(team: Team, body: bytes) -> None:
    problem_of(send(team, body), 400)


def test_who_speaks_protobuf_is_refused_in_protobuf(app: Flask, team: Team) -> None:
    for answer, status, word in (
        (send(team, b"\x07\x07", PROTOBUF), 400, b"bad_request"),
        (app.test_client().post(TRACES, data=b"", content_type=PROTOBUF), 401, b"unauthenticated"),
    ):
        assert (answer.status_code, answer.mimetype) == (status, PROTOBUF)
        assert answer.data[:1] == b"\x12"
        assert word in answer.data or b"api_key" in answer.data


def test_an_empty_request_is_well(team: Team) -> None:
    assert export(team, {}) == {}
    assert send(team, b"", PROTOBUF).status_code == 200


def test_another_content_type_is_not_guessed_at(team: Team) -> None:
    problem_of(send(team, b"{}", "text/plain"), 415)
