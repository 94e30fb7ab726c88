"""Somebody wants to see that a channel works."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.delivery import Delivery
from domain.errors import Conflict, NotFound, TooManyRequests

#: More would make us a means of flooding somebody else's mailbox.
MOST_TESTS = 20
_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TryChannelRequest:
    organization_id: str
    channel_id: str


class TryChannel:
    """Put a test into the outbox: it takes the way that alerts take.

    Raises:
        NotFound: the organization has no channel of this id.
        Conflict: the channel is disabled, or a test is on its way already.
        TooManyRequests: ``too_many_tests``; the organization had 20 within an hour.
    """

    def __init__(self, units_of_work: UnitsOfWork, identifiers: Identifiers, clock: Clock) -> None:
        self._units_of_work = units_of_work
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
            _check_number(uow, request.organization_id, now)
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


def _check_number(uow: UnitOfWork, organization_id: str, now: datetime) -> None:
    asked = uow.deliveries.tests_since(organization_id, now - _WITHIN)
    if len(asked) >= MOST_TESTS:
        wait = asked[-MOST_TESTS] + _WITHIN - now
        raise TooManyRequests(
            f"There were {MOST_TESTS} tests within an hour.",
            code="too_many_tests",
            retry_after_s=max(1, math.ceil(wait.total_seconds())),
        )
