"""The real boto3 client of bedrock-runtime, wrapped, against a server that speaks its frames."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import truecompute
from fakes import anthropic
from fakes.bedrock import MODEL, USAGE
from fakes.recorder import Recorder
from fakes.server import FakeProvider, json_reply

ASKED: dict[str, Any] = {
    "modelId": MODEL,
    "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
}


def _client(service: str, url: str) -> Any:
    return boto3.client(
        service,
        region_name="eu-west-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        endpoint_url=url,
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def client(provider: FakeProvider, recorder: Recorder) -> Iterator[Any]:
    made = _client("bedrock-runtime", provider.url)
    yield recorder.client.wrap(made)
    made.close()


def test_converse_is_told_with_its_usage(client: Any, recorder: Recorder) -> None:
    client.converse(**ASKED)
    event = recorder.event
    assert (event["provider"], event["model"], event["region"]) == ("bedrock", MODEL, "eu-west-1")
    assert event["provider_usage"] == USAGE
    assert event["service_tier"] == "priority"


def test_the_stream_of_converse_is_told(client: Any, recorder: Recorder) -> None:
    assert len(list(client.converse_stream(**ASKED)["stream"])) == 6
    assert recorder.event["provider_usage"] == USAGE
    assert "usage_status" not in recorder.event
    assert "time_to_first_token_ms" in recorder.event


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_stream_that_is_left_is_cut(client: Any, recorder: Recorder, is_closed: bool) -> None:
    stream = client.converse_stream(**ASKED)["stream"]
    for _ in stream:
        break
    if is_closed:
        stream.close()
    assert (recorder.event["status"], recorder.event["usage_status"]) == ("success", "missing")
    stream.close()


@pytest.mark.parametrize("name", ["converse_stream", "invoke_model_with_response_stream"])
def test_a_stream_whose_loop_was_left_counts_at_a_flush_although_it_is_held(
    client: Any, recorder: Recorder, name: str
) -> None:
    asked = ASKED if name == "converse_stream" else {"modelId": MODEL, "body": b"{}"}
    answer = getattr(client, name)(**asked)
    stream = answer["stream"] if "stream" in answer else answer["body"]
    for _ in stream:
        break
    assert recorder.event["status"] == "success"
    stream.close()
    assert len(recorder.events) == 1


def test_a_body_that_is_closed_when_it_is_half_read_is_told_once(
    client: Any, recorder: Recorder
) -> None:
    body = client.invoke_model(modelId=MODEL, body=b"{}")["body"]
    assert len(body.read(10)) == 10
    body.close()
    assert recorder.event["provider_usage"] == {"inputTokens": 1200, "outputTokens": 300}


def test_invoke_model_has_the_usage_of_the_maker_in_its_body(
    client: Any, recorder: Recorder
) -> None:
    answer = client.invoke_model(modelId=MODEL, body=b"{}")
    assert json.loads(answer["body"].read())["id"] == "msg_1"
    assert recorder.event["provider_usage"] == anthropic.USAGE


def test_a_body_that_is_read_in_pieces_is_read_too(client: Any, recorder: Recorder) -> None:
    answer = client.invoke_model(modelId=MODEL, body=b"{}")
    assert json.loads(b"".join(answer["body"].iter_chunks(10)))["id"] == "msg_1"
    assert recorder.event["provider_usage"] == anthropic.USAGE


def test_a_body_that_nobody_reads_has_its_counts_in_the_headers(
    client: Any, recorder: Recorder
) -> None:
    client.invoke_model(modelId=MODEL, body=b"{}")
    assert recorder.event["provider_usage"] == {"inputTokens": 1200, "outputTokens": 300}


def test_the_stream_of_invoke_model_is_told(client: Any, recorder: Recorder) -> None:
    stream = client.invoke_model_with_response_stream(modelId=MODEL, body=b"{}")["body"]
    assert len(list(stream)) == 4
    assert recorder.event["provider_usage"] == anthropic.USAGE


def test_an_error_is_the_same_and_a_failed_call(
    client: Any, recorder: Recorder, provider: FakeProvider
) -> None:
    provider.fails.append(json_reply({"message": "no"}, status=400))
    with pytest.raises(ClientError):
        client.converse(**ASKED)
    assert recorder.event["status"] == "error"


def test_the_client_of_another_service_is_refused(
    recorder: Recorder, provider: FakeProvider
) -> None:
    with pytest.raises(truecompute.UnsupportedClient, match="bedrock-runtime is supported"):
        recorder.client.wrap(_client("s3", provider.url))
