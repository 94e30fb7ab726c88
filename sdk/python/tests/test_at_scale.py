"""What many calls, many clients and a server that comes back do to a process and to the server."""

import gc
import random
import sys
import threading
import types
import weakref
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletion

import truecompute
from fakes.openai import CHAT_USAGE
from truecompute import Answer, TransportError
from truecompute._backlog import MemoryBacklog
from truecompute._delivery import Delivery
from truecompute._queue import EventQueue
from truecompute._worker import Worker
from truecompute.testing import RecordingTransport, accepted

CLIENTS, OUTAGE_S, COMES_BACK_S, ENDS_S = 200, 60, 90, 180


class Forgetting:
    """Takes everything and keeps nothing."""

    def send(self, events: Sequence[bytes], *, timeout: float) -> Answer:  # noqa: ARG002 - the port's
        return accepted(len(events))


class Away(Forgetting):
    """Is not reached while ``is_away``."""

    is_away = True

    def send(self, events: Sequence[bytes], *, timeout: float) -> Answer:
        if self.is_away:
            raise TransportError("away")
        return super().send(events, timeout=timeout)


def _instant(tc: truecompute.Client) -> Any:
    """A chat through the wrapped client, answered where the client would send it."""
    client = openai.OpenAI(api_key="k", base_url="http://x/v1")
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "."}}
    answer = ChatCompletion.model_validate(
        {"id": "c", "object": "chat.completion", "created": 1, "model": "gpt-4o",
         "choices": [choice], "usage": CHAT_USAGE}
    )  # fmt: skip
    client.request = lambda *_, **__: answer  # type: ignore[method-assign, assignment]
    tc.wrap(client)
    options = types.SimpleNamespace(
        method="post", url="/chat/completions", headers={}, json_data={"model": "gpt-4o"}
    )
    return lambda: client.request(ChatCompletion, options)  # type: ignore[call-overload]


def _calls(call: Any, tc: truecompute.Client, count: int) -> None:
    for number in range(count):
        call()
        if number % 2_000 == 0:
            assert tc.flush(20)
    assert tc.flush(20)
    gc.collect()


def _resident_mib() -> float:
    pages = Path("/proc/self/statm")
    return int(pages.read_text().split()[1]) * 4096 / 2**20 if pages.exists() else 0.0


def test_a_hundred_thousand_calls_keep_the_threads_and_the_memory_that_twenty_thousand_took() -> (
    None
):
    with truecompute.Client(transport=Forgetting()) as tc:
        call = _instant(tc)
        _calls(call, tc, 20_000)
        before = sys.getallocatedblocks(), _resident_mib(), threading.active_count()
        _calls(call, tc, 80_000)
        after = sys.getallocatedblocks(), _resident_mib(), threading.active_count()
        assert tc.stats().sent == 100_000
    assert after[0] - before[0] < 1_000  # objects: one a call would be 80,000
    assert after[1] - before[1] < 4
    assert after[2] == before[2]


def test_a_thousand_clients_that_were_closed_leave_no_thread_and_no_client() -> None:
    before = threading.active_count()
    left = []
    for _ in range(1_000):
        with truecompute.Client(transport=RecordingTransport()) as tc:
            tc.track(provider="acme", model="m")
        assert tc.stats().sent == 1
        left.append(weakref.ref(tc))
    del tc
    gc.collect()
    assert threading.active_count() == before
    assert not [each for each in left if each() is not None]


def test_an_outage_takes_no_more_memory_than_the_queue_may_and_each_event_is_accounted_for() -> (
    None
):
    """120 MB of events, of which 32 MiB may wait."""
    transport, told = Away(), list[int]()
    tags = {f"tag-{number}": "x" * 200 for number in range(20)}
    with truecompute.Client(transport=transport, on_drop=told.append) as tc, tc.context(tags=tags):
        before = _resident_mib()
        for _ in range(30_000):
            tc.track(provider="acme", model="m", usage={"input": 400, "output": 300})
        most = _resident_mib() - before
        transport.is_away = False
        assert tc.flush(30)
        stats = tc.stats()
    assert most <= 50
    assert stats.sent + stats.dropped == 30_000
    assert stats.sent > 5_000
    assert stats.dropped_by == {"queue_full": stats.dropped} == {"queue_full": sum(told)}


class Fleet:
    """Processes that send once a second, all in one thread, by a clock that is set.

    Their pauses are the real ones: only the clock, the thread and the server are not.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, events_per_s: float) -> None:
        self.now = 0.0
        self.requests: Counter[int] = Counter()
        self._random = random.Random(2)  # noqa: S311 - a test that can be repeated
        self._every_s = 1 / events_per_s
        clock = types.SimpleNamespace(monotonic=lambda: self.now)
        monkeypatch.setattr("truecompute._worker.time", clock)
        monkeypatch.setattr("truecompute._delivery.say", lambda *_: None)
        self._members = [self._member() for _ in range(CLIENTS)]

    def send(self, events: Sequence[bytes], *, timeout: float) -> Answer:  # noqa: ARG002 - the port's
        self.requests[int(self.now)] += 1
        if COMES_BACK_S - OUTAGE_S <= self.now < COMES_BACK_S:
            raise TransportError("away")
        return accepted(len(events))

    def _member(self) -> tuple[EventQueue, Worker]:
        queue = EventQueue(10_000, 2**25)
        backlog = MemoryBacklog(queue)
        delivery = Delivery(self, backlog, self._random.random, queue.turned_away)
        return queue, Worker(
            delivery, backlog, int, delivery.settled, lambda: None, interval=1, timeout=10
        )

    def runs(self) -> None:
        wakes = [self._random.random() for _ in self._members]
        calls = [self._random.random() * self._every_s for _ in self._members]
        for second in range(ENDS_S):
            for at, (queue, worker) in enumerate(self._members):
                self.now = second + wakes[at]
                while calls[at] <= self.now:
                    queue.put(b"{}")
                    calls[at] += self._every_s
                worker._send_all()


@pytest.mark.parametrize("events_per_s", [0.1, 1, 20])
def test_a_server_that_comes_back_is_asked_at_most_three_times_as_often_as_before(
    events_per_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = Fleet(monkeypatch, events_per_s)
    fleet.runs()
    began = COMES_BACK_S - OUTAGE_S
    steady = sum(fleet.requests[second] for second in range(1, began)) / (began - 1)
    peak = max(fleet.requests[second] for second in range(COMES_BACK_S, ENDS_S))
    assert steady == pytest.approx(CLIENTS * min(events_per_s, 1), rel=0.15)
    assert peak <= 3 * steady
    assert all(queue.counts()[2] < 500 for queue, _ in fleet._members)
