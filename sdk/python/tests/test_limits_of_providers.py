"""Hard limits with each provider's real client: what is asked for, and that a refusal is early."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import anthropic
import boto3
import cohere
import groq
import pytest
from google import genai
from google.genai import types
from mistralai.client import Mistral

import truecompute
from fakes.bedrock import MODEL as BEDROCK_MODEL
from fakes.server import FakeProvider
from truecompute import Answer, BudgetExceeded
from truecompute.testing import RecordingTransport

CHAT: dict[str, Any] = {"messages": [{"role": "user", "content": "x" * 300}]}
BLOCKS: dict[str, Any] = {"messages": [{"role": "user", "content": [{"text": "x" * 300}]}]}
MESSAGE: dict[str, Any] = {**CHAT, "anthropic_version": "bedrock-2023-05-31", "max_tokens": 90}
Made = Callable[[str], Any]


def _google(url: str) -> genai.Client:
    return genai.Client(api_key="k", http_options=types.HttpOptions(base_url=url))


def _bedrock(url: str) -> Any:
    return boto3.client(
        "bedrock-runtime", region_name="eu-central-1", endpoint_url=url,
        aws_access_key_id="a", aws_secret_access_key="s",
    )  # fmt: skip


def _anthropic(url: str) -> anthropic.Anthropic:
    return anthropic.Anthropic(api_key="k", base_url=url)


def _groq(url: str) -> groq.Groq:
    return groq.Groq(api_key="k", base_url=f"{url}/groq")


def _mistral(url: str) -> Mistral:
    return Mistral(api_key="k", server_url=f"{url}/mistral")


def _cohere(url: str) -> cohere.ClientV2:
    return cohere.ClientV2(api_key="k", base_url=url)


_LIMITED = types.GenerateContentConfig(max_output_tokens=90)
#: What makes a client, calls it with 90 tokens at most, and the provider and model in the event.
CALLS: dict[str, tuple[Made, Callable[[Any], Any], tuple[str, str]]] = {
    "anthropic": (
        _anthropic,
        lambda made: made.messages.create(model="claude-opus-4-8", max_tokens=90, **CHAT),
        ("anthropic", "claude-opus-4-8"),
    ),
    "anthropic's stream helper": (
        _anthropic,
        lambda made: made.messages.stream(
            model="claude-opus-4-8", max_tokens=90, **CHAT
        ).__enter__().close(),
        ("anthropic", "claude-opus-4-8"),
    ),
    "groq": (
        _groq,
        lambda made: made.chat.completions.create(model="llama", max_tokens=90, **CHAT),
        ("groq", "llama"),
    ),
    "google": (
        _google,
        lambda made: made.models.generate_content(
            model="gemini-2.5-flash", contents="x" * 300, config=_LIMITED
        ),
        ("google", "gemini-2.5-flash"),
    ),
    "google's stream": (
        _google,
        lambda made: list(
            made.models.generate_content_stream(
                model="gemini-2.5-flash", contents="x" * 300, config=_LIMITED
            )
        ),
        ("google", "gemini-2.5-flash"),
    ),
    "mistral": (
        _mistral,
        lambda made: made.chat.complete(model="mistral-large-latest", max_tokens=90, **CHAT),
        ("mistral", "mistral-large-latest"),
    ),
    "mistral's stream": (
        _mistral,
        lambda made: list(made.chat.stream(model="mistral-large-latest", max_tokens=90, **CHAT)),
        ("mistral", "mistral-large-latest"),
    ),
    "cohere": (
        _cohere,
        lambda made: made.chat(model="command-a", max_tokens=90, **CHAT),
        ("cohere", "command-a"),
    ),
    "cohere's stream": (
        _cohere,
        lambda made: list(made.chat_stream(model="command-a", max_tokens=90, **CHAT)),
        ("cohere", "command-a"),
    ),
    "bedrock's converse": (
        _bedrock,
        lambda made: made.converse(
            modelId=BEDROCK_MODEL, inferenceConfig={"maxTokens": 90}, **BLOCKS
        ),
        ("bedrock", BEDROCK_MODEL),
    ),
    "bedrock's invoke_model": (
        _bedrock,
        lambda made: made.invoke_model(modelId=BEDROCK_MODEL, body=json.dumps(MESSAGE))[
            "body"
        ].read(),
        ("bedrock", BEDROCK_MODEL),
    ),
}  # fmt: skip


@contextmanager
def made(make: Made, url: str) -> Iterator[Any]:
    client = make(url)
    with client if hasattr(client, "__exit__") else closing(client):
        yield client


@pytest.fixture
def transport() -> RecordingTransport:
    return RecordingTransport()


@pytest.fixture
def tc(transport: RecordingTransport) -> Iterator[truecompute.Client]:
    with truecompute.Client(transport=transport) as made:
        yield made


@pytest.mark.parametrize("name", CALLS)
def test_a_call_reserves_what_it_may_use_and_settles_it(
    name: str, tc: truecompute.Client, transport: RecordingTransport, provider: FakeProvider
) -> None:
    make, call, (service, model) = CALLS[name]
    with made(make, provider.url) as client:
        call(tc.wrap(client, enforce=True))
    (wish,) = transport.wishes
    assert (wish["provider"], wish["model"]) == (service, model)
    assert wish["max_output_tokens"] == 90
    assert 100 <= wish["input_tokens"] <= 125
    assert tc.flush(10)
    (event,) = transport.events
    assert event["provider"] == service
    assert event["reservation_id"] == "rsv_1"
    assert tc.stats().failures == tc.stats().unchecked == 0


@pytest.mark.parametrize("name", CALLS)
def test_a_call_without_room_never_reaches_the_provider(name: str, provider: FakeProvider) -> None:
    make, call, _ = CALLS[name]
    transport = RecordingTransport(reserve=lambda _: Answer(402))
    with truecompute.Client(transport=transport) as tc, made(make, provider.url) as client:
        with pytest.raises(BudgetExceeded):
            call(tc.wrap(client, enforce=True))
        assert tc.flush(10)
    assert provider.requests == []
    assert transport.events == []


async def _all(stream: Any) -> None:
    async for _ in stream:
        pass


async def _anthropic_awaited(tc: truecompute.Client, url: str) -> None:
    async with anthropic.AsyncAnthropic(api_key="k", base_url=url) as made:
        client = tc.wrap(made, enforce=True)
        await client.messages.create(model="claude-opus-4-8", max_tokens=90, **CHAT)


async def _google_awaited(tc: truecompute.Client, url: str) -> None:
    client = tc.wrap(_google(url), enforce=True)
    try:
        await _all(
            await client.aio.models.generate_content_stream(
                model="gemini-2.5-flash", contents="Hi", config=_LIMITED
            )
        )
    finally:
        await client.aio.aclose()


async def _mistral_awaited(tc: truecompute.Client, url: str) -> None:
    async with _mistral(url) as made:
        client = tc.wrap(made, enforce=True)
        await _all(await client.chat.stream_async(model="m", max_tokens=90, **CHAT))


async def _cohere_awaited(tc: truecompute.Client, url: str) -> None:
    async with cohere.AsyncClientV2(api_key="k", base_url=url) as made:
        client = tc.wrap(made, enforce=True)
        await _all(client.chat_stream(model="command-a", max_tokens=90, **CHAT))


AWAITED: list[Callable[[truecompute.Client, str], Awaitable[None]]] = [
    _anthropic_awaited, _google_awaited, _mistral_awaited, _cohere_awaited,
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")  # google's own
@pytest.mark.parametrize("call", AWAITED)
def test_awaited_calls_are_held_to_limits_too(
    call: Callable[[truecompute.Client, str], Any], provider: FakeProvider
) -> None:
    answers = [Answer(402)]
    transport = RecordingTransport(
        reserve=lambda _: answers.pop() if answers else Answer(201, {}, b'{"id": "r"}')
    )
    with truecompute.Client(transport=transport) as tc:
        with pytest.raises(BudgetExceeded):
            asyncio.run(call(tc, provider.url))
        assert provider.requests == []
        asyncio.run(call(tc, provider.url))
        assert tc.flush(10)
    assert [wish["max_output_tokens"] for wish in transport.wishes] == [90, 90]
    assert [event["reservation_id"] for event in transport.events] == ["r"]
