"""The real google-genai client, wrapped, against a server that answers as Gemini does."""

import asyncio
import copy
import inspect
import types
from collections.abc import Iterator
from typing import Any

import pytest
from google import genai
from google.genai import errors
from google.genai.types import GenerateContentConfig, HttpOptions

import truecompute
from fakes.google import MODEL, USAGE
from fakes.recorder import Recorder
from fakes.server import FakeProvider, json_reply
from truecompute.testing import RecordingTransport


@pytest.fixture
def client(provider: FakeProvider, recorder: Recorder) -> Iterator[genai.Client]:
    made = genai.Client(api_key="k", http_options=HttpOptions(base_url=provider.url))
    yield recorder.client.wrap(made)
    made.close()


def test_a_call_is_told_with_its_usage(client: genai.Client, recorder: Recorder) -> None:
    answer = client.models.generate_content(model="gemini-flash-latest", contents="Hi")
    assert answer.text == "Hello!"
    event = recorder.event
    assert (event["provider"], event["model"]) == ("google", MODEL)
    assert event["requested_model"] == "gemini-flash-latest"
    assert event["provider_usage"] == USAGE
    assert event["provider_request_id"] == "resp_g1"


def test_a_stream_is_told_with_its_last_usage(client: genai.Client, recorder: Recorder) -> None:
    stream = client.models.generate_content_stream(model=MODEL, contents="Hi")
    assert "".join(chunk.text or "" for chunk in stream) == "Hello!"
    assert recorder.event["provider_usage"] == USAGE
    assert "usage_status" not in recorder.event
    assert "time_to_first_token_ms" in recorder.event


def test_a_stream_that_is_left_keeps_what_was_said(
    client: genai.Client, recorder: Recorder
) -> None:
    for _ in client.models.generate_content_stream(model=MODEL, contents="Hi"):
        break
    assert recorder.event["usage_status"] == "partial"
    assert recorder.event["provider_usage"]["promptTokenCount"] == 1200


def test_a_stream_whose_loop_was_left_counts_at_a_flush_although_it_is_held(
    client: genai.Client, recorder: Recorder
) -> None:
    stream = client.models.generate_content_stream(model=MODEL, contents="Hi")
    for _ in stream:
        break
    assert recorder.event["usage_status"] == "partial"
    assert len(list(stream)) == 2
    assert len(recorder.events) == 1


def test_a_stream_that_is_being_read_does_not_count_at_a_flush(
    client: genai.Client, recorder: Recorder
) -> None:
    stream = client.models.generate_content_stream(model=MODEL, contents="Hi")
    for _ in stream:
        break
    for _ in stream:
        assert recorder.events == []
    assert recorder.event["provider_usage"] == USAGE
    assert "usage_status" not in recorder.event


def test_a_stream_is_a_generator_with_all_that_one_has(
    client: genai.Client, recorder: Recorder
) -> None:
    stream: Any = client.models.generate_content_stream(model=MODEL, contents="Hi")
    assert stream.send(None).text == "Hel"
    assert next(iter(stream)).text == "lo"
    with pytest.raises(KeyError):
        stream.throw(KeyError("mine"))
    stream.close()
    assert list(stream) == []
    assert len(recorder.events) == 1
    assert isinstance(stream, types.GeneratorType)
    assert inspect.isgenerator(stream)


@pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")  # google's own
def test_an_awaited_stream_whose_loop_was_left_counts_at_a_flush(
    client: genai.Client, recorder: Recorder
) -> None:
    async def run() -> None:
        stream = await client.aio.models.generate_content_stream(model=MODEL, contents="Hi")
        assert isinstance(stream, types.AsyncGeneratorType)
        async for _ in stream:
            break
        assert recorder.event["usage_status"] == "partial"
        await stream.aclose()
        await client.aio.aclose()

    asyncio.run(run())
    assert len(recorder.events) == 1


def test_the_parts_of_a_client_count_once_with_it(client: genai.Client, recorder: Recorder) -> None:
    recorder.client.wrap(client.aio)
    recorder.client.wrap(client.models)
    other = recorder.client.wrap(copy.copy(client))
    client.models.generate_content(model=MODEL, contents="Hi")
    assert len(recorder.events) == 1
    truecompute.unwrap(client.models)
    client.models.generate_content(model=MODEL, contents="Hi")
    assert len(recorder.events) == 1
    recorder.client.wrap(client).models.generate_content(model=MODEL, contents="Hi")
    other.models.generate_content(model=MODEL, contents="Hi")
    assert len(recorder.events) == 3


def test_a_client_that_is_wrapped_after_a_part_of_it_is_wrapped_whole(
    client: genai.Client, recorder: Recorder
) -> None:
    truecompute.unwrap(client)
    recorder.client.wrap(client.aio)
    recorder.client.wrap(client)
    stream = client.models.generate_content_stream(model=MODEL, contents="Hi")
    for _ in stream:
        break
    assert recorder.event["usage_status"] == "partial"
    assert len(list(stream)) == 2
    assert len(recorder.events) == 1
    truecompute.unwrap(client)
    assert not {"generate_content_stream", "__getstate__"} & vars(client.models).keys()
    assert list(client.models.generate_content_stream(model=MODEL, contents="Hi"))
    assert len(recorder.events) == 1


def test_a_part_that_another_client_takes_over_leaves_the_whole_wrapped(
    client: genai.Client, recorder: Recorder
) -> None:
    transport = RecordingTransport()
    with truecompute.Client(transport=transport) as other:
        other.wrap(client.aio)
        stream = client.models.generate_content_stream(model=MODEL, contents="Hi")
        for _ in stream:
            break
        assert other.flush(5)
    assert [event["usage_status"] for event in transport.events] == ["partial"]
    assert recorder.events == []


def test_a_chat_and_its_stream_are_told(client: genai.Client, recorder: Recorder) -> None:
    chat = client.chats.create(model=MODEL)
    chat.send_message("Hi")
    assert len(list(chat.send_message_stream("again"))) == 3
    assert [event["provider_usage"] for event in recorder.events] == [USAGE, USAGE]


def test_each_call_of_a_loop_of_functions_counts(client: genai.Client, recorder: Recorder) -> None:
    def get_weather(city: str) -> str:
        """The weather in a city."""
        return f"sunny in {city}"

    config = GenerateContentConfig(tools=[get_weather])
    answer = client.models.generate_content(model="gemini-tools", contents="Hi", config=config)
    assert answer.text == "Hello!"
    assert len(recorder.events) == 2


def test_embeddings_are_told(client: genai.Client, recorder: Recorder) -> None:
    client.models.embed_content(model="gemini-embedding-001", contents="Hi")
    event = recorder.event
    assert (event["operation"], event["model"]) == ("embeddings", "gemini-embedding-001")


def test_an_error_is_the_same_and_a_failed_call(
    client: genai.Client, recorder: Recorder, provider: FakeProvider
) -> None:
    problem = {"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT"}}
    provider.fails.append(json_reply(problem, status=400))
    with pytest.raises(errors.ClientError):
        client.models.generate_content(model=MODEL, contents="Hi")
    assert (recorder.event["status"], recorder.event["error_code"]) == ("error", "ClientError")


@pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")  # google's own
def test_awaited_calls_and_streams_are_told(client: genai.Client, recorder: Recorder) -> None:
    async def run() -> None:
        await client.aio.models.generate_content(model=MODEL, contents="Hi")
        stream = await client.aio.models.generate_content_stream(model=MODEL, contents="Hi")
        assert len([chunk async for chunk in stream]) == 3
        await client.aio.aclose()

    asyncio.run(run())
    assert [event["provider_usage"] for event in recorder.events] == [USAGE, USAGE]
