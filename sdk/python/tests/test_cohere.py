"""The real cohere clients, wrapped, against a server that answers as Cohere does."""

import asyncio
import copy
import types
from collections.abc import Iterator
from typing import Any

import cohere
import pytest

from fakes.cohere import RERANK_META, USAGE
from fakes.recorder import Recorder
from fakes.server import FakeProvider, json_reply

ASKED: dict[str, Any] = {
    "model": "command-a-03-2025",
    "messages": [{"role": "user", "content": "Hi"}],
}


@pytest.fixture
def client(provider: FakeProvider, recorder: Recorder) -> Iterator[cohere.ClientV2]:
    with cohere.ClientV2(api_key="k", base_url=provider.url) as made:
        yield recorder.client.wrap(made)


def test_a_chat_is_told_with_its_usage(client: cohere.ClientV2, recorder: Recorder) -> None:
    client.chat(**ASKED)
    event = recorder.event
    assert (event["provider"], event["model"]) == ("cohere", "command-a-03-2025")
    assert event["provider_usage"] == USAGE
    assert event["provider_request_id"] == "co_1"


def test_a_stream_is_told_with_its_usage(client: cohere.ClientV2, recorder: Recorder) -> None:
    assert len(list(client.chat_stream(**ASKED))) == 5
    assert recorder.event["provider_usage"] == USAGE
    assert "usage_status" not in recorder.event


def test_a_stream_that_is_left_is_cut(
    client: cohere.ClientV2, recorder: Recorder, provider: FakeProvider
) -> None:
    provider.holds_after = 2
    for _ in client.chat_stream(**ASKED):
        break
    assert (recorder.event["status"], recorder.event["usage_status"]) == ("success", "missing")


def test_a_stream_whose_loop_was_left_counts_at_a_flush_although_it_is_held(
    client: cohere.ClientV2, recorder: Recorder
) -> None:
    stream = client.chat_stream(**ASKED)
    for _ in stream:
        break
    assert recorder.event["usage_status"] in ("missing", "partial")
    assert isinstance(stream, types.GeneratorType)
    stream.close()
    assert len(recorder.events) == 1


def test_a_stream_that_is_being_read_does_not_count_at_a_flush(
    client: cohere.ClientV2, recorder: Recorder
) -> None:
    stream = client.chat_stream(**ASKED)
    for _ in stream:
        break
    for _ in stream:
        assert recorder.events == []
    assert recorder.event["provider_usage"] == USAGE


def test_a_held_stream_of_the_second_version_below_the_first_counts_at_a_flush(
    provider: FakeProvider, recorder: Recorder
) -> None:
    with cohere.Client(api_key="k", base_url=provider.url) as made:
        stream = recorder.client.wrap(made).v2.chat_stream(**ASKED)
        for _ in stream:
            break
        assert len(recorder.events) == 1
        recorder.client.wrap(copy.copy(made))
        made.v2.chat(**ASKED)
        assert len(recorder.events) == 2


def test_a_rerank_is_told_in_search_units(client: cohere.ClientV2, recorder: Recorder) -> None:
    client.rerank(model="rerank-v3.5", query="a", documents=["b"])
    assert recorder.event["provider_usage"] == RERANK_META
    assert recorder.event["operation"] == "rerank"


def test_the_first_version_is_told_too(provider: FakeProvider, recorder: Recorder) -> None:
    with cohere.Client(api_key="k", base_url=provider.url) as made:
        client = recorder.client.wrap(made)
        client.chat(model="command-r", message="Hi")
        assert len(list(client.chat_stream(model="command-r", message="Hi"))) == 3
    assert [event["provider_usage"] for event in recorder.events] == [USAGE, USAGE]


def test_an_error_is_the_same_and_a_failed_call(
    client: cohere.ClientV2, recorder: Recorder, provider: FakeProvider
) -> None:
    provider.fails += [json_reply({"message": "no"}, status=400)] * 2
    with pytest.raises(cohere.BadRequestError):
        client.chat(**ASKED)
    with pytest.raises(cohere.BadRequestError):
        list(client.chat_stream(**ASKED))
    assert [event["error_code"] for event in recorder.events] == ["400", "400"]


def test_repetitions_count_once(
    client: cohere.ClientV2, recorder: Recorder, provider: FakeProvider
) -> None:
    provider.fails.append(json_reply({"message": "busy"}, status=503))
    client.chat(**ASKED)
    assert recorder.event["provider_usage"] == USAGE


def test_awaited_chats_and_streams_are_told(provider: FakeProvider, recorder: Recorder) -> None:
    async def run() -> None:
        async with cohere.AsyncClientV2(api_key="k", base_url=provider.url) as made:
            client = recorder.client.wrap(made)
            await client.chat(**ASKED)
            assert len([event async for event in client.chat_stream(**ASKED)]) == 5
            assert [event["provider_usage"] for event in recorder.events] == [USAGE, USAGE]
            held = client.chat_stream(**ASKED)
            async for _ in held:
                break
            assert len(recorder.events) == 3
            await held.aclose()

    asyncio.run(run())
    assert len(recorder.events) == 3
