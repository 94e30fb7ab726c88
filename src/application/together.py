"""Work of several threads done as one: nobody waits for company, who comes meanwhile goes next."""

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from domain.errors import Busy, Unavailable

Job = TypeVar("Job")
Answer = TypeVar("Answer")


class _Place(Generic[Job, Answer]):
    """A thread's job in the queue, and what came of it.

    Its thread waits at the ``gate`` until the job is done, or until it is its turn to do ``group``.
    """

    __slots__ = ("answer", "error", "gate", "group", "is_done", "job")

    def __init__(self, job: Job) -> None:
        self.job = job
        self.is_done = False
        self.answer: tuple[Answer, ...] = ()
        self.error: BaseException | None = None
        self.group: Sequence[_Place[Job, Answer]] = ()
        self.gate = threading.Lock()
        self.gate.acquire()

    def fail(self, error: BaseException) -> None:
        self.error, self.is_done = error, True


class Together(Generic[Job, Answer]):
    """Runs jobs in groups; a group is what an owner's threads have queued up during the last one.

    ``run`` does a group and answers each of its jobs, in order, or raises for all of them. A group
    that fails is done again job by job, so that none fails for another's sake; but when the store
    is away, it is away for all. Owners do not wait for one another, whatever holds one of them up.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Job]], Sequence[Answer]],
        *,
        owner: Callable[[Job], Hashable] = lambda _: None,
        most: int = 64,
    ) -> None:
        self._run = run
        self._owner = owner
        self._most = most
        self._lock = threading.Lock()
        self._lanes: dict[Hashable, _Lane[Job, Answer]] = {}

    def __call__(self, job: Job) -> Answer:
        """The answer to this job, when its group is done. Raises what ``run`` raised for it."""
        owner = self._owner(job)
        with self._lock:
            lane = self._lanes.get(owner)
            if lane is None:
                lane = self._lanes[owner] = _Lane(self._run, self._most)
            lane.callers += 1
        try:
            return lane(job)
        finally:
            with self._lock:
                lane.callers -= 1
                if not lane.callers:
                    del self._lanes[owner]


class _Lane(Generic[Job, Answer]):
    """The jobs of one owner, one group at a time; ``callers`` are inside.

    Whoever ends a group wakes those whose jobs were in it, and the first who waits, to do the next
    one: waking all others too, to see that it is not their turn, took a sixth of a process' time.
    """

    def __init__(self, run: Callable[[Sequence[Job]], Sequence[Answer]], most: int) -> None:
        self.callers = 0
        self._run = run
        self._most = most
        self._lock = threading.Lock()
        self._queue: list[_Place[Job, Answer]] = []
        self._is_busy = False

    def __call__(self, job: Job) -> Answer:
        place: _Place[Job, Answer] = _Place(job)
        self._enter(place)
        self._await_turn(place)
        if not place.is_done:
            self._lead(place.group)
        if place.error is not None:
            raise place.error
        return place.answer[0]

    def _enter(self, place: _Place[Job, Answer]) -> None:
        with self._lock:
            self._queue.append(place)
            if not self._is_busy:
                self._begin_next()

    def _begin_next(self) -> None:
        """Let the first who waits lead those at the head of the queue; the lock is held."""
        group, self._queue = self._queue[: self._most], self._queue[self._most :]
        self._is_busy = bool(group)
        if group:
            group[0].group = group
            group[0].gate.release()

    def _await_turn(self, place: _Place[Job, Answer]) -> None:
        try:
            place.gate.acquire()
        except BaseException:
            self._leave(place)
            raise

    def _leave(self, place: _Place[Job, Answer]) -> None:
        """Its thread is ended while it waits: the others go on without it."""
        with self._lock:
            if place in self._queue:
                self._queue.remove(place)
            elif place.group:
                self._queue[:0] = place.group[1:]
                self._begin_next()

    def _lead(self, group: Sequence[_Place[Job, Answer]]) -> None:
        try:
            self._do(group)
        finally:
            with self._lock:
                for place in group:
                    if not place.is_done:  # the leader's thread was ended
                        place.fail(Unavailable("It was interrupted. Try again."))
                self._begin_next()
            for place in group:
                place.gate.release()

    def _do(self, group: Sequence[_Place[Job, Answer]]) -> None:
        try:
            answers = self._run([place.job for place in group])
        except Unavailable as error:
            for place in group:
                place.fail(error)
            if isinstance(error, Busy):
                self._send_away(error)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever's job raised it
            if len(group) == 1:
                group[0].fail(error)
                return
            for place in group:
                self._do([place])
        else:
            for place, answer in zip(group, answers, strict=True):
                place.answer, place.is_done = (answer,), True

    def _send_away(self, error: Busy) -> None:
        """Who came meanwhile would wait as long for the same: their threads are for others."""
        with self._lock:
            waiting, self._queue = self._queue, []
        for place in waiting:
            place.fail(error)
            place.gate.release()
