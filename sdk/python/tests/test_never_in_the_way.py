"""Whatever breaks inside the SDK, the host's call gives the identical object or exception.

Every function and method of the SDK is made to raise in turn, for each kind of exception, while a
host uses a wrapped client. What is left out is what the host calls itself, by its own name or by
iterating, since that is the call.
"""

import asyncio
import gc
import importlib
import inspect
import json
import pkgutil
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import openai
import pytest

import truecompute
from fakes import openai as fake
from fakes.server import Reply, Request
from truecompute.testing import RecordingTransport

ASKED: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}
EXCEPTIONS = [RuntimeError, MemoryError, RecursionError]
#: Loaded here so that their functions are among those that are made to raise.
for _module in pkgutil.walk_packages(truecompute.__path__, "truecompute."):
    importlib.import_module(_module.name)

#: What the host itself calls, and what the interpreter runs as a thread.
HOSTS_OWN = {
    "Client.__init__", "Client.wrap", "Client.unwrap", "Client.track", "Client.flush",
    "Client.close", "Client.stats", "Client.context", "Client.tag", "Worker._run",
    "context.__init__", "wrap", "unwrap", "track", "flush", "close", "stats", "tag",
    "default_client", "Stats.__init__", "RecordingTransport.__init__", "TrueComputeLogger.__init__",
    "TrueComputeCallback.__init__",
}  # fmt: skip


def _functions() -> Iterator[tuple[str, list[tuple[Any, str]]]]:
    """Each function of the SDK with all the places where it is bound."""
    modules = [m for name, m in sys.modules.items() if name.partition(".")[0] == "truecompute"]
    places: dict[int, list[tuple[Any, str]]] = {}
    names: dict[int, str] = {}
    for module in modules:
        for name, value in vars(module).items():
            if isinstance(value, types.FunctionType) and value.__module__.startswith("truecompute"):
                places.setdefault(id(value), []).append((module, name))
                names[id(value)] = value.__qualname__
            elif inspect.isclass(value) and value.__module__ == module.__name__:
                for method, function in vars(value).items():
                    is_ours = isinstance(function, types.FunctionType)
                    if is_ours and (not method.startswith("__") or method == "__init__"):
                        places.setdefault(id(function), []).append((value, method))
                        names[id(function)] = function.__qualname__
    for key, bound in places.items():
        if names[key] not in HOSTS_OWN:
            yield f"{bound[0][0].__name__}:{names[key]}", bound


FUNCTIONS = dict(_functions())


def _answer(request: httpx2.Request) -> httpx2.Response:
    body = json.loads(request.content)
    if body["model"] == "no-such-model":
        return httpx2.Response(404, json={"error": {"message": "no such model"}})
    reply: Reply = fake.chat(Request("POST", request.url.path, {}, body))
    content = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
    return httpx2.Response(200, content=content, headers={"content-type": reply.content_type})


class Host:
    """A program that uses a wrapped client, and knows what the client itself gave."""

    def __init__(self) -> None:
        self.given: list[Any] = []
        self.tc = truecompute.Client(transport=RecordingTransport(), flush_interval=60)
        self.client = openai.OpenAI(
            api_key="k", base_url="http://x/v1", max_retries=0,
            http_client=httpx2.Client(transport=httpx2.MockTransport(_answer)),
        )  # fmt: skip
        self.awaited = openai.AsyncOpenAI(
            api_key="k", base_url="http://x/v1", max_retries=0,
            http_client=httpx2.AsyncClient(transport=httpx2.MockTransport(_answer)),
        )  # fmt: skip
        self.client.request = self._noting(self.client.request)  # type: ignore[method-assign]
        original = self.awaited.request

        async def request(*args: Any, **kwargs: Any) -> Any:
            self.given.append(await original(*args, **kwargs))
            return self.given[-1]

        self.awaited.request = request  # type: ignore[method-assign]
        self.tc.wrap(self.client)
        self.tc.wrap(self.awaited)

    def _noting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def request(*args: Any, **kwargs: Any) -> Any:
            try:
                self.given.append(original(*args, **kwargs))
            except BaseException as error:
                self.given.append(error)
                raise
            return self.given[-1]

        return request

    def works(self) -> None:
        """Everything that a host does, each with the identical result."""
        with truecompute.context(user="u", tags={"a": "b"}):
            answer = self.client.chat.completions.create(**ASKED)
        assert answer is self.given[-1]
        assert answer.usage is not None
        stream = self.client.chat.completions.create(**ASKED, stream=True)
        assert stream is self.given[-1]
        words = [chunk.choices[0].delta.content for chunk in stream if chunk.choices]
        assert words == ["Hel", "lo", "!", None]
        for _ in self.client.chat.completions.create(**ASKED, stream=True):
            break
        raw = self.client.chat.completions.with_raw_response.create(**ASKED)
        assert raw is self.given[-1]
        assert raw.parse().usage is not None
        with self.client.chat.completions.with_streaming_response.create(**ASKED) as response:
            assert list(response.iter_lines())
        with pytest.raises(openai.NotFoundError) as raised:
            self.client.chat.completions.create(model="no-such-model", messages=[])
        given: Any = self.given[-1]
        assert raised.value is given
        self.client.with_options(timeout=3).chat.completions.create(**ASKED)
        asyncio.run(self._awaits())
        self.tc.track(provider="acme", model="m", usage={"input": 1})
        self.tc.flush(0.001)
        self.tc.stats()

    async def _awaits(self) -> None:
        answer = await self.awaited.chat.completions.create(**ASKED)
        assert answer is self.given[-1]
        stream = await self.awaited.chat.completions.create(**ASKED, stream=True)
        assert stream is self.given[-1]
        assert len([chunk async for chunk in stream if chunk.choices]) == 4


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    made = Host()
    gc.collect()
    gc.freeze()  # or each look for garbage walks through every client library
    yield made
    gc.unfreeze()
    made.tc.close()


def test_the_list_is_of_what_matters() -> None:
    assert len(FUNCTIONS) > 150
    assert any(name.endswith(":Call.end") for name in FUNCTIONS)
    assert any(name.endswith(":say_failure") for name in FUNCTIONS)


@pytest.mark.parametrize("kind", EXCEPTIONS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_that_raises_changes_nothing_for_the_host(
    host: Host, name: str, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def raises(*_: Any, **__: Any) -> Any:
        raise kind

    for holder, attribute in FUNCTIONS[name]:
        monkeypatch.setattr(holder, attribute, raises)
    if kind is MemoryError:  # then nothing can be told about it either
        for name in ("_diagnostics:say_failure", "Reporter:Reporter.note_failure"):
            for holder, attribute in next(f for n, f in FUNCTIONS.items() if n.endswith(name)):
                monkeypatch.setattr(holder, attribute, raises)
    host.works()
    gc.collect()


def test_an_interrupt_inside_the_sdk_passes(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupts(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("truecompute._calls.Call.end", interrupts)
    with pytest.raises(KeyboardInterrupt):
        host.client.chat.completions.create(**ASKED)


def test_all_of_it_works_when_nothing_is_broken() -> None:
    whole = Host()
    whole.works()
    gc.collect()
    assert whole.tc.flush(5)
    assert whole.tc.stats().failures == 0
    assert whole.tc.stats().sent == 10
    whole.tc.close()
