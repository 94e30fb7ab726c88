"""How far behind the sums are."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork


@dataclass(frozen=True, slots=True)
class Backlog:
    """``calls`` are in no sum yet, the oldest of them for ``lag_s`` seconds."""

    calls: int
    lag_s: float


class MeasureBacklog:
    """Calls that wait to be added to the sums. Reports are right meanwhile, and slower.

    Raises:
        Unavailable: the database is away.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self) -> Backlog:
        with self._units_of_work(snapshot=True) as uow:
            waiting = uow.rollups.waiting()
        if waiting.since is None:
            return Backlog(waiting.calls, 0.0)
        lag = self._clock.now() - waiting.since
        return Backlog(waiting.calls, max(0.0, lag.total_seconds()))
