"""The real anthropic client, wrapped, against a server that answers as Anthropic documents it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from anthropic import Anthropic, AnthropicVertex, AsyncAnthropic

from fakes.anthropic import MODEL, USAGE
from fakes.recorder import Recorder
from fakes.server import FakeProvider

ASKED: dict[str, Any] = {
    "model": "claude-opus-latest",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Hi"}],
}


@pytest.fixture
def client(provider: FakeProvider, recorder: Recorder) -> Iterator[Anthropic]:
    with Anthropic(api_key="k", base_url=provider.url, max_retries=0) as made:
        yield recorder.client.wrap(made)


def test_a_message_is_told_with_its_usage(client: Anthropic, recorder: Recorder) -> None:
    answer = client.messages.create(**ASKED)
    assert answer.content[0].type == "text"
    event = recorder.event
    assert event["provider"] == "anthropic"
    assert (event["model"], event["requested_model"]) == (MODEL, "claude-opus-latest")
    assert event["provider_usage"] == USAGE
    assert event["provider_request_id"] == "msg_1"
    assert "Hi" not in str(event)


def test_a_beta_message_is_told_too(client: Anthropic, recorder: Recorder) -> None:
    client.beta.messages.create(**ASKED, betas=["x"])
    assert recorder.event["provider_usage"] == USAGE


def test_a_stream_keeps_the_lifetimes_of_the_cache_and_the_last_totals(
    client: Anthropic, recorder: Recorder
) -> None:
    assert len(list(client.messages.create(**ASKED, stream=True))) == 8
    assert recorder.event["provider_usage"] == USAGE
    assert "usage_status" not in recorder.event
    assert "time_to_first_token_ms" in recorder.event


def test_the_stream_helper_counts_once(client: Anthropic, recorder: Recorder) -> None:
    with client.messages.stream(**ASKED) as stream:
        assert "".join(stream.text_stream) == "Hello!"
        assert stream.get_final_message().usage.output_tokens == 300
    assert recorder.event["provider_usage"] == USAGE
    assert "usage_status" not in recorder.event


def test_an_interrupted_stream_keeps_what_its_start_said(
    client: Anthropic, recorder: Recorder
) -> None:
    with client.messages.stream(**ASKED) as stream:
        for told in stream:
            if told.type == "content_block_delta":
                break
    event = recorder.event
    assert event["usage_status"] == "partial"
    assert event["provider_usage"] == USAGE | {"output_tokens": 1}
    assert event["status"] == "success"


def test_a_stream_that_breaks_off_is_a_failed_call_with_what_its_start_said(
    client: Anthropic, recorder: Recorder, provider: FakeProvider
) -> None:
    provider.breaks_after = 3
    with pytest.raises(Exception, match=r"."):
        list(client.messages.create(**ASKED, stream=True))
    assert (recorder.event["status"], recorder.event["usage_status"]) == ("error", "partial")


def test_raw_and_streaming_responses_are_read(client: Anthropic, recorder: Recorder) -> None:
    raw = client.messages.with_raw_response.create(**ASKED)
    assert raw.parse().id == "msg_1"
    with client.messages.with_streaming_response.create(**ASKED) as response:
        assert response.parse().id == "msg_1"
    with client.messages.with_streaming_response.create(**ASKED, stream=True) as response:
        assert list(response.iter_lines())
    assert [event["provider_usage"] for event in recorder.events] == [USAGE] * 3


def test_the_results_of_a_batch_count_once_at_the_price_of_batches(
    client: Anthropic, recorder: Recorder
) -> None:
    for _ in range(2):
        results = list(client.messages.batches.results("b_1"))
        assert [result.custom_id for result in results] == ["c1", "c2", "c3"]
    told = recorder.events
    assert [event["provider_request_id"] for event in told] == ["msg_1", "msg_2"] * 2
    assert len({event["id"] for event in told}) == 2
    assert all(event["service_tier"] == "batch" for event in told)
    assert all(event["provider_usage"] == USAGE for event in told)


def test_awaited_messages_and_streams_are_told(provider: FakeProvider, recorder: Recorder) -> None:
    async def run() -> None:
        async with AsyncAnthropic(api_key="k", base_url=provider.url) as made:
            client = recorder.client.wrap(made)
            await client.messages.create(**ASKED)
            async with client.messages.stream(**ASKED) as stream:
                assert (await stream.get_final_message()).usage.output_tokens == 300
            assert len([item async for item in await client.messages.batches.results("b_1")]) == 3

    asyncio.run(run())
    assert [event["provider_usage"] for event in recorder.events] == [USAGE] * 4


def test_vertex_is_vertex(provider: FakeProvider, recorder: Recorder) -> None:
    with AnthropicVertex(
        region="eu", project_id="p", access_token="t", base_url=f"{provider.url}/v1"
    ) as client:
        recorder.client.wrap(client).messages.create(**ASKED)
    assert recorder.event["provider"] == "vertex"
    assert recorder.event["provider_usage"] == USAGE


def test_bedrock_is_bedrock(provider: FakeProvider, recorder: Recorder) -> None:
    from anthropic import AnthropicBedrock

    with AnthropicBedrock(
        aws_access_key="a", aws_secret_key="s", aws_region="eu-west-1", base_url=provider.url
    ) as client:
        recorder.client.wrap(client).messages.create(**ASKED)
    assert recorder.event["provider"] == "bedrock"
    assert recorder.event["provider_usage"] == USAGE


def test_a_tool_runner_counts_each_of_its_calls(client: Anthropic, recorder: Recorder) -> None:
    for _ in client.beta.messages.tool_runner(**ASKED, tools=[]):
        pass
    assert recorder.event["provider_usage"] == USAGE
