"""Somebody wants to see that a channel works."""

from dataclasses import dataclass

from application.notifications.limit_by_hand import LimitByHand
from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.unit_of_work import UnitsOfWork
from domain.delivery import Delivery
from domain.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class TryChannelRequest:
    organization_id: str
    channel_id: str


class TryChannel:
    """Put a test into the outbox: it takes the way that alerts take.

    Raises:
        NotFound: the organization has no channel of this id.
        Conflict: the channel is disabled, or a test is on its way already.
        TooManyRequests: as of ``LimitByHand``.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        limit_by_hand: LimitByHand,
        identifiers: Identifiers,
        clock: Clock,
    ) -> None:
        self._units_of_work = units_of_work
        self._limit = limit_by_hand
        self._identifiers = identifiers
        self._clock = clock

    def __call__(self, request: TryChannelRequest) -> Delivery:
        now = self._clock.now()
        with self._units_of_work() as uow:
            channel = uow.channels.get(request.organization_id, request.channel_id)
            if channel is None:
                raise NotFound("There is no such channel.")
            if not channel.is_enabled:
                raise Conflict("The channel is disabled.", code="channel_disabled")
            if uow.deliveries.has_pending_test(request.organization_id, channel.id):
                raise Conflict("A test is on its way already.", code="test_pending")
            self._limit(request.organization_id)
            delivery = Delivery(
                id=self._identifiers.new(),
                organization_id=request.organization_id,
                channel_id=channel.id,
                alert_id=None,
                created_at=now,
                next_attempt_at=now,
            )
            uow.deliveries.add(request.organization_id, [delivery])
            uow.commit()
        return delivery
