"""Stored calls become part of the sums that reports read."""

from application.ports.unit_of_work import UnitsOfWork


class AddWaitingCalls:
    """Add calls that wait to the sums of their time; how many, 0 when none waits.

    A report is the same before and after: it is only quicker after.

    Raises:
        Unavailable: nothing was added.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self) -> int:
        with self._units_of_work() as uow:
            added = uow.rollups.add_waiting()
            uow.commit()
        return added
