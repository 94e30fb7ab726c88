"""What was reserved for calls that never came is free again."""

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork


class GiveBackExpired:
    """End the holds that have expired, of any organization; answer how many there were.

    Reservations do so too for the budgets that they are made of. This is for budgets of which
    nobody reserves any more, so that their pages do not go on showing money as held.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self) -> int:
        now, ended = self._clock.now(), 0
        with self._units_of_work(snapshot=True) as uow:
            places = uow.reservations.periods_with_expired(now)
        for organization_id, key in places:
            with self._units_of_work() as uow:
                uow.ledger.hold(organization_id, [key])
                ended += uow.reservations.give_back_expired(organization_id, [key], now)
                uow.commit()
        return ended
