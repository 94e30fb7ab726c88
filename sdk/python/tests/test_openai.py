"""The real openai client, wrapped, against a server that answers as OpenAI documents it."""

import asyncio
import copy
import gc
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, AzureOpenAI, OpenAI
from openai.resources.chat import Chat

import truecompute
from fakes.openai import CHAT_USAGE, IMAGE_USAGE, MODEL, RESPONSE_USAGE
from fakes.recorder import Recorder
from fakes.server import FakeProvider, Reply, json_reply
from truecompute.testing import Answer, RecordingTransport
from truecompute.wrappers._operations import operation_of

ASKED: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture
def client(provider: FakeProvider, recorder: Recorder) -> Iterator[OpenAI]:
    with OpenAI(api_key="k", base_url=f"{provider.url}/v1", max_retries=0) as made:
        yield recorder.client.wrap(made)


def test_a_chat_is_told_with_its_usage_as_the_provider_gave_it(
    client: OpenAI, recorder: Recorder, provider: FakeProvider
) -> None:
    answer = client.chat.completions.create(**ASKED)
    assert answer.choices[0].message.content == "Hello!"
    event = recorder.event
    assert event["provider"] == "openai"
    assert event["api_base"] == f"{provider.url}/v1/"
    assert (event["model"], event["requested_model"]) == (MODEL, "gpt-4o")
    assert event["provider_usage"] == CHAT_USAGE
    assert event["service_tier"] == "default"
    assert event["operation"] == "chat"
    assert event["status"] == "success"
    assert event["provider_request_id"] == "chatcmpl-1"
    assert isinstance(event["latency_ms"], int)
    assert "usage_status" not in event
    assert "Hi" not in str(event)
    assert "Hello" not in str(event)


def test_the_answer_is_the_same_type_with_the_same_fields_as_without(
    client: OpenAI, provider: FakeProvider
) -> None:
    with OpenAI(api_key="k", base_url=f"{provider.url}/v1") as bare:
        wrapped, plain = (c.chat.completions.create(**ASKED) for c in (client, bare))
    assert type(wrapped) is type(plain)
    assert wrapped.to_dict() == plain.to_dict()
    assert type(client) is OpenAI


def _chunks(stream: Any) -> list[Any]:
    return [chunk.to_dict() for chunk in stream]


def test_a_stream_is_asked_for_its_usage_and_the_caller_sees_no_chunk_more(
    client: OpenAI, recorder: Recorder, provider: FakeProvider
) -> None:
    with OpenAI(api_key="k", base_url=f"{provider.url}/v1") as bare:
        plain = _chunks(bare.chat.completions.create(**ASKED, stream=True))
    seen = _chunks(client.chat.completions.create(**ASKED, stream=True))
    assert [chunk | {"usage": None} for chunk in plain] == seen
    assert provider.requests[-1].body["stream_options"] == {"include_usage": True}
    assert recorder.event["provider_usage"] == CHAT_USAGE
    assert "usage_status" not in recorder.event
    assert isinstance(recorder.event["time_to_first_token_ms"], int)


def test_a_caller_who_asked_for_the_usage_gets_its_chunk(
    client: OpenAI, recorder: Recorder
) -> None:
    options: Any = {"include_usage": True}
    seen = _chunks(client.chat.completions.create(**ASKED, stream=True, stream_options=options))
    assert seen[-1]["choices"] == []
    assert seen[-1]["usage"] == CHAT_USAGE
    assert recorder.event["provider_usage"] == CHAT_USAGE


def test_a_caller_who_asked_in_the_extra_body_for_the_usage_gets_its_chunk(
    client: OpenAI, recorder: Recorder
) -> None:
    wish: Any = {"stream_options": {"include_usage": True}}
    seen = _chunks(client.chat.completions.create(**ASKED, stream=True, extra_body=wish))
    assert seen[-1]["usage"] == CHAT_USAGE
    assert recorder.event["provider_usage"] == CHAT_USAGE


def test_other_options_of_a_stream_in_the_extra_body_are_kept_beside_the_wish(
    client: OpenAI, recorder: Recorder, provider: FakeProvider
) -> None:
    extra: Any = {"stream_options": {"include_obfuscation": False}, "seed": 7}
    assert len(_chunks(client.chat.completions.create(**ASKED, stream=True, extra_body=extra))) == 4
    sent = provider.requests[-1].body
    assert sent["stream_options"] == {"include_obfuscation": False, "include_usage": True}
    assert sent["seed"] == 7
    assert recorder.event["provider_usage"] == CHAT_USAGE
    assert extra["stream_options"] == {"include_obfuscation": False}


NAMED: list[Any] = [
    {"error": {"message": "Unrecognized request argument supplied: stream_options"}},
    {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"]}]},
    {"error": {"message": "unknown field", "param": "stream_options.include_usage"}},
    None,
]


@pytest.mark.parametrize("refusal", NAMED)
def test_a_service_that_does_not_know_stream_options_is_asked_without(
    client: OpenAI, recorder: Recorder, provider: FakeProvider, refusal: Any
) -> None:
    answer = Reply(b"", status=400) if refusal is None else json_reply(refusal, status=400)
    provider.fails.append(answer)
    assert len(_chunks(client.chat.completions.create(**ASKED, stream=True))) == 4
    assert "stream_options" not in provider.requests[-1].body
    assert "provider_usage" not in recorder.event
    _chunks(client.chat.completions.create(**ASKED, stream=True))
    assert len(provider.requests) == 3


def test_a_service_that_refuses_the_wish_later_is_asked_without(
    client: OpenAI, recorder: Recorder, provider: FakeProvider
) -> None:
    """As a gateway does whose models are of many makers."""
    _chunks(client.chat.completions.create(**ASKED, stream=True))
    provider.fails.append(json_reply(NAMED[0], status=400))
    assert len(_chunks(client.chat.completions.create(**ASKED, stream=True))) == 4


def test_a_bad_request_raises_the_same_error_and_is_one_failed_call(
    client: OpenAI, recorder: Recorder, provider: FakeProvider
) -> None:
    refusal = json_reply({"error": {"message": "no such model"}}, status=400)
    provider.fails += [refusal, refusal]
    with pytest.raises(openai.BadRequestError, match="no such model"):
        client.chat.completions.create(**ASKED, stream=True)
    event = recorder.event
    assert (event["status"], event["error_code"]) == ("error", "BadRequestError")
    assert event["model"] == "gpt-4o"
    assert "provider_usage" not in event
    assert len(provider.requests) == 2  # it might have been for the wish
    _chunks(client.chat.completions.create(**ASKED, stream=True))
    assert recorder.events[-1]["provider_usage"] == CHAT_USAGE
    provider.fails.append(refusal)
    with pytest.raises(openai.BadRequestError, match="no such model"):
        client.chat.completions.create(**ASKED, stream=True)
    assert len(provider.requests) == 4


def test_a_service_that_was_asked_without_once_is_not_asked_with_it_again(
    client: OpenAI, recorder: Recorder, provider: FakeProvider
) -> None:
    vague = json_reply({"error": {"message": "Invalid request: unexpected field"}}, status=400)
    provider.fails.append(vague)
    assert len(_chunks(client.chat.completions.create(**ASKED, stream=True))) == 4
    provider.fails.append(vague)
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(**ASKED)
    _chunks(client.chat.completions.create(**ASKED, stream=True))
    assert "stream_options" not in provider.requests[-1].body
    assert len(provider.requests) == 4


def _exhausts(stream: Any) -> None:
    list(stream)


def _breaks(stream: Any) -> None:
    for _ in stream:
        break


def _closes(stream: Any) -> None:
    next(stream)
    stream.close()


def _leaves_with(stream: Any) -> None:
    with stream:
        next(stream)


def _raises_in_the_loop(stream: Any) -> None:
    def read() -> None:
        for _ in stream:
            raise KeyError

    with pytest.raises(KeyError):
        read()


def _drops_unread(stream: Any) -> None:
    """Nothing: the stream is garbage."""


def _closes_the_response(stream: Any) -> None:
    next(stream)
    stream.response.close()


ENDS = [_exhausts, _breaks, _closes, _leaves_with, _raises_in_the_loop, _drops_unread,
        _closes_the_response]  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("is_asked", [True, False])
def test_every_end_of_a_stream_is_one_event(
    client: OpenAI, recorder: Recorder, end: Callable[[Any], None], is_asked: bool
) -> None:
    options: dict[str, Any] = {"stream_options": {"include_usage": True}} if is_asked else {}
    end(client.chat.completions.create(**ASKED, stream=True, **options))
    event = recorder.event
    assert event["status"] == "success"
    if end is _exhausts:
        assert event["provider_usage"] == CHAT_USAGE
    else:
        assert event["usage_status"] == "missing"
    gc.collect()
    assert len(recorder.events) == 1


def test_a_break_is_told_at_the_next_flush_although_the_stream_is_still_held(
    client: OpenAI, recorder: Recorder
) -> None:
    stream = client.chat.completions.create(**ASKED, stream=True)
    _breaks(stream)
    assert recorder.event["usage_status"] == "missing"
    assert len(list(stream)) == 3
    assert len(recorder.events) == 1


def test_a_stream_that_is_read_on_after_a_break_is_whole(
    client: OpenAI, recorder: Recorder
) -> None:
    stream = client.chat.completions.create(**ASKED, stream=True)
    _breaks(stream)
    list(stream)
    assert recorder.event["provider_usage"] == CHAT_USAGE
    assert "usage_status" not in recorder.event


def test_a_stream_that_breaks_off_raises_as_ever_and_is_a_failed_call_of_unknown_cost(
    client: OpenAI, recorder: Recorder, provider: FakeProvider
) -> None:
    provider.breaks_after = 2
    stream = client.chat.completions.create(**ASKED, stream=True)
    with pytest.raises(Exception, match=r"."):
        list(stream)
    assert recorder.event["status"] == "error"
    assert recorder.event["usage_status"] == "missing"


def test_raw_responses_are_read_too(client: OpenAI, recorder: Recorder) -> None:
    raw = client.chat.completions.with_raw_response.create(**ASKED)
    assert raw.headers["x-request-id"] == "req_1"
    assert raw.parse().choices[0].message.content == "Hello!"
    assert recorder.event["provider_usage"] == CHAT_USAGE


def test_the_stream_of_a_raw_response_is_watched(client: OpenAI, recorder: Recorder) -> None:
    raw = client.chat.completions.with_raw_response.create(**ASKED, stream=True)
    assert len(list(raw.parse())) == 4
    assert recorder.event["provider_usage"] == CHAT_USAGE


@pytest.mark.parametrize("is_stream", [False, True])
def test_a_streaming_response_is_watched_as_its_bytes_are_read(
    client: OpenAI, recorder: Recorder, is_stream: bool
) -> None:
    options: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
    with client.chat.completions.with_streaming_response.create(
        **ASKED, **(options if is_stream else {})
    ) as response:
        assert list(response.iter_lines())
    assert recorder.event["provider_usage"] == CHAT_USAGE
    assert "usage_status" not in recorder.event


def test_a_streaming_response_can_be_parsed(client: OpenAI, recorder: Recorder) -> None:
    with client.chat.completions.with_streaming_response.create(**ASKED) as response:
        assert response.parse().id == "chatcmpl-1"
    assert recorder.event["provider_usage"] == CHAT_USAGE


def test_the_stream_helper_counts_once(client: OpenAI, recorder: Recorder) -> None:
    with client.chat.completions.stream(**ASKED) as stream:
        for _ in stream:
            pass
        assert stream.get_final_completion().choices[0].message.content == "Hello!"
    assert recorder.event["provider_usage"] == CHAT_USAGE


def test_parsing_counts_once(client: OpenAI, recorder: Recorder) -> None:
    client.chat.completions.parse(**ASKED)
    assert recorder.event["provider_usage"] == CHAT_USAGE


@pytest.mark.parametrize("is_stream", [False, True])
def test_a_response_is_told_with_its_web_searches(
    client: OpenAI, recorder: Recorder, is_stream: bool
) -> None:
    answer = client.responses.create(model="gpt-4o", input="Hi", stream=is_stream)
    if is_stream:
        assert len(list(answer)) == 7
    event = recorder.event
    assert event["provider_usage"] == RESPONSE_USAGE
    assert event["usage"] == {"web_searches": 1}
    assert event["provider_request_id"] == "resp_1"
    assert event["operation"] == "chat"


def test_the_stream_helper_of_responses_counts_once(client: OpenAI, recorder: Recorder) -> None:
    with client.responses.stream(model="gpt-4o", input="Hi") as stream:
        for _ in stream:
            pass
    assert recorder.event["provider_usage"] == RESPONSE_USAGE


def test_a_response_made_in_the_background_counts_when_it_is_there_and_once(
    client: OpenAI, recorder: Recorder
) -> None:
    client.responses.create(model="gpt-4o", input="Hi", background=True)
    assert recorder.events == []
    for _ in range(2):
        client.responses.retrieve("resp_1")
    one, other = recorder.events
    assert one["provider_usage"] == RESPONSE_USAGE
    assert one["id"] == other["id"]


def test_embeddings_images_speech_and_transcripts_are_told(
    client: OpenAI, recorder: Recorder
) -> None:
    client.embeddings.create(model="text-embedding-3-small", input=["a", "b"])
    client.images.generate(model="gpt-image-1", prompt="a cat")
    client.images.generate(model="dall-e-3", prompt="a cat")
    client.audio.speech.create(model="tts-1", voice="alloy", input="Hello there")
    client.audio.transcriptions.create(model="whisper-1", file=("a.mp3", b"ID3"))
    embedding, image, old_image, speech, transcript = recorder.events
    assert embedding["provider_usage"] == {"prompt_tokens": 8, "total_tokens": 8}
    assert embedding["provider_request_id"] == "req_2"
    assert image["provider_usage"] == IMAGE_USAGE
    assert old_image["usage"] == {"images": 1}
    assert (speech["usage"], speech["model"]) == ({"characters": 11}, "tts-1")
    assert transcript["provider_usage"] == {"type": "duration", "seconds": 12}
    operations = [event["operation"] for event in recorder.events]
    assert operations == ["embeddings", "image_generation", "image_generation", "speech",
                          "transcription"]  # fmt: skip


UNBILLED: list[Callable[[OpenAI], Any]] = [
    lambda client: client.uploads.complete("upload_1", part_ids=["part_1"]),
    lambda client: client.beta.threads.messages.create("thread_1", role="user", content="Hi"),
    lambda client: client.post("/threads/thread_1/responses", cast_to=object),
    lambda client: client.responses.cancel("resp_1"),
]


@pytest.mark.parametrize("use", UNBILLED)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # openai's own
def test_what_only_ends_like_a_call_of_a_model_is_none_and_passes_without_room(
    provider: FakeProvider, use: Callable[[OpenAI], Any]
) -> None:
    transport = RecordingTransport(reserve=lambda _: Answer(402))
    with (
        truecompute.Client(transport=transport) as tc,
        OpenAI(api_key="k", base_url=f"{provider.url}/v1", max_retries=0) as made,
    ):
        with suppress(openai.NotFoundError):
            use(tc.wrap(made, enforce=True))
        assert tc.flush(10)
    assert len(provider.requests) == 1
    assert transport.wishes == transport.events == []


PATHS = [
    "/chat/completions", "chat/completions", "/v1/chat/completions", "/openai/v1/chat/completions",
    "/deployments/gpt-4o/chat/completions", "/openai/deployments/gpt-4o/chat/completions",
    "https://gateway.example/team/v1/chat/completions", "https://api.example/chat/completions",
    "/v1beta/openai/chat/completions", "/chat/completions?api-version=2024-10-21",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_call_of_a_model_is_one_below_every_base(path: str) -> None:
    found = operation_of("post", path)
    assert found is not None
    assert found.name == "chat"


def test_listing_models_is_no_call(client: OpenAI, recorder: Recorder) -> None:
    with pytest.raises(openai.NotFoundError):
        client.models.list()
    assert recorder.events == []


def test_azure_is_azure(recorder: Recorder, provider: FakeProvider) -> None:
    with AzureOpenAI(api_key="k", azure_endpoint=provider.url, api_version="2024-10-21") as client:
        recorder.client.wrap(client).chat.completions.create(**ASKED)
    assert recorder.event["provider"] == "azure"
    assert recorder.event["provider_usage"] == CHAT_USAGE


def test_copies_of_a_wrapped_client_count_too(client: OpenAI, recorder: Recorder) -> None:
    client.with_options(timeout=5).chat.completions.create(**ASKED)
    client.copy().with_options(max_retries=1).chat.completions.create(**ASKED)
    assert len(recorder.events) == 2


def test_wrapping_twice_counts_once(client: OpenAI, recorder: Recorder) -> None:
    assert recorder.client.wrap(client) is client
    client.chat.completions.create(**ASKED)
    assert len(recorder.events) == 1


def test_a_copy_made_with_copy_is_one_of_a_bare_client(
    client: OpenAI, recorder: Recorder, provider: FakeProvider
) -> None:
    other = copy.copy(client)
    other.api_key, other.base_url = "other", f"{provider.url}/other/v1"
    Chat(other).completions.create(**ASKED)
    assert provider.requests[-1].headers["authorization"] == "Bearer other"
    assert provider.requests[-1].path == "/other/v1/chat/completions"
    assert recorder.events == []


def test_a_copy_made_with_copy_that_is_wrapped_counts_once(
    client: OpenAI, recorder: Recorder
) -> None:
    other = recorder.client.wrap(copy.copy(client))
    Chat(other).completions.create(**ASKED)
    assert len(recorder.events) == 1
    client.chat.completions.create(**ASKED)
    assert len(recorder.events) == 2


def test_what_the_program_put_around_a_wrapped_call_stays_when_it_is_unwrapped(
    client: OpenAI, recorder: Recorder
) -> None:
    seen: list[Any] = []
    wrapped = client.request

    def request(*args: Any, **kwargs: Any) -> Any:
        seen.append(args)
        return wrapped(*args, **kwargs)

    client.request = request  # type: ignore[method-assign]
    truecompute.unwrap(client)
    client.chat.completions.create(**ASKED)
    assert len(seen) == 1
    assert recorder.events == []
    recorder.client.wrap(client).chat.completions.create(**ASKED)
    assert len(seen) == 2
    assert len(recorder.events) == 1


def test_a_wrapped_client_is_not_kept_alive(recorder: Recorder, provider: FakeProvider) -> None:
    made = recorder.client.wrap(OpenAI(api_key="k", base_url=f"{provider.url}/v1"))
    made.chat.completions.create(**ASKED)
    known = weakref.ref(made)
    made.close()
    del made
    gc.collect()
    assert known() is None
    assert len(recorder.events) == 1


def test_unwrapping_undoes_it(client: OpenAI, recorder: Recorder) -> None:
    assert truecompute.unwrap(client) is client
    assert "request" not in vars(client)
    client.chat.completions.create(**ASKED)
    assert recorder.events == []


def test_what_was_said_around_a_call_is_told_with_it(client: OpenAI, recorder: Recorder) -> None:
    with truecompute.context(project="checkout", user="u_123", session="s_9", tags={"a": "b"}):
        client.chat.completions.create(**ASKED)
    event = recorder.event
    assert (event["project"], event["user"], event["session"]) == ("checkout", "u_123", "s_9")
    assert event["tags"] == {"a": "b"}


def _asynchronously(provider: FakeProvider, recorder: Recorder, use: Callable[..., Any]) -> None:
    async def run() -> None:
        async with AsyncOpenAI(api_key="k", base_url=provider.url, max_retries=0) as client:
            await use(recorder.client.wrap(client))

    asyncio.run(run())


def test_an_awaited_chat_is_told(provider: FakeProvider, recorder: Recorder) -> None:
    async def use(client: AsyncOpenAI) -> None:
        answer = await client.chat.completions.create(**ASKED)
        assert answer.choices[0].message.content == "Hello!"

    _asynchronously(provider, recorder, use)
    assert recorder.event["provider_usage"] == CHAT_USAGE


async def _awaits_all(stream: Any) -> None:
    assert len([chunk async for chunk in stream if chunk.choices]) == 4


async def _breaks_async(stream: Any) -> None:
    async for _ in stream:
        break


async def _closes_async(stream: Any) -> None:
    await anext(stream)
    await stream.close()


async def _leaves_async_with(stream: Any) -> None:
    async with stream:
        await anext(stream)


async def _is_cancelled(stream: Any) -> None:
    async def read() -> None:
        async for _ in stream:
            await asyncio.Event().wait()

    task = asyncio.create_task(read())
    while not stream._iterator._watch.seen.has_content:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def _raises_in_the_async_loop(stream: Any) -> None:
    async def read() -> None:
        async for _ in stream:
            raise KeyError

    with pytest.raises(KeyError):
        await read()


async def _closes_the_async_response(stream: Any) -> None:
    await anext(stream)
    await stream.response.aclose()


async def _drops_async(stream: Any) -> None:
    """Nothing."""


ASYNC_ENDS = [_awaits_all, _breaks_async, _closes_async, _leaves_async_with, _is_cancelled,
              _raises_in_the_async_loop, _closes_the_async_response, _drops_async]  # fmt: skip


@pytest.mark.parametrize("end", ASYNC_ENDS)
@pytest.mark.parametrize("is_asked", [True, False])
def test_every_end_of_an_awaited_stream_is_one_event(
    provider: FakeProvider, recorder: Recorder, end: Callable[[Any], Any], is_asked: bool
) -> None:
    options: dict[str, Any] = {"stream_options": {"include_usage": True}} if is_asked else {}

    async def use(client: AsyncOpenAI) -> None:
        await end(await client.chat.completions.create(**ASKED, stream=True, **options))

    _asynchronously(provider, recorder, use)
    event = recorder.event
    assert event["status"] == "success"
    if end is _awaits_all:
        assert event["provider_usage"] == CHAT_USAGE
    else:
        assert event["usage_status"] == "missing"
    gc.collect()
    assert len(recorder.events) == 1


def test_a_cancelled_wait_for_an_awaited_chunk_is_a_cut_stream(
    provider: FakeProvider, recorder: Recorder
) -> None:
    provider.holds_after = 1

    async def use(client: AsyncOpenAI) -> None:
        stream = await client.chat.completions.create(**ASKED, stream=True)
        await anext(stream)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(anext(stream), 0.2)
        provider.release.set()

    _asynchronously(provider, recorder, use)
    assert (recorder.event["status"], recorder.event["usage_status"]) == ("success", "missing")


def test_an_awaited_raw_stream_is_watched(provider: FakeProvider, recorder: Recorder) -> None:
    async def use(client: AsyncOpenAI) -> None:
        raw = await client.chat.completions.with_raw_response.create(**ASKED, stream=True)
        stream = raw.parse()
        assert len([chunk async for chunk in stream]) == 4

    _asynchronously(provider, recorder, use)
    assert recorder.event["provider_usage"] == CHAT_USAGE


def test_an_unknown_object_is_refused_when_it_is_wrapped(recorder: Recorder) -> None:
    with pytest.raises(truecompute.UnsupportedClient, match=r"builtins\.dict is no client"):
        recorder.client.wrap({})
    with pytest.raises(truecompute.UnsupportedClient, match="the class"):
        recorder.client.wrap(OpenAI)
