"""Streams whose reader has gone: each one counts once, whoever comes to end it."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from openai import OpenAI

import truecompute
from fakes.openai import CHAT_USAGE
from fakes.server import FakeProvider
from tests.processes import eventually
from truecompute import Answer
from truecompute.testing import RecordingTransport

ASKED: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture
def openai(provider: FakeProvider) -> Iterator[OpenAI]:
    with OpenAI(api_key="k", base_url=f"{provider.url}/v1", max_retries=0) as made:
        yield made


def _leave(client: OpenAI) -> Any:
    """The stream, of which one chunk was read."""
    stream = client.chat.completions.create(**ASKED, stream=True)
    for _ in stream:
        break
    return stream


def _let_time_pass(tc: truecompute.Client) -> None:
    for watch in tc.reporter.open_streams._watches.values():
        assert watch.left_at is not None
        watch.left_at -= 60


@pytest.mark.parametrize("calls_before", [0, 1])
def test_a_stream_that_is_held_counts_by_itself(openai: OpenAI, calls_before: int) -> None:
    transport = RecordingTransport()
    with truecompute.Client(transport=transport, flush_interval=0.01) as tc:
        client = tc.wrap(openai)
        for _ in range(calls_before):
            client.chat.completions.create(**ASKED)
        held = [_leave(client) for _ in range(3)]
        _let_time_pass(tc)
        eventually(lambda: len(transport.events) == calls_before + len(held))
        assert [each["usage_status"] for each in transport.events[calls_before:]] == ["missing"] * 3
        for stream in held:
            stream.close()
    assert len(transport.events) == calls_before + len(held)


def test_a_stream_that_ends_while_events_are_sent_counts(openai: OpenAI) -> None:
    """As garbage that Python happens to find in the thread that sends."""

    class Ending(RecordingTransport):
        def send(self, events: Any, *, timeout: float) -> Answer:
            held.clear()
            gc.collect()
            return super().send(events, timeout=timeout)

    transport = Ending()
    held: list[Any] = []
    with truecompute.Client(transport=transport) as tc:
        client = tc.wrap(openai)
        held.append(client.chat.completions.create(**ASKED, stream=True))
        next(held[0])
        client.chat.completions.create(**ASKED)
        assert tc.flush(10)
        assert tc.flush(10)
        assert tc.stats().sent == 2


def test_a_call_that_a_transport_makes_is_no_event(openai: OpenAI) -> None:
    class Calling(RecordingTransport):
        def send(self, events: Any, *, timeout: float) -> Answer:
            client.chat.completions.create(**ASKED)
            for _ in _leave(client):
                pass
            return super().send(events, timeout=timeout)

    transport = Calling()
    with truecompute.Client(transport=transport) as tc:
        client = tc.wrap(openai)
        client.chat.completions.create(**ASKED)
    assert len(transport.events) == 1


def test_what_a_program_does_with_a_usage_object_later_is_not_told(openai: OpenAI) -> None:
    transport = RecordingTransport()
    with truecompute.Client(transport=transport, flush_interval=60) as tc:
        client = tc.wrap(openai)
        first, *others = (client.chat.completions.create(**ASKED) for _ in range(3))
        assert first.usage is not None
        for each in others:
            assert each.usage is not None
            first.usage.prompt_tokens += each.usage.prompt_tokens
    assert [each["provider_usage"] for each in transport.events] == [CHAT_USAGE] * 3


def test_calls_are_bounded_by_the_bytes_that_they_hold(openai: OpenAI) -> None:
    def away(_: Any) -> Answer:
        raise truecompute.TransportError("away")

    transport = RecordingTransport(away)
    with truecompute.Client(transport=transport, max_queue_bytes=10_000) as tc:
        client = tc.wrap(openai)
        for _ in range(50):
            client.chat.completions.create(**ASKED)
        stats = tc.stats()
        assert stats.produced == 50
        assert stats.dropped_by["queue_full"] >= 30
