"""The real mistralai client, wrapped, against a server that answers as Mistral does."""

import asyncio
import copy
from collections.abc import Iterator
from typing import Any

import pytest
from mistralai.client import Mistral, errors
from mistralai.client.utils.eventstreaming import EventStream

from fakes.mistral import MODEL, OCR_USAGE, USAGE
from fakes.recorder import Recorder
from fakes.server import FakeProvider, json_reply

ASKED: dict[str, Any] = {
    "model": "mistral-large-latest",
    "messages": [{"role": "user", "content": "Hi"}],
}


@pytest.fixture
def client(provider: FakeProvider, recorder: Recorder) -> Iterator[Mistral]:
    with Mistral(api_key="k", server_url=f"{provider.url}/mistral") as made:
        yield recorder.client.wrap(made)


def test_a_chat_is_told_with_its_usage(
    client: Mistral, recorder: Recorder, provider: FakeProvider
) -> None:
    message = client.chat.complete(**ASKED).choices[0].message
    assert message is not None
    assert message.content == "Hello!"
    event = recorder.event
    assert (event["provider"], event["model"]) == ("mistral", MODEL)
    assert event["provider_usage"] == USAGE
    assert event["provider_request_id"] == "cmpl-m1"
    assert event["api_base"] == provider.url


def test_a_stream_is_told_with_its_usage(client: Mistral, recorder: Recorder) -> None:
    with client.chat.stream(**ASKED) as stream:
        assert len(list(stream)) == 3
    assert recorder.event["provider_usage"] == USAGE
    assert "usage_status" not in recorder.event


def test_a_stream_that_is_left_is_cut(
    client: Mistral, recorder: Recorder, provider: FakeProvider
) -> None:
    provider.holds_after = 1
    with client.chat.stream(**ASKED) as stream:
        next(stream)
    assert (recorder.event["status"], recorder.event["usage_status"]) == ("success", "missing")


def test_a_stream_whose_loop_was_left_counts_at_a_flush_although_it_is_held(
    client: Mistral, recorder: Recorder
) -> None:
    stream = client.chat.stream(**ASKED)
    for _ in stream:
        break
    assert recorder.event["usage_status"] in ("missing", "partial")
    # The class is one below, which looks the same: see docs/providers.md.
    assert isinstance(stream, EventStream)
    assert type(stream).__qualname__ == EventStream.__qualname__
    stream.close()  # type: ignore[no-untyped-call]


def test_a_stream_that_is_being_read_does_not_count_at_a_flush(
    client: Mistral, recorder: Recorder
) -> None:
    stream = client.chat.stream(**ASKED)
    for _ in stream:
        break
    for _ in stream:
        assert recorder.events == []
    assert recorder.event["provider_usage"] == USAGE
    assert "usage_status" not in recorder.event


def test_an_awaited_stream_whose_loop_was_left_counts_at_a_flush(
    client: Mistral, recorder: Recorder
) -> None:
    async def run() -> None:
        stream = await client.chat.stream_async(**ASKED)
        async for _ in stream:
            break
        assert recorder.event["status"] == "success"
        await stream.close()  # type: ignore[no-untyped-call]

    asyncio.run(run())


def test_a_copy_that_shares_parts_with_a_wrapped_client_counts_once(
    client: Mistral, recorder: Recorder
) -> None:
    client.chat.complete(**ASKED)
    recorder.client.wrap(copy.copy(client)).chat.complete(**ASKED)
    assert len(recorder.events) == 2


def test_ocr_and_code_are_told(client: Mistral, recorder: Recorder) -> None:
    client.ocr.process(
        model="mistral-ocr-latest",
        document={"type": "document_url", "document_url": "https://example.com/a.pdf"},
    )
    client.fim.complete(model="codestral-latest", prompt="def")
    ocr, code = recorder.events
    assert (ocr["operation"], ocr["provider_usage"]) == ("ocr", OCR_USAGE)
    assert (code["operation"], code["provider_usage"]) == ("text_completion", USAGE)


def test_an_error_is_the_same_and_a_failed_call(
    client: Mistral, recorder: Recorder, provider: FakeProvider
) -> None:
    provider.fails.append(json_reply({"detail": "no"}, status=400))
    with pytest.raises(errors.SDKError):
        client.chat.complete(**ASKED)
    event = recorder.event
    assert (event["status"], event["error_code"]) == ("error", "400")
    assert event["model"] == "mistral-large-latest"


def test_awaited_chats_and_streams_are_told(client: Mistral, recorder: Recorder) -> None:
    async def run() -> None:
        await client.chat.complete_async(**ASKED)
        stream = await client.chat.stream_async(**ASKED)
        assert len([event async for event in stream]) == 3

    asyncio.run(run())
    assert [event["provider_usage"] for event in recorder.events] == [USAGE, USAGE]
