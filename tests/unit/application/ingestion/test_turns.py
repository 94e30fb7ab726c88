"""Large requests take turns."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from application.ingestion.turns import Turns
from domain.errors import TooManyRequests
from tests.processes import eventually


class Queue:
    """Requests that stand in line, and the order in which they had their turns."""

    def __init__(self, turns: Turns, threads: ThreadPoolExecutor) -> None:
        self.turns = turns
        self.done: list[str] = []
        self._threads = threads

    def join(self, name: str, work: Callable[[], object] = lambda: None) -> "Future[None]":
        """Queue up for the organization that the name begins with; returns when it stands there."""
        organization, before = name[0], self._present(name[0])
        future = self._threads.submit(self._take, organization, name, work)
        eventually(lambda: self._present(organization) > before or future.done())
        return future

    def _take(self, organization: str, name: str, work: Callable[[], object]) -> None:
        with self.turns.turn(organization):
            self.done.append(name)
            work()

    def _present(self, organization: str) -> int:
        return self.turns._present.get(organization, 0)


def test_organizations_alternate_however_many_one_of_them_has() -> None:
    with ThreadPoolExecutor(16) as threads:
        queue, finish = Queue(Turns(most=8), threads), threading.Event()
        queue.join("a1", finish.wait)
        for name in ("a2", "a3", "a4", "b1", "b2", "c1"):
            queue.join(name)
        finish.set()
    assert queue.done == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]


def test_one_has_its_turn_at_a_time() -> None:
    turns, inside, most = Turns(most=50), set[int](), list[int]()

    def work(number: int) -> None:
        with turns.turn(str(number % 3)):
            inside.add(number)
            most.append(len(inside))
            inside.remove(number)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(200)))
    assert most == [1] * 200


def test_an_organization_with_as_many_as_it_may_is_told_to_wait_and_others_are_not() -> None:
    with ThreadPoolExecutor(16) as threads:
        queue, finish = Queue(Turns(most=3), threads), threading.Event()
        queue.join("a1", finish.wait)
        queue.join("a2")
        queue.join("a3")
        for ask in (queue.turns.check, lambda name: queue.turns.turn(name).__enter__()):
            with pytest.raises(TooManyRequests) as refused:
                ask("a")
            assert (refused.value.code, refused.value.retry_after_s) == ("too_many_at_once", 1)
        queue.turns.check("b")
        last = queue.join("b1")
        finish.set()
        last.result(timeout=30)
    queue.turns.check("a")
    assert queue.done == ["a1", "a2", "b1", "a3"]


def test_a_turn_that_fails_is_over() -> None:
    turns = Turns(most=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.turn("a"):
            1 / 0  # noqa: B018
