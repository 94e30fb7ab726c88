"""The real litellm with the callback, against a server that answers as OpenAI and Anthropic do."""

import asyncio
import gc
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import litellm
import pytest

import truecompute
from fakes import anthropic
from fakes.openai import CHAT_USAGE, MODEL
from fakes.recorder import Recorder
from fakes.server import FakeProvider, json_reply
from truecompute.litellm import TrueComputeLogger

MESSAGES = [{"role": "user", "content": "Hi"}]
pytestmark = pytest.mark.filterwarnings("ignore")  # litellm's own


@pytest.fixture(autouse=True)
def callback(recorder: Recorder) -> Iterator[None]:
    litellm.callbacks = [TrueComputeLogger(recorder.client)]
    yield
    litellm.callbacks = []
    litellm.success_callback = []
    litellm.failure_callback = []
    litellm._async_success_callback = []
    litellm._async_failure_callback = []
    litellm.in_memory_llm_clients_cache.flush_cache()  # type: ignore[no-untyped-call]
    gc.collect()  # its clients' sockets here, where a warning of them is litellm's own


def _told(recorder: Recorder, count: int = 1) -> list[dict[str, Any]]:
    """LiteLLM calls back from a thread of its own."""
    from tests.processes import eventually

    eventually(lambda: len(recorder.events) >= count)
    return recorder.events


def test_a_completion_is_told(recorder: Recorder, provider: FakeProvider) -> None:
    litellm.completion(
        model="openai/gpt-4o", messages=MESSAGES, api_base=f"{provider.url}/v1", api_key="k"
    )
    (event,) = _told(recorder)
    assert event["provider"] == "openai"
    assert event["provider_usage"]["usage_object"]["prompt_tokens"] == CHAT_USAGE["prompt_tokens"]
    assert event["provider_request_id"] == "chatcmpl-1"
    assert event["model"] in ("gpt-4o", MODEL)
    assert "Hi" not in str(event)


def test_a_stream_is_told_once(recorder: Recorder, provider: FakeProvider) -> None:
    stream = litellm.completion(
        model="openai/gpt-4o",
        messages=MESSAGES,
        api_base=f"{provider.url}/v1",
        api_key="k",
        stream=True,
        stream_options={"include_usage": True},
    )
    assert list(stream)
    (event,) = _told(recorder)
    assert event["provider_usage"]["usage_object"]["completion_tokens"] == 300


def _asked(provider: FakeProvider) -> dict[str, Any]:
    base = f"{provider.url}/v1"
    return {"model": "openai/gpt-4o", "messages": MESSAGES, "api_base": base, "api_key": "k"}


def test_what_was_said_around_a_call_is_told_although_its_end_is_told_in_another_thread(
    recorder: Recorder, provider: FakeProvider
) -> None:
    with truecompute.context(project="shop", user="u_1", tags={"a": "b"}):
        stream = litellm.completion(**_asked(provider), stream=True)
    assert list(stream)
    (event,) = _told(recorder)
    assert (event["project"], event["user"], event["tags"]["a"]) == ("shop", "u_1", "b")


def test_a_stream_that_is_left_is_told_when_nothing_holds_it(
    recorder: Recorder, provider: FakeProvider
) -> None:
    with truecompute.context(project="shop"):
        for _ in litellm.completion(**_asked(provider), stream=True):
            break
    (event,) = _told(recorder)
    assert (event["status"], event["usage_status"]) == ("success", "missing")
    assert (event["provider"], event["model"], event["project"]) == ("openai", "gpt-4o", "shop")
    assert event["operation"] == "chat"


def test_an_awaited_stream_that_is_left_is_told_too(
    recorder: Recorder, provider: FakeProvider
) -> None:
    async def run() -> None:
        async for _ in await litellm.acompletion(**_asked(provider), stream=True):
            break

    asyncio.run(run())
    (event,) = _told(recorder)
    assert event["usage_status"] == "missing"


def test_another_provider_is_told_as_itself(recorder: Recorder, provider: FakeProvider) -> None:
    litellm.completion(
        model="anthropic/claude-opus-4-8",
        messages=MESSAGES,
        api_base=f"{provider.url}/v1/messages",
        api_key="k",
    )
    (event,) = _told(recorder)
    assert (event["provider"], event["model"]) == ("anthropic", anthropic.MODEL)


def test_a_failure_is_told(recorder: Recorder, provider: FakeProvider) -> None:
    provider.fails += [json_reply({"error": {"message": "no"}}, status=400)] * 3
    with pytest.raises(litellm.exceptions.BadRequestError):
        litellm.completion(
            model="openai/gpt-4o", messages=MESSAGES, api_base=f"{provider.url}/v1", api_key="k"
        )
    (event,) = _told(recorder)
    assert (event["status"], event["error_code"]) == ("error", "BadRequestError")


def test_an_awaited_completion_is_told_once(recorder: Recorder, provider: FakeProvider) -> None:
    async def run() -> None:
        await litellm.acompletion(
            model="openai/gpt-4o", messages=MESSAGES, api_base=f"{provider.url}/v1", api_key="k"
        )
        for _ in range(200):
            if recorder.client.stats().produced:
                break
            await asyncio.sleep(0.01)

    asyncio.run(run())
    (event,) = _told(recorder)
    assert event["operation"] == "chat"


def test_what_older_releases_tell_beside_the_log_is_read(recorder: Recorder) -> None:
    """They named neither the provider nor the usage, nor the class of an error, in the log."""
    logger, start = TrueComputeLogger(recorder.client), datetime.now(timezone.utc)
    log = {"id": "chatcmpl-1", "call_type": "completion", "model": "gpt-4o", "hidden_params": {}}
    beside = {"custom_llm_provider": "openai", "standard_logging_object": log}
    answer = litellm.ModelResponse(usage=litellm.Usage(prompt_tokens=12, completion_tokens=30))
    logger.log_success_event(beside, answer, start, start)
    log["status"] = "failure"
    logger.log_failure_event({**beside, "exception": ValueError("no")}, None, start, start)
    told, failed = recorder.events
    assert told["provider"] == failed["provider"] == "openai"
    assert told["provider_usage"]["usage_object"]["completion_tokens"] == 30
    assert (failed["status"], failed["error_code"]) == ("error", "ValueError")
