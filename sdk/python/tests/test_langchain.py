"""LangChain's real chat model of OpenAI with the callback, against a server that answers as it."""

import asyncio
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_openai import ChatOpenAI
from openai import BadRequestError
from pydantic import SecretStr

import truecompute
from fakes.openai import CHAT_USAGE, MODEL
from fakes.recorder import Recorder
from fakes.server import FakeProvider, json_reply
from truecompute.langchain import TrueComputeCallback


def _model(provider: FakeProvider, recorder: Recorder, **options: Any) -> ChatOpenAI:
    return ChatOpenAI(
        model="gpt-4o",
        base_url=f"{provider.url}/v1",
        api_key=SecretStr("k"),
        max_retries=0,
        callbacks=[TrueComputeCallback(recorder.client)],
        **options,
    )


def test_a_call_is_told_with_the_usage_of_the_provider(
    provider: FakeProvider, recorder: Recorder
) -> None:
    with truecompute.context(project="checkout"):
        assert _model(provider, recorder).invoke("Hi").content == "Hello!"
    event = recorder.event
    assert (event["provider"], event["model"]) == ("openai", MODEL)
    usage = event["provider_usage"]
    assert {name: usage[name] for name in ("prompt_tokens", "completion_tokens")} == {
        "prompt_tokens": CHAT_USAGE["prompt_tokens"],
        "completion_tokens": CHAT_USAGE["completion_tokens"],
    }
    assert event["provider_request_id"] == "chatcmpl-1"
    assert event["project"] == "checkout"
    assert "Hi" not in str(event)


def test_a_stream_is_told(provider: FakeProvider, recorder: Recorder) -> None:
    assert list(_model(provider, recorder, stream_usage=True).stream("Hi"))
    event = recorder.event
    assert event["provider_usage"]["input_tokens"] == 1200
    assert event["provider_usage"]["input_token_details"]["cache_read"] == 800
    assert "time_to_first_token_ms" in event


def test_an_awaited_call_is_told(provider: FakeProvider, recorder: Recorder) -> None:
    asyncio.run(_model(provider, recorder).ainvoke("Hi"))
    assert recorder.event["provider_usage"]["prompt_tokens"] == 1200


def test_a_failure_is_told(provider: FakeProvider, recorder: Recorder) -> None:
    provider.fails.append(json_reply({"error": {"message": "no"}}, status=400))
    with pytest.raises(BadRequestError):
        _model(provider, recorder).invoke("Hi")
    event = recorder.event
    assert (event["status"], event["error_code"], event["model"]) == (
        "error", "OpenAIInvalidRequestError", "gpt-4o",
    )  # fmt: skip


def test_a_model_that_tells_no_usage_is_told_all_the_same(recorder: Recorder) -> None:
    model = FakeListChatModel(responses=["Hello!"])
    model.invoke("Hi", config={"callbacks": [TrueComputeCallback(recorder.client)]})
    assert "provider_usage" not in recorder.event


def test_a_stream_whose_reader_leaves_is_a_success_of_which_part_is_known(
    provider: FakeProvider, recorder: Recorder
) -> None:
    stream = _model(provider, recorder).stream("Hi")
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert (recorder.event["status"], recorder.event["usage_status"]) == ("success", "missing")
