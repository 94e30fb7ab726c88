"""Hard limits of awaited calls: the loop goes on, the wait has an end, and no answer is lost."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import openai
import pytest

import truecompute
from fakes import openai as fake
from fakes.programs import SOURCES
from fakes.server import Request
from truecompute import BudgetUnavailable
from truecompute._reservations import Reservations
from truecompute._threads import Threads
from truecompute.testing import Answer, RecordingTransport

ASKED: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}
YES = Answer(201, {}, b'{"id": "rsv"}')


class Server(RecordingTransport):
    """Says yes once ``lets`` is set."""

    def __init__(self) -> None:
        super().__init__(reserve=self._answer)
        self.asked = threading.Event()
        self.lets = threading.Event()
        self.lets.set()

    def _answer(self, _: Any) -> Answer:
        self.asked.set()
        self.lets.wait(20)
        return YES


def _provider(request: httpx2.Request) -> httpx2.Response:
    reply = fake.chat(Request("POST", request.url.path, {}, {"model": "gpt-4o"}))
    assert isinstance(reply.body, bytes)
    return httpx2.Response(200, content=reply.body, headers={"content-type": reply.content_type})


@asynccontextmanager
async def _wrapped(
    server: Server, **options: Any
) -> AsyncIterator[tuple[Callable[[], Any], truecompute.Client]]:
    """A call that is held to limits, and the client that knows what became of it."""
    transport = httpx2.MockTransport(_provider)
    with truecompute.Client(transport=server) as tc:
        async with openai.AsyncOpenAI(
            api_key="k", base_url="http://x/v1", http_client=httpx2.AsyncClient(transport=transport)
        ) as client:
            tc.wrap(client, enforce=True, **options)
            yield lambda: client.chat.completions.create(**ASKED), tc


async def _until(is_so: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


def test_a_loops_executor_that_is_busy_keeps_no_call_waiting() -> None:
    async def run() -> None:
        free = threading.Event()
        most = min(32, (os.cpu_count() or 1) + 4)
        async with _wrapped(Server()) as (call, tc):
            await call()  # the first of a client waits for a thread by itself, for the platform
            work = [asyncio.create_task(asyncio.to_thread(free.wait, 20)) for _ in range(most)]
            await asyncio.wait_for(call(), 10)
            assert tc.stats().unchecked == 0
            free.set()
            await asyncio.gather(*work)

    asyncio.run(run())


def test_threads_of_the_executor_may_wait_for_calls_themselves() -> None:
    async def run() -> list[Any]:
        loop = asyncio.get_running_loop()
        async with _wrapped(Server()) as (call, _):
            await call()

            def work() -> Any:
                return asyncio.run_coroutine_threadsafe(call(), loop).result(10)

            return await asyncio.gather(*[asyncio.to_thread(work) for _ in range(40)])

    assert all(answer.choices for answer in asyncio.run(run()))


@pytest.mark.parametrize("is_polled", [False, True], ids=["asyncio", "another loop"])
def test_a_server_that_is_late_is_waited_for_until_the_timeout_and_given_back_its_answer(
    monkeypatch: pytest.MonkeyPatch, *, is_polled: bool
) -> None:
    server = Server()
    server.lets.clear()

    async def run() -> None:
        async with _wrapped(server, reserve_timeout=0.3) as (call, tc):
            _as_another_loop(monkeypatch, is_polled=is_polled)
            began = time.monotonic()
            for _ in range(10):  # the others are not even asked for
                await call()
            assert 0.3 <= time.monotonic() - began < 3
            assert tc.stats().unchecked == 10
            server.lets.set()
            await _until(lambda: server.given_back)

    asyncio.run(run())
    assert server.given_back == ["rsv"]
    assert len(server.wishes) == 1
    assert all("reservation_id" not in event for event in server.events)


@pytest.mark.parametrize("is_polled", [False, True], ids=["asyncio", "another loop"])
def test_a_call_settles_what_was_reserved_whichever_way_its_loop_is_woken(
    monkeypatch: pytest.MonkeyPatch, *, is_polled: bool
) -> None:
    server = Server()

    async def run() -> None:
        async with _wrapped(server) as (call, tc):
            _as_another_loop(monkeypatch, is_polled=is_polled)
            await call()
            tc.flush(5)

    asyncio.run(run())
    assert [event["reservation_id"] for event in server.events] == ["rsv"]
    assert server.given_back == []


def _as_another_loop(monkeypatch: pytest.MonkeyPatch, *, is_polled: bool) -> None:
    def raises() -> None:
        raise RuntimeError

    if is_polled:
        monkeypatch.setattr("asyncio.get_running_loop", raises)


def test_a_late_server_closes_where_that_was_chosen() -> None:
    server = Server()
    server.lets.clear()

    async def run() -> None:
        options: dict[str, Any] = {"reserve_timeout": 0.1, "when_unavailable": "closed"}
        async with _wrapped(server, **options) as (call, _):
            with pytest.raises(BudgetUnavailable, match=r"within 0\.1 s"):
                await call()
            server.lets.set()

    asyncio.run(run())


def test_an_answer_that_comes_while_the_loop_is_held_up_is_in_time() -> None:
    server = Server()

    async def run() -> None:
        async with _wrapped(server, reserve_timeout=0.1) as (call, tc):
            task = asyncio.create_task(call())
            await _until(server.asked.is_set)
            time.sleep(0.3)  # a program that does not leave its loop alone
            await task
            assert tc.stats().unchecked == 0

    asyncio.run(run())


@pytest.mark.parametrize("has_answer", [False, True])
def test_who_is_called_off_gives_back_an_answer_that_is_there_and_one_that_comes(
    *, has_answer: bool
) -> None:
    server = Server()
    server.lets.clear()

    async def run() -> None:
        async with _wrapped(server, reserve_timeout=20) as (call, _):
            task = asyncio.create_task(call())
            await _until(server.asked.is_set)
            if has_answer:
                server.lets.set()
                time.sleep(0.1)  # the answer is there before the loop sees it
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            server.lets.set()
            await _until(lambda: server.given_back)

    asyncio.run(run())
    assert server.given_back == ["rsv"]
    assert server.events == []


def test_a_child_of_a_fork_has_threads_of_its_own_and_none_hold_up_the_end() -> None:
    program = """
import os, sys, threading, time
from truecompute import _threads
def asks():
    done = threading.Event()
    _threads.run(done.set)
    return done.wait(5)
assert asks()
_threads._threads._changed.acquire()  # as another thread may, when the process forks
child = os.fork()
if child == 0:
    ok = asks()
    os._exit(0 if ok else 1)
assert os.waitpid(child, 0)[1] == 0
_threads._threads._changed.release()
_threads.run(lambda: time.sleep(30))
time.sleep(0.1)
"""
    began = time.monotonic()
    environment = os.environ | {"PYTHONPATH": SOURCES}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=25)
    assert time.monotonic() - began < 20


def test_threads_are_begun_as_they_are_needed_and_end_when_they_are_not() -> None:
    threads = Threads(most=2, idle_s=0.05)
    lets, done = threading.Event(), threading.Semaphore(0)

    def task() -> None:
        lets.wait(10)
        done.release()
        raise ValueError  # which harms no other task

    for _ in range(5):
        threads.run(task)
    assert threads._count == 2
    lets.set()
    assert all(done.acquire(timeout=10) for _ in range(5))
    deadline = time.monotonic() + 10
    while threads._count:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    threads.run(task)
    assert done.acquire(timeout=10)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_something_ends_makes_room_for_another() -> None:
    def ends() -> None:
        raise asyncio.CancelledError

    threads = Threads(most=1)
    for _ in range(3):
        threads.run(ends)
    done = threading.Event()
    deadline = time.monotonic() + 20
    while not done.wait(0.01) and time.monotonic() < deadline:
        threads.run(done.set)
    assert done.is_set()


def test_a_system_without_threads_is_as_a_server_that_does_not_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def raises(_: Any) -> None:
        raise RuntimeError("can't start new thread")

    async def run() -> None:
        async with _wrapped(Server()) as (call, tc):
            await call()
            with monkeypatch.context() as patched:
                patched.setattr("truecompute._threads._threads", Threads())
                patched.setattr("threading.Thread.start", raises)
                await call()
            assert tc.stats().unchecked == 1

    asyncio.run(run())


def test_a_wait_for_a_thread_is_not_held_against_the_server() -> None:
    reservations = Reservations(Server())
    reservations.note_wait(time.monotonic() - 0.1, 0.3)
    assert reservations.reserve({}, 0.3) == "rsv"
    reservations.note_wait(time.monotonic() - 0.3, 0.3)
    with pytest.raises(BudgetUnavailable, match="a moment ago"):
        reservations.reserve({}, 0.3)
