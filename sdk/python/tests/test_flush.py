"""What ``flush`` does while the server cannot, or does not want to, be asked."""

import time
from collections.abc import Callable
from typing import Any

import pytest

import truecompute
from truecompute import Answer, TransportError
from truecompute.testing import RecordingTransport, accepted

Told = list[dict[str, Any]]


def _first(*answers: Answer) -> Callable[[Told], Answer]:
    """Gives these answers first, and then accepts."""
    left = list(answers)
    return lambda told: left.pop(0) if left else accepted(len(told))


def _client(answer: Callable[[Told], Answer]) -> tuple[truecompute.Client, RecordingTransport]:
    transport = RecordingTransport(answer)
    return truecompute.Client(transport=transport, flush_interval=60), transport


@pytest.fixture(params=["in the background", "where no thread can start"])
def begin(request: pytest.FixtureRequest) -> Callable[[truecompute.Client], None]:
    """How the client sends: the end of the interpreter allows no thread."""

    def begins(client: truecompute.Client) -> None:
        if request.param == "where no thread can start":
            client.reporter._worker._starts_again_at = float("inf")

    return begins


ASKS_FOR_FIVE_MINUTES = Answer(429, {"retry-after": "300"})


@pytest.mark.parametrize("answer", [Answer(401), Answer(403), ASKS_FOR_FIVE_MINUTES])
def test_a_server_that_wants_to_be_left_alone_is_asked_by_no_flush(
    answer: Answer, begin: Callable[[truecompute.Client], None]
) -> None:
    client, transport = _client(lambda _: answer)
    begin(client)
    client.track(provider="acme", model="m")
    assert client.flush(20) == (answer.status != 429)  # what is refused is not owed any more
    began = time.monotonic()
    for _ in range(20):
        client.track(provider="acme", model="m")
        assert not client.flush(20)
    client.close(20)
    assert time.monotonic() - began < 5
    assert len(transport.requests) == 1
    assert client.stats().dropped == 21


def test_a_flush_waits_as_long_as_the_server_asks_where_it_has_the_time(
    begin: Callable[[truecompute.Client], None],
) -> None:
    client, transport = _client(_first(Answer(503, {"retry-after": "0.7"})))
    begin(client)
    client.track(provider="acme", model="m")
    began = time.monotonic()
    assert client.flush(30)
    assert 0.7 <= time.monotonic() - began < 20
    assert len(transport.requests) == 2
    client.close()


def test_a_flush_tries_again_although_the_thread_wakes_once_a_minute() -> None:
    client, transport = _client(_first(Answer(503), Answer(503)))
    client.track(provider="acme", model="m")
    assert client.flush(20)
    assert len(transport.requests) == 3
    client.close()


def test_a_flush_does_not_wait_for_a_pause_of_our_own() -> None:
    is_away = [True]

    def answer(told: Told) -> Answer:
        if is_away:
            raise TransportError("away")
        return accepted(len(told))

    client, _ = _client(answer)
    client.reporter._delivery._failed = 20  # the pause after the next is 3 s at the least
    client.track(provider="acme", model="m")
    assert not client.flush(0.1)
    is_away.clear()
    assert client.flush(2.5)
    client.close()
