"""Work of several threads done as one."""

import signal
from collections.abc import Callable, Sequence
from threading import Event, Thread, main_thread

import pytest

from application.together import Together, _Lane, _Place
from domain.errors import Busy, Unavailable

PATIENCE_S = 30


class Store:
    """Doubles numbers, a group at a time, and waits at the first group until it is let go."""

    def __init__(self, fails: Callable[[Sequence[int]], Exception | None] = lambda _: None) -> None:
        self.groups: list[list[int]] = []
        self.has_begun, self.may_go_on = Event(), Event()
        self._fails = fails

    def __call__(self, jobs: Sequence[int]) -> list[int]:
        self.groups.append(list(jobs))
        self.has_begun.set()
        assert self.may_go_on.wait(PATIENCE_S)
        error = self._fails(jobs)
        if error is not None:
            raise error
        return [job * 2 for job in jobs]


def answers_of(
    together: Together[int, int], store: Store, jobs: Sequence[int]
) -> dict[int, object]:
    """What each job's thread got, when all but the first came while the first was being done."""
    told: dict[int, object] = {}

    def ask(job: int) -> None:
        try:
            told[job] = together(job)
        except BaseException as error:  # noqa: BLE001 - what a thread raises is looked at
            told[job] = error

    threads = [Thread(target=ask, args=(job,)) for job in jobs]
    threads[0].start()
    assert store.has_begun.wait(PATIENCE_S)
    for number, thread in enumerate(threads[1:], start=1):
        thread.start()
        while len(together._lanes[None]._queue) < number:
            thread.join(0.001)
    store.may_go_on.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    return told


def test_who_comes_while_one_is_done_goes_with_the_next() -> None:
    store = Store()
    assert answers_of(Together(store), store, range(6)) == {n: 2 * n for n in range(6)}
    assert [sorted(group) for group in store.groups] == [[0], [1, 2, 3, 4, 5]]


def test_nobody_waits_for_company() -> None:
    store = Store()
    store.may_go_on.set()
    together = Together(store)
    assert [together(1), together(2)] == [2, 4]
    assert store.groups == [[1], [2]]


def test_a_group_has_a_bound() -> None:
    store = Store()
    assert len(answers_of(Together(store, most=2), store, range(6))) == 6
    assert [len(group) for group in store.groups] == [1, 2, 2, 1]


def test_a_job_that_fails_fails_alone() -> None:
    store = Store(lambda jobs: ValueError("three") if 3 in jobs else None)
    told = answers_of(Together(store), store, range(6))
    assert isinstance(told.pop(3), ValueError)
    assert told == {n: 2 * n for n in (0, 1, 2, 4, 5)}


def test_a_store_that_is_away_is_away_for_all_and_is_not_asked_again() -> None:
    store = Store(lambda jobs: Unavailable("away") if len(jobs) > 1 else None)
    told = answers_of(Together(store), store, range(4))
    assert told.pop(0) == 0
    assert {type(error) for error in told.values()} == {Unavailable}
    assert len(store.groups) == 2


def test_when_the_store_is_busy_all_who_wait_are_told_at_once() -> None:
    store = Store(lambda jobs: Busy("locked") if jobs == [0] else None)
    together = Together(store)
    told = answers_of(together, store, range(4))
    assert {type(error) for error in told.values()} == {Busy}
    assert store.groups == [[0]]
    assert together(7) == 14


def test_nobody_waits_for_the_jobs_of_another_owner() -> None:
    is_held = Event()

    def run(jobs: Sequence[int]) -> list[int]:
        if jobs[0] % 2:
            assert is_held.wait(PATIENCE_S)
        return [job * 2 for job in jobs]

    together: Together[int, int] = Together(run, owner=lambda job: job % 2)
    held = Thread(target=together, args=(1,))
    held.start()
    while not together._lanes:
        held.join(0.001)
    assert together(2) == 4
    assert held.is_alive()
    is_held.set()
    held.join(PATIENCE_S)
    assert not together._lanes, "nothing is kept of whoever is gone"


def test_the_end_of_a_leaders_thread_leaves_nobody_waiting() -> None:
    def end(jobs: Sequence[int]) -> None:
        if len(jobs) == 3:
            raise SystemExit

    store = Store(end)
    together = Together(store)
    told = answers_of(together, store, range(4))
    assert sorted(type(told[n]).__name__ for n in range(1, 4)) == [
        "SystemExit", "Unavailable", "Unavailable",
    ]  # fmt: skip
    store.may_go_on.set()
    assert together(7) == 14


def test_who_is_interrupted_while_waiting_keeps_nobody_waiting() -> None:
    store = Store()
    together = Together(store)
    leader, follower = (Thread(target=together, args=(job,)) for job in (0, 2))
    leader.start()
    assert store.has_begun.wait(PATIENCE_S)

    def interrupt() -> None:
        while not together._lanes[None]._queue:
            leader.join(0.001)
        signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)

    Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        together(1)
    follower.start()
    while not together._lanes[None]._queue:
        follower.join(0.001)
    store.may_go_on.set()
    for thread in (leader, follower):
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    assert store.groups == [[0], [2]]


def test_who_is_interrupted_when_it_is_its_turn_leaves_that_to_the_next() -> None:
    lane: _Lane[int, int] = _Lane(lambda jobs: jobs, most=64)
    first, second, third = places = [_Place[int, int](job) for job in range(3)]
    lane._queue.extend(places)
    lane._begin_next()
    assert first.group == places
    lane._leave(first)
    assert second.group == [second, third]
    assert second.gate.acquire(blocking=False)
    assert third.gate.locked()


@pytest.mark.parametrize("number", range(3))
def test_every_job_is_answered_once(number: int) -> None:  # noqa: ARG001 - again and again
    together: Together[int, int] = Together(lambda jobs: [job + 1 for job in jobs])
    told: dict[int, int] = {}
    threads = [
        Thread(target=lambda job=job: told.__setitem__(job, together(job))) for job in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert told == {job: job + 1 for job in range(50)}
