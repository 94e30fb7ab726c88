"""Sums by user and by value of a tag are put side by side, when their day or week is over."""

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from domain.rollup import days_over


class GatherSums:
    """Gather some of one organization's sums; False when there is nothing to do.

    A report is the same before and after: it is only quicker after.

    Raises:
        Unavailable: nothing was gathered.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self) -> bool:
        with self._units_of_work() as uow:
            has_gathered_some = uow.rollups.gather(days_over(self._clock.now()))
            uow.commit()
        return has_gathered_some
