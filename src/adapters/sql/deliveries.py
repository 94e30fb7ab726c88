"""The outbox in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from adapters.sql.ids import is_id
from adapters.sql.notification_tables import channels, deliveries
from application.ports.deliveries import DeliveryRepository
from domain.delivery import LEASE, Delivery, DeliveryState


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
        free = or_(channels.c.sending_until.is_(None), channels.c.sending_until <= now)
        waiting = (
            select(channels.c.id)
            .join_from(deliveries, channels, deliveries.c.channel_id == channels.c.id)
            .where(*due, channels.c.disabled_at.is_(None), free)
            .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
            .limit(1)
            .with_for_update(of=channels, skip_locked=True)
        )
        channel_id = self._connection.execute(waiting).scalar_one_or_none()
        if channel_id is None:
            return None
        # A second look, now that nobody else sends to this channel: the oldest of what is due.
        oldest = (
            select(deliveries)
            .where(deliveries.c.channel_id == channel_id, *due)
            .order_by(deliveries.c.id)
            .limit(1)
        )
        row = self._connection.execute(oldest).one_or_none()
        if row is None:
            return None
        leased = update(channels).where(channels.c.id == channel_id)
        self._connection.execute(leased.values(sending_until=now + LEASE))
        claimed = _to_delivery(row._asdict()).begun()
        self.update(claimed.organization_id, claimed)
        return claimed

    def finish(self, organization_id: str, delivery: Delivery) -> None:
        self.update(organization_id, delivery)
        self._connection.execute(
            update(channels)
            .where(
                channels.c.organization_id == organization_id,
                channels.c.id == delivery.channel_id,
            )
            .values(sending_until=None)
        )

    def get(self, organization_id: str, delivery_id: str) -> Delivery | None:
        if not is_id(delivery_id):
            return None
        found = select(deliveries).where(*_is(organization_id, delivery_id))
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
