"""Weeks that are over get sums of their own."""

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from domain.rollup import weeks_over


class CloseWeeks:
    """Sum up the weeks of one organization that are over; False when those of all are.

    A report is the same before and after: it is only quicker after.

    Raises:
        Unavailable: nothing was summed up.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self) -> bool:
        with self._units_of_work() as uow:
            has_closed_some = uow.rollups.close_weeks(weeks_over(self._clock.now()))
            uow.commit()
        return has_closed_some
