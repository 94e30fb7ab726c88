"""From a provider's real client through the SDK and a running server to the cost on its API.

The costs are worked out by hand from list prices, in dollars per million tokens.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anthropic
import boto3
import cohere
import openai
import pytest
from flask import Flask
from google import genai
from groq import Groq
from langchain_openai import ChatOpenAI
from mistralai.client import Mistral
from pydantic import SecretStr
from together import Together

import truecompute
from fakes.routes import ROUTES
from fakes.server import FakeProvider
from tests.http_client import Team, application, found
from tests.integration.database import PostgresServer, temporary_database
from tests.integration.sdk.clients import openais
from tests.integration.server import served
from truecompute.langchain import TrueComputeCallback

MESSAGES: Any = [{"role": "user", "content": "Hi"}]


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    with FakeProvider(ROUTES).running() as fake:
        yield fake


@pytest.fixture(scope="module")
def running(
    postgres: PostgresServer, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, str]]:
    """The application for what people do, and the address of a server on the same database."""
    log = tmp_path_factory.mktemp("served") / "log"
    with (
        temporary_database(postgres, migrated_template) as database,
        application(database) as app,
        served(database, Path(log)) as url,
    ):
        yield app, url


@pytest.fixture
def team(running: tuple[Flask, str]) -> Team:
    return found(running[0])


@pytest.fixture
def tc(running: tuple[Flask, str], team: Team) -> Iterator[truecompute.Client]:
    with truecompute.Client(api_key=team.key, base_url=running[1]) as client:
        yield client
    stats = client.stats()
    assert (stats.dropped, stats.failures) == (0, 0)


def _openai(provider: FakeProvider) -> openai.OpenAI:
    return openai.OpenAI(api_key="k", http_client=openais(provider))


def calls_openai(tc: truecompute.Client, provider: FakeProvider) -> None:
    with _openai(provider) as client:
        tc.wrap(client).chat.completions.create(model="gpt-4o", messages=MESSAGES)


def streams_openai(tc: truecompute.Client, provider: FakeProvider) -> None:
    with _openai(provider) as client:
        stream = tc.wrap(client).chat.completions.create(
            model="gpt-4o", messages=MESSAGES, stream=True
        )
        assert len(list(stream)) == 4


def calls_anthropic(tc: truecompute.Client, provider: FakeProvider) -> None:
    with anthropic.Anthropic(api_key="k", base_url=provider.url) as client:
        tc.wrap(client).messages.create(model="claude-opus-latest", max_tokens=9, messages=MESSAGES)


def streams_anthropic(tc: truecompute.Client, provider: FakeProvider) -> None:
    with (
        anthropic.Anthropic(api_key="k", base_url=provider.url) as client,
        tc.wrap(client).messages.stream(
            model="claude-opus-latest", max_tokens=9, messages=MESSAGES
        ) as stream,
    ):
        stream.until_done()


def calls_google(tc: truecompute.Client, provider: FakeProvider) -> None:
    options = genai.types.HttpOptions(base_url=provider.url)
    client = genai.Client(api_key="k", http_options=options)
    tc.wrap(client).models.generate_content(model="gemini-2.5-flash", contents="Hi")
    client.close()


def calls_mistral(tc: truecompute.Client, provider: FakeProvider) -> None:
    with Mistral(api_key="k", server_url=f"{provider.url}/mistral") as client:
        tc.wrap(client).chat.complete(model="mistral-large-latest", messages=MESSAGES)


def calls_cohere(tc: truecompute.Client, provider: FakeProvider) -> None:
    with cohere.ClientV2(api_key="k", base_url=provider.url) as client:
        tc.wrap(client).chat(model="command-a-03-2025", messages=MESSAGES)


def calls_bedrock(tc: truecompute.Client, provider: FakeProvider) -> None:
    client = boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        endpoint_url=provider.url,
    )
    tc.wrap(client).converse(
        modelId="anthropic.claude-3-5-sonnet-20241022-v2:0",
        messages=[{"role": "user", "content": [{"text": "Hi"}]}],
    )
    client.close()


def calls_groq(tc: truecompute.Client, provider: FakeProvider) -> None:
    with Groq(api_key="k", base_url=provider.url) as client:
        tc.wrap(client).chat.completions.create(model="llama-3.3-70b-versatile", messages=MESSAGES)


def calls_together(tc: truecompute.Client, provider: FakeProvider) -> None:
    with Together(api_key="k", base_url=provider.url) as client:
        tc.wrap(client).chat.completions.create(
            model="meta-llama/Llama-3.3-70B-Instruct-Turbo", messages=MESSAGES
        )


COSTS = [
    # 400 at 2.50, 800 cached at 1.25, 300 out (100 of them reasoning) at 10
    (calls_openai, "openai", "0.005"),
    (streams_openai, "openai", "0.005"),
    # 1,200 at 5, 800 read at 0.50, 60 written for five minutes at 6.25 and 40 for an hour at 10,
    # 300 at 25
    (calls_anthropic, "anthropic", "0.014675"),
    (streams_anthropic, "anthropic", "0.014675"),
    # 400 at 0.30, 800 cached at 0.03, 300 out and 100 thought at 2.50
    (calls_google, "google", "0.001144"),
    # 1,200 at 2, 300 at 6
    (calls_mistral, "mistral", "0.0042"),
    # 12 billed at 2.50, 30 at 10
    (calls_cohere, "cohere", "0.00033"),
    # 1,200 at 3, 800 read at 0.30, 300 at 15
    (calls_bedrock, "bedrock", "0.00834"),
    # 1,200 at 0.59, 300 at 0.79
    (calls_groq, "groq", "0.000945"),
    # 1,500 at 0.88
    (calls_together, "together", "0.00132"),
]


@pytest.mark.parametrize(("calls", "name", "cost"), COSTS)
def test_a_call_has_its_cost_on_the_api(
    calls: Callable[[truecompute.Client, FakeProvider], None],
    name: str,
    cost: str,
    tc: truecompute.Client,
    provider: FakeProvider,
    team: Team,
) -> None:
    with truecompute.context(project="checkout", user="u_123", tags={"feature": "summary"}):
        calls(tc, provider)
    assert tc.flush(20)
    told = team.usage(view="queries")["data"]
    assert [(row["provider"], row["cost_usd"], row["cost_source"]) for row in told] == [
        (name, cost, "computed")
    ]
    (call,) = told
    assert (call["project"], call["user"]) == ("checkout", "u_123")
    assert call["tags"] == {"feature": "summary"}


def test_a_call_that_langchain_and_the_wrapped_client_both_tell_counts_once(
    tc: truecompute.Client, provider: FakeProvider, team: Team
) -> None:
    with _openai(provider) as client:
        tc.wrap(client)
        model = ChatOpenAI(
            model="gpt-4o",
            api_key=SecretStr("k"),
            root_client=client,
            client=client.chat.completions,
            callbacks=[TrueComputeCallback(tc)],
        )
        model.invoke("Hi")
    assert tc.flush(20)
    assert tc.stats().sent == 2
    assert team.usage()["totals"]["calls"] == 1


def test_an_awaited_call_has_its_cost_too(
    tc: truecompute.Client, provider: FakeProvider, team: Team
) -> None:
    async def run() -> None:
        async with anthropic.AsyncAnthropic(api_key="k", base_url=provider.url) as client:
            await tc.wrap(client).messages.create(
                model="claude-opus-latest", max_tokens=9, messages=MESSAGES
            )

    asyncio.run(run())
    assert tc.flush(20)
    assert team.usage()["totals"]["cost_usd"] == "0.014675"


def test_a_batch_that_is_fetched_twice_counts_once_at_half_the_price(
    tc: truecompute.Client, provider: FakeProvider, team: Team
) -> None:
    with anthropic.Anthropic(api_key="k", base_url=provider.url) as client:
        for _ in range(2):
            assert len(list(tc.wrap(client).messages.batches.results("b_1"))) == 3
            assert tc.flush(20)
    totals = team.usage()["totals"]
    assert (totals["calls"], totals["cost_usd"]) == (2, "0.014675")


def test_an_interrupted_stream_costs_what_is_known_and_says_so(
    tc: truecompute.Client, provider: FakeProvider, team: Team
) -> None:
    with (
        anthropic.Anthropic(api_key="k", base_url=provider.url) as client,
        tc.wrap(client).messages.stream(
            model="claude-opus-latest", max_tokens=9, messages=MESSAGES
        ) as stream,
    ):
        next(iter(stream))
    assert tc.flush(20)
    (call,) = team.usage(view="queries")["data"]
    assert (call["usage_status"], call["cost_source"]) == ("partial", "partial")


def test_a_wrong_key_is_told_and_nothing_is_stored(
    running: tuple[Flask, str], team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    with truecompute.Client(api_key="tc_live_" + "x" * 36, base_url=running[1]) as client:
        client.track(provider="acme", model="m")
        assert client.flush(20)
    assert client.stats().dropped_by == {"refused": 1}
    assert "does not accept the API key" in caplog.text
    assert team.usage()["totals"]["calls"] == 0
