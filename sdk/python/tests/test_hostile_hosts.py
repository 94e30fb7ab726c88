"""Whatever a host passes to a wrapped call or gets from it, the SDK changes nothing of it."""

import asyncio
import decimal
import types
from collections import UserDict
from collections.abc import Iterator, Mapping
from typing import Any

import openai
import pytest

import truecompute
from truecompute.testing import RecordingTransport


class Unreadable:
    """An object of which nothing works."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise RuntimeError

    def __bool__(self) -> bool:
        raise RuntimeError

    def __eq__(self, _: object) -> bool:
        raise RuntimeError

    def __hash__(self) -> int:
        raise RuntimeError


class Posing(Unreadable):
    """One that says it is a mapping."""

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":
            return dict
        raise RuntimeError(name)


class Broken(Mapping[str, Any]):
    """A mapping that has a length, and fails when it is looked at."""

    def __getitem__(self, key: str) -> Any:
        raise OSError(key)

    def __iter__(self) -> Iterator[str]:
        raise MemoryError

    def __len__(self) -> int:
        return 3


class Growing(dict[str, Any]):
    """A mapping that changes while it is iterated over."""

    def items(self) -> Any:
        for key in self:
            self[f"{key}x"] = 1
            yield key, 1


class Deep(dict[str, Any]):
    """Holds itself, in a list."""

    def __init__(self) -> None:
        super().__init__()
        self["usage"] = [self]


class Recursive:
    """Its attributes have no end, and neither has its text."""

    def __getattr__(self, name: str) -> "Recursive":
        return Recursive()

    def __str__(self) -> str:
        return str(self)


class Lying(str):
    """A text whose methods fail."""

    __slots__ = ()

    def strip(self, *_: Any) -> str:
        raise RuntimeError

    def encode(self, *_: Any, **__: Any) -> bytes:
        raise RuntimeError

    def __len__(self) -> int:
        return -1


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def _failing() -> Iterator[Any]:
    yield 1
    raise RuntimeError


HOSTILE: dict[str, Any] = {
    "None": None, "a number": 7, "not a number": float("nan"), "infinite": float("inf"),
    "huge": 10**5000, "negative": -1, "a decimal": decimal.Decimal("sNaN"), "complex": 1j,
    "bytes": b"\xff", "a buffer": memoryview(b"x"), "half a character": "\ud800",
    "a zero character": "\0", "long": "x" * 1_000_000, "a text that fails": Lying("gpt"),
    "ellipsis": ..., "a class": dict, "a module": types, "a function": len, "an object": object(),
    "an error": KeyError("mine"), "a list": [], "deep": _nested(5_000), "a set": {1, 2},
    "odd keys": {1: 2, None: 3, (): 4}, "a mapping of another kind": UserDict(usage=1),
    "holds itself": Deep(), "grows": Growing(usage=1), "broken": Broken(), "endless": Recursive(),
    "unreadable": Unreadable(), "posing": Posing(), "a generator that fails": _failing(),
    "nested usage": {"usage": {"prompt_tokens": Unreadable()}, "model": Unreadable()},
}  # fmt: skip


def _places(value: Any) -> list[Any]:
    """What the client's own ``request`` may be given, with ``value`` everywhere in it."""
    return [
        value,
        types.SimpleNamespace(method=value, url=value, headers=value, json_data=value),
        types.SimpleNamespace(
            method="post", url="/chat/completions", headers={}, json_data={"model": value}
        ),
        types.SimpleNamespace(
            method="post", url="/chat/completions", headers={},
            json_data={"model": "gpt-4o", "stream": value, "stream_options": value},
        ),
    ]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_call_gets_what_it_was_given_and_gives_what_it_got(name: str) -> None:
    value = HOSTILE[name]
    given: list[Any] = []
    client = openai.OpenAI(api_key="k", base_url="http://x/v1")

    def answers(*args: Any, **_: Any) -> Any:
        given.append(args)
        return value

    client.request = answers  # type: ignore[method-assign]
    transport = RecordingTransport()
    with truecompute.Client(transport=transport) as tc:
        call: Any = tc.wrap(client).request
        for options in _places(value):
            assert call(openai.types.Completion, options) is value
            assert call(value, options, stream=value) is value
        assert given[0][1] is value
        assert given[1][0] is value
        assert tc.flush(10)
        tc.track(provider=value, model=value, usage=value, provider_usage=value, latency_ms=value)
        with tc.context(project=value, user=value, tags=value), tc.tag(feature=value):
            tc.track(provider="acme", model="the last")
        assert tc.flush(10)
    assert "the last" in {event.get("model") for event in transport.events}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_awaited_call_does_so_too(name: str) -> None:
    value = HOSTILE[name]

    async def answers(*_: Any, **__: Any) -> Any:
        return value

    client = openai.AsyncOpenAI(api_key="k", base_url="http://x/v1")
    client.request = answers  # type: ignore[method-assign]

    async def uses(call: Any) -> None:
        for options in _places(value):
            assert await call(openai.types.Completion, options) is value

    with truecompute.Client(transport=RecordingTransport()) as tc:
        asyncio.run(uses(tc.wrap(client).request))
        assert tc.flush(10)
