"""What is reached becomes an alert, once, and goes out on the channels."""

from collections.abc import Iterable
from datetime import datetime

from application.ports.identifiers import Identifiers
from application.ports.unit_of_work import UnitOfWork
from domain.alert import Alert, Reached, is_watched
from domain.budget import Budget
from domain.channel import Channel
from domain.delivery import Delivery


class RaiseAlerts:
    """Part of other use cases: claims alerts and fills the outbox in their transaction.

    - Whoever claims first raises the alert; all others find it raised.
    - Periods that ended more than a day ago alert nobody.
    """

    def __init__(self, identifiers: Identifiers) -> None:
        self._identifiers = identifiers

    def __call__(self, uow: UnitOfWork, reached: Iterable[Reached], now: datetime) -> None:
        """Raise what budgets have reached, in the order given."""
        for each in reached:
            if is_watched(each.period, now):
                self.raise_one(uow, each.alert(self._identifiers.new(), now), each.budget)

    def raise_one(self, uow: UnitOfWork, alert: Alert, budget: Budget | None = None) -> bool:
        """Whether nobody had raised it; goes to the budget's channels, else to all."""
        if not uow.alerts.claim(alert.organization_id, alert):
            return False
        held = uow.channels.hold(alert.organization_id)
        channels = (
            [channel for channel in held if channel.is_enabled]
            if budget is None
            else budget.terms.told_on(held)
        )
        deliveries = [self._delivery(channel, alert) for channel in channels]
        uow.deliveries.add(alert.organization_id, deliveries)
        return True

    def _delivery(self, channel: Channel, alert: Alert) -> Delivery:
        return Delivery(
            id=self._identifiers.new(),
            organization_id=alert.organization_id,
            channel_id=channel.id,
            alert_id=alert.id,
            created_at=alert.created_at,
            next_attempt_at=alert.created_at,
        )
