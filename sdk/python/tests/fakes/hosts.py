"""Programs that use the SDK with each provider, and say what they got of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryDirectory
from typing import Any

import anthropic
import boto3
import cohere
import litellm
import openai
from botocore.config import Config
from google import genai
from google.genai import types
from langchain_openai import ChatOpenAI
from langchain_openai import OpenAI as Completions
from mistralai.client import Mistral
from pydantic import SecretStr

import truecompute
from fakes import bedrock, google
from fakes.server import FakeProvider, json_reply
from fakes.truecompute import FakeTrueCompute
from truecompute.langchain import TrueComputeCallback
from truecompute.litellm import TrueComputeLogger

#: Does all that a program of its kind does, and gives what it got: the same each time.
Works = Callable[[], Any]
CHAT: dict[str, Any] = {"messages": [{"role": "user", "content": "Hi"}]}


def _first(stream: Iterator[Any]) -> Any:
    """What a loop gets that is left at once."""
    for each in stream:
        return each
    return None


async def _firsts(stream: AsyncIterator[Any]) -> Any:
    async for each in stream:
        return each
    return None


def _wraps(tc: truecompute.Client, client: Any, **options: Any) -> None:
    """Setting up may raise: then a client is as it was."""
    with suppress(Exception):
        tc.wrap(client, **options)


def _client(url: str, **options: Any) -> truecompute.Client | None:
    """Likewise: then there is none."""
    with suppress(Exception):
        return truecompute.Client(api_key="k", base_url=url, flush_interval=0.01, **options)
    return None


def _decorated(tc: truecompute.Client) -> list[Any]:
    """What functions of each kind give that have tags."""

    @tc.tag(kind="plain")
    def plain() -> int:
        return 1

    @tc.tag(kind="generator")
    def generator() -> Iterator[int]:
        yield 1
        yield 2

    @tc.tag(kind="coroutine")
    async def coroutine() -> int:
        return 1

    @tc.tag(kind="awaited")
    async def awaited() -> AsyncIterator[int]:
        yield 1
        yield 2

    async def whole() -> list[int]:
        return [each async for each in awaited()]

    return [plain(), list(generator()), asyncio.run(coroutine()), asyncio.run(whole())]


def _ends(tc: truecompute.Client) -> None:
    tc.flush(0.05)
    tc.stats()
    tc.close(0.05)
    tc.track(provider="acme", model="m")


def _error_of(call: Callable[[], Any]) -> str:
    try:
        call()
    except Exception as error:  # noqa: BLE001 - the provider's, whichever it is
        return type(error).__name__
    return "none"


@contextmanager
def bedrock_host(tc: truecompute.Client, fake: FakeProvider) -> Iterator[Works]:
    client = boto3.client(
        "bedrock-runtime", region_name="eu-west-1", endpoint_url=fake.url,
        aws_access_key_id="a", aws_secret_access_key="b",
        config=Config(retries={"total_max_attempts": 1}),
    )  # fmt: skip
    tc.wrap(client, enforce=True)
    asked: dict[str, Any] = {
        "modelId": bedrock.MODEL,
        "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
    }
    invoked: dict[str, Any] = {"modelId": bedrock.MODEL, "body": b"{}"}

    def works() -> Any:
        half = client.invoke_model(**invoked)["body"]
        got = [
            client.converse(**asked)["output"],
            list(client.converse_stream(**asked)["stream"]),
            _first(client.converse_stream(**asked)["stream"]),
            client.invoke_model(**invoked)["body"].read(),
            half.read(10),
            list(client.invoke_model_with_response_stream(**invoked)["body"]),
        ]
        half.close()
        client.converse_stream(**asked)["stream"].close()
        fake.fails.append(json_reply({"message": "no"}, status=400))
        return [*got, _error_of(lambda: client.converse(**asked))]

    yield works
    client.close()


@contextmanager
def mistral_host(tc: truecompute.Client, fake: FakeProvider) -> Iterator[Works]:
    asked: dict[str, Any] = {"model": "mistral-large-latest", **CHAT}
    with Mistral(api_key="k", server_url=f"{fake.url}/mistral") as client:
        tc.wrap(client, enforce=True)

        async def awaits() -> Any:
            async with Mistral(api_key="k", server_url=f"{fake.url}/mistral") as other:
                _wraps(tc, other)
                whole = [each async for each in await other.chat.stream_async(**asked)]
                return await other.chat.complete_async(**asked), whole

        def works() -> Any:
            with client.chat.stream(**asked) as stream:
                got = [list(stream), client.chat.complete(**asked)]
            left: Any = client.chat.stream(**asked)
            got += [_first(left), asyncio.run(awaits())]
            left.close()
            fake.fails.append(json_reply({"detail": "no"}, status=400))
            return [*got, _error_of(lambda: client.chat.complete(**asked))]

        yield works


@contextmanager
def cohere_host(tc: truecompute.Client, fake: FakeProvider) -> Iterator[Works]:
    asked: dict[str, Any] = {"model": "command-a-03-2025", **CHAT}
    with cohere.ClientV2(api_key="k", base_url=fake.url) as client:
        tc.wrap(client, enforce=True)

        async def awaits() -> Any:
            async with cohere.AsyncClientV2(api_key="k", base_url=fake.url) as other:
                _wraps(tc, other, enforce=True)
                whole = [each async for each in other.chat_stream(**asked)]
                return await other.chat(**asked), whole, await _firsts(other.chat_stream(**asked))

        def works() -> Any:
            left = client.chat_stream(**asked)
            got = [client.chat(**asked), list(client.chat_stream(**asked)), _first(left)]
            left.close()
            got.append(asyncio.run(awaits()))
            fake.fails += [json_reply({"message": "no"}, status=400)] * 2
            got.append(_error_of(lambda: client.chat(**asked)))
            return [*got, _error_of(lambda: list(client.chat_stream(**asked)))]

        yield works


@contextmanager
def google_host(tc: truecompute.Client, fake: FakeProvider) -> Iterator[Works]:
    asked: dict[str, Any] = {"model": google.MODEL, "contents": "Hi"}
    options = types.HttpOptions(base_url=fake.url)
    client = genai.Client(api_key="k", http_options=options)
    tc.wrap(client, enforce=True)

    async def awaits() -> Any:
        other = genai.Client(api_key="k", http_options=options)
        _wraps(tc, other)
        models = other.aio.models
        whole = [each async for each in await models.generate_content_stream(**asked)]
        left = await _firsts(await models.generate_content_stream(**asked))
        answer = await models.generate_content(**asked)
        await other.aio.aclose()
        other.close()
        return answer.text, [each.text for each in whole], left.text

    def works() -> Any:
        left: Any = client.models.generate_content_stream(**asked)
        got: list[Any] = [
            client.models.generate_content(**asked).text,
            [each.text for each in client.models.generate_content_stream(**asked)],
            _first(left).text,
            client.models.embed_content(**asked).embeddings,
            asyncio.run(awaits()),
        ]
        left.close()
        fake.fails.append(json_reply({"error": {"code": 400, "message": "no"}}, status=400))
        return [*got, _error_of(lambda: client.models.generate_content(**asked))]

    yield works
    client.close()


@contextmanager
def anthropic_host(tc: truecompute.Client, fake: FakeProvider) -> Iterator[Works]:
    asked: dict[str, Any] = {"model": "claude-opus-latest", "max_tokens": 9, **CHAT}
    with anthropic.Anthropic(api_key="k", base_url=fake.url, max_retries=0) as client:
        tc.wrap(client, enforce=True)

        def works() -> Any:
            with client.messages.stream(**asked) as stream:
                said = "".join(stream.text_stream)
            with client.messages.create(**asked, stream=True) as left:
                first = _first(left)
            results = list(client.messages.batches.results("b_1"))
            return [said, first, client.messages.create(**asked), results]

        yield works


@contextmanager
def openai_host(tc: truecompute.Client, fake: FakeProvider) -> Iterator[Works]:
    """What OpenAI has besides chats."""
    with openai.OpenAI(api_key="k", base_url=f"{fake.url}/v1", max_retries=0) as client:
        tc.wrap(client, enforce=True)
        asked: dict[str, Any] = {"model": "gpt-4o", **CHAT}

        async def awaits() -> Any:
            async with openai.AsyncOpenAI(
                api_key="k", base_url=f"{fake.url}/v1", max_retries=0
            ) as other:
                _wraps(tc, other, enforce=True)
                chats = other.chat.completions.with_raw_response
                raw = await chats.create(**asked, stream=True)
                # A chunk more may come where the SDK breaks after it asked: see docs/failures.md.
                return [each.id async for each in raw.parse() if each.choices]

        def works() -> Any:
            raw = client.chat.completions.with_raw_response.create(**asked, stream=True)
            copied = client.with_options(timeout=3).chat.completions
            got: list[Any] = [
                [each.id for each in copied.create(model="plain", messages=[], stream=True)],
                list(client.responses.create(model="gpt-4o", input="Hi", stream=True)),
                client.responses.create(model="gpt-4o", input="Hi", background=True),
                client.responses.retrieve("resp_1"),
                client.images.generate(model="dall-e-3", prompt="a cat"),
                client.audio.transcriptions.create(model="whisper-1", file=("a.mp3", b"ID3")),
                client.audio.speech.create(model="tts-1", voice="alloy", input="Hi").content,
                client.embeddings.create(model="e", input=[1, 2]),
                [each.id for each in raw.parse() if each.choices],
                asyncio.run(awaits()),
            ]
            return got

        yield works


@contextmanager
def litellm_host(tc: truecompute.Client, fake: FakeProvider) -> Iterator[Works]:
    litellm.callbacks = [TrueComputeLogger(tc)]
    asked: dict[str, Any] = {
        "model": "openai/gpt-4o", "api_base": f"{fake.url}/v1", "api_key": "k", **CHAT
    }  # fmt: skip

    async def awaits() -> Any:
        answer = await litellm.acompletion(**asked)
        left = await _firsts(await litellm.acompletion(**asked, stream=True))
        return answer.choices[0].message.content, left.choices[0].delta.content

    def works() -> Any:
        left = _first(litellm.completion(**asked, stream=True))
        got = [
            litellm.completion(**asked, metadata={"tags": ["a:b"]}).choices[0].message.content,
            [each.choices[0].delta.content for each in litellm.completion(**asked, stream=True)],
            left.choices[0].delta.content,
            asyncio.run(awaits()),
        ]
        fake.fails += [json_reply({"error": {"message": "no"}}, status=400)]
        return [*got, _error_of(lambda: litellm.completion(**asked, num_retries=0))]

    yield works
    litellm.callbacks = []
    for name in ("input", "success", "failure", "_async_success", "_async_failure"):
        setattr(litellm, f"{name}_callback", [])


@contextmanager
def langchain_host(tc: truecompute.Client, fake: FakeProvider) -> Iterator[Works]:
    model = ChatOpenAI(
        model="gpt-4o", api_key=SecretStr("k"), base_url=f"{fake.url}/v1", stream_usage=True,
        max_retries=0,
        callbacks=[TrueComputeCallback(tc)],
    )  # fmt: skip
    tc.wrap(model.root_client)
    older = Completions(
        model="gpt-3.5-turbo-instruct", api_key=SecretStr("k"), base_url=f"{fake.url}/v1",
        max_retries=0,
        callbacks=[TrueComputeCallback(tc)],
    )  # fmt: skip

    def works() -> Any:
        got = [model.invoke("Hi").content, [each.content for each in model.stream("Hi")]]
        fake.fails.append(json_reply({"error": {"message": "no"}}, status=400))
        got.append(_error_of(lambda: model.invoke("Hi")))
        return [*got, _error_of(lambda: older.invoke("Hi"))]

    yield works


@contextmanager
def delivery_host(_: truecompute.Client, fake: FakeProvider) -> Iterator[Works]:
    """Sends what it reports, over HTTP and through a spool, to a server that is busy at first."""
    with FakeTrueCompute().running() as server:
        url = server.url

        def works() -> Any:
            server.server.fails += [json_reply({}, status=503), json_reply({}, status=413)]
            tc = _client(url, on_drop=len)
            said: Any = None
            if tc is not None:
                said = _decorated(tc)
                with openai.OpenAI(api_key="k", base_url=f"{fake.url}/v1") as client:
                    _wraps(tc, client)
                    client.chat.completions.create(model="gpt-4o", messages=[])
                with tc.context(user="u", tags={"a": 1}), tc.tag(b=2):
                    for number in range(3):
                        tc.track(provider="acme", model="m", usage={"input": number})
                _ends(tc)
            server.server.fails.clear()
            return said is None or said == [1, [1, 2], 1, [1, 2]]

        yield works


@contextmanager
def spool_host(_: truecompute.Client, fake: FakeProvider) -> Iterator[Works]:
    with FakeTrueCompute().running() as server, TemporaryDirectory() as folder:

        def works() -> Any:
            tc = _client(server.url, spool_dir=folder)
            if tc is not None:
                tc.track(provider="acme", model="m", usage={"input": 1})
                _ends(tc)
            return "all of it"

        yield works


HOSTS: dict[str, Any] = {
    "anthropic": anthropic_host, "bedrock": bedrock_host, "cohere": cohere_host,
    "delivery": delivery_host, "google": google_host, "langchain": langchain_host,
    "litellm": litellm_host, "mistral": mistral_host, "openai": openai_host,
    "spool": spool_host,
}  # fmt: skip


def told(got: Any) -> str:
    """What was got, so that it can be compared."""

    def plain(value: Any) -> Any:
        with suppress(Exception):
            return value.model_dump(mode="json")
        return str(value)

    return json.dumps(got, default=plain)
