"""The real clients of groq and together, wrapped, against a server that answers as they do."""

import asyncio
from typing import Any

import pytest
from groq import AsyncGroq, Groq
from together import AsyncTogether, Together

from fakes.openai import PLAIN_USAGE
from fakes.recorder import Recorder
from fakes.server import FakeProvider

ASKED: dict[str, Any] = {"model": "llama-3.3-70b", "messages": [{"role": "user", "content": "Hi"}]}
CLIENTS = [(Groq, AsyncGroq, "groq"), (Together, AsyncTogether, "together")]


@pytest.mark.parametrize(("kind", "_", "name"), CLIENTS)
def test_chats_and_streams_are_told(
    kind: Any, _: Any, name: str, provider: FakeProvider, recorder: Recorder
) -> None:
    with kind(api_key="k", base_url=provider.url) as made:
        client = recorder.client.wrap(made)
        client.chat.completions.create(**ASKED)
        assert len(list(client.chat.completions.create(**ASKED, stream=True))) >= 4
    assert [event["provider"] for event in recorder.events] == [name, name]
    assert recorder.events[0]["provider_usage"] == PLAIN_USAGE
    assert "stream_options" not in provider.requests[-1].body


@pytest.mark.parametrize(("_", "kind", "name"), CLIENTS)
def test_awaited_chats_and_streams_are_told(
    _: Any, kind: Any, name: str, provider: FakeProvider, recorder: Recorder
) -> None:
    async def run() -> None:
        async with kind(api_key="k", base_url=provider.url) as made:
            client = recorder.client.wrap(made)
            await client.chat.completions.create(**ASKED)
            stream = await client.chat.completions.create(**ASKED, stream=True)
            assert len([chunk async for chunk in stream]) >= 4

    asyncio.run(run())
    assert [event["provider"] for event in recorder.events] == [name, name]


def test_groq_has_the_usage_of_a_stream_below_a_name_of_its_own(
    provider: FakeProvider, recorder: Recorder
) -> None:
    from truecompute._calls import Seen
    from truecompute.wrappers._operations import CHAT

    seen = Seen()
    CHAT.sees({"choices": [], "x_groq": {"id": "req_9", "usage": {"prompt_tokens": 3}}}, seen)
    assert (seen.usage, seen.request_id) == ({"prompt_tokens": 3}, "req_9")
