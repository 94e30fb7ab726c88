"""What the answers of a server do to the events that were sent."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any

import pytest

import truecompute
from tests.processes import eventually
from truecompute import Answer, TransportError
from truecompute._backlog import MemoryBacklog
from truecompute._delivery import Delivery
from truecompute._queue import EventQueue
from truecompute._verdict import Fate, retry_after_of, verdict_of
from truecompute.testing import RecordingTransport, accepted

Told = list[dict[str, Any]]


class Answering:
    """Answers from a list, and accepts when the list is at its end."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers = list(answers)

    def __call__(self, events: Told) -> Answer:
        if not self.answers:
            return accepted(len(events))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def _delivery(count: int, *answers: Answer | Exception) -> tuple[Delivery, RecordingTransport]:
    queue = EventQueue(1_000_000, 10**9)
    for number in range(count):
        queue.put(json.dumps({"id": str(number)}).encode())
    transport = RecordingTransport(Answering(*answers))
    return Delivery(transport, MemoryBacklog(queue), lambda: 1.0, queue.turned_away), transport


def test_events_are_sent_in_batches_of_500_in_their_order() -> None:
    delivery, transport = _delivery(1_201)
    while delivery.attempt(1) is not None:
        pass
    assert [len(request) for request in transport.requests] == [500, 500, 201]
    assert [event["id"] for event in transport.events] == [str(n) for n in range(1_201)]
    assert delivery.sent == 1_201


def _receipt(accepted: str, duplicates: int) -> Answer:
    told = f'{{"accepted": {accepted}, "duplicates": {duplicates}, "conflicts": 0, "rejected": 0}}'
    return Answer(200, {}, told.encode())


RETRIED = [408, 425, 429, 500, 502, 503, 504, 301, 302, 307, 204]


@pytest.mark.parametrize(
    "failure",
    [*(Answer(status) for status in RETRIED), TransportError("gone"), Answer(200, {}, b"<html>"),
     Answer(200, {}, b'{"accepted": 1'), _receipt('7', 0),
     Answer(200, {}, b"[]"), _receipt('true', 1),
     Answer(200, {}, b"[" * 100_000), ValueError("a transport of somebody's")],
)  # fmt: skip
def test_what_may_pass_is_sent_again_with_the_same_ids(failure: Answer | Exception) -> None:
    delivery, transport = _delivery(2, failure)
    pause = delivery.attempt(1)
    assert pause is not None
    assert pause > 0
    assert delivery.attempt(1) == 0
    assert transport.requests[0] == transport.requests[1]
    assert (delivery.sent, delivery.retried, sum(delivery.dropped.values())) == (2, 1, 0)


@pytest.mark.parametrize("status", [401, 402, 403, 404, 405, 409, 410, 415, 422])
def test_what_is_refused_is_dropped_counted_and_not_sent_again(status: int) -> None:
    delivery, transport = _delivery(2, Answer(status))
    delivery.attempt(1)
    assert delivery.attempt(1) is None
    assert len(transport.requests) == 1
    assert delivery.dropped == {"refused": 2}


def test_a_wrong_key_is_told_once_and_not_asked_for_again_for_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    problem = Answer(401, {}, b'{"detail": "The API key is unknown."}')
    delivery, _ = _delivery(1_200, problem, problem, problem)
    assert [delivery.attempt(1) for _ in range(3)] == [60.0, 60.0, 60.0]
    assert [record.message for record in caplog.records] == [
        (
            "TrueCompute does not accept the API key, events are lost: the server answers 401 "
            "(The API key is unknown.); check TRUECOMPUTE_API_KEY"
        )
    ]


def test_a_batch_that_is_too_large_is_halved_until_one_event_is() -> None:
    def answer(events: Told) -> Answer:
        return (
            Answer(413)
            if len(events) > 3 or "5" in [e["id"] for e in events]
            else accepted(len(events))
        )

    delivery, transport = _delivery(10)
    transport._answer = answer
    while delivery.attempt(1) is not None:
        pass
    assert delivery.dropped == {"too_large": 1}
    assert delivery.sent == 9
    assert sorted({event["id"] for event in transport.events}) == [str(n) for n in range(10)]


def _cannot_read(faulty: set[str]) -> Callable[[Told], Answer]:
    """A server that reads no request in which one of these events is."""
    return lambda told: (
        Answer(400) if faulty & {event["id"] for event in told} else accepted(len(told))
    )


@pytest.mark.parametrize("faulty", ["0", "250", "499"])
def test_of_a_batch_that_cannot_be_read_only_the_event_at_fault_is_lost(faulty: str) -> None:
    delivery, transport = _delivery(500)
    transport._answer = _cannot_read({faulty})
    while delivery.attempt(1) is not None:
        pass
    assert (delivery.sent, delivery.dropped) == (499, {"refused": 1})
    assert len(transport.requests) <= 19  # the whole, and two for each of nine halvings
    taken = [each for each in transport.requests if faulty not in [event["id"] for event in each]]
    assert sum(map(len, taken)) == 499


def test_many_events_at_fault_in_one_batch_are_all_found() -> None:
    faulty = {str(number) for number in range(0, 500, 25)}
    delivery, transport = _delivery(500)
    transport._answer = _cannot_read(faulty)
    while delivery.attempt(1) is not None:
        pass
    assert (delivery.sent, delivery.dropped) == (480, {"refused": 20})


def test_a_server_that_reads_nothing_is_not_asked_more_and_more() -> None:
    delivery, transport = _delivery(2_000)
    transport._answer = lambda _: Answer(400)
    while delivery.attempt(1) is not None:
        pass
    assert delivery.dropped == {"refused": 2_000}
    assert len(transport.requests) == 4 + 2 * 20  # one for a batch, and two for each halving


def test_a_server_that_reads_again_is_worth_halving_for_again() -> None:
    delivery, transport = _delivery(1_500)
    transport._answer = lambda told: (
        Answer(400) if int(told[0]["id"]) < 500 or "1250" in str(told) else accepted(len(told))
    )
    while delivery.attempt(1) is not None:
        pass
    assert (delivery.sent, delivery.dropped) == (999, {"refused": 501})


def test_rejected_events_are_counted_as_dropped_and_told(caplog: pytest.LogCaptureFixture) -> None:
    result = {"index": 0, "status": "rejected", "code": "invalid_timestamp", "detail": "no",
              "pointer": "/timestamp"}  # fmt: skip
    told = {"accepted": 2, "duplicates": 1, "conflicts": 1, "rejected": 1, "results": [result]}
    delivery, _ = _delivery(5, Answer(200, {}, json.dumps(told).encode()))
    delivery.attempt(1)
    assert (delivery.sent, delivery.dropped) == (4, {"rejected": 1})
    assert "invalid_timestamp: no at /timestamp" in caplog.text


def test_pauses_grow_to_half_a_minute_and_begin_anew_after_a_success() -> None:
    delivery, _ = _delivery(1, *[Answer(503)] * 9)
    pauses = [delivery.attempt(1) for _ in range(9)]
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert delivery.attempt(1) == 0


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [("7", 7), ("0", 0), ("-1", 0), ("1e9", 300), ("inf", 300), ("-inf", 0), ("nan", None),
     ("", None), ("soon", None), ("9" * 5000, 300), ("Fri, 01 Jan 2100 00:00:00 GMT", 300),
     ("Fri, 99 Foo 2100 00:00:00 GMT", None), ("Mon, 01 Jan 1990 00:00:00 GMT", 0)],
)  # fmt: skip
def test_retry_after_is_heeded_within_five_minutes(stated: str, seconds: float | None) -> None:
    assert retry_after_of({"retry-after": stated}) == seconds


def test_retry_after_may_be_a_date() -> None:
    soon = format_datetime(datetime.fromtimestamp(time.time() + 60, timezone.utc), usegmt=True)
    stated = retry_after_of({"retry-after": soon})
    assert stated is not None
    assert 50 < stated <= 60


def test_the_longer_of_our_pause_and_theirs_holds() -> None:
    delivery, _ = _delivery(1, Answer(429, {"retry-after": "100"}))
    assert delivery.attempt(1) == 100


def test_a_redirect_names_where_it_points_to() -> None:
    verdict = verdict_of(Answer(308, {"location": "https://x.example/"}), 1)
    assert verdict.fate is Fate.RETRY
    assert "points to https://x.example/; set base_url" in verdict.text


def _away(events: Told) -> Answer:
    raise TransportError("away")


def test_an_outage_beyond_the_queue_is_counted_exactly_and_ends_with_a_delivery(
    caplog: pytest.LogCaptureFixture,
) -> None:
    is_away = [True]

    def answer(events: Told) -> Answer:
        return _away(events) if is_away else accepted(len(events))

    told: list[int] = []
    transport = RecordingTransport(answer)
    client = truecompute.Client(
        transport=transport, max_queue_events=100, flush_interval=0.01, on_drop=told.append
    )
    for number in range(1_000):
        client.track(provider="acme", model="m", id=str(number))
    assert not client.flush(0.3)
    assert client.stats().produced == 1_000
    is_away.clear()
    assert client.flush(10)
    stats = client.stats()
    assert stats.sent + stats.dropped == 1_000
    assert stats.dropped_by == {"queue_full": stats.dropped}
    assert 100 <= stats.sent <= 700
    assert f"{stats.dropped} event(s) found no room so far and are lost" in caplog.text
    assert len({event["id"] for event in transport.events}) == stats.sent
    client.close()
    assert sum(told) == stats.dropped


def _taken(queue: EventQueue, most_events: int, most_bytes: int) -> list[bytes]:
    """What is sent next, written."""
    queue.write(most_events)
    return queue.take(most_events, most_bytes)


def test_a_queue_is_bounded_by_bytes_too() -> None:
    queue = EventQueue(1_000, 100)
    for _ in range(3):
        queue.put(b"x" * 40)
    assert queue.counts() == (3, {"queue_full": 1}, 2)
    assert [len(event) for event in _taken(queue, 10, 50)] == [40]
    queue.put(b"x" * 40)
    assert queue.counts()[2] == 2


def test_an_event_above_the_size_of_a_batch_goes_alone() -> None:
    queue = EventQueue(10, 10_000)
    queue.put(b"x" * 2_000)
    queue.put(b"y")
    assert len(_taken(queue, 10, 1_000)) == 1


def _reenter(queue: EventQueue) -> None:
    """As a signal handler or the garbage collector does in the middle of a put."""
    with queue._lock:
        queue.put(b"late")


def test_a_put_in_the_middle_of_a_put_neither_waits_nor_is_lost() -> None:
    queue = EventQueue(10, 10_000)
    _reenter(queue)
    assert queue.counts() == (1, {}, 1)
    assert _taken(queue, 10, 10_000) == [b"late"]


class Unwritten:
    """An event that holds so many bytes until it is written, which brings others meanwhile."""

    def __init__(
        self, size: int = 100, meanwhile: Callable[[], object] = bool, written: bytes = b"{}"
    ) -> None:
        self.size = size
        self._meanwhile = meanwhile
        self._written = written

    def document(self) -> bytes:
        self._meanwhile()
        return self._written


def test_what_an_unwritten_event_holds_counts_until_it_is_written() -> None:
    queue = EventQueue(1_000, 1_000)
    for _ in range(3):
        queue.put(Unwritten(400))
    assert queue.counts() == (3, {"queue_full": 1}, 2)
    assert _taken(queue, 2, 0) == [b"{}"]
    for _ in range(3):
        queue.put(Unwritten(400))
    assert queue.counts() == (6, {"queue_full": 2}, 3)


def test_a_flush_does_not_wait_for_an_event_that_cannot_be_written() -> None:
    class Broken(Unwritten):
        def document(self) -> bytes:
            raise ValueError("no JSON")

    client = truecompute.Client(transport=RecordingTransport(), flush_interval=60)
    client.reporter.take(Broken())
    client.track(provider="acme", model="m")
    assert client.flush(60)
    assert client.stats().sent == 1
    assert client.stats().dropped_by == {"unreadable": 1}
    client.close()


def test_events_whose_writing_is_interrupted_wait_again() -> None:
    def interrupts() -> None:
        if not came:
            came.append(True)
            raise KeyboardInterrupt

    came: list[bool] = []
    queue = EventQueue(10, 10_000)
    for _ in range(3):
        queue.put(Unwritten(meanwhile=interrupts))
    with pytest.raises(KeyboardInterrupt):
        queue.write(10)
    assert queue.counts() == (3, {}, 3)
    assert len(_taken(queue, 10, 10_000)) == 3
    assert queue.counts() == (3, {}, 0)


def test_a_queue_that_is_emptied_twice_at_once_counts_each_event_once() -> None:
    """A signal handler that closes may come in the middle of a close."""

    class Emptying(Unwritten):
        @property
        def size(self) -> int:
            if not came:
                came.append(queue.clear() if is_clearing else 0)
                if not is_clearing:
                    came.clear()
            return 100

        @size.setter
        def size(self, _: int) -> None: ...

    came: list[int] = []
    is_clearing: list[bool] = []
    queue = EventQueue(10, 10_000)
    for _ in range(6):
        queue.put(Emptying())
    assert queue.counts()[2] == 6
    is_clearing.append(True)
    assert queue.clear() + sum(came) == 6
    assert queue.counts()[2] == 0


def test_where_bytes_are_scarce_the_newest_events_go() -> None:
    queue = EventQueue(1_000, 1_000)
    older = b"x" * 400
    queue.put(Unwritten(500, lambda: [queue.put(b"y") for _ in range(300)], older))
    queue.put(Unwritten(500, written=older))
    assert _taken(queue, 2, 10_000) == [older] * 2
    produced, dropped, waiting = queue.counts()
    assert produced == 302 == dropped["queue_full"] + waiting + 2


def test_events_that_come_while_others_are_written_find_the_room_that_these_take() -> None:
    queue = EventQueue(10, 10**6)
    queue.put(Unwritten(meanwhile=lambda: queue.put(b"late")))
    for _ in range(9):
        queue.put(Unwritten())
    assert len(_taken(queue, 100, 10**6)) == 10
    assert queue.counts() == (11, {"queue_full": 1}, 0)


def test_an_interrupted_count_of_what_came_loses_nothing() -> None:
    """A signal handler may raise wherever the program is, in the middle of the queue as well."""

    class Interrupting(Unwritten):
        @property
        def size(self) -> int:
            if not came:
                came.append(True)
                raise SystemExit
            return 100

        @size.setter
        def size(self, _: int) -> None: ...

    came: list[bool] = []
    queue = EventQueue(10, 10_000)
    queue.put(Interrupting())
    with pytest.raises(SystemExit):
        queue.counts()
    assert _taken(queue, 10, 10_000) == [b"{}"]
    assert queue.counts() == (1, {}, 0)


@pytest.mark.parametrize("error", [SystemExit, asyncio.CancelledError])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_a_transport_ends_has_another_in_its_place(error: type[Exception]) -> None:
    errors = [error, error]

    def answer(events: Told) -> Answer:
        if errors:
            raise errors.pop()
        return accepted(len(events))

    client = truecompute.Client(transport=RecordingTransport(answer), flush_interval=0.01)
    client.track(provider="acme", model="m")
    assert client.flush(10)
    client.track(provider="acme", model="m")
    assert client.flush(10)
    assert client.stats().sent == 2
    assert client.reporter._worker._ident != threading.get_ident()
    client.close()


def test_where_no_thread_can_be_started_flushes_send_one_at_a_time_and_a_later_event_starts_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cannot(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    under_way, most = [], []

    def answer(events: Told) -> Answer:
        under_way.append(1)
        most.append(len(under_way))
        time.sleep(0.001)
        under_way.pop()
        return accepted(len(events))

    transport = RecordingTransport(answer)
    client = truecompute.Client(transport=transport, flush_interval=0.01)
    flushing = [threading.Thread(target=client.flush) for _ in range(3)]
    starts = threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", cannot)
    for number in range(3_000):
        client.track(provider="acme", model="m", id=str(number))
    for thread in flushing:
        starts(thread)
    for thread in flushing:
        thread.join(20)
    assert {event["id"] for event in transport.events} == {str(number) for number in range(3_000)}
    assert client.stats().sent == 3_000
    assert max(most) == 1
    monkeypatch.setattr(threading.Thread, "start", starts)
    monkeypatch.setattr(client.reporter._worker, "_starts_again_at", 0.0)
    client.track(provider="acme", model="m")
    eventually(lambda: client.stats().sent == 3_001)
    client.close()


def test_many_threads_bring_events_and_each_is_counted_once() -> None:
    queue = EventQueue(1_000_000, 10**9)

    def bring() -> None:
        for _ in range(1_000):
            queue.put(b"{}")

    threads = [threading.Thread(target=bring) for _ in range(8)]
    for thread in threads:
        thread.start()
    taken: list[bytes] = []
    while any(thread.is_alive() for thread in threads):
        taken += _taken(queue, 500, 10**6)
    while rest := _taken(queue, 500, 10**6):
        taken += rest
    assert len(taken) == 8_000
    assert queue.counts() == (8_000, {}, 0)


@pytest.mark.parametrize("make", [lambda: Answer(200), lambda: Answer(200, {}, b"\xff\xfe")])
def test_an_answer_that_is_no_receipt_is_none(make: Callable[[], Answer]) -> None:
    assert verdict_of(make(), 1).fate is Fate.RETRY
