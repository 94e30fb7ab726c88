"""Shapes that older releases of the clients have, shown with today's clients or in small."""

import asyncio
import copy
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import anthropic
import cohere
import httpx
import pytest
from pydantic import v1

import truecompute
from fakes import anthropic as anthropics
from fakes import cohere as coheres
from fakes.google import MODEL, USAGE
from fakes.recorder import Recorder
from fakes.server import FakeProvider
from truecompute._encoding import plain
from truecompute.wrappers._usage_wishes import _copied

PATH = f"models/{MODEL}:generateContent"
STREAM_PATH = f"models/{MODEL}:streamGenerateContent?alt=sse"
CHAT = {"model": "command-r", "message": "Hi"}
MESSAGE: dict[str, Any] = {
    "model": "claude-opus-latest",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Hi"}],
}


class GoogleApi:
    """google-genai's own API client, before its answers were responses with a body."""

    vertexai = False

    def __init__(self) -> None:
        self._http_options = {"base_url": "https://generativelanguage.googleapis.com/"}

    def request(self, *_: Any) -> Any:
        return _document()

    def request_streamed(self, *_: Any) -> Iterator[Any]:
        yield _document()

    async def async_request(self, *_: Any) -> Any:
        return _document()

    async def async_request_streamed(self, *_: Any) -> AsyncIterator[Any]:
        async def stream() -> AsyncIterator[Any]:
            yield _document()

        return stream()


def _document() -> dict[str, Any]:
    finished = [{"finishReason": "STOP"}]
    return {"modelVersion": MODEL, "usageMetadata": copy.deepcopy(USAGE), "candidates": finished}


class GoogleClient:
    __module__ = "google.genai.client"

    def __init__(self) -> None:
        self._api_client = GoogleApi()


def _takes_out(document: Any) -> None:
    """As those releases do with what they do not know."""
    del document["usageMetadata"]["thoughtsTokenCount"]
    del document["usageMetadata"]["promptTokensDetails"][0]["modality"]


def test_the_documents_of_google_are_told_as_they_came(recorder: Recorder) -> None:
    api = recorder.client.wrap(GoogleClient())._api_client
    _takes_out(api.request("post", PATH, {}))
    for document in api.request_streamed("post", STREAM_PATH, {}):
        _takes_out(document)
    assert [event["provider_usage"] for event in recorder.events] == [USAGE, USAGE]
    assert all("usage_status" not in event for event in recorder.events)
    assert recorder.events[0]["api_base"] == "https://generativelanguage.googleapis.com/"


def test_awaited_documents_of_google_are_told_too(recorder: Recorder) -> None:
    async def run() -> None:
        api = recorder.client.wrap(GoogleClient())._api_client
        await api.async_request("post", PATH, {})
        stream = await api.async_request_streamed("post", STREAM_PATH, {})
        assert len([document async for document in stream]) == 1

    asyncio.run(run())
    assert [event["provider_usage"] for event in recorder.events] == [USAGE, USAGE]


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_version_in_the_base_of_cohere_is_seen(
    slash: str, provider: FakeProvider, recorder: Recorder
) -> None:
    with cohere.Client(api_key="k", base_url=f"{provider.url}/v1{slash}") as made:
        sender = recorder.client.wrap(made)._client_wrapper.httpx_client
        sender.request("chat", method="POST", json=CHAT)
        with sender.stream("chat", method="POST", json={**CHAT, "stream": True}) as response:
            list(response.iter_lines())
    assert [event["provider_usage"] for event in recorder.events] == [coheres.USAGE] * 2
    assert {event["model"] for event in recorder.events} == {"command-r"}


class CohereClient:
    """A client whose sender is given the method and the whole address."""

    __module__ = "cohere.client"

    def __init__(self, base: str, sender: httpx.Client) -> None:
        self._client_wrapper = SimpleNamespace(httpx_client=sender, get_base_url=lambda: base)


def test_a_whole_address_of_cohere_is_seen(provider: FakeProvider, recorder: Recorder) -> None:
    address = f"{provider.url}/v1/chat"
    with httpx.Client() as sender:
        client = recorder.client.wrap(CohereClient(f"{provider.url}/v1", sender))
        sender.request("POST", address, json=CHAT)
        with sender.stream("POST", address, json={**CHAT, "stream": True}) as response:
            list(response.iter_lines())
        truecompute.unwrap(client)
        sender.request("POST", address, json=CHAT)
    assert [event["provider_usage"] for event in recorder.events] == [coheres.USAGE] * 2


class MessageStream:
    """Anthropic's stream helper, before it read the stream that the request gave."""

    def __init__(self, *, cast_to: Any, response: Any, client: Any) -> None:
        self.events = anthropic.Stream(cast_to=cast_to, response=response, client=client)


def _helper(client: anthropic.Anthropic) -> MessageStream:
    headers = {"X-Stainless-Stream-Helper": "messages"}
    stream = client.messages.create(**MESSAGE, stream=True, extra_headers=headers)
    return MessageStream(
        cast_to=stream._cast_to, response=stream.response, client=stream._client
    )  # what was ``stream`` is garbage now


@pytest.fixture
def client(
    provider: FakeProvider, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> Iterator[anthropic.Anthropic]:
    monkeypatch.setattr("anthropic.lib.streaming.MessageStream", MessageStream)
    with anthropic.Anthropic(api_key="k", base_url=provider.url, max_retries=0) as made:
        yield recorder.client.wrap(made)


def test_a_stream_of_anthropic_that_is_made_anew_is_told(
    client: anthropic.Anthropic, recorder: Recorder
) -> None:
    assert len(list(_helper(client).events)) == 8
    assert recorder.event["provider_usage"] == anthropics.USAGE
    assert "usage_status" not in recorder.event


def test_a_stream_of_anthropic_that_is_made_anew_and_left_is_cut(
    client: anthropic.Anthropic, recorder: Recorder, provider: FakeProvider
) -> None:
    provider.holds_after = 1
    with _helper(client).events as events:
        next(events)
    assert recorder.event["usage_status"] == "partial"
    assert recorder.event["provider_usage"] == anthropics.USAGE | {"output_tokens": 1}


class Usage(v1.BaseModel):
    """As clients have them that work with pydantic 1 too."""

    prompt_tokens: int
    cached_tokens: int | None = None

    def model_dump(self, *, mode: str = "python", **_: Any) -> Any:
        raise ValueError(f"mode {mode} is only supported in Pydantic v2")


def test_a_model_of_pydantic_1_is_read_as_the_provider_gave_it() -> None:
    assert plain({"usage": [Usage(prompt_tokens=3)]}) == {"usage": [{"prompt_tokens": 3}]}


def test_a_copy_of_options_of_pydantic_1_leaves_the_callers_alone() -> None:
    options = Usage(prompt_tokens=3)
    _copied(options).prompt_tokens = 4
    assert options.prompt_tokens == 3


def test_a_client_of_another_shape_is_refused_with_a_hint(recorder: Recorder) -> None:
    old = type("Together", (), {"__module__": "together.client"})()
    with pytest.raises(truecompute.UnsupportedClient, match="perhaps for its release"):
        recorder.client.wrap(old)
    assert vars(old) == {}
