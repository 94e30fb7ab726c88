"""A program gives back what it set aside for a call that it does not make."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import NotFound
from domain.reservation import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReservationRequest:
    organization_id: str
    reservation_id: str


class ReleaseReservation:
    """End a reservation; one that was settled, given back or expired stays as it ended.

    What is still held for a call of unknown cost is given back, too: whoever knows that it cost
    nothing may say so.

    Raises:
        NotFound: the organization has no reservation of this id.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self, request: ReleaseReservationRequest) -> None:
        organization_id = request.organization_id
        with self._units_of_work() as uow:
            found = uow.reservations.find(organization_id, [request.reservation_id])
            if not found:
                raise NotFound("There is no such reservation.")
            (reservation,) = found
            held = {(hold.budget_id, hold.period_start) for hold in reservation.holds}
            uow.ledger.hold(organization_id, held)
            now = self._clock.now()
            if reservation.note(now) is None:
                released = reservation.closed(Outcome.RELEASED, now)
                uow.reservations.close(organization_id, released)
            elif reservation.outcome is Outcome.SETTLED:
                uow.reservations.give_back(organization_id, reservation.id)
            uow.commit()
