"""What went out on a channel, and what did not."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.alert import Alert
from domain.delivery import Delivery
from domain.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDeliveriesRequest:
    """``after`` is the id of the last delivery seen."""

    organization_id: str
    channel_id: str
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOfAlert:
    """``alert`` None is a test."""

    delivery: Delivery
    alert: Alert | None


class ListDeliveries:
    """A channel's deliveries, newest first, each with its alert.

    Raises:
        NotFound: the organization has no channel of this id.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: ListDeliveriesRequest) -> list[DeliveryOfAlert]:
        organization_id = request.organization_id
        with self._units_of_work(snapshot=True) as uow:
            if uow.channels.get(organization_id, request.channel_id) is None:
                raise NotFound("There is no such channel.")
            deliveries = uow.deliveries.of_channel(
                organization_id, request.channel_id, after=request.after, limit=request.limit
            )
            ids = {each.alert_id for each in deliveries if each.alert_id is not None}
            alerts = {alert.id: alert for alert in uow.alerts.find(organization_id, ids)}
        return [
            DeliveryOfAlert(delivery=each, alert=alerts.get(each.alert_id or ""))
            for each in deliveries
        ]
