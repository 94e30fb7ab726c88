"""The outbox in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, or_, select, update

from adapters.sql.ids import is_id
from adapters.sql.notification_tables import channels, deliveries
from application.ports.deliveries import DeliveryRepository
from domain.channel import ChannelType
from domain.delivery import LEASE, LEASE_OF_MAIL, Delivery, DeliveryState


class SqlDeliveryRepository(DeliveryRepository):
    """The row of a channel says who may send to it: it is locked, and then leased."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, organization_id: str, new: Sequence[Delivery]) -> None:
        if new:
            rows = [
                {
                    "id": delivery.id,
                    "organization_id": organization_id,
                    "channel_id": delivery.channel_id,
                    "alert_id": delivery.alert_id,
                    "created_at": delivery.created_at,
                    **_changing(delivery),
                }
                for delivery in new
            ]
            self._connection.execute(insert(deliveries), rows)

    def claim_next(self, now: datetime) -> Delivery | None:
        due = (deliveries.c.state == DeliveryState.PENDING, deliveries.c.next_attempt_at <= now)
        of_channel = select(func.min(deliveries.c.next_attempt_at)).where(
            deliveries.c.channel_id == channels.c.id, *due
        )
        others = channels.alias("others")
        sending = select(func.count()).where(
            others.c.organization_id == channels.c.organization_id, others.c.sending_until > now
        )
        free = or_(channels.c.sending_until.is_(None), channels.c.sending_until <= now)
        waiting = (
            select(channels.c.id, channels.c.type)
            .where(
                channels.c.id.in_(select(deliveries.c.channel_id).where(*due)),
                channels.c.disabled_at.is_(None),
                free,
            )
            .order_by(sending.scalar_subquery(), of_channel.scalar_subquery(), channels.c.id)
            .limit(1)
            # Not against those who only keep the channel from being removed.
            .with_for_update(of=channels, skip_locked=True, key_share=True)
        )
        channel = self._connection.execute(waiting).one_or_none()
        if channel is None:
            return None
        # A second look, now that nobody else sends to this channel: the oldest of what is due.
        oldest = (
            select(deliveries)
            .where(deliveries.c.channel_id == channel.id, *due)
            .order_by(deliveries.c.id)
            .limit(1)
        )
        row = self._connection.execute(oldest).one_or_none()
        if row is None:
            return None
        lease = LEASE_OF_MAIL if channel.type == ChannelType.EMAIL else LEASE
        leased = update(channels).where(channels.c.id == channel.id)
        self._connection.execute(leased.values(sending_until=now + lease))
        claimed = _to_delivery(row._asdict()).begun()
        self.update(claimed.organization_id, claimed)
        return claimed

    def finish(self, organization_id: str, delivery: Delivery) -> None:
        # The channel first, as whoever deletes it has it.
        own = (channels.c.organization_id == organization_id, channels.c.id == delivery.channel_id)
        self._connection.execute(select(channels.c.id).where(*own).with_for_update())
        attempted = (
            update(deliveries)
            .where(*_is(organization_id, delivery.id), deliveries.c.attempts == delivery.attempts)
            .values(_changing(delivery))
        )
        if self._connection.execute(attempted).rowcount:
            self._connection.execute(update(channels).where(*own).values(sending_until=None))

    def has_pending_test(self, organization_id: str, channel_id: str) -> bool:
        found = select(deliveries.c.id).where(
            deliveries.c.organization_id == organization_id,
            deliveries.c.channel_id == channel_id,
            deliveries.c.alert_id.is_(None),
            deliveries.c.state == DeliveryState.PENDING,
        )
        return self._connection.execute(found.limit(1)).one_or_none() is not None

    def get(self, organization_id: str, delivery_id: str) -> Delivery | None:
        if not is_id(delivery_id):
            return None
        return self._one(select(deliveries).where(*_is(organization_id, delivery_id)))

    def hold(self, organization_id: str, delivery_id: str) -> Delivery | None:
        if not is_id(delivery_id):
            return None
        held = select(deliveries).where(*_is(organization_id, delivery_id)).with_for_update()
        return self._one(held)

    def _one(self, found: Select[Any]) -> Delivery | None:
        row = self._connection.execute(found).one_or_none()
        return None if row is None else _to_delivery(row._asdict())

    def update(self, organization_id: str, delivery: Delivery) -> None:
        self._connection.execute(
            update(deliveries).where(*_is(organization_id, delivery.id)).values(_changing(delivery))
        )

    def of_channel(
        self, organization_id: str, channel_id: str, *, after: str | None = None, limit: int = 50
    ) -> list[Delivery]:
        if not is_id(channel_id) or not is_id(after or channel_id):
            return []
        found = select(deliveries).where(
            deliveries.c.organization_id == organization_id,
            deliveries.c.channel_id == channel_id,
        )
        if after is not None:
            found = found.where(deliveries.c.id < after)
        rows = self._connection.execute(found.order_by(deliveries.c.id.desc()).limit(limit))
        return [_to_delivery(row._asdict()) for row in rows]

    def of_alerts(self, organization_id: str, alert_ids: Collection[str]) -> list[Delivery]:
        if not alert_ids:
            return []
        found = select(deliveries).where(
            deliveries.c.organization_id == organization_id,
            deliveries.c.alert_id.in_(list(alert_ids)),
        )
        rows = self._connection.execute(found.order_by(deliveries.c.id))
        return [_to_delivery(row._asdict()) for row in rows]


def _is(organization_id: str, delivery_id: str) -> tuple[ColumnElement[bool], ...]:
    return deliveries.c.organization_id == organization_id, deliveries.c.id == delivery_id


def _changing(delivery: Delivery) -> dict[str, Any]:
    return {
        "state": delivery.state,
        "attempts": delivery.attempts,
        "last_status": delivery.last_status,
        "last_problem": delivery.last_problem,
        "next_attempt_at": delivery.next_attempt_at,
        "delivered_at": delivery.delivered_at,
    }


def _to_delivery(row: dict[str, Any]) -> Delivery:
    return Delivery(**{**row, "state": DeliveryState(row["state"])})
