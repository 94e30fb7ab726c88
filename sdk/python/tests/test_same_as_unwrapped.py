"""A wrapped client and what it gives are what they were: types, signatures, copies."""

import copy
import functools
import inspect
import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import groq
import openai
import pytest
import together

import truecompute
from fakes.openai import CHAT_USAGE
from fakes.recorder import Recorder
from fakes.server import FakeProvider
from truecompute.testing import RecordingTransport
from truecompute.wrappers._patches import Patches

CLIENTS: list[Any] = [
    openai.OpenAI, openai.AsyncOpenAI, anthropic.Anthropic, anthropic.AsyncAnthropic, groq.Groq,
    groq.AsyncGroq, together.Together, together.AsyncTogether,
]  # fmt: skip
METHODS = ["request", "copy", "with_options", "get", "post"]
ASKED: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}


def _named(kind: Any) -> str:
    return f"{kind.__module__}.{kind.__name__}"


@pytest.mark.parametrize("kind", CLIENTS, ids=_named)
def test_a_wrapped_client_has_the_signatures_names_and_kinds_of_its_methods(
    kind: Callable[..., Any],
) -> None:
    bare, client = kind(api_key="k"), kind(api_key="k")
    with truecompute.Client(transport=RecordingTransport()) as tc:
        assert tc.wrap(client) is client
        assert type(client) is type(bare)
        for name in METHODS:
            wrapped, plain = getattr(client, name), getattr(bare, name)
            assert inspect.signature(wrapped) == inspect.signature(plain)
            assert inspect.iscoroutinefunction(wrapped) == inspect.iscoroutinefunction(plain)
            assert (wrapped.__name__, wrapped.__qualname__) == (plain.__name__, plain.__qualname__)
            assert (wrapped.__doc__, wrapped.__module__) == (plain.__doc__, plain.__module__)
        tc.unwrap(client)
        assert vars(client).keys() == vars(bare).keys()


@pytest.fixture
def client(provider: FakeProvider, recorder: Recorder) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="k", base_url=f"{provider.url}/v1", max_retries=0) as made:
        yield recorder.client.wrap(made)


def test_a_client_that_another_cannot_take_over_stays_with_the_first(
    client: openai.OpenAI, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(patches: Patches, holder: Any, name: str, make: Callable[[Any], Any]) -> None:
        if name == "with_options":
            raise AttributeError(name)
        replaces(patches, holder, name, make)

    replaces = Patches.replace
    before = dict(vars(client))
    transport = RecordingTransport()
    with truecompute.Client(transport=transport) as other, monkeypatch.context() as patched:
        patched.setattr(Patches, "replace", fails)
        with pytest.raises(truecompute.UnsupportedClient):
            other.wrap(client)
    assert vars(client) == before
    client.with_options(timeout=5).chat.completions.create(**ASKED)
    assert len(recorder.events) == 1
    truecompute.unwrap(client)
    assert "request" not in vars(client)
    assert transport.events == []


@pytest.mark.parametrize("is_copied", [False, True])
def test_a_second_wrap_counts_once_whatever_the_program_has_put_around_the_first(
    client: openai.OpenAI, recorder: Recorder, *, is_copied: bool
) -> None:
    def around(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        return inner(*args, **kwargs)

    calls: list[Any] = []
    inner: Any = client.request
    client.request = functools.wraps(inner)(around) if is_copied else around  # type: ignore[method-assign]
    recorder.client.wrap(client).chat.completions.create(**ASKED)
    assert (len(recorder.events), len(calls)) == (1, 1)


def test_threads_that_wrap_one_client_at_once_wrap_it_once(
    recorder: Recorder, provider: FakeProvider
) -> None:
    def wraps() -> None:
        begins.wait(20)
        try:
            recorder.client.wrap(client)
        except truecompute.TrueComputeError as error:
            errors.append(error)

    errors: list[Exception] = []
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(50):
            begins = threading.Barrier(4)
            client = openai.OpenAI(api_key="k", base_url=f"{provider.url}/v1")
            threads = [threading.Thread(target=wraps) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert errors == []
            truecompute.unwrap(client)
            assert not {"request", "__getstate__"} & vars(client).keys()
            client.close()
    finally:
        sys.setswitchinterval(interval)


def test_an_answer_can_be_pickled_and_copied(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(**ASKED)
    for again in (pickle.loads(pickle.dumps(answer)), copy.deepcopy(answer)):  # noqa: S301 - our own
        assert type(again) is type(answer)
        assert again.to_dict() == answer.to_dict()


def test_a_stream_is_of_the_providers_own_class_with_all_that_it_has(
    client: openai.OpenAI, recorder: Recorder
) -> None:
    stream = client.chat.completions.create(**ASKED, stream=True)
    assert type(stream) is openai.Stream
    assert stream.response.status_code == 200
    with stream as entered:
        assert entered is stream
        assert iter(stream) is not None
        assert next(stream).choices
        assert sum(1 for _ in stream) == 3
    assert stream.response.is_closed
    assert recorder.event["provider_usage"] == CHAT_USAGE
