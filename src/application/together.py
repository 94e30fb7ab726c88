"""Work of several threads done as one: nobody waits for company, who comes meanwhile goes next."""

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from domain.errors import Busy, Unavailable

Job = TypeVar("Job")
Answer = TypeVar("Answer")


class _Place(Generic[Job, Answer]):
    """A thread's job in the queue, and what came of it."""

    __slots__ = ("answer", "error", "is_done", "job")

    def __init__(self, job: Job) -> None:
        self.job = job
        self.is_done = False
        self.answer: tuple[Answer, ...] = ()
        self.error: BaseException | None = None


class Together(Generic[Job, Answer]):
    """Runs jobs in groups, one group at a time; a group is what has queued up during the last.

    ``run`` does a group and answers each of its jobs, in order, or raises for all of them. A group
    that fails is done again job by job, so that none fails for another's sake; but when the store
    is away, it is away for all, and when it is ``Busy``, for all of the same ``owner``.
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
        self._turn = threading.Condition()
        self._queue: list[_Place[Job, Answer]] = []
        self._is_busy = False

    def __call__(self, job: Job) -> Answer:
        """The answer to this job, when its group is done. Raises what ``run`` raised for it."""
        place: _Place[Job, Answer] = _Place(job)
        with self._turn:
            self._queue.append(place)
        while (group := self._group_for(place)) is not None:
            self._lead(group)
        if place.error is not None:
            raise place.error
        return place.answer[0]

    def _group_for(self, place: _Place[Job, Answer]) -> list[_Place[Job, Answer]] | None:
        """Those at the head of the queue, for this thread to do; None when its own job is done."""
        with self._turn:
            while self._is_busy and not place.is_done:
                self._turn.wait()
            if place.is_done:
                return None
            self._is_busy = True
            group, self._queue = self._queue[: self._most], self._queue[self._most :]
            return group

    def _lead(self, group: Sequence[_Place[Job, Answer]]) -> None:
        try:
            self._do(group)
        finally:
            with self._turn:
                for place in group:
                    if not place.is_done:  # the leader's thread was ended
                        place.error = Unavailable("It was interrupted. Try again.")
                        place.is_done = True
                self._is_busy = False
                self._turn.notify_all()

    def _do(self, group: Sequence[_Place[Job, Answer]]) -> None:
        try:
            answers = self._run([place.job for place in group])
        except Unavailable as error:
            owners = [self._owner(place.job) for place in group]
            if isinstance(error, Busy) and len(set(owners)) > 1:
                for owner in dict.fromkeys(owners):
                    self._do([it for it, its in zip(group, owners, strict=True) if its == owner])
                return
            for place in group:
                place.error, place.is_done = error, True
        except Exception as error:  # noqa: BLE001 - it belongs to whoever's job raised it
            if len(group) == 1:
                group[0].error, group[0].is_done = error, True
                return
            for place in group:
                self._do([place])
        else:
            for place, answer in zip(group, answers, strict=True):
                place.answer, place.is_done = (answer,), True
