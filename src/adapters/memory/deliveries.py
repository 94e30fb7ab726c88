"""The outbox in memory."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from adapters.memory.state import State
from application.ports.deliveries import DeliveryRepository
from domain.channel import ChannelType
from domain.delivery import LEASE, LEASE_OF_MAIL, Delivery, DeliveryState


class InMemoryDeliveryRepository(DeliveryRepository):
    def __init__(self, state: State) -> None:
        self._state = state
        self._deliveries = state.deliveries

    def add(self, organization_id: str, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            self._deliveries[organization_id, delivery.id] = delivery

    def claim_next(self, now: datetime) -> Delivery | None:
        due = [each for each in self._deliveries.values() if self._is_due(each, now)]
        if not due:
            return None
        sending = Counter(owner for (owner, _), until in self._state.sending.items() if until > now)
        longest = min(
            due, key=lambda each: (sending[each.organization_id], each.next_attempt_at, each.id)
        )
        of_channel = (each for each in due if each.channel_id == longest.channel_id)
        claimed = min(of_channel, key=lambda each: each.id).begun()
        key = claimed.organization_id, claimed.channel_id
        is_mail = self._state.channels[key].type is ChannelType.EMAIL
        self._state.sending[key] = now + (LEASE_OF_MAIL if is_mail else LEASE)
        self.update(claimed.organization_id, claimed)
        return claimed

    def finish(self, organization_id: str, delivery: Delivery) -> None:
        stored = self.get(organization_id, delivery.id)
        if stored is None or stored.attempts != delivery.attempts:
            return
        self.update(organization_id, delivery)
        self._state.sending.pop((organization_id, delivery.channel_id), None)

    def has_pending_test(self, organization_id: str, channel_id: str) -> bool:
        return any(
            each.alert_id is None and each.state is DeliveryState.PENDING
            for (owner, _), each in self._deliveries.items()
            if owner == organization_id and each.channel_id == channel_id
        )

    def get(self, organization_id: str, delivery_id: str) -> Delivery | None:
        return self._deliveries.get((organization_id, delivery_id))

    def hold(self, organization_id: str, delivery_id: str) -> Delivery | None:
        return self.get(organization_id, delivery_id)

    def update(self, organization_id: str, delivery: Delivery) -> None:
        if (organization_id, delivery.id) in self._deliveries:
            self._deliveries[organization_id, delivery.id] = delivery

    def of_channel(
        self, organization_id: str, channel_id: str, *, after: str | None = None, limit: int = 50
    ) -> list[Delivery]:
        found = [
            each
            for (owner, name), each in self._deliveries.items()
            if owner == organization_id
            and each.channel_id == channel_id
            and (after is None or name < after)
        ]
        return sorted(found, key=lambda each: each.id, reverse=True)[:limit]

    def of_alerts(self, organization_id: str, alert_ids: Collection[str]) -> list[Delivery]:
        found = [
            each
            for (owner, _), each in self._deliveries.items()
            if owner == organization_id and each.alert_id in alert_ids
        ]
        return sorted(found, key=lambda each: each.id)

    def _is_due(self, delivery: Delivery, now: datetime) -> bool:
        key = delivery.organization_id, delivery.channel_id
        channel, sending_until = self._state.channels.get(key), self._state.sending.get(key)
        return (
            delivery.state is DeliveryState.PENDING
            and delivery.next_attempt_at <= now
            and channel is not None
            and channel.is_enabled
            and (sending_until is None or sending_until <= now)
        )
