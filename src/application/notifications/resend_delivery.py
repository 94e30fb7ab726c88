"""Somebody wants an alert sent once more."""

from dataclasses import dataclass

from application.notifications.limit_by_hand import LimitByHand
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from domain.delivery import Delivery, DeliveryState
from domain.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendDeliveryRequest:
    organization_id: str
    delivery_id: str


class ResendDelivery:
    """Put a delivery back into the outbox, whatever became of it; its id stays the same.

    One that is about to be sent, or just is, stays as it is.

    Raises:
        NotFound: the organization has no delivery of this id.
        Conflict: its channel is off.
        TooManyRequests: as of ``LimitByHand``.
    """

    def __init__(
        self, units_of_work: UnitsOfWork, limit_by_hand: LimitByHand, clock: Clock
    ) -> None:
        self._units_of_work = units_of_work
        self._limit = limit_by_hand
        self._clock = clock

    def __call__(self, request: ResendDeliveryRequest) -> Delivery:
        with self._units_of_work() as uow:
            delivery = uow.deliveries.hold(request.organization_id, request.delivery_id)
            if delivery is None:
                raise NotFound("There is no such delivery.")
            channel = uow.channels.get(request.organization_id, delivery.channel_id)
            if channel is not None and not channel.is_enabled:
                raise Conflict("The channel is off.", code="channel_disabled")
            self._limit(request.organization_id)
            now = self._clock.now()
            if delivery.state is DeliveryState.PENDING and not delivery.is_resting(now):
                return delivery
            again = delivery.again(now)
            uow.deliveries.update(request.organization_id, again)
            uow.commit()
        return again
