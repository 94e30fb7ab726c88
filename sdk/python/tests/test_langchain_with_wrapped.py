"""LangChain's callback beside a wrapped client: a stream that both see is one call."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI
from openai import AsyncOpenAI, OpenAI
from pydantic import SecretStr

from fakes.openai import CHAT_USAGE, MODEL
from fakes.recorder import Recorder
from fakes.server import FakeProvider
from truecompute.langchain import TrueComputeCallback

#: LangChain's models cannot be closed, and leave their connections to the garbage collection.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored:pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def _no_garbage_for_others() -> Iterator[None]:
    yield
    gc.collect()


def _clients(provider: FakeProvider) -> tuple[OpenAI, AsyncOpenAI]:
    url = f"{provider.url}/v1"
    return (
        OpenAI(api_key="k", base_url=url, max_retries=0),
        AsyncOpenAI(api_key="k", base_url=url, max_retries=0),
    )


def _model(
    provider: FakeProvider, callback: Recorder, wrapped: Recorder | None, **options: Any
) -> ChatOpenAI:
    """A model whose calls ``callback`` hears of, and ``wrapped`` sees where there is one."""
    plain, awaited = _clients(provider)
    if wrapped is not None:
        wrapped.client.wrap(plain)
        wrapped.client.wrap(awaited)
    return ChatOpenAI(
        model="gpt-4o",
        api_key=SecretStr("k"),
        root_client=plain,
        client=plain.chat.completions,
        root_async_client=awaited,
        async_client=awaited.chat.completions,
        callbacks=[TrueComputeCallback(callback.client)],
        **options,
    )


def _streams(model: ChatOpenAI) -> None:
    assert list(model.stream("Hi"))


def _awaited_streams(model: ChatOpenAI) -> None:
    async def reads() -> None:
        assert [chunk async for chunk in model.astream("Hi")]

    asyncio.run(reads())


def _invokes_with_a_stream_inside(model: ChatOpenAI) -> None:
    model.streaming = True
    assert model.invoke("Hi").content


def _leaves(model: ChatOpenAI) -> None:
    """The callback hears of the end before the wrapped client's stream is closed."""
    stream: Any = model.stream("Hi")
    next(stream)
    stream.close()


def _awaited_leaves(model: ChatOpenAI) -> None:
    async def leaves() -> None:
        stream: Any = model.astream("Hi")
        await anext(stream)
        await stream.aclose()

    asyncio.run(leaves())


WAYS = [
    _streams,
    _awaited_streams,
    _invokes_with_a_stream_inside,
    _leaves,
    _awaited_leaves,
]


@pytest.mark.parametrize("uses_responses", [False, True])
@pytest.mark.parametrize("asks_for_usage", [False, True])
@pytest.mark.parametrize("way", WAYS)
def test_a_stream_that_both_see_is_one_event(
    way: Callable[[ChatOpenAI], None],
    asks_for_usage: bool,
    uses_responses: bool,
    provider: FakeProvider,
    recorder: Recorder,
) -> None:
    options: dict[str, Any] = {"use_responses_api": uses_responses}
    way(_model(provider, recorder, recorder, stream_usage=asks_for_usage, **options))
    event = recorder.event
    assert (event["provider"], event["model"]) == ("openai", MODEL)
    assert event["status"] == "success"
    if way in (_streams, _awaited_streams, _invokes_with_a_stream_inside) and not uses_responses:
        assert event["provider_usage"] == CHAT_USAGE


def test_a_stream_that_breaks_off_is_one_event(provider: FakeProvider, recorder: Recorder) -> None:
    """The callback hears of the end after the wrapped client's stream has failed."""
    provider.breaks_after = 2
    with pytest.raises(Exception, match="Connection"):
        _streams(_model(provider, recorder, recorder))
    assert recorder.event["status"] == "error"


@pytest.mark.parametrize("asks_for_usage", [False, True])
def test_two_clients_of_ours_tell_of_it_in_the_same_words_which_the_server_counts_once(
    asks_for_usage: bool, provider: FakeProvider, recorder: Recorder
) -> None:
    other = Recorder()
    _streams(_model(provider, recorder, other, stream_usage=asks_for_usage))
    names = ("provider", "model", "provider_request_id", "provider_usage", "status")
    assert [recorder.event[name] for name in names] == [other.event[name] for name in names]
    other.client.close()


def test_streams_at_the_same_time_are_each_one_event(
    provider: FakeProvider, recorder: Recorder
) -> None:
    model = _model(provider, recorder, recorder)

    async def reads() -> None:
        await asyncio.gather(*(model.ainvoke("Hi", stream=True) for _ in range(10)))

    asyncio.run(reads())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: _streams(model), range(10)))
    assert len(recorder.events) == 20


def test_prompts_that_are_generated_together_are_each_one_event(
    provider: FakeProvider, recorder: Recorder
) -> None:
    model = _model(provider, recorder, recorder, streaming=True)
    model.generate([[HumanMessage("One")], [HumanMessage("Two")], [HumanMessage("Three")]])
    asyncio.run(model.agenerate([[HumanMessage("Four")], [HumanMessage("Five")]]))
    assert len(recorder.events) == 5


def test_each_counts_what_it_alone_sees(provider: FakeProvider, recorder: Recorder) -> None:
    plain, _ = _clients(provider)
    recorder.client.wrap(plain)
    ask: dict[str, Any] = {"model": "gpt-4o", "messages": [], "stream": True}
    before = iter(plain.chat.completions.create(**ask))
    next(before)
    for _ in _model(provider, recorder, None).stream("Hi"):  # not wrapped
        list(plain.chat.completions.create(**ask))  # by ourselves, inside its loop
    list(before)
    calls = len(provider.requests)
    assert len(recorder.events) == calls == 2 + 5


def test_a_model_of_another_kind_is_told_beside_a_wrapped_stream(
    provider: FakeProvider, recorder: Recorder
) -> None:
    plain, _ = _clients(provider)
    recorder.client.wrap(plain)
    list(plain.chat.completions.create(model="gpt-4o", messages=[], stream=True))
    callback = TrueComputeCallback(recorder.client)
    list(FakeListChatModel(responses=["Hello!"]).stream("Hi", config={"callbacks": [callback]}))
    assert len(recorder.events) == 2


def test_a_model_that_streams_another_one_first_is_told_beside_it(
    provider: FakeProvider, recorder: Recorder
) -> None:
    guard, _ = _clients(provider)
    recorder.client.wrap(guard)

    class Guarded(ChatOpenAI):
        """Not wrapped itself; what it asks first is."""

        def _stream(self, *args: Any, **options: Any) -> Any:
            list(guard.chat.completions.create(model="gpt-4o-mini", messages=[], stream=True))
            yield from super()._stream(*args, **options)

    callback = TrueComputeCallback(recorder.client)
    url = f"{provider.url}/v1"
    model = Guarded(model="gpt-4o", api_key=SecretStr("k"), base_url=url, callbacks=[callback])
    assert list(model.stream("Hi"))
    assert len(provider.requests) == 2
    assert len(recorder.events) == 2
