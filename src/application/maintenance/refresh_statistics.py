"""The store learns soon how much it holds."""

from application.ports.unit_of_work import UnitsOfWork


class RefreshStatistics:
    """Measure what has doubled, so that the first reports after many calls are quick.

    Raises:
        Unavailable: what is left is done the next time.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self) -> int:
        """How many tables were measured."""
        with self._units_of_work() as uow:
            measured = uow.event_storage.refresh_statistics()
            uow.commit()
        return measured
